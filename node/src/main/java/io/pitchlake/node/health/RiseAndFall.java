package io.pitchlake.node.health;

/// Whether a check holds, from its results: a check that never was judged rises with its first good
/// one, one that has failed with `rise` in a row; it falls with `fall` bad ones in a row, or when
/// nothing good was heard for `timeoutNanos`. One thread.
final class RiseAndFall {
  enum State {
    /// Nothing was heard yet, and there is still time.
    UNKNOWN,
    UP,
    DOWN
  }

  private final int rise;
  private final int fall;
  private final long timeoutNanos;
  private State state = State.UNKNOWN;
  private int goodInRow;
  private int badInRow;
  private boolean missedLast;
  private long lastGoodNanos;

  RiseAndFall(int rise, int fall, long timeoutNanos, long nowNanos) {
    this.rise = rise;
    this.fall = fall;
    this.timeoutNanos = timeoutNanos;
    this.lastGoodNanos = nowNanos;
  }

  /// Goes on from where another was left off.
  void continueFrom(RiseAndFall before) {
    state = before.state;
    goodInRow = before.goodInRow;
    badInRow = before.badInRow;
    missedLast = before.missedLast;
    lastGoodNanos = before.lastGoodNanos;
  }

  State state() {
    return state;
  }

  /// When a check that holds, or may yet, fails unless something good is heard.
  long deadlineNanos() {
    return lastGoodNanos + timeoutNanos;
  }

  /// Whether its state is about to change, so that it pays to ask again soon.
  boolean isTurning() {
    return state == State.DOWN ? goodInRow > 0 : badInRow > 0 || missedLast;
  }

  /// A good result; true when the check holds now and did not before.
  boolean passed(long nowNanos) {
    lastGoodNanos = nowNanos;
    badInRow = 0;
    missedLast = false;
    goodInRow = Math.min(goodInRow + 1, rise);
    if (state == State.UP || state == State.DOWN && goodInRow < rise) {
      return false;
    }
    state = State.UP;
    return true;
  }

  /// A bad answer; true when the check has failed by it.
  boolean failed() {
    goodInRow = 0;
    missedLast = false;
    badInRow = Math.min(badInRow + 1, fall);
    if (state == State.DOWN || badInRow < fall) {
      return false;
    }
    state = State.DOWN;
    return true;
  }

  /// No answer so far; only time makes that a failure.
  void missed() {
    goodInRow = 0;
    missedLast = true;
  }

  /// True when time has made the check fail.
  boolean expired(long nowNanos) {
    if (state == State.DOWN || nowNanos - deadlineNanos() < 0) {
      return false;
    }
    state = State.DOWN;
    goodInRow = 0;
    return true;
  }
}
