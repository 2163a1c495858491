package io.pitchlake.node.slb;

/// How many bytes each target was sent lately: sums that lose an eighth four times a second, so
/// that half of a burst is forgotten after 1.3 s. Direct server return shows the clients' half of
/// the traffic alone. Targets are named by their positions in the view. Engine thread.
final class Loads {
  private static final long STEP_NANOS = 250_000_000L;
  private static final int LOST_SHIFT = 3;

  /// More steps than it takes to forget all of any sum.
  private static final long MOST_STEPS = 512;

  private long[] bytes = new long[0];
  private long nextStepNanos;

  /// Begins anew for so many targets.
  void configure(int targets, long nowNanos) {
    bytes = new long[targets];
    nextStepNanos = nowNanos + STEP_NANOS;
  }

  void tick(long nowNanos) {
    if (nowNanos - nextStepNanos < 0) {
      return;
    }
    long steps = Math.min((nowNanos - nextStepNanos) / STEP_NANOS + 1, MOST_STEPS);
    nextStepNanos = nowNanos + STEP_NANOS;
    for (int target = 0; target < bytes.length; target++) {
      for (long step = 0; step < steps && bytes[target] > 0; step++) {
        // At least one, or small sums would stay for ever.
        bytes[target] -= Math.max(1, bytes[target] >> LOST_SHIFT);
      }
    }
  }

  void add(int target, long sentBytes) {
    bytes[target] += sentBytes;
  }

  long bytes(int target) {
    return bytes[target];
  }
}
