package io.pitchlake.sync.seal;

import java.util.Arrays;

/// Which numbers of one sender have come, as far back as [#NUMBERS] from the highest: each is let
/// in once, older ones never. As in RFC 4303, 3.4.3. One thread.
final class ReplayWindow {
  static final int NUMBERS = 4_096;

  private final long[] seen = new long[NUMBERS / Long.SIZE];
  private long highest;

  /// @param highest the highest that counts as seen; all below are refused
  ReplayWindow(long highest) {
    this.highest = highest;
    Arrays.fill(seen, -1);
  }

  /// Whether the number is new; from now on it is not.
  boolean take(long number) {
    if (number > highest) {
      forget(number);
      highest = number;
    } else if (highest - number >= NUMBERS || (seen[word(number)] & bit(number)) != 0) {
      return false;
    }
    seen[word(number)] |= bit(number);
    return true;
  }

  /// Makes room for the numbers from behind the highest up to this one.
  private void forget(long upTo) {
    long from = Math.max(highest + 1, upTo - NUMBERS + 1);
    for (long number = from; number <= upTo; number++) {
      seen[word(number)] &= ~bit(number);
    }
  }

  private static int word(long number) {
    return (int) (number / Long.SIZE % (NUMBERS / Long.SIZE));
  }

  private static long bit(long number) {
    return 1L << number;
  }
}
