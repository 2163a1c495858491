package io.pitchlake.sync;

/// Which frames of a peer's stream have been taken. Frames of changes may be taken in any order,
/// because the stamps of entries decide; those that speak of all that was told before wait for
/// their turn. One thread.
final class Inbound {
  /// What to do with a frame.
  enum Verdict {
    TAKE,
    /// It was taken before.
    REPEATED,
    /// Another one must come first.
    EARLY,
    /// Of a stream that has ended.
    STALE
  }

  private long stream;
  private long expected;
  private long beyond;

  /// Looks at a frame; a newer stream begins here.
  Verdict look(long ofStream, long sequence, boolean inOrder) {
    if (ofStream < stream) {
      return Verdict.STALE;
    }
    if (ofStream > stream) {
      stream = ofStream;
      expected = 0;
      beyond = 0;
    }
    long ahead = sequence - expected;
    if (ahead < 0) {
      return Verdict.REPEATED;
    }
    if (ahead >= Outbound.WINDOW || inOrder && ahead > 0) {
      return Verdict.EARLY;
    }
    return (beyond >>> ahead & 1) != 0 ? Verdict.REPEATED : Verdict.TAKE;
  }

  /// Notes that a frame was taken.
  void taken(long sequence) {
    beyond |= 1L << sequence - expected;
    int run = Long.numberOfTrailingZeros(~beyond);
    expected += run;
    beyond = run == Long.SIZE ? 0 : beyond >>> run;
  }

  long stream() {
    return stream;
  }

  /// All frames below this one have been taken.
  long expected() {
    return expected;
  }

  /// A bit for each frame from there on that has been taken.
  long beyond() {
    return beyond;
  }
}
