package io.pitchlake.common.time;

/// Where time comes from. The engine reads it once per turn and hands the value down.
public interface Clock {
  /// Monotonic nanoseconds from an arbitrary origin; compare by difference.
  long nanoTime();

  /// Milliseconds since the epoch: for log lines, capture files, and what nodes must agree on
  /// without talking. Not for intervals, since it may be set.
  long wallMillis();
}
