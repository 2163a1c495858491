package io.pitchlake.common.time;

/// A rate limit: `ratePerSecond` tokens a second, at most one second's worth (and at least one)
/// saved up. One thread.
public final class TokenBucket {
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final long ratePerSecond;
  private long creditNanoTokens;
  private long lastNanos;

  /// A bucket that is full at `nowNanos`. A rate of 0 never gives a token.
  public TokenBucket(long ratePerSecond, long nowNanos) {
    this.ratePerSecond = ratePerSecond;
    this.creditNanoTokens = ratePerSecond * SECOND_NANOS;
    this.lastNanos = nowNanos;
  }

  /// Takes one token when there is one.
  public boolean take(long nowNanos) {
    return take(nowNanos, 1, 0);
  }

  /// Takes tokens when there are so many, and as many again as are to be left.
  ///
  /// @param tokens at most a second's worth, or there are never so many
  public boolean take(long nowNanos, long tokens, long left) {
    long elapsed = Math.min(nowNanos - lastNanos, SECOND_NANOS);
    if (elapsed > 0) {
      lastNanos = nowNanos;
      long full = Math.max(ratePerSecond, 1) * SECOND_NANOS;
      creditNanoTokens = Math.min(creditNanoTokens + elapsed * ratePerSecond, full);
    }
    if (creditNanoTokens < (tokens + left) * SECOND_NANOS) {
      return false;
    }
    creditNanoTokens -= tokens * SECOND_NANOS;
    return true;
  }
}
