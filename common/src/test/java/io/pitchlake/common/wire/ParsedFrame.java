package io.pitchlake.common.wire;

/// All flyweights at once, for tests: [#parse] walks a frame as an engine would and says which
/// headers it found. A header that was not found is empty.
public final class ParsedFrame {
  public final EthernetHeader ethernet = new EthernetHeader();
  public final ArpHeader arp = new ArpHeader();
  public final Ipv4Header ipv4 = new Ipv4Header();
  public final Ipv6Header ipv6 = new Ipv6Header();
  public final IcmpHeader icmp = new IcmpHeader();
  public final Icmpv6Header icmpv6 = new Icmpv6Header();
  public final NdpOptions ndpOptions = new NdpOptions();
  public final TcpHeader tcp = new TcpHeader();
  public final TcpOptions tcpOptions = new TcpOptions();
  public final UdpHeader udp = new UdpHeader();
  public final DhcpHeader dhcp = new DhcpHeader();
  public final VrrpHeader vrrp = new VrrpHeader();

  /// Walks `length` bytes of frame; false when a header on the way was refused. Whatever rides in a
  /// later fragment, or in a protocol unknown here, is not looked at.
  public boolean parse(long address, int length) {
    forget();
    if (!ethernet.wrap(address, length)) {
      return false;
    }
    long payload = ethernet.payloadAddress();
    int room = ethernet.payloadLength();
    return switch (ethernet.payloadType()) {
      case ArpHeader.ETHER_TYPE -> arp.wrap(payload, room);
      case Ipv4Header.ETHER_TYPE ->
          ipv4.wrap(payload, room)
              && (ipv4.fragmentOffset() > 0
                  || upper(ipv4.protocol(), ipv4.payloadAddress(), ipv4.payloadLength(), false));
      case Ipv6Header.ETHER_TYPE ->
          ipv6.wrap(payload, room)
              && (ipv6.fragmentOffset() > 0
                  || upper(ipv6.upperProtocol(), ipv6.upperAddress(), ipv6.upperLength(), true));
      default -> true;
    };
  }

  private void forget() {
    ethernet.wrap(0, 0);
    arp.wrap(0, 0);
    ipv4.wrap(0, 0);
    ipv6.wrap(0, 0);
    icmp.wrap(0, 0);
    icmpv6.wrap(0, 0);
    ndpOptions.wrap(0, 0);
    tcp.wrap(0, 0);
    tcpOptions.wrap(0, 0);
    udp.wrap(0, 0);
    dhcp.wrap(0, 0);
    vrrp.wrap(0, 0);
  }

  private boolean upper(int protocol, long address, int length, boolean overIpv6) {
    return switch (protocol) {
      case IcmpHeader.PROTOCOL -> icmp.wrap(address, length);
      case Icmpv6Header.PROTOCOL ->
          icmpv6.wrap(address, length)
              && (icmpv6.type() != Icmpv6Header.NEIGHBOR_SOLICITATION
                      && icmpv6.type() != Icmpv6Header.NEIGHBOR_ADVERTISEMENT
                  || ndpOptions.wrap(icmpv6.optionsAddress(), icmpv6.optionsLength()));
      case TcpHeader.PROTOCOL ->
          tcp.wrap(address, length) && tcpOptions.wrap(tcp.optionsAddress(), tcp.optionsLength());
      case UdpHeader.PROTOCOL ->
          udp.wrap(address, length)
              && (udp.sourcePort() != DhcpHeader.SERVER_PORT
                      && udp.destinationPort() != DhcpHeader.SERVER_PORT
                  || dhcp.wrap(udp.payloadAddress(), udp.payloadLength()));
      case VrrpHeader.PROTOCOL ->
          overIpv6 ? vrrp.wrapIpv6(address, length) : vrrp.wrap(address, length);
      default -> true;
    };
  }

