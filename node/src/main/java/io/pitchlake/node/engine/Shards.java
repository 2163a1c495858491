package io.pitchlake.node.engine;

import io.pitchlake.node.port.Fanout;

/// Which of several engines on the same interfaces keeps an address: the one place that its proof,
/// its state and the segments for it belong to, so that every table has one writer. The kernel
/// steers frames by the same arithmetic (see [Fanout]); what an engine hears of another's address
/// it passes on. Immutable; any thread.
///
/// @param count how many engines there are
/// @param self which of them this is, 0 to `count` - 1
public record Shards(int count, int self) {
  public Shards {
    if (self < 0 || self >= count) {
      throw new IllegalArgumentException("shard " + self + " of " + count);
    }
  }

  /// The engine that keeps an address. Only the low 32 bits count, because that is what the
  /// steering program can load.
  public int home(long low) {
    return Fanout.home((int) low, count);
  }

  /// Whether this engine keeps the address.
  public boolean isHome(long low) {
    return count == 1 || home(low) == self;
  }
}
