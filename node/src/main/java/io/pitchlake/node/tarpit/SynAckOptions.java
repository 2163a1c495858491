package io.pitchlake.node.tarpit;

import io.pitchlake.common.wire.Memory;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.TcpOptions;
import java.util.ArrayList;
import java.util.List;

/// The options of a SYN-ACK, made once for each set of options that a SYN may offer, and the window
/// that goes with them. Immutable; any thread.
final class SynAckOptions {
  /// Bits of what a SYN offers.
  static final int TIMESTAMPS = 1;

  static final int SACK = 2;
  static final int SCALE = 4;

  /// How many sets of offers there are.
  static final int OFFERS = 8;

  private static final int WORD = 4;
  private static final int MOST_WINDOW = 65_535;
  private static final int TIMESTAMPS_BYTES = 12;
  private static final int SMALLEST_MSS = 536;

  private final int mss;
  private final int[] words;
  private final int timestampAt;
  private final long sum;
  private final int window;

  /// @param mss bytes of the largest segment that the machine takes
  /// @param offered what the SYN has, of the bits above
  SynAckOptions(Habits habits, int mss, int offered) {
    boolean timestamps = (offered & TIMESTAMPS) != 0 && habits.tickMillis() > 0;
    boolean sack = (offered & SACK) != 0 && habits.sack();
    boolean scale = (offered & SCALE) != 0 && habits.windowScale() >= 0;
    boolean scaleLast = habits.layout() == Habits.Layout.SCALE_LAST;
    List<Integer> behind = new ArrayList<>();
    int scaleWord = TcpOptions.windowScaleWord(Math.max(0, habits.windowScale()));
    if (scale && !scaleLast) {
      behind.add(scaleWord);
    }
    int stamp = -1;
    if (timestamps) {
      behind.add(sack ? TcpOptions.SACK_PERMITTED_TIMESTAMPS_WORD : TcpOptions.TIMESTAMPS_WORD);
      stamp = behind.size();
      behind.add(0);
      behind.add(0);
    } else if (sack) {
      behind.add(habits.layout().sackAlone());
    }
    if (scale && scaleLast) {
      behind.add(scaleWord);
    }
    this.mss = mss;
    words = behind.stream().mapToInt(Integer::intValue).toArray();
    timestampAt = stamp;
    sum = behind.stream().mapToLong(word -> word & 0xffff_ffffL).sum();
    int segment = mss - (timestamps ? TIMESTAMPS_BYTES : 0);
    window = habits.window() > 0 ? habits.window() : MOST_WINDOW / segment * segment;
  }

  /// What a SYN offers, as bits.
  static int offers(TcpOptions syn) {
    return (syn.hasTimestamps() ? TIMESTAMPS : 0)
        | (syn.isSackPermitted() ? SACK : 0)
        | (syn.hasWindowScale() ? SCALE : 0);
  }

  /// Bytes of header and options.
  int headerLength() {
    return TcpHeader.MIN_LENGTH + WORD + words.length * WORD;
  }

  /// The window, unscaled as in any SYN-ACK.
  int window() {
    return window;
  }

  /// Writes them and returns their sum.
  ///
  /// @param at where options begin
  /// @param mirroredMss the peer's largest segment where the machine names none larger, 0 where
  ///   that does not matter; a peer that names none has one of 536 (RFC 9293, 3.7.1)
  long write(long at, TcpOptions syn, boolean mirrorsMss, int timestamp, int echo) {
    int largest = mirrorsMss ? Math.min(mss, syn.hasMss() ? syn.mss() : SMALLEST_MSS) : mss;
    int first = TcpOptions.mssWord(largest);
    long total = sum + (first & 0xffff_ffffL);
    Memory.putInt(at, first);
    for (int i = 0; i < words.length; i++) {
      Memory.putInt(at, WORD + i * WORD, words[i]);
    }
    if (timestampAt >= 0) {
      Memory.putInt(at, WORD + timestampAt * WORD, timestamp);
      Memory.putInt(at, 2 * WORD + timestampAt * WORD, echo);
      total += (timestamp & 0xffff_ffffL) + (echo & 0xffff_ffffL);
    }
    return total;
  }
}