  /// Reads every accessor that makes sense of every header that was found, as text: an access
  /// outside a header's bounds is an assertion, and two readings can be compared.
  public String readAll() {
    StringBuilder all = new StringBuilder();
    if (found(ethernet)) {
      add(all, ethernet.destination(), ethernet.source(), ethernet.etherType());
      add(all, ethernet.vlanId(), ethernet.payloadType(), ethernet.headerLength());
      add(all, ethernet.payloadLength());
    }
    if (found(arp)) {
      add(all, arp.operation(), arp.senderMac(), arp.senderAddress(), arp.targetMac());
      add(all, arp.targetAddress(), arp.isProbe() ? 1 : 0, arp.isAnnouncement() ? 1 : 0);
    }
    if (found(ipv4)) {
      add(all, ipv4.headerLength(), ipv4.totalLength(), ipv4.typeOfService(), ipv4.protocol());
      add(all, ipv4.identification(), ipv4.fragmentOffset(), ipv4.timeToLive(), ipv4.checksum());
      add(all, ipv4.source(), ipv4.destination(), ipv4.payloadLength());
      add(all, ipv4.isChecksumGood() ? 1 : 0, ipv4.isFragment() ? 1 : 0);
    }
    if (found(ipv6)) {
      add(all, ipv6.trafficClass(), ipv6.flowLabel(), ipv6.payloadLength(), ipv6.nextHeader());
      add(all, ipv6.hopLimit(), ipv6.sourceHigh(), ipv6.sourceLow(), ipv6.destinationHigh());
      add(all, ipv6.destinationLow(), ipv6.upperProtocol(), ipv6.upperOffset());
      add(all, ipv6.upperLength(), ipv6.fragmentOffset(), ipv6.isFragment() ? 1 : 0);
    }
    if (found(icmp)) {
      add(all, icmp.type(), icmp.code(), icmp.checksum(), icmp.identifier(), icmp.sequence());
      add(all, icmp.dataLength(), icmp.isChecksumGood() ? 1 : 0);
    }
    if (found(icmpv6)) {
      readIcmpv6(all);
    }
    if (found(tcp)) {
      add(all, tcp.sourcePort(), tcp.destinationPort(), tcp.sequence(), tcp.acknowledgment());
      add(all, tcp.headerLength(), tcp.flags(), tcp.window(), tcp.checksum(), tcp.urgentPointer());
      add(all, tcp.payloadLength(), tcp.sequenceLength(), tcpOptions.mss(), verdict(tcp));
      add(all, tcpOptions.windowScale(), tcpOptions.timestampValue(), tcpOptions.timestampEcho());
    }
    if (found(udp)) {
      add(all, udp.sourcePort(), udp.destinationPort(), udp.lengthBytes(), udp.checksum());
      add(all, udp.payloadLength(), verdict(udp));
    }
    if (found(dhcp)) {
      add(all, dhcp.op(), dhcp.transactionId(), dhcp.clientAddress(), dhcp.yourAddress());
      add(all, dhcp.serverAddress(), dhcp.relayAddress(), dhcp.clientMac(), dhcp.messageType());
      add(all, dhcp.requestedAddress(), dhcp.serverIdentifier(), dhcp.isLease() ? 1 : 0);
    }
    if (found(vrrp)) {
      readVrrp(all);
    }
    return all.toString();
  }

  private void readIcmpv6(StringBuilder all) {
    add(all, icmpv6.type(), icmpv6.code(), icmpv6.checksum(), icmpv6.identifier());
    add(all, icmpv6.sequence(), icmpv6.dataLength(), icmpv6.optionsLength());
    if (found(ipv6)) {
      add(all, icmpv6.verifyChecksum(Frame.ChecksumState.UNKNOWN, ipv6).ordinal());
    }
    if (icmpv6.type() == Icmpv6Header.NEIGHBOR_SOLICITATION
        || icmpv6.type() == Icmpv6Header.NEIGHBOR_ADVERTISEMENT) {
      add(all, icmpv6.targetHigh(), icmpv6.targetLow(), icmpv6.isRouter() ? 1 : 0);
      add(all, icmpv6.isSolicited() ? 1 : 0, icmpv6.isOverride() ? 1 : 0);
    }
    if (ndpOptions.hasSourceLinkLayerAddress()) {
      add(all, ndpOptions.sourceLinkLayerAddress());
    }
    if (ndpOptions.hasTargetLinkLayerAddress()) {
      add(all, ndpOptions.targetLinkLayerAddress());
    }
    while (ndpOptions.next()) {
      add(all, ndpOptions.type(), ndpOptions.dataLength());
      add(all, Checksum.sum(ndpOptions.dataAddress(), ndpOptions.dataLength()));
    }
  }

  private void readVrrp(StringBuilder all) {
    add(all, vrrp.version(), vrrp.type(), vrrp.vrid(), vrrp.priority(), vrrp.count());
    add(all, vrrp.intervalCentis(), vrrp.authType(), vrrp.checksum());
    add(all, vrrp.isChecksumGood(0) ? 1 : 0);
    for (int i = 0; i < vrrp.count(); i++) {
      if (vrrp.isIpv6()) {
        add(all, vrrp.ipv6High(i), vrrp.ipv6Low(i));
      } else {
        add(all, vrrp.ipv4(i));
      }
    }
  }

  private int verdict(TcpHeader header) {
    Frame.ChecksumState state = Frame.ChecksumState.UNKNOWN;
    return (found(ipv4) ? header.verifyChecksum(state, ipv4) : header.verifyChecksum(state, ipv6))
        .ordinal();
  }

  private int verdict(UdpHeader header) {
    Frame.ChecksumState state = Frame.ChecksumState.UNKNOWN;
    return (found(ipv4) ? header.verifyChecksum(state, ipv4) : header.verifyChecksum(state, ipv6))
        .ordinal();
  }

  /// Whether this header was found in the frame.
  public static boolean found(Flyweight header) {
    return header.address() != 0;
  }

  private static void add(StringBuilder all, long... values) {
    for (long value : values) {
      all.append(value).append(' ');
    }
    all.append('\n');
  }
}
