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

  private boolean hasMss;
  private boolean hasWindowScale;
  private boolean sackPermitted;
  private boolean hasSack;
  private boolean hasTimestamps;
  private int mss;
  private int windowScale;
  private int timestampValue;
  private int timestampEcho;

  /// Reads the options that fill `lengthBytes`, 0..40. False when an option's length is below 2 or
  /// beyond the end, or when one of the kinds above has a length that is not its own; then no
  /// option counts as present.
  public boolean wrap(long address, int lengthBytes) {
    clear();
    int at = 0;
    while (at < lengthBytes) {
      int kind = Memory.getByte(address + at);
      if (kind == END) {
        return true;
      }
      if (kind == NO_OPERATION) {
        at++;
        continue;
      }
      if (lengthBytes - at < 2) {
        return clear();
      }
      int length = Memory.getByte(address + at + 1);
      if (length < 2 || length > lengthBytes - at || !read(kind, address + at + 2, length)) {
        return clear();
      }
      at += length;
    }
    return true;
  }

  private boolean read(int kind, long data, int length) {
    switch (kind) {
      case MSS -> {
        if (length != 4) {
          return false;
        }
        hasMss = true;
        mss = Memory.getShort(data);
      }
      case WINDOW_SCALE -> {
        if (length != 3) {
          return false;
        }
        hasWindowScale = true;
        windowScale = Math.min(Memory.getByte(data), MAX_WINDOW_SCALE);
      }
      case SACK_PERMITTED -> {
        if (length != 2) {
          return false;
        }
        sackPermitted = true;
      }
      case SACK -> {
        if (length < 10 || (length & 7) != 2) {
          return false;
        }
        hasSack = true;
      }
      case TIMESTAMPS -> {
        if (length != 10) {
          return false;
        }
        hasTimestamps = true;
        timestampValue = Memory.getInt(data);
        timestampEcho = Memory.getInt(data + 4);
      }
      default -> {
        return true;
      }
    }
    return true;
  }

  private boolean clear() {
    hasMss = false;
    hasWindowScale = false;
    sackPermitted = false;
    hasSack = false;
    hasTimestamps = false;
    mss = 0;
    windowScale = 0;
    timestampValue = 0;
    timestampEcho = 0;
    return false;
  }

  public boolean hasMss() {
    return hasMss;
  }

  /// Maximum segment size in bytes; 0 when absent.
  public int mss() {
    return mss;
  }

  public boolean hasWindowScale() {
    return hasWindowScale;
  }

  /// Window shift, 0..14; 0 when absent.
  public int windowScale() {
    return windowScale;
  }

  /// Whether the sender takes selective acknowledgments.
  public boolean isSackPermitted() {
    return sackPermitted;
  }

  /// Whether the segment carries selective acknowledgments.
  public boolean hasSack() {
    return hasSack;
  }

  public boolean hasTimestamps() {
    return hasTimestamps;
  }

  /// TSval; 0 when absent.
  public int timestampValue() {
    return timestampValue;
  }

  /// TSecr; 0 when absent.
  public int timestampEcho() {
    return timestampEcho;
  }
}
