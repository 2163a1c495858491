package io.pitchlake.node.tarpit;

import io.pitchlake.common.config.Configuration.TarpitMode;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.common.time.TokenBucket;
import io.pitchlake.common.wire.ArpHeader;
import io.pitchlake.common.wire.Checksum;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.node.engine.Addresses;
import io.pitchlake.node.engine.EchoWriter;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.EventSink;
import io.pitchlake.node.engine.Module;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.Transmit;
import io.pitchlake.node.engine.Verdict;
import io.pitchlake.node.engine.View;

/// Answers for simulated addresses: ARP and neighbour discovery through the proofs, echo requests,
/// SYNs on any port. A connection costs no memory; its sequence number is a cookie. Segments
/// without the cookie get a reset, at a bounded rate; UDP is logged; everything else is silence.
/// Stands behind `master`, so it runs on the master alone.
public final class TarpitModule implements Module {
  private static final long MILLI_NANOS = 1_000_000;

  private final Addresses addresses;
  private final Transmit transmit;
  private final EventSink events;
  private final CounterBank counters;
  private final SynCookie cookie;
  private final int[] mtuBytes;
  private final SynAckWriter segments = new SynAckWriter();
  private final EchoWriter echo = new EchoWriter();
  private TokenBucket resets;

  /// @param key the cluster's: every node makes the same cookies
  /// @param mtuBytes of each port
  public TarpitModule(
      Addresses addresses,
      Transmit transmit,
      EventSink events,
      CounterBank counters,
      SipHash key,
      int[] mtuBytes) {
    this.addresses = addresses;
    this.transmit = transmit;
    this.events = events;
    this.counters = counters;
    this.cookie = new SynCookie(key);
    this.mtuBytes = mtuBytes.clone();
  }

  @Override
  public String name() {
    return "tarpit";
  }

  @Override
  public void onConfigured(View view, long nowNanos) {
    resets = new TokenBucket(view.settings().get(Setting.TARPITRSTRATE), nowNanos);
  }

  @Override
  public Verdict onFrame(PacketContext packet) {
    if (packet.kind() == PacketContext.Kind.ARP) {
      return onArp(packet);
    }
    if (packet.transport() == PacketContext.Transport.ICMPV6
        && packet.icmpv6().type() == Icmpv6Header.NEIGHBOR_SOLICITATION) {
      return onSolicitation(packet);
    }
    NetworkView network = packet.destinationNetwork();
    if (network == null || !network.tarpit()) {
      return Verdict.PASS;
    }
    boolean isIpv4 = packet.kind() == PacketContext.Kind.IPV4;
    long mac = network.virtualMac(isIpv4);
    if (packet.ethernet().destination() != mac) {
      return Verdict.PASS;
    }
    long high = packet.destinationHigh();
    long low = packet.destinationLow();
    if (network.servers().contains(high, low)) {
      return Verdict.PASS;
    }
    int entry = addresses.table().find(network.index(), high, low);
    if (entry == AddressTable.NONE) {
      addresses.prove(network, high, low, packet.nowNanos());
      return Verdict.PASS;
    }
    return switch (addresses.table().state(entry)) {
      case SIMULATED -> onSimulated(packet, mac, entry);
      case REAL -> passOn(packet, network, entry);
      case PROBING -> packet.drop(DropReason.ADDRESS_PROBING);
      case HELD -> packet.drop(DropReason.ADDRESS_HELD);
    };
  }

  private Verdict onArp(PacketContext packet) {
    ArpHeader arp = packet.arp();
    NetworkView network = packet.destinationNetwork();
    boolean announcement = arp.senderAddress() == arp.targetAddress();
    if (network == null
        || !network.tarpit()
        || arp.operation() != ArpHeader.REQUEST
        || announcement) {
      return Verdict.PASS;
    }
    // Some resolvers and bridges send for others; whoever's two addresses differ is not answered.
    if (arp.senderMac() != packet.ethernet().source()) {
      return packet.drop(DropReason.ASKER_MISMATCH);
    }
    return ask(
        packet,
        network,
        packet.destinationHigh(),
        packet.destinationLow(),
        packet.sourceHigh(),
        packet.sourceLow());
  }

