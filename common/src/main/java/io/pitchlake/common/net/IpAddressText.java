package io.pitchlake.common.net;

/// Text form of addresses: dotted quad without leading zeros, RFC 4291 in, RFC 5952 out.
final class IpAddressText {
  private IpAddressText() {}

  static IpAddress parse(String text) {
    if (text.indexOf(':') < 0) {
      long quad = parseQuad(text);
      return quad < 0 ? null : IpAddress.ofIpv4((int) quad);
    }
    int[] groups = new int[8];
    int count = 0;
    int gap = -1;
    int at = 0;
    if (text.startsWith("::")) {
      gap = 0;
      at = 2;
    }
    while (at < text.length()) {
      int end = text.indexOf(':', at);
      String group = text.substring(at, end < 0 ? text.length() : end);
      if (end < 0 && group.indexOf('.') >= 0) {
        long quad = parseQuad(group);
        if (quad < 0 || count > 6) {
          return null;
        }
        groups[count++] = (int) (quad >>> 16);
        groups[count++] = (int) (quad & 0xffff);
        break;
      }
      int value = parseGroup(group);
      if (value < 0 || count == 8) {
        return null;
      }
      groups[count++] = value;
      if (end < 0) {
        break;
      }
      at = end + 1;
      if (at < text.length() && text.charAt(at) == ':') {
        if (gap >= 0) {
          return null;
        }
        gap = count;
        at++;
      } else if (at == text.length()) {
        return null;
      }
    }
    if (gap < 0 ? count != 8 : count > 7) {
      return null;
    }
    long high = 0;
    long low = 0;
    for (int i = 0; i < 8; i++) {
      int tail = i - (8 - count);
      int value = gap < 0 || i < gap ? (i < count ? groups[i] : 0) : tail >= gap ? groups[tail] : 0;
      if (i < 4) {
        high = high << 16 | value;
      } else {
        low = low << 16 | value;
      }
    }
    return new IpAddress(high, low);
  }

  private static int parseGroup(String text) {
    if (text.isEmpty() || text.length() > 4) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static long parseQuad(String text) {
    long value = 0;
    int octets = 0;
    int at = 0;
    while (true) {
      int octet = 0;
      int start = at;
      while (at < text.length()
          && text.charAt(at) >= '0'
          && text.charAt(at) <= '9'
          && at - start < 4) {
        octet = octet * 10 + text.charAt(at++) - '0';
      }
      boolean leadingZero = at - start > 1 && text.charAt(start) == '0';
      if (at == start || octet > 255 || leadingZero) {
        return -1;
      }
      value = value << 8 | octet;
      octets++;
      if (octets == 4) {
        return at == text.length() ? value : -1;
      }
      if (at == text.length() || text.charAt(at) != '.') {
        return -1;
      }
      at++;
    }
  }

  static String format(IpAddress address) {
    if (address.isIpv4()) {
      int v = address.ipv4();
      return (v >>> 24) + "." + (v >>> 16 & 0xff) + "." + (v >>> 8 & 0xff) + "." + (v & 0xff);
    }
    int bestStart = -1;
    int bestLength = 1;
    for (int start = 0; start < 8; start++) {
      int end = start;
      while (end < 8 && group(address, end) == 0) {
        end++;
      }
      if (end - start > bestLength) {
        bestStart = start;
        bestLength = end - start;
      }
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < 8; i++) {
      if (i == bestStart) {
        text.append("::");
        i += bestLength - 1;
      } else {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(group(address, i)));
      }
    }
    return text.toString();
  }

  private static int group(IpAddress address, int index) {
    long half = index < 4 ? address.high() : address.low();
    return (int) (half >>> (3 - (index & 3)) * 16) & 0xffff;
  }
}
