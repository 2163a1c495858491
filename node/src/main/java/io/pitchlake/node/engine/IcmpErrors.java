package io.pitchlake.node.engine;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.TokenBucket;
import io.pitchlake.common.wire.EthernetHeader;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.Memory;

/// Tells senders that their packet cannot be passed on (RFC 792, RFC 1812 section 4.3, RFC 4443
/// section 3), back the way the packet came: to the MAC it came from, in its VLAN, from the address
/// that the sender has as its gateway. At most `set icmprate` a second, and never about an ICMP
/// error, a group's packet, a later fragment, or a sender that is no single machine. Engine thread.
public final class IcmpErrors {
  /// What the sender is told.
  public enum Error {
    HOP_LIMIT(IcmpHeader.TIME_EXCEEDED, 0, Icmpv6Header.TIME_EXCEEDED, 0),
    NO_ROUTE(IcmpHeader.DESTINATION_UNREACHABLE, 0, Icmpv6Header.DESTINATION_UNREACHABLE, 0),
    HOST_SILENT(IcmpHeader.DESTINATION_UNREACHABLE, 1, Icmpv6Header.DESTINATION_UNREACHABLE, 3),
    TOO_BIG(IcmpHeader.DESTINATION_UNREACHABLE, 4, Icmpv6Header.PACKET_TOO_BIG, 0);

    private final int typeAndCode;
    private final int typeAndCode6;

    Error(int type, int code, int type6, int code6) {
      typeAndCode = type << 8 | code;
      typeAndCode6 = type6 << 8 | code6;
    }
  }

  /// RFC 1812 section 4.3.2.3.
  private static final int LONGEST_IPV4 = 576;

  /// RFC 4443 section 3.1: the smallest MTU there is.
  private static final int LONGEST_IPV6 = 1280;

  private static final int TIME_TO_LIVE = 64;

  private final Transmit transmit;
  private final CounterBank counters;
  private final EthernetHeader ethernet = new EthernetHeader();
  private final Ipv4Header ipv4 = new Ipv4Header();
  private final Ipv6Header ipv6 = new Ipv6Header();
  private final IcmpHeader icmp = new IcmpHeader();
  private final Icmpv6Header icmpv6 = new Icmpv6Header();
  private TokenBucket rate = new TokenBucket(0, 0);
  private int identification;

  public IcmpErrors(Transmit transmit, CounterBank counters) {
    this.transmit = transmit;
    this.counters = counters;
  }

  /// Sets the rate.
  public void configure(long errorsPerSecond, long nowNanos) {
    rate = new TokenBucket(errorsPerSecond, nowNanos);
  }

  /// Tells the sender of a packet that came to the virtual MAC, where the rules permit it. The
  /// packet must be as it came.
  ///
  /// @param mtuBytes what fits, with [Error#TOO_BIG]
  public void tell(PacketContext packet, Error error, int mtuBytes) {
    boolean isIpv4 = packet.kind() == PacketContext.Kind.IPV4;
    NetworkView network = packet.ingress();
    IpAddress own = network == null ? null : network.gateway(isIpv4);
    if (own == null || !isTellable(packet, isIpv4)) {
      return;
    }
    if (!rate.take(packet.nowNanos())) {
      counters.count(Counter.ICMP_ERRORS_HELD_BACK);
      return;
    }
    counters.count(Counter.ICMP_ERRORS_SENT);
    Frame frame = transmit.newFrame(packet.port());
    if (isIpv4) {
      writeIpv4(frame, packet, own, error.typeAndCode, mtuBytes);
    } else {
      writeIpv6(frame, packet, own, error.typeAndCode6, mtuBytes);
    }
    frame.checksumState(Frame.ChecksumState.COMPLETE);
    transmit.transmit(packet.port(), frame);
  }

