package io.pitchlake.node.engine;

import io.pitchlake.common.session.FlowKey;
import io.pitchlake.common.wire.AddressEditor;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.common.wire.QuotedPacket;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.UdpHeader;

/// Reads which flow a packet belongs to, and points an [AddressEditor] at what it has read. One
/// packet at a time; engine thread.
///
/// TCP, UDP and ICMP echo have a flow of their own; an ICMP error belongs to the flow of the packet
/// that it quotes; a later fragment to that of its first one, which somebody else must remember.
final class FlowReader {
  /// What a packet is to a translation.
  enum Nature {
    /// A whole packet, or a first fragment, with ports.
    OPEN,
    /// A piece without ports.
    LATER_FRAGMENT,
    /// About a packet of the other direction.
    ERROR,
    /// Nothing that can be translated.
    NONE
  }

  private final FlowKey key = new FlowKey();
  private final QuotedPacket quoted = new QuotedPacket();
  private boolean isIpv4;
  private int protocol;
  private long transport;
  private int transportBytes;
  private int tcpFlags;

  /// The flow that was read last: of an [Nature#OPEN] packet its own, of an [Nature#ERROR] that of
  /// an answer to the packet it quotes.
  FlowKey key() {
    return key;
  }

  int protocol() {
    return protocol;
  }

  /// Flags of an open TCP packet, 0 of others.
  int tcpFlags() {
    return tcpFlags;
  }

  /// Reads a packet.
  Nature read(PacketContext packet) {
    isIpv4 = packet.kind() == PacketContext.Kind.IPV4;
    protocol = isIpv4 ? packet.ipv4().protocol() : packet.ipv6().upperProtocol();
    transport = isIpv4 ? packet.ipv4().payloadAddress() : packet.ipv6().upperAddress();
    transportBytes = isIpv4 ? packet.ipv4().payloadLength() : packet.ipv6().upperLength();
    tcpFlags = 0;
    if (packet.isFragment() && fragmentOffset(packet) != 0) {
      return Nature.LATER_FRAGMENT;
    }
    return switch (protocol) {
      case TcpHeader.PROTOCOL -> {
        if (transportBytes < TcpHeader.MIN_LENGTH) {
          yield Nature.NONE;
        }
        tcpFlags = Memory.getByte(transport + TcpHeader.FLAGS);
        yield ports(packet);
      }
      case UdpHeader.PROTOCOL -> {
        if (transportBytes < UdpHeader.LENGTH) {
          yield Nature.NONE;
        }
        // The pseudo-header counts the datagram, not what an IP packet may hold behind it.
        if (packet.transport() == PacketContext.Transport.UDP) {
          transportBytes = packet.udp().lengthBytes();
        }
        yield ports(packet);
      }
      case IcmpHeader.PROTOCOL, Icmpv6Header.PROTOCOL -> readIcmp(packet);
      default -> Nature.NONE;
    };
  }

  private int fragmentOffset(PacketContext packet) {
    return isIpv4 ? packet.ipv4().fragmentOffset() : packet.ipv6().fragmentOffset();
  }

  private Nature ports(PacketContext packet) {
    own(packet, Memory.getShort(transport), Memory.getShort(transport + 2));
    return Nature.OPEN;
  }

  private void own(PacketContext packet, int sourcePort, int destinationPort) {
    key.set(
        protocol,
        packet.sourceHigh(),
        packet.sourceLow(),
        sourcePort,
        packet.destinationHigh(),
        packet.destinationLow(),
        destinationPort);
  }

  private Nature readIcmp(PacketContext packet) {
    if (isIpv4 != (protocol == IcmpHeader.PROTOCOL) || transportBytes < IcmpHeader.LENGTH) {
      return Nature.NONE;
    }
    int type = Memory.getByte(transport);
    int identifier = Memory.getShort(transport + IcmpHeader.IDENTIFIER);
    if (type == request(isIpv4)) {
      own(packet, identifier, 0);
      return Nature.OPEN;
    }
    if (type == reply(isIpv4)) {
      own(packet, 0, identifier);
      return Nature.OPEN;
    }
    boolean error = isIpv4 ? IcmpHeader.isError(type) : Icmpv6Header.isError(type);
    return error && !packet.isFragment() && readQuote(packet) ? Nature.ERROR : Nature.NONE;
  }

  private static int request(boolean isIpv4) {
    return isIpv4 ? IcmpHeader.ECHO_REQUEST : Icmpv6Header.ECHO_REQUEST;
  }

  private static int reply(boolean isIpv4) {
    return isIpv4 ? IcmpHeader.ECHO_REPLY : Icmpv6Header.ECHO_REPLY;
  }

  /// False when the quote is cut off before the ports, is no first piece, or was not sent by whom
  /// the error goes to.
  private boolean readQuote(PacketContext packet) {
    return quoted.wrap(
            transport + QuotedPacket.OFFSET, transportBytes - QuotedPacket.OFFSET, isIpv4)
        && quoted.isFirstPiece()
        && quoted.sourceHigh() == packet.destinationHigh()
        && quoted.sourceLow() == packet.destinationLow()
        && readQuotedEnds();
  }

  private boolean readQuotedEnds() {
    int quotedProtocol = quoted.protocol();
    int sourcePort = quoted.sourcePort();
    int destinationPort = quoted.destinationPort();
    if (quotedProtocol == protocol) {
      if (quoted.transportLength() < IcmpHeader.LENGTH) {
        return false;
      }
      int type = Memory.getByte(quoted.transportAddress());
      int identifier = Memory.getShort(quoted.transportAddress() + IcmpHeader.IDENTIFIER);
      sourcePort = type == request(isIpv4) ? identifier : 0;
      destinationPort = type == reply(isIpv4) ? identifier : 0;
    } else if (quotedProtocol != TcpHeader.PROTOCOL && quotedProtocol != UdpHeader.PROTOCOL) {
      return false;
    }
    key.set(
        quotedProtocol,
        quoted.destinationHigh(),
        quoted.destinationLow(),
        destinationPort,
        quoted.sourceHigh(),
        quoted.sourceLow(),
        sourcePort);
    return true;
  }

  /// Points an editor at the packet that was read last.
  AddressEditor edit(PacketContext packet, Nature nature, AddressEditor editor) {
    long ip = isIpv4 ? packet.ipv4().address() : packet.ipv6().address();
    return nature == Nature.LATER_FRAGMENT
        ? editor.laterFragment(ip, isIpv4)
        : editor.packet(
            packet.frame(), ip, isIpv4, protocol, transport, transportBytes, packet.isFragment());
  }

  /// Points an editor at the quote of the error that was read last.
  AddressEditor editQuote(AddressEditor editor) {
    return editor.quote(
        quoted.address(),
        isIpv4,
        quoted.protocol(),
        quoted.transportAddress(),
        quoted.transportLength());
  }
}
