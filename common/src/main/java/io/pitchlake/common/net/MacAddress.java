package io.pitchlake.common.net;

import java.util.HexFormat;
import java.util.Optional;

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

  /// Reads six pairs of hexadecimal digits with colons or hyphens between them; empty when it is
  /// something else.
  public static Optional<MacAddress> tryParse(String text) {
    if (text.length() != 17) {
      return Optional.empty();
    }
    char separator = text.charAt(2);
    if (separator != ':' && separator != '-') {
      return Optional.empty();
    }
    long value = 0;
    for (int i = 0; i < 17; i++) {
      char c = text.charAt(i);
      if (i % 3 == 2) {
        if (c != separator) {
          return Optional.empty();
        }
      } else if (HexFormat.isHexDigit(c)) {
        value = value << 4 | HexFormat.fromHexDigit(c);
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(new MacAddress(value));
  }

  /// As [#tryParse], for literals that must be right.
  public static MacAddress parse(String text) {
    return tryParse(text)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "'" + text + "' is not a MAC address such as 00:00:5e:00:01:32"));
  }

  /// The group bit: broadcast or multicast.
  public static boolean isGroup(long mac) {
    return (mac >>> 40 & 1) != 0;
  }

  /// Lower case, with colons.
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
