package io.pitchlake.common.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// An IPv4 or IPv6 address as 128 bits; IPv4 stands as IPv4-mapped (`::ffff:a.b.c.d`), so that one
/// table and one comparison serve both families. The hot path carries the two bare longs; this
/// record is for people and configuration.
///
/// @param high bits 127..64
/// @param low bits 63..0
public record IpAddress(long high, long low) implements Comparable<IpAddress> {
  private static final long MAPPED_PREFIX = 0x0000_ffff_0000_0000L;
  private static final long LINK_LOCAL_HIGH = 0xfe80_0000_0000_0000L;
  private static final long UNIVERSAL_BIT = 0x0200_0000_0000_0000L;

  /// The IPv4 address with these 32 bits.
  public static IpAddress ofIpv4(int address) {
    return new IpAddress(0, mappedLow(address));
  }

  /// The low 64 bits under which an IPv4 address is kept in tables; the high bits are 0.
  public static long mappedLow(int ipv4) {
    return MAPPED_PREFIX | ipv4 & 0xffff_ffffL;
  }

  /// The link-local address that a MAC makes: its interface identifier (RFC 4291 appendix A) in
  /// fe80::/64.
  public static IpAddress linkLocal(long mac) {
    long identifier = (mac & 0xffff_ff00_0000L) << 16 | 0xff_fe00_0000L | mac & 0xff_ffffL;
    return new IpAddress(LINK_LOCAL_HIGH, identifier ^ UNIVERSAL_BIT);
  }

  /// Whether these 128 bits are an IPv4-mapped address.
  public static boolean isIpv4(long high, long low) {
    return high == 0 && low >>> 32 == 0xffffL;
  }

  public boolean isIpv4() {
    return isIpv4(high, low);
  }

  /// The 32 bits of an IPv4 address.
  public int ipv4() {
    return (int) low;
  }

  /// Multicast, either family.
  public boolean isMulticast() {
    return isIpv4() ? (ipv4() & 0xf000_0000) == 0xe000_0000 : high >>> 56 == 0xff;
  }

  /// `0.0.0.0` or `::`.
  public boolean isUnspecified() {
    return high == 0 && (low == 0 || low == MAPPED_PREFIX);
  }

  /// 127.0.0.0/8 or `::1`.
  public boolean isLoopback() {
    return isIpv4() ? ipv4() >>> 24 == 127 : high == 0 && low == 1;
  }

  /// `255.255.255.255`
  public boolean isLimitedBroadcast() {
    return isIpv4() && ipv4() == -1;
  }

  /// fe80::/10
  public boolean isLinkLocal() {
    return high >>> 54 == 0xfe80 >>> 6;
  }

  /// Reads dotted quad or RFC 4291 text; empty when it is neither. `::ffff:1.2.3.4` is the IPv4
  /// address. No zone.
  public static Optional<IpAddress> tryParse(String text) {
    return Optional.ofNullable(IpAddressText.parse(text));
  }

  /// As [#tryParse], for literals that must be right.
  public static IpAddress parse(String text) {
    return tryParse(text)
        .orElseThrow(
            () -> new IllegalArgumentException("'" + text + "' is not an IPv4 or IPv6 address"));
  }

  /// The same for the JDK's sockets. Asks no name service.
  public InetAddress inet() {
    ByteBuffer octets =
        isIpv4()
            ? ByteBuffer.allocate(4).putInt(ipv4())
            : ByteBuffer.allocate(16).putLong(high).putLong(low);
    try {
      return InetAddress.getByAddress(octets.array());
    } catch (UnknownHostException e) {
      throw new AssertionError("4 and 16 octets are an address", e);
    }
  }

  /// The address that the JDK has; a zone is left out.
  public static IpAddress of(InetAddress address) {
    ByteBuffer octets = ByteBuffer.wrap(address.getAddress());
    return octets.remaining() == 4
        ? ofIpv4(octets.getInt())
        : new IpAddress(octets.getLong(), octets.getLong());
  }

  @Override
  public int compareTo(IpAddress other) {
    int order = Long.compareUnsigned(high, other.high);
    return order != 0 ? order : Long.compareUnsigned(low, other.low);
  }

  /// Dotted quad, or the canonical text of RFC 5952.
  @Override
  public String toString() {
    return IpAddressText.format(this);
  }
}
