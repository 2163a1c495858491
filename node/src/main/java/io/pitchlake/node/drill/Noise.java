package io.pitchlake.node.drill;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Busy loops beside a drill, each a process of its own that ends by itself when its time is over.
final class Noise implements AutoCloseable {
  private final List<Process> loops = new ArrayList<>();

  private Noise() {}

  static Noise make(int loops, Duration atMost) throws DrillException {
    Noise noise = new Noise();
    try {
      for (int i = 0; i < loops; i++) {
        noise.loops.add(
            new ProcessBuilder(
                    "timeout", Long.toString(atMost.toSeconds()), "sh", "-c", "while :; do :; done")
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
      }
      return noise;
    } catch (IOException e) {
      noise.close();
      throw new DrillException("busy loops cannot be started: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    // timeout passes SIGTERM on to its loop.
    loops.forEach(Process::destroy);
  }
}
