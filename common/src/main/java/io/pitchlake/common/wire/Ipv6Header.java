package io.pitchlake.common.wire;

/// An IPv6 header and its chain of extension headers (RFC 8200).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |Version| Traffic class |              Flow label               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |        Payload length         |  Next header  |   Hop limit   |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                                                               |
///     +                   Source address (16 bytes)                   +
///     |                                                               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                                                               |
///     +                Destination address (16 bytes)                 +
///     |                                                               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// `wrap` also walks the extension headers, so that a packet it accepts has an upper layer at a known place
/// ([#upperProtocol()], [#upperAddress()], [#upperLength()]). The walk ends at a fragment header: what lies behind it
/// is whole only if [#isFragment()] says false. Jumbograms (RFC 2675) are refused.
public final class Ipv6Header extends Flyweight {
  /// EtherType of IPv6.
  public static final int ETHER_TYPE = 0x86dd;

  /// Next header: hop-by-hop options.
  public static final int HOP_BY_HOP = 0;

  /// Next header: routing.
  public static final int ROUTING = 43;

  /// Next header: fragment.
  public static final int FRAGMENT = 44;

  /// Next header: authentication (RFC 4302).
  public static final int AUTHENTICATION = 51;

  /// Next header: nothing follows.
  public static final int NO_NEXT_HEADER = 59;

  /// Next header: destination options.
  public static final int DESTINATION_OPTIONS = 60;

  /// Next header: mobility (RFC 6275).
  public static final int MOBILITY = 135;

  /// Offset of version, traffic class and flow label.
  public static final int VERSION_CLASS_FLOW = 0;

  /// Offset of the payload length.
  public static final int PAYLOAD_LENGTH = 4;

  /// Offset of the first next header.
  public static final int NEXT_HEADER = 6;

  /// Offset of the hop limit.
  public static final int HOP_LIMIT = 7;

  /// Offset of the source address.
  public static final int SOURCE = 8;

  /// Offset of the destination address.
  public static final int DESTINATION = 24;

  /// Bytes of the fixed header.
  public static final int LENGTH = 40;

  /// Bytes of a hop-by-hop header that holds the router alert and its padding.
  public static final int ROUTER_ALERT_LENGTH = 8;

  /// Extension headers that are walked; a longer chain is refused.
  public static final int MAX_EXTENSION_HEADERS = 8;

  /// Behind next header and length: router alert 0, for listener discovery (RFC 2711), and two
  /// bytes of padding.
  private static final int ALERT_OF_LISTENERS = 0x0502_0000;

  private static final int ALERT_PADDING = 0x0100;

  private static final int NOT_FRAGMENTED = -1;

  private int upperProtocol;
  private int upperOffset;
  private int fragmentField;
  private int fragmentIdentification;
  private boolean routing;

  /// Points at a packet in `lengthBytes` of frame. False when it is not version 6, when the payload
  /// length is beyond the frame, or 0 with something to follow, or when the chain of extension
  /// headers is cut off or too long.
  public boolean wrap(long address, int lengthBytes) {
    if (lengthBytes < LENGTH || Memory.getByte(address) >>> 4 != 6) {
      return refuse();
    }
    int payload = Memory.getShort(address + PAYLOAD_LENGTH);
    int next = Memory.getByte(address + NEXT_HEADER);
    if (payload > lengthBytes - LENGTH || payload == 0 && next != NO_NEXT_HEADER) {
      return refuse();
    }
    upperProtocol = next;
    upperOffset = LENGTH;
    fragmentField = NOT_FRAGMENTED;
    routing = false;
    return isExtension(next) && !walk(address, LENGTH + payload)
        ? refuse()
        : accept(address, LENGTH + payload);
  }

  private boolean walk(long address, int end) {
    int next = upperProtocol;
    int offset = LENGTH;
    for (int headers = 0; isExtension(next); headers++) {
      if (headers == MAX_EXTENSION_HEADERS || offset + 8 > end) {
        return false;
      }
      long at = address + offset;
      int kind = next;
      int units = Memory.getByte(at + 1);
      next = Memory.getByte(at);
      offset +=
          switch (kind) {
            case FRAGMENT -> 8;
            case AUTHENTICATION -> units + 2 << 2;
            default -> units + 1 << 3;
          };
      if (offset > end) {
        return false;
      }
      routing |= kind == ROUTING;
      if (kind == FRAGMENT) {
        fragmentField = Memory.getShort(at + 2);
        fragmentIdentification = Memory.getInt(at + 4);
        break;
      }
    }
    upperProtocol = next;
    upperOffset = offset;
    return true;
  }

  private static boolean isExtension(int next) {
    return switch (next) {
      case HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS, MOBILITY -> true;
      default -> false;
    };
  }

  /// Starts a packet without extension headers; version and lengths are set, all else is 0.
  ///
  /// @param lengthBytes the fixed header and the payload
  /// @param protocol of the payload
  public Ipv6Header create(long address, int lengthBytes, int protocol) {
    begin(address, lengthBytes, LENGTH);
    upperProtocol = protocol;
    upperOffset = LENGTH;
    fragmentField = NOT_FRAGMENTED;
    routing = false;
    u8(VERSION_CLASS_FLOW, 0x60);
    u16(PAYLOAD_LENGTH, lengthBytes - LENGTH);
    u8(NEXT_HEADER, protocol);
    return this;
  }

