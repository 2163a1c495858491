package io.pitchlake.common.wire;

/// The options of one TCP header, read once into fields (RFC 9293 section 3.2, 7323, 2018); reused, no allocation.
///
///     +--------+--------+---------+--------+
///     |00000010|00000100|   max seg size   |                      kind 2, maximum segment size
///     +--------+--------+--------+---------+
///     |00000011|00000011|shift.cnt|                               kind 3, window scale
///     +--------+--------+---------+
///     |00000100|00000010|                                         kind 4, SACK permitted
///     +--------+--------+
///     |00000101|00001010|  left edge, right edge ...              kind 5, SACK: 1 to 4 blocks
///     +--------+--------+---------+--------+---------+--------+
///     |00001000|00001010|      TSval       |      TSecr       |   kind 8, timestamps: 4 bytes each
///     +--------+--------+---------+--------+---------+--------+
///
/// Kinds 0 (end) and 1 (no operation) are one byte; every other has a length, and unknown ones are skipped by it. Of
/// an option that comes twice the last counts.
public final class TcpOptions {
  /// Kind: end of the list.
  public static final int END = 0;

  /// Kind: no operation, for alignment.
  public static final int NO_OPERATION = 1;

  /// Kind: maximum segment size.
  public static final int MSS = 2;

  /// Kind: window scale.
  public static final int WINDOW_SCALE = 3;

  /// Kind: SACK permitted.
  public static final int SACK_PERMITTED = 4;

  /// Kind: selective acknowledgment.
  public static final int SACK = 5;

  /// Kind: timestamps.
  public static final int TIMESTAMPS = 8;

  /// Largest window scale; a larger one counts as this (RFC 7323 section 2.3).
  public static final int MAX_WINDOW_SCALE = 14;

  /// Word: two no operations, then SACK permitted.
  public static final int SACK_PERMITTED_WORD = 0x0101_0402;

  /// Word: two no operations, then the head of timestamps; value and echo follow, a word each.
  public static final int TIMESTAMPS_WORD = 0x0101_080a;

  /// Word: SACK permitted, then the head of timestamps; value and echo follow, a word each.
  public static final int SACK_PERMITTED_TIMESTAMPS_WORD = 0x0402_080a;

  private static final int MSS_WORD = MSS << 24 | 4 << 16;
  private static final int WINDOW_SCALE_WORD = NO_OPERATION << 24 | WINDOW_SCALE << 16 | 3 << 8;

  private static final int HAS_MSS = 1 << MSS;
  private static final int HAS_WINDOW_SCALE = 1 << WINDOW_SCALE;
  private static final int HAS_SACK_PERMITTED = 1 << SACK_PERMITTED;
  private static final int HAS_SACK = 1 << SACK;
  private static final int HAS_TIMESTAMPS = 1 << TIMESTAMPS;
  private static final int KNOWN =
      HAS_MSS | HAS_WINDOW_SCALE | HAS_SACK_PERMITTED | HAS_SACK | HAS_TIMESTAMPS;

  private int present;
  private int mss;
  private int windowScale;
  private int timestampValue;
  private int timestampEcho;

  /// A maximum segment size in bytes as a word of a header.
  public static int mssWord(int bytes) {
    return MSS_WORD | bytes;
  }

  /// A no operation and a window shift, 0..14, as a word of a header.
  public static int windowScaleWord(int shift) {
    return WINDOW_SCALE_WORD | shift;
  }

  /// Reads the options that fill `lengthBytes`, 0..40. False when an option's length is below 2 or
  /// beyond the end, or when one of the kinds above has a length that is not its own; then no
  /// option counts as present.
  public boolean wrap(long address, int lengthBytes) {
    present = 0;
    int found = 0;
    int at = 0;
    while (at < lengthBytes) {
      int kind = Memory.getByte(address + at);
      if (kind == NO_OPERATION) {
        at++;
        continue;
      }
      if (kind == END) {
        break;
      }
      if (lengthBytes - at < 2) {
        return false;
      }
      int length = Memory.getByte(address + at + 1);
      if (length < 2 || length > lengthBytes - at) {
        return false;
      }
      // Kind and length in one: the kinds above are known by both.
      switch (kind << 8 | length) {
        case MSS << 8 | 4 -> {
          found |= HAS_MSS;
          mss = Memory.getShort(address + at + 2);
        }
        case SACK_PERMITTED << 8 | 2 -> found |= HAS_SACK_PERMITTED;
        case TIMESTAMPS << 8 | 10 -> {
          found |= HAS_TIMESTAMPS;
          timestampValue = Memory.getInt(address + at + 2);
          timestampEcho = Memory.getInt(address + at + 6);
        }
        case WINDOW_SCALE << 8 | 3 -> {
          found |= HAS_WINDOW_SCALE;
          windowScale = Math.min(Memory.getByte(address + at + 2), MAX_WINDOW_SCALE);
        }
        case SACK << 8 | 10, SACK << 8 | 18, SACK << 8 | 26, SACK << 8 | 34 -> found |= HAS_SACK;
        default -> {
          if ((KNOWN >>> kind & 1) != 0 && kind < Integer.SIZE) {
            return false;
          }
        }
      }
      at += length;
    }
    present = found;
    return true;
  }

  private boolean has(int option) {
    return (present & option) != 0;
  }

  public boolean hasMss() {
    return has(HAS_MSS);
  }

  /// Maximum segment size in bytes; 0 when absent.
  public int mss() {
    return has(HAS_MSS) ? mss : 0;
  }

  public boolean hasWindowScale() {
    return has(HAS_WINDOW_SCALE);
  }

  /// Window shift, 0..14; 0 when absent.
  public int windowScale() {
    return has(HAS_WINDOW_SCALE) ? windowScale : 0;
  }

  /// Whether the sender takes selective acknowledgments.
  public boolean isSackPermitted() {
    return has(HAS_SACK_PERMITTED);
  }

  /// Whether the segment carries selective acknowledgments.
  public boolean hasSack() {
    return has(HAS_SACK);
  }

  public boolean hasTimestamps() {
    return has(HAS_TIMESTAMPS);
  }

  /// TSval; 0 when absent.
  public int timestampValue() {
    return has(HAS_TIMESTAMPS) ? timestampValue : 0;
  }

  /// TSecr; 0 when absent.
  public int timestampEcho() {
    return has(HAS_TIMESTAMPS) ? timestampEcho : 0;
  }
}
