package io.pitchlake.node.event.sink;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait after failures in a row: each time twice as long, up to a bound, less a quarter
/// at most, by chance, so that several nodes do not come back in step. One thread.
final class Backoff {
  private static final int LARGEST_SHIFT = 20;
  private static final int JITTER_PART = 4;

  private final long firstNanos;
  private final long mostNanos;
  private final RandomGenerator random;
  private int failures;

  /// @param first up to an hour
  Backoff(Duration first, Duration most, RandomGenerator random) {
    this.firstNanos = first.toNanos();
    this.mostNanos = most.toNanos();
    this.random = random;
  }

  /// The wait after one more failure.
  long failedNanos() {
    long whole = Math.min(mostNanos, firstNanos << Math.min(failures, LARGEST_SHIFT));
    failures++;
    return whole - random.nextLong(whole / JITTER_PART + 1);
  }

  void succeeded() {
    failures = 0;
  }
}
