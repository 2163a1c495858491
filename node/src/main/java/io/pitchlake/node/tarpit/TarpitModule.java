package io.pitchlake.node.tarpit;

import io.pitchlake.common.config.Configuration.TarpitMode;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
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
import io.pitchlake.node.engine.Looks;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.Module;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.Transmit;
import io.pitchlake.node.engine.Verdict;
import io.pitchlake.node.engine.View;

/// Answers for simulated addresses: ARP and neighbour discovery through the proofs, echo requests,
/// SYNs, as the machine would that each address is. A connection costs no memory; its sequence
/// number is a cookie. What becomes of it says the mode of its port: most only answer, some say a
/// line from time to time ([Dripper]). SYNs to closed ports and segments without the cookie get a
/// reset, at a bounded rate; UDP is logged; everything else is silence. Stands behind `master`, so
/// it runs on the master alone.
public final class TarpitModule implements Module {
  /// Keeps this use of the key apart from the others.
  private static final long BUDGET = 0x6275_6467L;

  /// Bytes that a TCP answer counts as: the longest SYN-ACK, over IPv4, with its Ethernet header.
  private static final int SEGMENT_BYTES = 74;

  private final Addresses addresses;
  private final Transmit transmit;
  private final EventSink events;
  private final CounterBank counters;
  private final SynCookie cookie;
  private final int[] mtuBytes;
  private final Looks looks;
  private final DayClock day;
  private final ReplyBudget budget;
  private final Grip grip;
  private final MacMover mover;
  private final Dripper dripper;
  private final SegmentWriter segments = new SegmentWriter();
  private final EchoWriter echo = new EchoWriter();
  private TokenBucket resets;

  /// What addresses are, by network.
  private DecoyTable[] decoys = {};

  /// @param key the cluster's: every node makes the same cookies and the same machines
  /// @param dayAheadNanos by how much the time of day, in nanoseconds since the epoch, is ahead of
  ///   the engine's clock
  /// @param mtuBytes of each port
  public TarpitModule(
      Addresses addresses,
      Transmit transmit,
      Mastership mastership,
      EventSink events,
      CounterBank counters,
      SipHash key,
      long dayAheadNanos,
      int[] mtuBytes) {
    this.addresses = addresses;
    this.transmit = transmit;
    this.events = events;
    this.counters = counters;
    this.cookie = new SynCookie(key);
    this.looks = new Looks(key);
    this.day = new DayClock(dayAheadNanos);
    this.mover = new MacMover(addresses, transmit, mastership, counters);
    this.dripper = new Dripper(addresses, transmit, mastership, counters, key);
    this.grip = new Grip();
    this.budget = new ReplyBudget(new TableHash(key.hash(BUDGET, 0)));
    this.mtuBytes = mtuBytes.clone();
  }

  @Override
  public String name() {
    return "tarpit";
  }

  @Override
  public void onConfigured(View view, long nowNanos) {
    resets = new TokenBucket(view.settings().get(Setting.TARPITRSTRATE), nowNanos);
    budget.limit(view.settings(), nowNanos);
    mover.configure(view);
    dripper.configure(view);
    decoys = new DecoyTable[view.size()];
    for (int network = 0; network < decoys.length; network++) {
      decoys[network] = new DecoyTable(view.network(network).personas(), mtuBytes);
    }
  }

