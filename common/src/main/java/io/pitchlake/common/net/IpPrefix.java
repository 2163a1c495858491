package io.pitchlake.common.net;

import java.util.Optional;

/// An address block in the 128-bit form of [IpAddress]: an IPv4 /24 has length 120 here and 24 in
/// text.
///
/// @param address the block's first address; bits behind the prefix are 0
/// @param length significant bits of the 128-bit form, 0..128
public record IpPrefix(IpAddress address, int length) {
  public IpPrefix {
    if (length < 0 || length > 128) {
      throw new IllegalArgumentException("a prefix length is 0 to 128, not " + length);
    }
    address = new IpAddress(address.high() & highMask(length), address.low() & lowMask(length));
  }

  /// The block of `length` bits in the address's own family (0..32 for IPv4) around `address`.
  public static IpPrefix around(IpAddress address, int length) {
    int longest = address.isIpv4() ? 32 : 128;
    if (length < 0 || length > longest) {
      throw new IllegalArgumentException(
          "a prefix length around " + address + " is 0 to " + longest + ", not " + length);
    }
    return new IpPrefix(address, address.isIpv4() ? length + 96 : length);
  }

  /// Reads `ADDRESS/LEN`, or an address alone as the block of that one address; empty when it is
  /// neither. Bits behind the length are dropped. Behind an address in IPv4-mapped form
  /// (`::ffff:192.0.2.0/120`) the length counts all 128 bits.
  public static Optional<IpPrefix> tryParse(String text) {
    int slash = text.indexOf('/');
    Optional<IpAddress> address = IpAddress.tryParse(slash < 0 ? text : text.substring(0, slash));
    if (address.isEmpty() || slash < 0) {
      return address.map(one -> new IpPrefix(one, 128));
    }
    String digits = text.substring(slash + 1);
    int longest = text.indexOf(':') < 0 ? 32 : 128;
    if (!digits.matches("[0-9]{1,3}") || Integer.parseInt(digits) > longest) {
      return Optional.empty();
    }
    return Optional.of(new IpPrefix(address.get(), Integer.parseInt(digits) + 128 - longest));
  }

  /// As [#tryParse], for literals that must be right.
  public static IpPrefix parse(String text) {
    return tryParse(text)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "'" + text + "' is not a block such as 192.0.2.0/24 or 2001:db8::/64"));
  }

  /// Whether the 128-bit address lies in the block.
  public boolean contains(long high, long low) {
    return (high & highMask(length)) == address.high() && (low & lowMask(length)) == address.low();
  }

  public boolean contains(IpAddress other) {
    return contains(other.high(), other.low());
  }

  /// Whether the two blocks have an address in common, which means that one lies in the other.
  public boolean overlaps(IpPrefix other) {
    return contains(other.address) || other.contains(address);
  }

  /// Whether the block is IPv4.
  public boolean isIpv4() {
    return length >= 96 && address.isIpv4();
  }

  /// The length as written in the address's own family: 24 for an IPv4 /24.
  public int familyLength() {
    return isIpv4() ? length - 96 : length;
  }

  /// The block's last address; for IPv4 the directed broadcast address.
  public IpAddress last() {
    return new IpAddress(address.high() | ~highMask(length), address.low() | ~lowMask(length));
  }

  /// The significant bits of an address's bits 127..64.
  public long highMask() {
    return highMask(length);
  }

  /// The significant bits of an address's bits 63..0.
  public long lowMask() {
    return lowMask(length);
  }

  private static long highMask(int length) {
    return length == 0 ? 0 : length >= 64 ? -1L : -1L << 64 - length;
  }

  private static long lowMask(int length) {
    return length <= 64 ? 0 : -1L << 128 - length;
  }

  @Override
  public String toString() {
    return address + "/" + familyLength();
  }
}
