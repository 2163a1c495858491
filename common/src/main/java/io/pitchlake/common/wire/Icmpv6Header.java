package io.pitchlake.common.wire;

/// An ICMPv6 message (RFC 4443), with the fields of an echo, of neighbour discovery (RFC 4861 sections 4.3, 4.4) and
/// of listener discovery's first version (RFC 2710 section 3), with whose query the second's begins ([MldReport] is the
/// second's answer).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |     Type      |     Code      |           Checksum            |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |     Echo: identifier          |       Echo: sequence          |
///     |R|S|O|         Advertisement: flags, then reserved             |
///     |  Listener query: response code|           Reserved            |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                                                               |
///     +        Solicitation, advertisement: target address            +
///     |                          (16 bytes)                           |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                    [NdpOptions], 8-byte units                 |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// What makes neighbour discovery acceptable beyond this header (hop limit 255, code 0, good checksum, no fragment
/// header) stands in the IPv6 header and with the caller.
public final class Icmpv6Header extends Flyweight {
  /// Next-header number of ICMPv6.
  public static final int PROTOCOL = 58;

  /// Type: destination unreachable.
  public static final int DESTINATION_UNREACHABLE = 1;

  /// Type: packet too big.
  public static final int PACKET_TOO_BIG = 2;

  /// Type: time exceeded.
  public static final int TIME_EXCEEDED = 3;

  /// Type: parameter problem.
  public static final int PARAMETER_PROBLEM = 4;

  /// Type: echo request.
  public static final int ECHO_REQUEST = 128;

  /// Type: echo reply.
  public static final int ECHO_REPLY = 129;

  /// Type: multicast listener query, of both versions.
  public static final int LISTENER_QUERY = 130;

  /// Type: multicast listener report, version 1.
  public static final int LISTENER_REPORT = 131;

  /// Type: multicast listener done, version 1.
  public static final int LISTENER_DONE = 132;

  /// Type: router solicitation.
  public static final int ROUTER_SOLICITATION = 133;

  /// Type: router advertisement.
  public static final int ROUTER_ADVERTISEMENT = 134;

  /// Type: neighbour solicitation.
  public static final int NEIGHBOR_SOLICITATION = 135;

  /// Type: neighbour advertisement.
  public static final int NEIGHBOR_ADVERTISEMENT = 136;

  /// Type: redirect.
  public static final int REDIRECT = 137;

  /// Hop limit that listener discovery is sent with and must arrive with.
  public static final int MLD_HOP_LIMIT = 1;

  /// Hop limit that neighbour discovery is sent with and must arrive with.
  public static final int NDP_HOP_LIMIT = 255;

  /// High half of ff02::1, all nodes of the link, and of every link-scope group.
  public static final long LINK_GROUP_HIGH = 0xff02_0000_0000_0000L;

  /// Low half of ff02::1.
  public static final long ALL_NODES_LOW = 1;

  /// Low half of ff02::16, all routers that understand version 2 of listener discovery.
  public static final long MLD_ROUTERS_LOW = 0x16;

  /// Low half of ff02::2, all routers of the link.
  public static final long ALL_ROUTERS_LOW = 2;

  /// Offset of the type.
  public static final int TYPE = 0;

  /// Offset of the code.
  public static final int CODE = 1;

  /// Offset of the checksum over pseudo-header and message.
  public static final int CHECKSUM = 2;

  /// Offset of an echo's identifier.
  public static final int IDENTIFIER = 4;

  /// Offset of an echo's sequence number.
  public static final int SEQUENCE = 6;

  /// Offset of an advertisement's flags.
  public static final int FLAGS = 4;

  /// Offset of the response code of a listener query.
  public static final int RESPONSE_CODE = 4;

  /// Offset of the target address of a solicitation or advertisement, and of the group of a
  /// listener message.
  public static final int TARGET = 8;

  /// Offset of an echo's data, and length of the shortest message.
  public static final int LENGTH = 8;

  /// Offset of the options of a neighbour solicitation or advertisement, and length of one without
  /// options.
  public static final int NEIGHBOR_LENGTH = 24;

  /// Bytes of a listener message of version 1; a query of version 2 is longer.
  public static final int LISTENER_LENGTH = 24;

  /// Bytes of the shortest listener query of version 2.
  public static final int LISTENER_QUERY_LENGTH = 28;

  /// Bytes of a router advertisement without options.
  public static final int ROUTER_ADVERTISEMENT_LENGTH = 16;

  /// Bytes of a redirect without options.
  public static final int REDIRECT_LENGTH = 40;

  private static final int ROUTER = 0x80;
  private static final int SOLICITED = 0x40;
  private static final int OVERRIDE = 0x20;

  /// Points at a message that fills `lengthBytes`. False when the fixed part of its type is cut
  /// off.
  public boolean wrap(long address, int lengthBytes) {
    return lengthBytes >= LENGTH && lengthBytes >= fixedLength(Memory.getByte(address))
        ? accept(address, lengthBytes)
        : refuse();
  }

  /// Starts a message of `lengthBytes`; its fixed part is all 0 but the type, the rest untouched.
  public Icmpv6Header create(long address, int lengthBytes, int type) {
    begin(address, lengthBytes, fixedLength(type));
    u8(TYPE, type);
    return this;
  }

