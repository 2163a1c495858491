package io.pitchlake.common.wire;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// Assertions on a frame that read like a capture:
///
///     assertThat(frame)
///         .reads("00:00:5e:00:01:32 > 02:00:00:00:00:09 ARP reply 192.168.2.77 is-at * to *")
///         .hasLength(60);
///
/// A failure shows what was expected, what was seen, both as [CaptureLine]s, and a hex dump.
public final class FrameAssert {
  private static final int DUMP_ROW = 16;

  private final byte[] frame;

  private FrameAssert(byte[] frame) {
    this.frame = frame;
  }

  /// Starts assertions on a frame's bytes.
  public static FrameAssert assertThat(byte[] frame) {
    return new FrameAssert(frame);
  }

  /// Starts assertions on a frame where it lies.
  public static FrameAssert assertThat(Frame frame) {
    return new FrameAssert(frame.toByteArray());
  }

  /// The frame's [CaptureLine] is this; `*` stands for any text, also none.
  public FrameAssert reads(String pattern) {
    String seen = CaptureLine.of(frame);
    String[] literals = pattern.split("\\*", -1);
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < literals.length; i++) {
      regex.append(i == 0 ? "" : ".*").append(Pattern.quote(literals[i]));
    }
    return check(seen.matches(regex.toString()), pattern);
  }

  /// Exactly these bytes.
  public FrameAssert hasBytes(byte[] expected) {
    int at = Arrays.mismatch(expected, frame);
    return check(
        at < 0,
        CaptureLine.of(expected)
            + System.lineSeparator()
            + "first difference at byte "
            + at
            + System.lineSeparator()
            + dump(expected));
  }

  /// This many bytes, without FCS.
  public FrameAssert hasLength(int length) {
    return check(frame.length == length, "a frame of " + length + " bytes, not " + frame.length);
  }

  /// This byte at an offset from the frame's start.
  public FrameAssert hasByte(int offset, int value) {
    return check(
        offset < frame.length && (frame[offset] & 0xff) == value,
        "byte 0x%02x at offset %d".formatted(value, offset));
  }

  /// Every checksum is right and final.
  public FrameAssert hasGoodChecksums() {
    return check(CaptureLine.hasGoodChecksums(frame), "good checksums");
  }

  private FrameAssert check(boolean holds, String expected) {
    if (holds) {
      return this;
    }
    throw new AssertionError(
        "%nexpected: %s%nseen:     %s%n%s".formatted(expected, CaptureLine.of(frame), dump(frame)));
  }

  /// Rows of 16 bytes with their offsets.
  static String dump(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < bytes.length; row += DUMP_ROW) {
      int end = Math.min(row + DUMP_ROW, bytes.length);
      text.append("  %04x  ".formatted(row))
          .append(HexFormat.ofDelimiter(" ").formatHex(bytes, row, end))
          .append(System.lineSeparator());
    }
    return text.toString();
  }
}
