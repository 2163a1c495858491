package io.pitchlake.node.event.sink;

import io.pitchlake.node.event.Occurrence;
import java.io.IOException;
import java.util.List;

/// Events as messages to a syslog daemon or collector.
final class SyslogSink implements Sink {
  private final SyslogWire wire;
  private final EventText text;

  SyslogSink(SyslogWire wire, EventText text) {
    this.wire = wire;
    this.text = text;
  }

  @Override
  public String name() {
    return "syslog " + wire.destination();
  }

  @Override
  public int most() {
    return wire.most();
  }

  @Override
  public void deliver(List<Occurrence> events) throws IOException {
    wire.send(
        events.stream().map(event -> wire.message(text.of(event), event.wallMillis())).toList());
  }

  @Override
  public void close() {
    wire.close();
  }
}
