package io.pitchlake.node.history;

import io.pitchlake.common.sim.SimClock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// What happened and when, for people; empty unless somebody wants to read it.
final class Journal {
  private final SimClock clock;
  private final long originNanos;
  private final boolean kept;
  private final List<String> lines = new ArrayList<>();

  Journal(SimClock clock, boolean kept) {
    this.clock = clock;
    this.originNanos = clock.nanoTime();
    this.kept = kept;
  }

  void note(Supplier<String> what) {
    if (kept) {
      lines.add(time() + "  " + what.get());
    }
  }

  /// Milliseconds since the history's beginning.
  String time() {
    return "%11.3f ms".formatted((clock.nanoTime() - originNanos) / 1e6);
  }

  List<String> lines() {
    return lines;
  }
}
