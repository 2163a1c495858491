package io.pitchlake.common.wire;

import io.pitchlake.common.net.IpAddress;

/// The packet that an ICMP error quotes (RFC 792, RFC 4443 section 3): its IP header and the
/// beginning of what it carried, at least the four bytes where TCP and UDP have their ports.
///
/// Extension headers of IPv6 are not walked: what is behind the fixed header counts as transport.
public final class QuotedPacket extends Flyweight {
  /// Bytes of an ICMP error in front of what it quotes.
  public static final int OFFSET = 8;

  private static final int PORTS_BYTES = 4;
  private static final int FRAGMENT_OFFSET = 0x1fff;

  private boolean ipv4;
  private int headerLength;

  /// Points at a quote. False when its version is another than the error's own, or when it is cut
  /// off before the ports.
  public boolean wrap(long address, int lengthBytes, boolean isIpv4) {
    int shortest = isIpv4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
    if (lengthBytes < shortest + PORTS_BYTES) {
      return refuse();
    }
    int first = Memory.getByte(address);
    int header = isIpv4 ? (first & 0xf) << 2 : shortest;
    if (first >>> 4 != (isIpv4 ? 4 : 6)
        || header < shortest
        || lengthBytes < header + PORTS_BYTES) {
      return refuse();
    }
    ipv4 = isIpv4;
    headerLength = header;
    return accept(address, lengthBytes);
  }

  /// Bytes of the quoted IP header.
  public int headerLength() {
    return headerLength;
  }

  /// What the quoted packet carries, such as [TcpHeader#PROTOCOL].
  public int protocol() {
    return u8(ipv4 ? Ipv4Header.PROTOCOL : Ipv6Header.NEXT_HEADER);
  }

  /// Whether it is a whole packet or the first piece of one. IPv6 always: a fragment header is not
  /// walked.
  public boolean isFirstPiece() {
    return !ipv4 || (u16(Ipv4Header.FRAGMENT) & FRAGMENT_OFFSET) == 0;
  }

  /// Bits 127..64 of the source; IPv4 as IPv4-mapped.
  public long sourceHigh() {
    return ipv4 ? 0 : i64(Ipv6Header.SOURCE);
  }

  public long sourceLow() {
    return ipv4 ? IpAddress.mappedLow(i32(Ipv4Header.SOURCE)) : i64(Ipv6Header.SOURCE + 8);
  }

  /// Bits 127..64 of the destination; IPv4 as IPv4-mapped.
  public long destinationHigh() {
    return ipv4 ? 0 : i64(Ipv6Header.DESTINATION);
  }

  public long destinationLow() {
    return ipv4
        ? IpAddress.mappedLow(i32(Ipv4Header.DESTINATION))
        : i64(Ipv6Header.DESTINATION + 8);
  }

  /// The first 16 bits behind the header.
  public int sourcePort() {
    return u16(headerLength);
  }

  /// The second 16 bits behind the header.
  public int destinationPort() {
    return u16(headerLength + 2);
  }

  /// Address of what the quoted packet carried.
  public long transportAddress() {
    return address() + headerLength;
  }

  /// Bytes of it that are quoted, 4 or more.
  public int transportLength() {
    return lengthBytes() - headerLength;
  }
}
