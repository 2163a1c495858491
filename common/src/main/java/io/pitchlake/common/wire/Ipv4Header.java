package io.pitchlake.common.wire;

/// An IPv4 header (RFC 791 section 3.1).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |Version|  IHL  |     DSCP  |ECN|         Total length          |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |        Identification         |0|D|M|     Fragment offset     |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     | Time to live  |   Protocol    |        Header checksum        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                        Source address                         |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                      Destination address                      |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |              Options, 0 to 40 bytes, and payload              |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// The packet ends at its total length; what the frame holds behind it is padding and out of bounds here.
public final class Ipv4Header extends Flyweight {
  /// EtherType of IPv4.
  public static final int ETHER_TYPE = 0x0800;

  /// Offset of version and header length.
  public static final int VERSION_IHL = 0;

  /// Offset of DSCP and ECN.
  public static final int TYPE_OF_SERVICE = 1;

  /// Offset of the total length.
  public static final int TOTAL_LENGTH = 2;

  /// Offset of the identification.
  public static final int IDENTIFICATION = 4;

  /// Offset of the flags and the fragment offset.
  public static final int FRAGMENT = 6;

  /// Offset of the time to live.
  public static final int TIME_TO_LIVE = 8;

  /// Offset of the protocol.
  public static final int PROTOCOL = 9;

  /// Offset of the header checksum.
  public static final int CHECKSUM = 10;

  /// Offset of the source address.
  public static final int SOURCE = 12;

  /// Offset of the destination address.
  public static final int DESTINATION = 16;

  /// Offset of the options, and length of a header without them.
  public static final int MIN_LENGTH = 20;

  private static final int VERSION_AND_LENGTH = 0x45;
  private static final int DONT_FRAGMENT = 0x4000;
  private static final int MORE_FRAGMENTS = 0x2000;
  private static final int FRAGMENT_OFFSET = 0x1fff;

  private int headerLength;

  /// Points at a packet in `lengthBytes` of frame. False when it is not version 4, when the header
  /// length is below 20 or beyond the total length, or when the total length is beyond the frame.
  /// The checksum is not looked at.
  public boolean wrap(long address, int lengthBytes) {
    if (lengthBytes < MIN_LENGTH) {
      return refuse();
    }
    int versionIhl = Memory.getByte(address);
    int header = (versionIhl & 0xf) << 2;
    int total = Memory.getShort(address + TOTAL_LENGTH);
    if (versionIhl >>> 4 != 4 || header < MIN_LENGTH || header > total || total > lengthBytes) {
      return refuse();
    }
    headerLength = header;
    return accept(address, total);
  }

  /// Starts a packet of `totalLengthBytes` without options; version and lengths are set, all else
  /// is 0.
  public Ipv4Header create(long address, int totalLengthBytes) {
    begin(address, totalLengthBytes, MIN_LENGTH);
    headerLength = MIN_LENGTH;
    u8(VERSION_IHL, VERSION_AND_LENGTH);
    u16(TOTAL_LENGTH, totalLengthBytes);
    return this;
  }

  /// Identification (16 bits) and flags of a whole packet as one word, for [#create].
  public static int identificationWord(int identification, boolean dontFragment) {
    return identification << 16 | (dontFragment ? DONT_FRAGMENT : 0);
  }

  /// Writes the whole header of a packet without options, checksum included. In words as wide as
  /// they come, and the checksum from the values: reading back what was just written in other
  /// widths would stall the processor.
  ///
  /// @param identificationWord as [#identificationWord] makes it
  public Ipv4Header create(
      long address,
      int totalLengthBytes,
      int identificationWord,
      int timeToLive,
      int protocol,
      int source,
      int destination) {
    require(totalLengthBytes, MIN_LENGTH);
    accept(address, totalLengthBytes);
    headerLength = MIN_LENGTH;
    int lifeAndProtocol = timeToLive << 8 | protocol;
    int checksum =
        Checksum.finish(
            (VERSION_AND_LENGTH << 8)
                + (identificationWord & 0xffff_ffffL)
                + lifeAndProtocol
                + totalLengthBytes
                + (source & 0xffff_ffffL)
                + (destination & 0xffff_ffffL));
    i64(
        VERSION_IHL,
        (long) VERSION_AND_LENGTH << 56
            | (long) totalLengthBytes << 32
            | identificationWord & 0xffff_ffffL);
    i64(TIME_TO_LIVE, (long) lifeAndProtocol << 48 | (long) checksum << 32 | source & 0xffff_ffffL);
    i32(DESTINATION, destination);
    return this;
  }

