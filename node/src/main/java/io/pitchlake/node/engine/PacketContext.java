package io.pitchlake.node.engine;

import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.wire.ArpHeader;
import io.pitchlake.common.wire.EthernetHeader;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.UdpHeader;

/// One received frame on its way down the chain: the flyweights of its headers, parsed once, and
/// the networks its addresses lie in. Reused for every frame; valid within [Module#onFrame]. After
/// a module has edited the frame the flyweights show the edited bytes.
public final class PacketContext {
  /// What the frame carries behind Ethernet.
  public enum Kind {
    ARP,
    IPV4,
    IPV6
  }

  /// What an IP packet carries, as far as the flyweights are wrapped.
  public enum Transport {
    TCP,
    UDP,
    ICMP,
    ICMPV6,
    /// Another protocol, or a fragment: no flyweight is wrapped.
    OTHER
  }

  private final EthernetHeader ethernet = new EthernetHeader();
  private final ArpHeader arp = new ArpHeader();
  private final Ipv4Header ipv4 = new Ipv4Header();
  private final Ipv6Header ipv6 = new Ipv6Header();
  private final TcpHeader tcp = new TcpHeader();
  private final UdpHeader udp = new UdpHeader();
  private final IcmpHeader icmp = new IcmpHeader();
  private final Icmpv6Header icmpv6 = new Icmpv6Header();

  private Frame frame;
  private int port;
  private int vlan;
  private int vlanTci;
  private long nowNanos;
  private View view;
  private Kind kind;
  private Transport transport;
  private boolean fragment;
  private long sourceHigh;
  private long sourceLow;
  private long destinationHigh;
  private long destinationLow;
  private NetworkView sourceNetwork;
  private NetworkView destinationNetwork;
  private DropReason dropReason;

  /// Parses a frame; null when it is whole and may start its journey, else why it may not.
  DropReason parse(Frame received, int receivedOn, long atNanos, View inForce) {
    frame = received;
    port = receivedOn;
    nowNanos = atNanos;
    view = inForce;
    dropReason = null;
    // Nobody sends from a group (IEEE 802.3 section 3.2.3), and an answer would go to all of it.
    if (!ethernet.wrap(received.address(), received.length())
        || MacAddress.isGroup(ethernet.source())) {
      return DropReason.MALFORMED_ETHERNET;
    }
    int id = ethernet.vlanId();
    vlan = id == 0 ? -1 : id;
    vlanTci =
        ethernet.isTagged() ? Memory.getShort(ethernet.address() + EthernetHeader.LENGTH) : -1;
    // Networks live in one VLAN each; what is tagged twice belongs to somebody else's provider
    // bridge.
    if (ethernet.headerLength() > EthernetHeader.LENGTH + 4 || !inForce.hasVlan(receivedOn, vlan)) {
      return DropReason.NOT_OUR_VLAN;
    }
    return switch (ethernet.payloadType()) {
      case Ipv4Header.ETHER_TYPE -> parseIpv4();
      case Ipv6Header.ETHER_TYPE -> parseIpv6();
      case ArpHeader.ETHER_TYPE -> parseArp();
      default -> DropReason.NOT_IP;
    };
  }

  private DropReason parseArp() {
    if (!arp.wrap(ethernet.payloadAddress(), ethernet.payloadLength())) {
      return DropReason.MALFORMED_ARP;
    }
    kind = Kind.ARP;
    transport = Transport.OTHER;
    fragment = false;
    resolve(
        0, IpAddress.mappedLow(arp.senderAddress()), 0, IpAddress.mappedLow(arp.targetAddress()));
    return null;
  }

  private DropReason parseIpv4() {
    if (!ipv4.wrap(ethernet.payloadAddress(), ethernet.payloadLength())) {
      return DropReason.MALFORMED_IP;
    }
    if (!ipv4.isChecksumGood()) {
      return DropReason.BAD_IP_CHECKSUM;
    }
    kind = Kind.IPV4;
    fragment = ipv4.isFragment();
    resolve(0, IpAddress.mappedLow(ipv4.source()), 0, IpAddress.mappedLow(ipv4.destination()));
    return fragment
        ? noTransport()
        : parseTransport(ipv4.protocol(), ipv4.payloadAddress(), ipv4.payloadLength(), true);
  }

  private DropReason parseIpv6() {
    if (!ipv6.wrap(ethernet.payloadAddress(), ethernet.payloadLength())) {
      return DropReason.MALFORMED_IP;
    }
    kind = Kind.IPV6;
    fragment = ipv6.isFragment();
    resolve(ipv6.sourceHigh(), ipv6.sourceLow(), ipv6.destinationHigh(), ipv6.destinationLow());
    return fragment
        ? noTransport()
        : parseTransport(ipv6.upperProtocol(), ipv6.upperAddress(), ipv6.upperLength(), false);
  }

