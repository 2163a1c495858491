package io.pitchlake.common.session;

/// What changes of entries are stamped with, so that of two differing copies the newer one is
/// known: the epoch, which rises whenever a node becomes active, above a count of changes that all
/// nodes carry on together (a Lamport clock).
///
///      63      62           44 43                                   0
///     | 0 |      epoch        |               count                  |
///
/// So what the node that became active last has changed wins over whatever another one did at the
/// same time without knowing of it. Only the two parts of a split that were active in the same
/// epoch can give the same stamp to different changes. One thread.
public final class Stamps {
  private static final int COUNT_BITS = 44;

  /// The last epoch there is. Half a million promotions of nodes that never all end together.
  private static final long LAST_EPOCH = (1L << 63 - COUNT_BITS) - 1;

  private long last = 1L << COUNT_BITS;

  /// The stamp of a change that happens now.
  public long next() {
    return ++last;
  }

  /// Another node has stamped something so.
  public void saw(long stamp) {
    last = Math.max(last, stamp);
  }

  /// This node becomes active: its changes are newer than all that it knows of.
  public void promote() {
    if (epoch() < LAST_EPOCH) {
      last = (epoch() + 1) << COUNT_BITS;
    }
  }

  /// The present epoch, from 1.
  public long epoch() {
    return last >>> COUNT_BITS;
  }

  /// The stamp that was given or seen last.
  public long last() {
    return last;
  }
}
