package io.pitchlake.common.time;

/// Where time comes from. The engine reads it once per turn and hands the value down.
public interface Clock {
  /// Monotonic nanoseconds from an arbitrary origin; compare by difference.
  long nanoTime();

  /// Milliseconds since the epoch, for log lines and capture files only.
  long wallMillis();
}
