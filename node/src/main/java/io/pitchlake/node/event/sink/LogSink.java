package io.pitchlake.node.event.sink;

import io.pitchlake.node.event.Occurrence;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The log: the seed's lines at WARN. A log that hangs, as a pipe does that nobody reads, hangs
/// this sink alone.
final class LogSink implements Sink {
  private static final Logger TARPIT = LoggerFactory.getLogger("tarpit");

  @Override
  public String name() {
    return "log";
  }

  @Override
  public void deliver(List<Occurrence> events) {
    events.forEach(event -> TARPIT.warn(event.event().line()));
  }

  @Override
  public int most() {
    return 1;
  }

  @Override
  public void close() {}
}
