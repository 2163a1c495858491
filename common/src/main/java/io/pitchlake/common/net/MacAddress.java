package io.pitchlake.common.net;

import java.util.HexFormat;

/// An EUI-48 address, the 48 low bits of a long. The hot path carries the bare long; this record is
/// for people.
public record MacAddress(long value) {
  /// ff:ff:ff:ff:ff:ff
  public static final long BROADCAST = 0xffff_ffff_ffffL;

  public MacAddress {
    if ((value & ~BROADCAST) != 0) {
      throw new IllegalArgumentException(
          "a MAC address has 48 bits, not " + Long.toHexString(value));
    }
  }

  /// Reads `00:00:5e:00:01:32` (colons or hyphens).
  public static MacAddress parse(String text) {
    String[] parts = text.split("[:-]", -1);
    if (parts.length != 6) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a MAC address such as 00:00:5e:00:01:32");
    }
    long value = 0;
    for (String part : parts) {
      if (part.length() != 2) {
        throw new IllegalArgumentException(
            "'" + text + "' is not a MAC address such as 00:00:5e:00:01:32");
      }
      value = value << 8 | HexFormat.fromHexDigits(part);
    }
    return new MacAddress(value);
  }

  /// The group bit: broadcast or multicast.
  public static boolean isGroup(long mac) {
    return (mac >>> 40 & 1) != 0;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(17);
    for (int shift = 40; shift >= 0; shift -= 8) {
      if (shift < 40) {
        text.append(':');
      }
      HexFormat.of().toHexDigits(text, (byte) (value >>> shift));
    }
    return text.toString();
  }
}