  /// Starts a packet whose routers are to look at it: a hop-by-hop header with the alert of
  /// listener discovery (RFC 2711) stands in front of the payload.
  ///
  /// @param lengthBytes the fixed header, the hop-by-hop header and the payload
  /// @param protocol of the payload
  public Ipv6Header createWithRouterAlert(long address, int lengthBytes, int protocol) {
    require(lengthBytes, LENGTH + ROUTER_ALERT_LENGTH);
    create(address, lengthBytes, HOP_BY_HOP);
    u8(LENGTH, protocol);
    u8(LENGTH + 1, 0);
    i32(LENGTH + 2, ALERT_OF_LISTENERS);
    u16(LENGTH + 6, ALERT_PADDING);
    upperProtocol = protocol;
    upperOffset = LENGTH + ROUTER_ALERT_LENGTH;
    return this;
  }

  /// Writes the whole header of a packet without extension headers, traffic class and flow label 0.
  public Ipv6Header create(
      long address,
      int lengthBytes,
      int protocol,
      int hopLimit,
      long sourceHigh,
      long sourceLow,
      long destinationHigh,
      long destinationLow) {
    require(lengthBytes, LENGTH);
    accept(address, lengthBytes);
    upperProtocol = protocol;
    upperOffset = LENGTH;
    fragmentField = NOT_FRAGMENTED;
    routing = false;
    i64(
        VERSION_CLASS_FLOW,
        0x6L << 60 | (long) (lengthBytes - LENGTH) << 16 | protocol << 8 | hopLimit);
    i64(SOURCE, sourceHigh);
    i64(SOURCE + 8, sourceLow);
    i64(DESTINATION, destinationHigh);
    i64(DESTINATION + 8, destinationLow);
    return this;
  }

  public int trafficClass() {
    return i32(VERSION_CLASS_FLOW) >>> 20 & 0xff;
  }

  public Ipv6Header trafficClass(int value) {
    i32(VERSION_CLASS_FLOW, i32(VERSION_CLASS_FLOW) & ~0x0ff0_0000 | (value & 0xff) << 20);
    return this;
  }

  /// Flow label, 20 bits.
  public int flowLabel() {
    return i32(VERSION_CLASS_FLOW) & 0xf_ffff;
  }

  public Ipv6Header flowLabel(int label) {
    i32(VERSION_CLASS_FLOW, i32(VERSION_CLASS_FLOW) & ~0xf_ffff | label & 0xf_ffff);
    return this;
  }

  /// Bytes behind the fixed header, extension headers included, without Ethernet padding.
  public int payloadLength() {
    return lengthBytes() - LENGTH;
  }

  /// What follows the fixed header: an extension header or the upper layer.
  public int nextHeader() {
    return u8(NEXT_HEADER);
  }

  public int hopLimit() {
    return u8(HOP_LIMIT);
  }

  public Ipv6Header hopLimit(int hops) {
    u8(HOP_LIMIT, hops);
    return this;
  }

  public long sourceHigh() {
    return i64(SOURCE);
  }

  public long sourceLow() {
    return i64(SOURCE + 8);
  }

  public Ipv6Header source(long high, long low) {
    i64(SOURCE, high);
    i64(SOURCE + 8, low);
    return this;
  }

  public long destinationHigh() {
    return i64(DESTINATION);
  }

  public long destinationLow() {
    return i64(DESTINATION + 8);
  }

  public Ipv6Header destination(long high, long low) {
    i64(DESTINATION, high);
    i64(DESTINATION + 8, low);
    return this;
  }

  /// Whether the source is `::`: a machine that has no address yet.
  public boolean isSourceUnspecified() {
    return (sourceHigh() | sourceLow()) == 0;
  }

  /// Protocol behind the last extension header, such as [TcpHeader#PROTOCOL] or [#NO_NEXT_HEADER].
  public int upperProtocol() {
    return upperProtocol;
  }

  /// Offset of the upper layer from [#address()].
  public int upperOffset() {
    return upperOffset;
  }

  /// Address of the upper layer.
  public long upperAddress() {
    return address() + upperOffset;
  }

  /// Bytes of the upper layer.
  public int upperLength() {
    return lengthBytes() - upperOffset;
  }

  /// Whether the chain holds a fragment header, be it an atomic one (RFC 6946): neighbour discovery
  /// must not (RFC 6980).
  public boolean hasFragmentHeader() {
    return fragmentField != NOT_FRAGMENTED;
  }

  /// Whether this is a piece of a packet, the first included; an atomic fragment is none.
  public boolean isFragment() {
    return hasFragmentHeader() && (fragmentField & 0xfff9) != 0;
  }

  /// Place of this fragment's payload in the whole packet's, in bytes; 0 without a fragment header.
  public int fragmentOffset() {
    return hasFragmentHeader() ? fragmentField & 0xfff8 : 0;
  }

  /// What the fragments of one packet have in common; undefined without a fragment header.
  public int fragmentIdentification() {
    return fragmentIdentification;
  }

  /// Whether the chain holds a routing header; the destination may then not be the final one that
  /// transport checksums cover.
  public boolean hasRoutingHeader() {
    return routing;
  }

  /// The pseudo-header's sum for the upper layer's protocol and length.
  public long pseudoHeaderSum(int protocol, int transportLengthBytes) {
    return Checksum.pseudoHeaderSum(
        sourceHigh(),
        sourceLow(),
        destinationHigh(),
        destinationLow(),
        protocol,
        transportLengthBytes);
  }

  /// The Ethernet address of a multicast group: 33:33 and the low 32 bits (RFC 2464 section 7).
  public static long multicastMac(long groupLow) {
    return 0x3333_0000_0000L | groupLow & 0xffff_ffffL;
  }
}
