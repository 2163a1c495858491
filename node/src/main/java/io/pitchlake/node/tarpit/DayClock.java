package io.pitchlake.node.tarpit;

/// The time of day on the engine's clock, for what a peer sees go on after a failover: timestamps
/// and identifications. Nobody tells the other node where they stand; both count from the same
/// epoch. Immutable; any thread.
///
/// @param aheadNanos by how much the time of day, in nanoseconds since the epoch, was ahead of the
///   engine's clock when the node began. Read once: a clock that is set while the node runs does
///   not move what its peers see.
record DayClock(long aheadNanos) {
  private static final long MILLI_NANOS = 1_000_000;

  /// Milliseconds since the epoch.
  long millis(long nowNanos) {
    return (nowNanos + aheadNanos) / MILLI_NANOS;
  }
}
