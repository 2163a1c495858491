package io.pitchlake.node.health;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.TcpOptions;
import io.pitchlake.common.wire.UdpHeader;
import io.pitchlake.node.engine.EthernetWriter;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.Transmit;

/// Builds and queues probes from a network's `real`: SYN, RST, datagrams, echo requests. Engine
/// thread; no allocation.
final class ProbeWriter {
  /// Bytes behind an echo request's header: the token, twice.
  static final int ECHO_DATA_BYTES = 8;

  private static final int TIME_TO_LIVE = 64;

  /// A target without the alias that forwards would send the probe back to the virtual MAC; so few
  /// hops end that soon.
  private static final int ALIAS_TIME_TO_LIVE = 4;

  private static final int MSS_OPTION_BYTES = 4;
  private static final int MSS_BYTES = 1220;
  private static final int WINDOW_BYTES = 64_240;

  private final Transmit transmit;
  private final EthernetWriter ethernet = new EthernetWriter();
  private final Ipv4Header ipv4 = new Ipv4Header();
  private final Ipv6Header ipv6 = new Ipv6Header();
  private final TcpHeader tcp = new TcpHeader();
  private final UdpHeader udp = new UdpHeader();
  private final IcmpHeader icmp = new IcmpHeader();
  private final Icmpv6Header icmpv6 = new Icmpv6Header();
  private Frame frame;
  private boolean isIpv4;

  ProbeWriter(Transmit transmit) {
    this.transmit = transmit;
  }

  /// A SYN whose sequence number is the token.
  void syn(CheckState check, long mac) {
    int length = TcpHeader.MIN_LENGTH + MSS_OPTION_BYTES;
    long at = begin(check, mac, TcpHeader.PROTOCOL, length);
    tcp.create(at, length, length)
        .sourcePort(check.port)
        .destinationPort(check.check().port())
        .sequence(check.token)
        .flags(TcpHeader.SYN)
        .window(WINDOW_BYTES);
    Memory.putInt(tcp.optionsAddress(), TcpOptions.mssWord(MSS_BYTES));
    sendTcp(check);
  }

  /// The reset that ends what a SYN has begun (RFC 9293 section 3.5.2).
  void reset(CheckState check, long mac) {
    long at = begin(check, mac, TcpHeader.PROTOCOL, TcpHeader.MIN_LENGTH);
    tcp.create(at, TcpHeader.MIN_LENGTH, TcpHeader.MIN_LENGTH)
        .sourcePort(check.port)
        .destinationPort(check.check().port())
        .sequence(check.token + 1)
        .flags(TcpHeader.RST);
    sendTcp(check);
  }

  private void sendTcp(CheckState check) {
    if (isIpv4) {
      tcp.updateChecksum(ipv4);
    } else {
      tcp.updateChecksum(ipv6);
    }
    transmit.transmit(check.target.network().port(), frame);
  }

  /// A datagram with the check's question in it, or with nothing.
  void datagram(CheckState check, long mac) {
    int length = UdpHeader.LENGTH + check.question.length;
    long at = begin(check, mac, UdpHeader.PROTOCOL, length);
    udp.create(at, length).sourcePort(check.port).destinationPort(check.check().port());
    if (check.question.length > 0) {
      Memory.copy(check.question, 0, udp.payloadAddress(), check.question.length);
      Memory.putShort(udp.payloadAddress(), check.token & 0xffff);
    }
    if (isIpv4) {
      udp.updateChecksum(ipv4);
    } else {
      udp.updateChecksum(ipv6);
    }
    transmit.transmit(check.target.network().port(), frame);
  }

  /// An echo request that carries the token.
  void echo(CheckState check, long mac) {
    int length = IcmpHeader.LENGTH + ECHO_DATA_BYTES;
    int protocol = check.address.isIpv4() ? IcmpHeader.PROTOCOL : Icmpv6Header.PROTOCOL;
    long at = begin(check, mac, protocol, length);
    int sequence = check.token & 0xffff;
    if (isIpv4) {
      icmp.create(at, length)
          .type(IcmpHeader.ECHO_REQUEST)
          .identifier(check.port)
          .sequence(sequence);
      putToken(icmp.dataAddress(), check.token);
      icmp.updateChecksum();
    } else {
      icmpv6
          .create(at, length, Icmpv6Header.ECHO_REQUEST)
          .identifier(check.port)
          .sequence(sequence);
      putToken(icmpv6.dataAddress(), check.token);
      icmpv6.updateChecksum(ipv6);
    }
    transmit.transmit(check.target.network().port(), frame);
  }

  private static void putToken(long at, int token) {
    Memory.putInt(at, token);
    Memory.putInt(at + 4, token);
  }

  /// Ethernet and IP in front of `length` bytes; returns where those begin.
  private long begin(CheckState check, long mac, int protocol, int length) {
    NetworkView network = check.target.network();
    isIpv4 = check.address.isIpv4();
    IpAddress real = network.family(isIpv4).real();
    int hops = check.isAlias() ? ALIAS_TIME_TO_LIVE : TIME_TO_LIVE;
    int packetLength = (isIpv4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH) + length;
    frame = transmit.newFrame(network.port());
    long at =
        ethernet.begin(
            frame,
            network.vlan(),
            mac,
            network.portMac(),
            isIpv4 ? Ipv4Header.ETHER_TYPE : Ipv6Header.ETHER_TYPE,
            packetLength);
    if (isIpv4) {
      ipv4.create(at, packetLength)
          .dontFragment(true)
          .timeToLive(hops)
          .protocol(protocol)
          .source(real.ipv4())
          .destination(check.address.ipv4())
          .updateChecksum();
      return ipv4.payloadAddress();
    }
    ipv6.create(at, packetLength, protocol)
        .hopLimit(hops)
        .source(real.high(), real.low())
        .destination(check.address.high(), check.address.low());
    return ipv6.upperAddress();
  }
}
