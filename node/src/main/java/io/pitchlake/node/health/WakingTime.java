package io.pitchlake.node.health;

/// The engine's time without the hours that it slept through: a process that was stopped (SIGSTOP,
/// a paused virtual machine) heard nobody meanwhile, and that is nobody's fault but its own. So
/// silence is measured in time that this node was awake. Engine thread.
final class WakingTime {
  /// Turns are milliseconds apart where the node is run at all; checks count in seconds.
  private static final long ASLEEP_NANOS = 500_000_000;

  private long lastNanos;
  private long fellAsleepNanos;
  private long longNanos;
  private long sleptNanos;
  private boolean started;

  /// The engine's `nowNanos`, in this time. Never goes back.
  long now(long nowNanos) {
    long gap = nowNanos - lastNanos;
    if (started && gap > ASLEEP_NANOS) {
      fellAsleepNanos = lastNanos;
      longNanos = gap;
      sleptNanos += gap;
    }
    started = true;
    lastNanos = nowNanos;
    return nowNanos - sleptNanos;
  }

  /// A moment of the engine's since the last sleep but one, in this time.
  long of(long engineNanos) {
    return longNanos == 0 || engineNanos - fellAsleepNanos > 0
        ? engineNanos - sleptNanos
        : engineNanos - (sleptNanos - longNanos);
  }
}