  @Override
  public void onTick(long nowNanos) {
    mover.tick();
    dripper.tick(decoys, looks, day, budget, nowNanos);
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
    long high = packet.destinationHigh();
    long low = packet.destinationLow();
    long mac = packet.ethernet().destination();
    if (!isOurs(network, mac, high, low)) {
      return Verdict.PASS;
    }
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

  /// Whether what comes to this MAC for an address is for us. A station may have learnt the virtual
  /// one before the address had another, and is answered from there.
  private boolean isOurs(NetworkView network, long mac, long high, long low) {
    return mac == network.virtualMac(IpAddress.isIpv4(high, low))
        || network.hasDecoyMacs() && mac == addresses.decoyMac(network, high, low);
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
    // A peer that asks by unicast whether its neighbour is still there is trapped already.
    if (MacAddress.isGroup(packet.ethernet().destination()) && mayBeDhcpServer(packet)) {
      return packet.drop(DropReason.ASKER_MAY_BE_DHCP_SERVER);
    }
    return ask(
        packet,
        network,
        packet.destinationHigh(),
        packet.destinationLow(),
        packet.sourceHigh(),
        packet.sourceLow());
  }

  private boolean mayBeDhcpServer(PacketContext packet) {
    return addresses.mayBeDhcpServer(
        packet.destinationNetwork(),
        packet.ethernet().source(),
        packet.destinationLow(),
        packet.nowNanos());
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
    boolean unicast = isOurs(network, packet.ethernet().destination(), high, low);
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
    if (addresses.isDhcpServer(
        packet.destinationNetwork(),
        packet.ethernet().source(),
        packet.sourceHigh(),
        packet.sourceLow())) {
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
    int connection =
        cookie.of(
            packet.sourceHigh(),
            packet.sourceLow(),
            tcp.sourcePort(),
            packet.destinationHigh(),
            packet.destinationLow(),
            tcp.destinationPort());
    NetworkView network = packet.destinationNetwork();
    long look = looks.of(packet.destinationHigh(), packet.destinationLow());
    Decoy decoy = decoys[network.index()].of(look);
    TarpitMode mode = network.modes().of(tcp.destinationPort());
    if (!syn) {
      boolean trapped =
          mode.drips()
              ? Dripper.isTrapped(connection, tcp.acknowledgment())
              : SynCookie.isTrapped(connection, tcp.acknowledgment());
      return trapped
          ? onTrapped(packet, mac, entry, look, decoy, mode, connection)
          : reset(packet, mac, entry, look, decoy);
    }
    if (!decoy.ports().contains(tcp.destinationPort())) {
      counters.count(Counter.TARPIT_CLOSED_PORTS);
      return reset(packet, mac, entry, look, decoy);
    }
    return mode == TarpitMode.RESET
        ? reset(packet, mac, entry, look, decoy)
        : onSyn(packet, mac, entry, look, decoy, mode, connection);
  }

  /// A segment of a connection that this cluster has let be established.
  private Verdict onTrapped(
      PacketContext packet,
      long mac,
      int entry,
      long look,
      Decoy decoy,
      TarpitMode mode,
      int connection) {
    addresses.used(entry, packet.nowNanos());
    if (mode.drips()) {
      dripper.heard(packet, packet.destinationNetwork(), mode, connection, mac);
    }
    Habits habits = decoy.stack().habits();
    long millis = day.millis(packet.nowNanos());
    int timestamp = habits.timestamp(look, millis, connection);
    if (!grip.isAnswered(packet.tcp(), mode, habits, connection, timestamp)) {
      counters.count(Counter.TARPIT_HELD_SEGMENTS);
      return packet.drop(DropReason.COOKIE_HELD);
    }
    DropReason shed = admit(packet, SEGMENT_BYTES);
    if (shed != null) {
      return packet.drop(shed);
    }
    int identification = habits.identification().of(look, millis, packet.tcp().sequence());
    if (!segments.acknowledge(
        packet,
        mac,
        habits,
        grip.acknowledgment(),
        grip.window(),
        grip.hasTimestamps(),
        timestamp,
        grip.timestampEcho(),
        identification)) {
      return packet.drop(DropReason.NO_ROOM);
    }
    counters.count(Counter.TARPIT_ACKS);
    transmit.transmit(packet.port(), packet.frame());
    return Verdict.CONSUMED;
  }

  private DropReason admit(PacketContext packet, int length) {
    return budget.admit(packet.sourceHigh(), packet.sourceLow(), length, packet.nowNanos());
  }

  private Verdict onSyn(
      PacketContext packet,
      long mac,
      int entry,
      long look,
      Decoy decoy,
      TarpitMode mode,
      int connection) {
    DropReason shed = admit(packet, SEGMENT_BYTES);
    if (shed != null) {
      return packet.drop(shed);
    }
    // What is said moves our numbers on, so they cannot tell where the client's began as well.
    int sequence =
        mode.drips() ? connection : SynCookie.sequence(connection, packet.tcp().sequence());
    int clientPort = packet.tcp().sourcePort();
    int targetPort = packet.tcp().destinationPort();
    long clientMac = packet.ethernet().source();
    Stack stack = decoy.stack();
    Habits habits = stack.habits();
    long millis = day.millis(packet.nowNanos());
    if (!segments.synAck(
        packet,
        mac,
        stack,
        sequence,
        habits.timestamp(look, millis, connection),
        habits.identification().of(look, millis, sequence))) {
      return packet.drop(DropReason.NO_ROOM);
    }
    transmit.transmit(packet.port(), packet.frame());
    counters.count(Counter.TARPIT_SYNACKS);
    event(EventKind.TCP_SYNACK, packet, targetPort, clientPort, clientMac);
    addresses.used(entry, packet.nowNanos());
    return Verdict.CONSUMED;
  }

  private Verdict reset(PacketContext packet, long mac, int entry, long look, Decoy decoy) {
    if (!resets.take(packet.nowNanos())) {
      return packet.drop(DropReason.RESET_RATE);
    }
    DropReason shed = admit(packet, SEGMENT_BYTES);
    if (shed != null) {
      return packet.drop(shed);
    }
    Habits habits = decoy.stack().habits();
    int identification =
        habits.identification().of(look, day.millis(packet.nowNanos()), packet.tcp().sequence());
    if (!segments.reset(packet, mac, habits, identification)) {
      return packet.drop(DropReason.NO_ROOM);
    }
    counters.count(Counter.TARPIT_RESETS);
    transmit.transmit(packet.port(), packet.frame());
    addresses.used(entry, packet.nowNanos());
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
    if (packet.kind() == PacketContext.Kind.IPV4 && mayBeDhcpServer(packet)) {
      return packet.drop(DropReason.ASKER_MAY_BE_DHCP_SERVER);
    }
    DropReason shed = admit(packet, packet.frame().length());
    if (shed != null) {
      return packet.drop(shed);
    }
    long clientMac = packet.ethernet().source();
    long look = looks.of(packet.destinationHigh(), packet.destinationLow());
    Habits habits = decoys[packet.destinationNetwork().index()].of(look).stack().habits();
    long millis = day.millis(packet.nowNanos());
    DropReason refused =
        echo.reply(
            packet,
            mac,
            habits.echo(),
            habits.echoIdentification().of(look, millis, (int) clientMac));
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