  private static int fixedLength(int type) {
    return switch (type) {
      case NEIGHBOR_SOLICITATION, NEIGHBOR_ADVERTISEMENT -> NEIGHBOR_LENGTH;
      case LISTENER_QUERY, LISTENER_REPORT, LISTENER_DONE -> LISTENER_LENGTH;
      case ROUTER_ADVERTISEMENT -> ROUTER_ADVERTISEMENT_LENGTH;
      case REDIRECT -> REDIRECT_LENGTH;
      default -> LENGTH;
    };
  }

  /// Whether a message of this type is an error, which quotes the packet it is about.
  public static boolean isError(int type) {
    return type < ECHO_REQUEST;
  }

  public int type() {
    return u8(TYPE);
  }

  public int code() {
    return u8(CODE);
  }

  public Icmpv6Header code(int code) {
    u8(CODE, code);
    return this;
  }

  public int checksum() {
    return u16(CHECKSUM);
  }

  public Icmpv6Header checksum(int checksum) {
    u16(CHECKSUM, checksum);
    return this;
  }

  /// An echo's identifier.
  public int identifier() {
    return u16(IDENTIFIER);
  }

  public Icmpv6Header identifier(int identifier) {
    u16(IDENTIFIER, identifier);
    return this;
  }

  /// An echo's sequence number.
  public int sequence() {
    return u16(SEQUENCE);
  }

  public Icmpv6Header sequence(int sequence) {
    u16(SEQUENCE, sequence);
    return this;
  }

  /// R flag of an advertisement: the sender is a router.
  public boolean isRouter() {
    return (u8(FLAGS) & ROUTER) != 0;
  }

  /// S flag of an advertisement: it answers a solicitation.
  public boolean isSolicited() {
    return (u8(FLAGS) & SOLICITED) != 0;
  }

  /// O flag of an advertisement: it replaces what the receiver's cache holds.
  public boolean isOverride() {
    return (u8(FLAGS) & OVERRIDE) != 0;
  }

  /// Sets the three flags of an advertisement.
  public Icmpv6Header flags(boolean router, boolean solicited, boolean override) {
    u8(FLAGS, (router ? ROUTER : 0) | (solicited ? SOLICITED : 0) | (override ? OVERRIDE : 0));
    return this;
  }

  /// Milliseconds within which a listener query wants to be answered. What is 0x8000 or more is a
  /// floating-point number to version 2 (RFC 3810 section 5.1.3), and to version 1 it is what it
  /// is.
  public int maxResponseMillis() {
    int code = u16(RESPONSE_CODE);
    return lengthBytes() == LISTENER_LENGTH || code < 0x8000
        ? code
        : (code & 0xfff | 0x1000) << (code >>> 12 & 0x7) + 3;
  }

  /// High half of the target of a solicitation or advertisement.
  public long targetHigh() {
    return i64(TARGET);
  }

  /// Low half of the target of a solicitation or advertisement.
  public long targetLow() {
    return i64(TARGET + 8);
  }

  public Icmpv6Header target(long high, long low) {
    i64(TARGET, high);
    i64(TARGET + 8, low);
    return this;
  }

  /// Address of an echo's data, or of the packet that an error message is about.
  public long dataAddress() {
    return address() + LENGTH;
  }

  /// Bytes from [#dataAddress()] to the end.
  public int dataLength() {
    return lengthBytes() - LENGTH;
  }

  /// Address of the options of a neighbour discovery message.
  public long optionsAddress() {
    return address() + fixedLength(type());
  }

  /// Bytes of the options of a neighbour discovery message.
  public int optionsLength() {
    return lengthBytes() - fixedLength(type());
  }

  /// Judges the checksum; see [Checksum#verify].
  public Checksum.Verdict verifyChecksum(Frame.ChecksumState state, Ipv6Header ip) {
    return Checksum.verify(
        state, ip.pseudoHeaderSum(PROTOCOL, lengthBytes()), address(), lengthBytes(), checksum());
  }

  /// Sums pseudo-header and message and stores the checksum: the last step of building one.
  public Icmpv6Header updateChecksum(Ipv6Header ip) {
    checksum(0);
    long sum = ip.pseudoHeaderSum(PROTOCOL, lengthBytes()) + Checksum.sum(address(), lengthBytes());
    return checksum(Checksum.finish(sum));
  }

  /// High half of the group of a listener message; 0 with a low half of 0 asks for all groups.
  public long groupHigh() {
    return i64(TARGET);
  }

  /// Low half of the group of a listener message.
  public long groupLow() {
    return i64(TARGET + 8);
  }

  /// Sets the group of a listener message.
  public Icmpv6Header group(long high, long low) {
    return target(high, low);
  }

  /// Low half of the solicited-node group of an address: ff02::1:ffXX:XXXX (RFC 4291 section
  /// 2.7.1); the high half is [#LINK_GROUP_HIGH].
  public static long solicitedNodeLow(long addressLow) {
    return 0x0000_0001_ff00_0000L | addressLow & 0xff_ffff;
  }
}