  /// Neighbour solicitations that reach this module are valid and have a sender: `arp` keeps the
  /// others back.
  private Verdict onSolicitation(PacketContext packet) {
    Icmpv6Header solicitation = packet.icmpv6();
    long high = solicitation.targetHigh();
    long low = solicitation.targetLow();
    NetworkView network = packet.networkOf(high, low);
    if (network == null || !network.tarpit()) {
      return Verdict.PASS;
    }
    int entry = addresses.table().find(network.index(), high, low);
    boolean unicast = packet.ethernet().destination() == network.virtualMac(false);
    if (unicast && entry != AddressTable.NONE && addresses.isPassedOn(entry, packet.nowNanos())) {
      return passOn(packet, network, entry);
    }
    return ask(packet, network, high, low, packet.sourceHigh(), packet.sourceLow());
  }

  private Verdict ask(
      PacketContext packet,
      NetworkView network,
      long high,
      long low,
      long stationHigh,
      long stationLow) {
    DropReason silent =
        addresses.ask(
            network,
            high,
            low,
            packet.ethernet().source(),
            stationHigh,
            stationLow,
            packet.vlanTci(),
            packet.nowNanos());
    return silent == null ? Verdict.CONSUMED : packet.drop(silent);
  }

  /// A peer still sends to the virtual MAC what belongs to a machine that has taken the address:
  /// hand it on, with a source of our own, so that no switch learns the peer's MAC on our port.
  private Verdict passOn(PacketContext packet, NetworkView network, int entry) {
    if (!addresses.isPassedOn(entry, packet.nowNanos())) {
      return packet.drop(DropReason.PASS_ON_OVER);
    }
    packet.ethernet().destination(addresses.table().mac(entry)).source(network.portMac());
    counters.count(Counter.PASSED_ON);
    transmit.transmit(packet.port(), packet.frame());
    return Verdict.FORWARDED;
  }

  private Verdict onSimulated(PacketContext packet, long mac, int entry) {
    if (packet.isFragment()) {
      return packet.drop(DropReason.FRAGMENT);
    }
    if (addresses.isDhcpServer(packet.destinationNetwork(), packet.ethernet().source())) {
      return packet.drop(DropReason.ASKER_IS_DHCP_SERVER);
    }
    return switch (packet.transport()) {
      case TCP -> onTcp(packet, mac, entry);
      case UDP -> onUdp(packet, entry);
      case ICMP, ICMPV6 -> onIcmp(packet, mac, entry);
      case OTHER -> packet.drop(DropReason.UNSUPPORTED_PROTOCOL);
    };
  }

  private Verdict onTcp(PacketContext packet, long mac, int entry) {
    TcpHeader tcp = packet.tcp();
    boolean syn = tcp.isPureSyn();
    boolean acknowledges = tcp.hasAny(TcpHeader.ACK) && !tcp.hasAny(TcpHeader.SYN | TcpHeader.RST);
    if (!syn && !acknowledges) {
      return packet.drop(DropReason.NOT_A_SYN);
    }
    if (isChecksumBad(packet)) {
      return packet.drop(DropReason.BAD_CHECKSUM);
    }
    if (!isAnswerable(packet)) {
      return packet.drop(DropReason.NOT_OUR_NETWORK);
    }
    int sequence =
        cookie.of(
            packet.sourceHigh(),
            packet.sourceLow(),
            tcp.sourcePort(),
            packet.destinationHigh(),
            packet.destinationLow(),
            tcp.destinationPort());
    if (syn) {
      return onSyn(packet, mac, entry, sequence);
    }
    if (tcp.acknowledgment() == sequence + 1) {
      addresses.used(entry, packet.nowNanos());
      counters.count(Counter.TARPIT_HELD_SEGMENTS);
      return packet.drop(DropReason.COOKIE_HELD);
    }
    return reset(packet, mac);
  }

