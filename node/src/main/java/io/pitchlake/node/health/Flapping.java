package io.pitchlake.node.health;

/// Damps a target that comes and goes. A target that is lost within `windowNanos` of having become
/// ready has flapped; from the third flap in a row on it is kept out for a while although its
/// checks hold, 5 s at first and twice as long each time, `longestNanos` at most. One that has
/// stayed for the window starts afresh. Engine thread.
final class Flapping {
  private static final int FREE_FLAPS = 2;
  private static final long FIRST_HOLD_NANOS = 5_000_000_000L;
  private static final int MOST_DOUBLINGS = 20;

  private int flaps;
  private long upNanos;
  private long heldUntilNanos;
  private boolean held;

  /// The target has become ready.
  void up(long nowNanos) {
    upNanos = nowNanos;
    held = false;
  }

  /// The target is lost; returns how long it is kept out at least, 0 for no time.
  long down(long nowNanos, long windowNanos, long longestNanos) {
    flaps = nowNanos - upNanos < windowNanos ? flaps + 1 : 0;
    if (flaps <= FREE_FLAPS) {
      return 0;
    }
    int doublings = Math.min(flaps - FREE_FLAPS - 1, MOST_DOUBLINGS);
    long holdNanos = Math.min(FIRST_HOLD_NANOS << doublings, longestNanos);
    held = true;
    heldUntilNanos = nowNanos + holdNanos;
    return holdNanos;
  }

  /// How often it was lost in a row, each time soon after it had become ready.
  int flaps() {
    return flaps;
  }

  /// Whether it is still kept out.
  boolean isHeld(long nowNanos) {
    held = held && nowNanos - heldUntilNanos < 0;
    return held;
  }
}
