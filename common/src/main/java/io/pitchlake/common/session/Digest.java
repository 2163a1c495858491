package io.pitchlake.common.session;

/// Sums over everything that a node has told others or taken from them, kept with each change, by
/// ranges of the key's hash: two nodes that hold the same have the same sums, whatever order it
/// came in; two that do not differ in the ranges of what is different. One thread.
public final class Digest {
  /// How many ranges there are; a power of two.
  public static final int RANGES = 4096;

  private static final int RANGE_SHIFT = 64 - 12;

  private final long[] sums = new long[RANGES];
  private long total;

  /// The range of a key.
  public static int range(long keyHash) {
    return (int) (keyHash >>> RANGE_SHIFT);
  }

  /// An entry's contribution has changed; 0 stands for no entry.
  public void replace(long keyHash, long before, long after) {
    sums[range(keyHash)] += after - before;
    total += after - before;
  }

  /// The sum of one range.
  public long sum(int range) {
    return sums[range];
  }

  /// The sum over all ranges: as long as it is equal, nobody need look at the others.
  public long total() {
    return total;
  }
}
