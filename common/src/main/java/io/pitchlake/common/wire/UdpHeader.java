package io.pitchlake.common.wire;

/// A UDP header (RFC 768).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |          Source port          |       Destination port        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |            Length             |           Checksum            |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// The datagram ends at its own length; what the IP packet holds behind it is out of bounds here.
public final class UdpHeader extends Flyweight {
  /// IP protocol number of UDP.
  public static final int PROTOCOL = 17;

  /// Offset of the source port.
  public static final int SOURCE_PORT = 0;

  /// Offset of the destination port.
  public static final int DESTINATION_PORT = 2;

  /// Offset of the length of header and data.
  public static final int DATAGRAM_LENGTH = 4;

  /// Offset of the checksum over pseudo-header and datagram; 0 over IPv4 means none.
  public static final int CHECKSUM = 6;

  /// Offset of the data, and length of the header.
  public static final int LENGTH = 8;

  /// Points at a datagram in `lengthBytes` of IP payload. False when the header is cut off, or when
  /// the datagram's length is below 8 or beyond the payload.
  public boolean wrap(long address, int lengthBytes) {
    if (lengthBytes < LENGTH) {
      return refuse();
    }
    int length = Memory.getShort(address + DATAGRAM_LENGTH);
    return length >= LENGTH && length <= lengthBytes ? accept(address, length) : refuse();
  }

  /// Starts a datagram of `lengthBytes`; the length is set, the rest of the header 0, data
  /// untouched.
  public UdpHeader create(long address, int lengthBytes) {
    begin(address, lengthBytes, LENGTH);
    u16(DATAGRAM_LENGTH, lengthBytes);
    return this;
  }

  public int sourcePort() {
    return u16(SOURCE_PORT);
  }

  public UdpHeader sourcePort(int port) {
    u16(SOURCE_PORT, port);
    return this;
  }

  public int destinationPort() {
    return u16(DESTINATION_PORT);
  }

  public UdpHeader destinationPort(int port) {
    u16(DESTINATION_PORT, port);
    return this;
  }

  public int checksum() {
    return u16(CHECKSUM);
  }

  public UdpHeader checksum(int checksum) {
    u16(CHECKSUM, checksum);
    return this;
  }

  /// Address of the data.
  public long payloadAddress() {
    return address() + LENGTH;
  }

  /// Bytes of the data.
  public int payloadLength() {
    return lengthBytes() - LENGTH;
  }

  /// Judges the checksum; none at all is good here. See [Checksum#verify].
  public Checksum.Verdict verifyChecksum(Frame.ChecksumState state, Ipv4Header ip) {
    int stored = checksum();
    if (stored == 0 && state != Frame.ChecksumState.PARTIAL) {
      return Checksum.Verdict.GOOD;
    }
    return Checksum.verify(
        state, ip.pseudoHeaderSum(PROTOCOL, lengthBytes()), address(), lengthBytes(), stored);
  }

  /// Judges the checksum; over IPv6 there must be one (RFC 8200 section 8.1). See
  /// [Checksum#verify].
  public Checksum.Verdict verifyChecksum(Frame.ChecksumState state, Ipv6Header ip) {
    int stored = checksum();
    if (stored == 0 && state != Frame.ChecksumState.PARTIAL) {
      return Checksum.Verdict.BAD;
    }
    return Checksum.verify(
        state, ip.pseudoHeaderSum(PROTOCOL, lengthBytes()), address(), lengthBytes(), stored);
  }

  /// Sums pseudo-header and datagram and stores the checksum: the last step of building one.
  public UdpHeader updateChecksum(Ipv4Header ip) {
    return updateChecksum(ip.pseudoHeaderSum(PROTOCOL, lengthBytes()));
  }

  /// Sums pseudo-header and datagram and stores the checksum: the last step of building one.
  public UdpHeader updateChecksum(Ipv6Header ip) {
    return updateChecksum(ip.pseudoHeaderSum(PROTOCOL, lengthBytes()));
  }

  /// A sum that comes out as 0 is sent as all ones, because 0 says that there is none.
  private UdpHeader updateChecksum(long pseudoHeaderSum) {
    checksum(0);
    int checksum = Checksum.finish(pseudoHeaderSum + Checksum.sum(address(), lengthBytes()));
    return checksum(checksum == 0 ? 0xffff : checksum);
  }
}
