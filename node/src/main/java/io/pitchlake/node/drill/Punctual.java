package io.pitchlake.node.drill;

import io.pitchlake.node.engine.RealTime;
import io.pitchlake.node.port.ThreadPriority;

/// Runs what measures before ordinary threads, where the kernel allows it: a client's wait is what
/// the nodes make of it, not what a virtual machine that ends or a build leaves of this host's
/// processors. Behind the engines, which are what is measured.
final class Punctual {
  private static final int PRIORITY = RealTime.PRIORITY / 2;

  private Punctual() {}

  /// Runs `work`, which must wait between what it does, on a platform thread of its own. Where the
  /// kernel refuses it runs like any other, and the report says how late the probe was.
  static void run(Runnable work) {
    try (ThreadPriority priority = new ThreadPriority()) {
      priority.realTime(PRIORITY);
      work.run();
    }
  }
}
