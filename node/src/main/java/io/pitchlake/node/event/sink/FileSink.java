package io.pitchlake.node.event.sink;

import io.pitchlake.common.config.SinkPlan.ToFile;
import io.pitchlake.node.event.Occurrence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Events as lines of a file that is rotated.
final class FileSink implements Sink {
  private final Path path;
  private final EventText text;
  private final RotatedFile file;

  FileSink(ToFile plan, EventText text) {
    this.path = plan.path();
    this.text = text;
    this.file = new RotatedFile(plan.path(), plan.sizeBytes(), plan.keep());
  }

  @Override
  public String name() {
    return "file " + path;
  }

  @Override
  public void deliver(List<Occurrence> events) throws IOException {
    StringBuilder lines = new StringBuilder();
    events.forEach(event -> lines.append(text.of(event)).append('\n'));
    file.append(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    file.close();
  }
}
