package io.pitchlake.common.net;

import java.util.Arrays;
import java.util.function.IntPredicate;

/// A yes or no for each IPv4 address, as the places where the answer changes: ranges in which it is
/// yes and no by turns. How many such places there are up to an address says whether it is one or
/// the other, so a lookup reads an index by the address's first bits and the few places that share
/// them, some two cache lines. Immutable; any thread may ask, and nothing is allocated.
final class Ipv4Ranges {
  /// An index is for this many places on average, as many as fit half a cache line.
  private static final int PLACES_BITS = 3;

  private static final int MOST_INDEX_BITS = 16;

  /// Where the answer is another one than just before; the sign bit turned, so that they compare as
  /// unsigned numbers do.
  private final int[] places;

  /// For each value of an address's first bits, how many places lie before.
  private final int[] index;

  private final int shift;
  private final boolean first;

  /// @param starts addresses that hold all at which the answer can change, in any order
  /// @param answer what is to be known of each address
  Ipv4Ranges(int[] starts, IntPredicate answer) {
    first = answer.test(0);
    int[] sorted = starts.clone();
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] ^= Integer.MIN_VALUE;
    }
    Arrays.sort(sorted);
    int count = 0;
    boolean before = first;
    for (int place : sorted) {
      boolean now = answer.test(place ^ Integer.MIN_VALUE);
      if (now != before) {
        sorted[count++] = place;
        before = now;
      }
    }
    places = Arrays.copyOf(sorted, count);
    int bits =
        Math.clamp(
            Integer.SIZE - Integer.numberOfLeadingZeros(count) - PLACES_BITS, 1, MOST_INDEX_BITS);
    shift = Integer.SIZE - bits;
    index = new int[(1 << bits) + 1];
    int next = 0;
    for (int head = 0; head < index.length; head++) {
      while (next < count && (places[next] ^ Integer.MIN_VALUE) >>> shift < head) {
        next++;
      }
      index[head] = next;
    }
  }

  /// The answer for an address.
  boolean contains(int address) {
    int head = address >>> shift;
    int from = index[head];
    int to = index[head + 1];
    int wanted = address ^ Integer.MIN_VALUE;
    while (from < to) {
      int middle = from + to >>> 1;
      if (places[middle] <= wanted) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return first ^ (from & 1) != 0;
  }
}