  private DropReason noTransport() {
    transport = Transport.OTHER;
    return null;
  }

  private DropReason parseTransport(int protocol, long address, int length, boolean isIpv4) {
    boolean whole;
    if (protocol == TcpHeader.PROTOCOL) {
      transport = Transport.TCP;
      whole = tcp.wrap(address, length);
    } else if (protocol == UdpHeader.PROTOCOL) {
      transport = Transport.UDP;
      whole = udp.wrap(address, length);
    } else if (isIpv4 && protocol == IcmpHeader.PROTOCOL) {
      transport = Transport.ICMP;
      whole = icmp.wrap(address, length);
    } else if (!isIpv4 && protocol == Icmpv6Header.PROTOCOL) {
      transport = Transport.ICMPV6;
      whole = icmpv6.wrap(address, length);
    } else {
      return noTransport();
    }
    return whole ? null : DropReason.MALFORMED_TRANSPORT;
  }

  private void resolve(long fromHigh, long fromLow, long toHigh, long toLow) {
    sourceHigh = fromHigh;
    sourceLow = fromLow;
    destinationHigh = toHigh;
    destinationLow = toLow;
    sourceNetwork = view.networkOf(port, vlan, fromHigh, fromLow);
    destinationNetwork = view.networkOf(port, vlan, toHigh, toLow);
  }

  /// Notes why the frame is discarded; a module returns what this returns.
  public Verdict drop(DropReason reason) {
    dropReason = reason;
    return Verdict.DROPPED;
  }

  DropReason dropReason() {
    return dropReason;
  }

  public Frame frame() {
    return frame;
  }

  /// Index of the port it came in on.
  public int port() {
    return port;
  }

  /// The turn's clock reading.
  public long nowNanos() {
    return nowNanos;
  }

  /// The configuration in force.
  public View view() {
    return view;
  }

  /// The VLAN it came in, -1 for untagged and priority-tagged frames.
  public int vlan() {
    return vlan;
  }

  /// Tag control information of its VLAN tag, -1 when it has none.
  public int vlanTci() {
    return vlanTci;
  }

  public Kind kind() {
    return kind;
  }

  public Transport transport() {
    return transport;
  }

  /// Whether it is a piece of an IP packet.
  public boolean isFragment() {
    return fragment;
  }

  public EthernetHeader ethernet() {
    return ethernet;
  }

  /// Wrapped when [#kind] is ARP.
  public ArpHeader arp() {
    return arp;
  }

  /// Wrapped when [#kind] is IPV4.
  public Ipv4Header ipv4() {
    return ipv4;
  }

  /// Wrapped when [#kind] is IPV6.
  public Ipv6Header ipv6() {
    return ipv6;
  }

  /// Wrapped when [#transport] is TCP.
  public TcpHeader tcp() {
    return tcp;
  }

  /// Wrapped when [#transport] is UDP.
  public UdpHeader udp() {
    return udp;
  }

  /// Wrapped when [#transport] is ICMP.
  public IcmpHeader icmp() {
    return icmp;
  }

  /// Wrapped when [#transport] is ICMPV6.
  public Icmpv6Header icmpv6() {
    return icmpv6;
  }

  /// Source address, for ARP the sender's; IPv4 as IPv4-mapped, bits 127..64.
  public long sourceHigh() {
    return sourceHigh;
  }

  public long sourceLow() {
    return sourceLow;
  }

  /// Destination address, for ARP the target's; IPv4 as IPv4-mapped, bits 127..64.
  public long destinationHigh() {
    return destinationHigh;
  }

  public long destinationLow() {
    return destinationLow;
  }

  /// The network on this port and VLAN that holds the source, or null.
  public NetworkView sourceNetwork() {
    return sourceNetwork;
  }

  /// The network on this port and VLAN that holds the destination, or null.
  public NetworkView destinationNetwork() {
    return destinationNetwork;
  }

  /// The network whose virtual MAC the frame is for, or null: where its sender has the node as its
  /// gateway.
  public NetworkView ingress() {
    return view.networkOfStation(port, vlan, ethernet.destination(), kind == Kind.IPV4);
  }

  /// The network on this port and VLAN that holds another address, or null.
  public NetworkView networkOf(long high, long low) {
    return view.networkOf(port, vlan, high, low);
  }
}