  /// RFC 1122 section 3.2.2, RFC 4443 section 2.4 (e).
  private static boolean isTellable(PacketContext packet, boolean isIpv4) {
    return isIpv4
        ? isOneMachine(packet.ipv4().source())
            && isOneMachine(packet.ipv4().destination())
            && packet.ipv4().fragmentOffset() == 0
            && !(packet.ipv4().protocol() == IcmpHeader.PROTOCOL
                && isError(packet.ipv4().payloadAddress(), packet.ipv4().payloadLength()))
        : packet.sourceHigh() >>> 56 != 0xff
            && packet.destinationHigh() >>> 56 != 0xff
            && !packet.ipv6().isSourceUnspecified()
            && packet.ipv6().fragmentOffset() == 0
            && !(packet.ipv6().upperProtocol() == Icmpv6Header.PROTOCOL
                && isError6(packet.ipv6().upperAddress(), packet.ipv6().upperLength()));
  }

  private static boolean isOneMachine(int address) {
    int top = address >>> 24;
    return top != 0 && top != 127 && top < 224;
  }

  private static boolean isError(long message, int bytes) {
    int type = bytes == 0 ? IcmpHeader.DESTINATION_UNREACHABLE : Memory.getByte(message);
    return IcmpHeader.isError(type) || type == IcmpHeader.REDIRECT;
  }

  private static boolean isError6(long message, int bytes) {
    return bytes == 0
        || Icmpv6Header.isError(Memory.getByte(message))
        || Memory.getByte(message) == Icmpv6Header.REDIRECT;
  }

  private void writeIpv4(
      Frame frame, PacketContext packet, IpAddress own, int typeAndCode, int mtuBytes) {
    int room = LONGEST_IPV4 - Ipv4Header.MIN_LENGTH - IcmpHeader.LENGTH;
    int quoted = Math.min(packet.ipv4().totalLength(), room);
    int total = Ipv4Header.MIN_LENGTH + IcmpHeader.LENGTH + quoted;
    begin(frame, packet, total);
    identification = identification + 1 & 0xffff;
    ipv4.create(ethernet.payloadAddress(), total)
        .timeToLive(TIME_TO_LIVE)
        .identification(identification)
        .protocol(IcmpHeader.PROTOCOL)
        .source(own.ipv4())
        .destination(packet.ipv4().source())
        .updateChecksum();
    icmp.create(ipv4.payloadAddress(), ipv4.payloadLength())
        .type(typeAndCode >>> 8)
        .code(typeAndCode & 0xff);
    // RFC 1191 section 4: the next hop's MTU stands where an echo has its sequence number.
    icmp.sequence(mtuBytes);
    Memory.copy(packet.ipv4().address(), icmp.dataAddress(), quoted);
    icmp.updateChecksum();
  }

  private void writeIpv6(
      Frame frame, PacketContext packet, IpAddress own, int typeAndCode, int mtuBytes) {
    int room = LONGEST_IPV6 - Ipv6Header.LENGTH - Icmpv6Header.LENGTH;
    int quoted = Math.min(packet.ipv6().lengthBytes(), room);
    int message = Icmpv6Header.LENGTH + quoted;
    begin(frame, packet, Ipv6Header.LENGTH + message);
    ipv6.create(ethernet.payloadAddress(), Ipv6Header.LENGTH + message, Icmpv6Header.PROTOCOL)
        .hopLimit(TIME_TO_LIVE)
        .source(own.high(), own.low())
        .destination(packet.sourceHigh(), packet.sourceLow());
    long at = ipv6.upperAddress();
    icmpv6.create(at, message, typeAndCode >>> 8).code(typeAndCode & 0xff);
    Memory.putInt(at + Icmpv6Header.IDENTIFIER, mtuBytes);
    Memory.copy(packet.ipv6().address(), at + Icmpv6Header.LENGTH, quoted);
    icmpv6.updateChecksum(ipv6);
  }

  private void begin(Frame frame, PacketContext packet, int ipBytes) {
    frame.length(packet.ethernet().headerLength() + ipBytes);
    ethernet.createReply(frame.address(), frame.length(), packet.ethernet());
  }
}