  private Verdict onSyn(PacketContext packet, long mac, int entry, int sequence) {
    NetworkView network = packet.destinationNetwork();
    if (network.mode() == TarpitMode.RESET) {
      return reset(packet, mac);
    }
    int clientPort = packet.tcp().sourcePort();
    int targetPort = packet.tcp().destinationPort();
    long clientMac = packet.ethernet().source();
    int timestamp =
        cookie.timestampOffset(packet.destinationHigh(), packet.destinationLow())
            + (int) (packet.nowNanos() / MILLI_NANOS);
    if (!segments.synAck(packet, mac, sequence, timestamp, mtuBytes[packet.port()])) {
      return packet.drop(DropReason.NO_ROOM);
    }
    transmit.transmit(packet.port(), packet.frame());
    counters.count(Counter.TARPIT_SYNACKS);
    event(EventKind.TCP_SYNACK, packet, targetPort, clientPort, clientMac);
    addresses.used(entry, packet.nowNanos());
    return Verdict.CONSUMED;
  }

  private Verdict reset(PacketContext packet, long mac) {
    if (!resets.take(packet.nowNanos())) {
      return packet.drop(DropReason.RESET_RATE);
    }
    if (!segments.reset(packet, mac)) {
      return packet.drop(DropReason.NO_ROOM);
    }
    counters.count(Counter.TARPIT_RESETS);
    transmit.transmit(packet.port(), packet.frame());
    return Verdict.CONSUMED;
  }

  private Verdict onUdp(PacketContext packet, int entry) {
    counters.count(Counter.TARPIT_UDP);
    event(
        EventKind.UDP_PACKET,
        packet,
        packet.udp().destinationPort(),
        packet.udp().sourcePort(),
        packet.ethernet().source());
    addresses.used(entry, packet.nowNanos());
    return packet.drop(DropReason.UDP_LOGGED);
  }

  private Verdict onIcmp(PacketContext packet, long mac, int entry) {
    if (!EchoWriter.isRequest(packet)) {
      return packet.drop(DropReason.UNSUPPORTED_PROTOCOL);
    }
    long clientMac = packet.ethernet().source();
    DropReason refused = echo.reply(packet, mac);
    if (refused != null) {
      return packet.drop(refused);
    }
    counters.count(Counter.TARPIT_ECHO_REPLIES);
    transmit.transmit(packet.port(), packet.frame());
    event(EventKind.ECHO_REPLY, packet, 0, 0, clientMac);
    addresses.used(entry, packet.nowNanos());
    return Verdict.CONSUMED;
  }

  private void event(
      EventKind kind, PacketContext packet, int targetPort, int clientPort, long clientMac) {
    events.event(
        kind,
        packet.destinationHigh(),
        packet.destinationLow(),
        targetPort,
        packet.sourceHigh(),
        packet.sourceLow(),
        clientPort,
        clientMac,
        packet.nowNanos());
  }

  private static boolean isChecksumBad(PacketContext packet) {
    Checksum.Verdict verdict =
        packet.kind() == PacketContext.Kind.IPV4
            ? packet.tcp().verifyChecksum(packet.frame().checksumState(), packet.ipv4())
            : packet.tcp().verifyChecksum(packet.frame().checksumState(), packet.ipv6());
    return verdict == Checksum.Verdict.BAD;
  }

  /// Never answer to a group, to nobody, or to a packet that a routing header or an IP option
  /// steers.
  private static boolean isAnswerable(PacketContext packet) {
    if (packet.kind() == PacketContext.Kind.IPV4) {
      int source = packet.ipv4().source();
      return source >>> 24 != 0 && source >>> 24 != 127 && source >>> 28 < 0xe;
    }
    return packet.sourceHigh() >>> 56 != 0xff
        && !packet.ipv6().isSourceUnspecified()
        && !packet.ipv6().hasRoutingHeader();
  }
}