  /// Bytes of the header with its options, 20..60.
  public int headerLength() {
    return headerLength;
  }

  /// Bytes of the packet, header included.
  public int totalLength() {
    return lengthBytes();
  }

  /// DSCP and ECN, 8 bits.
  public int typeOfService() {
    return u8(TYPE_OF_SERVICE);
  }

  public Ipv4Header typeOfService(int value) {
    u8(TYPE_OF_SERVICE, value);
    return this;
  }

  public int identification() {
    return u16(IDENTIFICATION);
  }

  public Ipv4Header identification(int id) {
    u16(IDENTIFICATION, id);
    return this;
  }

  public boolean isDontFragment() {
    return (u16(FRAGMENT) & DONT_FRAGMENT) != 0;
  }

  public Ipv4Header dontFragment(boolean set) {
    u16(FRAGMENT, u16(FRAGMENT) & ~DONT_FRAGMENT | (set ? DONT_FRAGMENT : 0));
    return this;
  }

  public boolean isMoreFragments() {
    return (u16(FRAGMENT) & MORE_FRAGMENTS) != 0;
  }

  public Ipv4Header moreFragments(boolean set) {
    u16(FRAGMENT, u16(FRAGMENT) & ~MORE_FRAGMENTS | (set ? MORE_FRAGMENTS : 0));
    return this;
  }

  /// Place of this fragment's payload in the whole packet's, in bytes.
  public int fragmentOffset() {
    return (u16(FRAGMENT) & FRAGMENT_OFFSET) << 3;
  }

  /// Sets the fragment offset, a multiple of 8 bytes.
  public Ipv4Header fragmentOffset(int offsetBytes) {
    assert (offsetBytes & 7) == 0 : "a fragment offset is a multiple of 8, not " + offsetBytes;
    u16(FRAGMENT, u16(FRAGMENT) & ~FRAGMENT_OFFSET | offsetBytes >>> 3);
    return this;
  }

  /// Whether this is a piece of a packet, the first included.
  public boolean isFragment() {
    return (u16(FRAGMENT) & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) != 0;
  }

  public int timeToLive() {
    return u8(TIME_TO_LIVE);
  }

  public Ipv4Header timeToLive(int hops) {
    u8(TIME_TO_LIVE, hops);
    return this;
  }

  /// One hop less, as a router does it; the checksum stays right (RFC 1141).
  public Ipv4Header decrementTimeToLive() {
    int before = u16(TIME_TO_LIVE);
    u8(TIME_TO_LIVE, timeToLive() - 1);
    return checksum(Checksum.replace16(checksum(), before, u16(TIME_TO_LIVE)));
  }

  /// Protocol of the payload, such as [TcpHeader#PROTOCOL].
  public int protocol() {
    return u8(PROTOCOL);
  }

  public Ipv4Header protocol(int protocol) {
    u8(PROTOCOL, protocol);
    return this;
  }

  public int checksum() {
    return u16(CHECKSUM);
  }

  public Ipv4Header checksum(int checksum) {
    u16(CHECKSUM, checksum);
    return this;
  }

  public int source() {
    return i32(SOURCE);
  }

  public Ipv4Header source(int address) {
    i32(SOURCE, address);
    return this;
  }

  public int destination() {
    return i32(DESTINATION);
  }

  public Ipv4Header destination(int address) {
    i32(DESTINATION, address);
    return this;
  }

  /// Whether the header checksum covers the header.
  public boolean isChecksumGood() {
    return Checksum.finish(Checksum.sum(address(), headerLength)) == 0;
  }

  /// Sums the header and stores the checksum: the last step of building one.
  public Ipv4Header updateChecksum() {
    checksum(0);
    return checksum(Checksum.finish(Checksum.sum(address(), headerLength)));
  }

  /// The pseudo-header's sum for a transport packet that fills this one's payload.
  public long pseudoHeaderSum(int protocol, int transportLengthBytes) {
    return Checksum.pseudoHeaderSum(source(), destination(), protocol, transportLengthBytes);
  }

  /// Address of the payload.
  public long payloadAddress() {
    return address() + headerLength;
  }

  /// Bytes of the payload, without Ethernet padding.
  public int payloadLength() {
    return lengthBytes() - headerLength;
  }

  /// The Ethernet address of a multicast group: 01:00:5e and the low 23 bits (RFC 1112 section
  /// 6.4).
  public static long multicastMac(int group) {
    return 0x0100_5e00_0000L | group & 0x7f_ffff;
  }
}
