package io.pitchlake.node.engine;

import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.wire.Checksum;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.Memory;

/// Turns an echo request into its reply where it lies (RFC 792, RFC 4443 section 4.2): addresses
/// swapped, payload echoed, a time to live and an identification of our own, VLAN tag untouched.
/// Engine thread.
public final class EchoWriter {
  private static final Style OWN = new Style(64, false, false);

  private int identification;

  /// What the RFCs leave to a machine.
  ///
  /// @param timeToLive for IPv6 the hop limit
  /// @param keepsDontFragment whether DF is as it came; else it is off
  /// @param keepsCode whether the code is as it came; else it is 0
  public record Style(int timeToLive, boolean keepsDontFragment, boolean keepsCode) {}

  /// Whether the frame is an echo request, whole or not.
  public static boolean isRequest(PacketContext packet) {
    return switch (packet.transport()) {
      case ICMP -> packet.icmp().type() == IcmpHeader.ECHO_REQUEST;
      case ICMPV6 -> packet.icmpv6().type() == Icmpv6Header.ECHO_REQUEST;
      case TCP, UDP, OTHER -> false;
    };
  }

  /// Edits a request whose code is 0 into the node's own reply from `sourceMac`. Returns null when
  /// that is done, or why there is no reply; then the frame is as it was.
  public DropReason reply(PacketContext packet, long sourceMac) {
    int code =
        packet.kind() == PacketContext.Kind.IPV4 ? packet.icmp().code() : packet.icmpv6().code();
    if (code != 0) {
      return DropReason.UNSUPPORTED_PROTOCOL;
    }
    identification = identification + 1 & 0xffff;
    return reply(packet, sourceMac, OWN, identification);
  }

  /// The same for a request of any code, as another machine would reply.
  ///
  /// @param ipv4Identification that of the reply
  public DropReason reply(
      PacketContext packet, long sourceMac, Style style, int ipv4Identification) {
    if (packet.kind() == PacketContext.Kind.IPV4) {
      if (!packet.icmp().isChecksumGood()) {
        return DropReason.BAD_CHECKSUM;
      }
      if (packet.ipv4().headerLength() != Ipv4Header.MIN_LENGTH || !isUnicast(packet)) {
        return DropReason.UNSUPPORTED_PROTOCOL;
      }
      replyIpv4(packet, style, ipv4Identification);
    } else {
      Checksum.Verdict verdict =
          packet.icmpv6().verifyChecksum(packet.frame().checksumState(), packet.ipv6());
      if (verdict == Checksum.Verdict.BAD) {
        return DropReason.BAD_CHECKSUM;
      }
      if (packet.ipv6().upperOffset() != Ipv6Header.LENGTH || !isUnicast(packet)) {
        return DropReason.UNSUPPORTED_PROTOCOL;
      }
      replyIpv6(packet, style);
    }
    packet.ethernet().destination(packet.ethernet().source()).source(sourceMac);
    packet.frame().checksumState(Frame.ChecksumState.COMPLETE);
    return null;
  }

  /// A reply goes to one machine: the source must be an address, and neither a group nor "this
  /// network".
  private static boolean isUnicast(PacketContext packet) {
    return packet.kind() == PacketContext.Kind.IPV4
        ? packet.ipv4().source() >>> 24 != 0
            && packet.ipv4().source() >>> 28 != 0xe
            && packet.ipv4().source() != -1
        : packet.sourceHigh() >>> 56 != 0xff && !packet.ipv6().isSourceUnspecified();
  }

  private static void replyIpv4(PacketContext packet, Style style, int identification) {
    Ipv4Header ip = packet.ipv4();
    int source = ip.source();
    ip.source(ip.destination())
        .destination(source)
        .timeToLive(style.timeToLive())
        .typeOfService(0)
        .dontFragment(style.keepsDontFragment() && ip.isDontFragment())
        .identification(identification)
        .updateChecksum();
    IcmpHeader icmp = packet.icmp();
    int before = Memory.getShort(icmp.address());
    icmp.type(IcmpHeader.ECHO_REPLY).code(style.keepsCode() ? icmp.code() : 0);
    icmp.checksum(Checksum.replace16(icmp.checksum(), before, Memory.getShort(icmp.address())));
  }

  private static void replyIpv6(PacketContext packet, Style style) {
    Ipv6Header ip = packet.ipv6();
    long high = ip.sourceHigh();
    long low = ip.sourceLow();
    ip.source(ip.destinationHigh(), ip.destinationLow())
        .destination(high, low)
        .trafficClass(0)
        .flowLabel(0)
        .hopLimit(style.timeToLive());
    Icmpv6Header icmp = packet.icmpv6();
    Memory.putByte(icmp.address() + Icmpv6Header.TYPE, Icmpv6Header.ECHO_REPLY);
    Memory.putByte(icmp.address() + Icmpv6Header.CODE, style.keepsCode() ? icmp.code() : 0);
    icmp.updateChecksum(ip);
  }
}
