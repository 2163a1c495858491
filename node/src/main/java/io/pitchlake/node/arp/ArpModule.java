package io.pitchlake.node.arp;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.common.session.StationPool;
import io.pitchlake.common.time.TimerWheel;
import io.pitchlake.common.wire.ArpHeader;
import io.pitchlake.common.wire.Checksum;
import io.pitchlake.common.wire.DhcpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.NdpOptions;
import io.pitchlake.common.wire.UdpHeader;
import io.pitchlake.node.engine.Addresses;
import io.pitchlake.node.engine.DecoyMacs;
import io.pitchlake.node.engine.EventSink;
import io.pitchlake.node.engine.Exchange;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.Module;
import io.pitchlake.node.engine.NeighborWriter;
import io.pitchlake.node.engine.Neighbors;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.Reception;
import io.pitchlake.node.engine.Transmit;
import io.pitchlake.node.engine.Verdict;
import io.pitchlake.node.engine.View;
import io.pitchlake.sync.SessionReplicator;

/// Answers ARP requests and neighbour solicitations for the node's own addresses and learns from
/// every frame who is alive: senders of ARP and ND, sources of IP packets, probes of machines that
/// come up, DHCP leases, routers. Tells switches which IPv6 groups the node listens to. Runs on
/// every node; what it learns ends simulations at once. Everything but questions for own addresses
/// goes on down the chain.
public final class ArpModule implements Module {
  private final Mastership mastership;
  private final LivingMacs living = new LivingMacs();
  private final CounterBank counters;
  private final NeighborWriter writer;
  private final AddressProver prover;
  private final Hearing hearing;
  private final MulticastListener listener;
  private final NdpOptions options = new NdpOptions();
  private final DhcpHeader dhcp = new DhcpHeader();

  /// Whether decoys have MACs that a living machine might have, too.
  private boolean decoyMacs;

  /// The module of the only engine.
  ///
  /// @param timers one timer for each entry of the table
  public ArpModule(
      AddressTable table,
      StationPool stations,
      TimerWheel timers,
      Transmit transmit,
      Mastership mastership,
      EventSink events,
      CounterBank counters,
      Reception reception) {
    this(
        table,
        stations,
        timers,
        transmit,
        mastership,
        events,
        counters,
        Exchange.Seat.alone(),
        reception);
  }

  /// The module of one engine of several.
  ///
  /// @param timers one timer for each entry of the table
  public ArpModule(
      AddressTable table,
      StationPool stations,
      TimerWheel timers,
      Transmit transmit,
      Mastership mastership,
      EventSink events,
      CounterBank counters,
      Exchange.Seat seat,
      Reception reception) {
    this.mastership = mastership;
    this.counters = counters;
    this.writer = new NeighborWriter(transmit);
    LearntStations learnt = new LearntStations();
    LeaseSearches searches = new LeaseSearches();
    this.prover =
        new AddressProver(
            table,
            stations,
            living,
            timers,
            writer,
            mastership,
            events,
            counters,
            learnt,
            searches,
            seat.shards(),
            reception);
    this.listener = new MulticastListener(table, transmit, counters, seat.shards());
    AddressDefence defence = new AddressDefence(writer, mastership, events, counters);
    this.hearing = new Hearing(prover, learnt, searches, defence, seat, counters);
  }

  /// The proofs, for the module that simulates.
  public Addresses addresses() {
    return prover;
  }

  /// The living, for modules that send frames to them.
  public Neighbors neighbors() {
    return prover;
  }

  /// Lets go of an address as if a machine that comes up had asked for it: silence, then a new
  /// proof.
  public void release(NetworkView network, long high, long low, long nowNanos) {
    hearing.claim(network, high, low, 0, nowNanos);
  }

  /// Has other nodes told of addresses, and takes over what they tell; before the first view.
  public void replicate(SessionReplicator with) {
    prover.replicate(with);
  }

  @Override
  public String name() {
    return "arp";
  }

  @Override
  public void onConfigured(View view, long nowNanos) {
    decoyMacs = view.hasDecoyMacs();
    prover.configure(view, nowNanos);
    hearing.configure(view);
    listener.configure(view, nowNanos);
  }

  @Override
  public void onDiscarded() {
    prover.requestsDiscarded();
    listener.unheard();
  }

  @Override
  public void onTick(long nowNanos) {
    hearing.tick(nowNanos);
    prover.tick(nowNanos);
    listener.tick(nowNanos);
  }

  @Override
  public Verdict onFrame(PacketContext packet) {
    // Our own frames come back from loops and hubs, and a peer's are no sign of an owner either.
    long source = packet.ethernet().source();
    if (isClusterMac(packet, packet.sourceNetwork(), source)) {
      return packet.drop(DropReason.OWN_SOURCE);
    }
    if (decoyMacs && DecoyMacs.isPossible(source)) {
      living.add(source);
    }
    return switch (packet.kind()) {
      case ARP -> onArp(packet);
      case IPV4 -> onIpv4(packet);
      case IPV6 -> onIpv6(packet);
    };
  }

  /// Whether a MAC is one under which this cluster may answer for the source's address.
  private static boolean isClusterMac(PacketContext packet, NetworkView network, long mac) {
    return packet.view().isClusterMac(packet.port(), mac)
        || network != null && network.isClusterMac(mac, packet.sourceHigh(), packet.sourceLow());
  }

  private Verdict onArp(PacketContext packet) {
    ArpHeader arp = packet.arp();
    NetworkView target = packet.destinationNetwork();
    if (arp.senderAddress() == 0) {
      if (target != null && arp.operation() == ArpHeader.REQUEST && !isOwn(target, packet)) {
        hearing.claim(
            target,
            packet.destinationHigh(),
            packet.destinationLow(),
            arp.senderMac(),
            packet.nowNanos());
        return packet.drop(DropReason.ADDRESS_PROBE);
      }
    } else if (packet.sourceNetwork() != null) {
      claimed(
          packet, packet.sourceNetwork(), packet.sourceHigh(), packet.sourceLow(), arp.senderMac());
    }
    if (arp.operation() == ArpHeader.REQUEST && target != null && isOwn(target, packet)) {
      answerOwn(packet, target);
      return Verdict.CONSUMED;
    }
    return arp.operation() == ArpHeader.REPLY ? learntFrom(packet) : Verdict.PASS;
  }

  /// A message says that `mac` has an address: its owner, or a machine that wants one of ours. What
  /// others say of our own MACs is no claim of theirs.
  private void claimed(PacketContext packet, NetworkView network, long high, long low, long mac) {
    if (!network.isOwnReal(high, low) && !network.isOwnVirtual(high, low)) {
      long owner = network.isClusterMac(mac, high, low) ? packet.ethernet().source() : mac;
      hearing.owner(network, high, low, ownerMac(packet, owner), packet.nowNanos());
    } else if (!packet.view().isClusterMac(packet.port(), mac)) {
      hearing.conflict(network, high, low, ownerMac(packet, mac), packet.nowNanos());
    }
  }

  /// An answer to a question of our own has done its work; any other goes on.
  private static Verdict learntFrom(PacketContext packet) {
    NetworkView asker = packet.destinationNetwork();
    return asker != null && packet.ethernet().destination() == asker.portMac()
        ? Verdict.CONSUMED
        : Verdict.PASS;
  }

  private static boolean isOwn(NetworkView network, PacketContext packet) {
    return network.isOwnReal(packet.destinationHigh(), packet.destinationLow())
        || network.isOwnVirtual(packet.destinationHigh(), packet.destinationLow());
  }

  /// `real` always, with the port's MAC; `virt` and servers' addresses as master, with the virtual
  /// MAC; a backup is silent.
  private void answerOwn(PacketContext packet, NetworkView network) {
    ArpHeader arp = packet.arp();
    boolean real = network.isOwnReal(packet.destinationHigh(), packet.destinationLow());
    if (!real && !mastership.isMaster(network, true)) {
      counters.drop(DropReason.NOT_MASTER);
      return;
    }
    long mac = real ? network.portMac() : network.virtualMac(true);
    counters.count(Counter.ARP_OWN_REPLIES);
    writer.arpReply(
        packet.port(),
        packet.vlanTci(),
        mac,
        mac,
        arp.targetAddress(),
        arp.senderMac(),
        arp.senderAddress());
  }

  private Verdict onIpv4(PacketContext packet) {
    sourceHeard(packet);
    if (packet.transport() == PacketContext.Transport.UDP) {
      onUdp(packet);
    }
    return Verdict.PASS;
  }

  private void sourceHeard(PacketContext packet) {
    if (packet.sourceNetwork() != null) {
      hearing.source(
          packet.sourceNetwork(),
          packet.sourceHigh(),
          packet.sourceLow(),
          packet.ethernet().source(),
          packet.nowNanos());
    }
  }

  private void onUdp(PacketContext packet) {
    UdpHeader udp = packet.udp();
    boolean fromServer = udp.sourcePort() == DhcpHeader.SERVER_PORT;
    boolean toServer = udp.destinationPort() == DhcpHeader.SERVER_PORT;
    if (!(fromServer || toServer) || !dhcp.wrap(udp.payloadAddress(), udp.payloadLength())) {
      return;
    }
    if (fromServer && dhcp.isFromServer()) {
      onDhcpServer(packet);
    } else if (toServer && dhcp.isSearch()) {
      onDhcpClient(packet);
    }
  }

  /// A client looks for a lease, or takes one that it was offered. What it would like to have is
  /// held, and the server that it names gets no answer from now on; who may be the server that it
  /// does not name, [LeaseSearches] guesses.
  private void onDhcpClient(PacketContext packet) {
    long wantedLow = IpAddress.mappedLow(dhcp.requestedAddress());
    NetworkView wanted = dhcp.requestedAddress() == 0 ? null : packet.networkOf(0, wantedLow);
    if (wanted != null && !wanted.isOwnReal(0, wantedLow) && !wanted.isOwnVirtual(0, wantedLow)) {
      hearing.claim(wanted, 0, wantedLow, dhcp.clientMac(), packet.nowNanos());
    }
    View view = packet.view();
    for (int index = 0; index < view.size(); index++) {
      NetworkView network = view.network(index);
      if (network.port() != packet.port() || network.vlan() != packet.vlan()) {
        continue;
      }
      if (dhcp.serverIdentifier() == 0) {
        hearing.leaseSearch(network, packet.nowNanos());
      } else {
        hearing.namedDhcpServer(network, IpAddress.mappedLow(dhcp.serverIdentifier()));
      }
    }
  }

  /// A server that offers or gives an address has asked before whether it is free, and will ask
  /// again: it never gets an answer, and what it gives away is held.
  private void onDhcpServer(PacketContext packet) {
    long leasedLow = IpAddress.mappedLow(dhcp.yourAddress());
    NetworkView leased = packet.networkOf(0, leasedLow);
    if (dhcp.isLease() && leased != null) {
      hearing.claim(leased, 0, leasedLow, dhcp.clientMac(), packet.nowNanos());
    }
    NetworkView network = leased != null ? leased : packet.sourceNetwork();
    if (network != null) {
      hearing.dhcpServer(network, packet.ethernet().source());
    }
  }

  private Verdict onIpv6(PacketContext packet) {
    if (packet.transport() == PacketContext.Transport.ICMPV6) {
      switch (packet.icmpv6().type()) {
        case Icmpv6Header.NEIGHBOR_SOLICITATION -> {
          return onSolicitation(packet);
        }
        case Icmpv6Header.NEIGHBOR_ADVERTISEMENT -> {
          return onAdvertisement(packet);
        }
        case Icmpv6Header.ROUTER_ADVERTISEMENT -> {
          onRouter(packet);
        }
        case Icmpv6Header.LISTENER_QUERY -> {
          listener.asked(packet);
          sourceHeard(packet);
        }
        default -> sourceHeard(packet);
      }
    } else {
      sourceHeard(packet);
    }
    return Verdict.PASS;
  }

  private Verdict onSolicitation(PacketContext packet) {
    Icmpv6Header solicitation = packet.icmpv6();
    if (!isValidNd(packet)) {
      return packet.drop(DropReason.BAD_ND);
    }
    long high = solicitation.targetHigh();
    long low = solicitation.targetLow();
    NetworkView network = packet.networkOf(high, low);
    boolean own =
        network != null && (network.isOwnReal(high, low) || network.isOwnVirtual(high, low));
    if (packet.ipv6().isSourceUnspecified()) {
      if (network != null && !own) {
        hearing.claim(network, high, low, packet.ethernet().source(), packet.nowNanos());
        return packet.drop(DropReason.ADDRESS_PROBE);
      }
    } else if (packet.sourceNetwork() != null) {
      long mac =
          options.hasSourceLinkLayerAddress()
              ? options.sourceLinkLayerAddress()
              : packet.ethernet().source();
      claimed(packet, packet.sourceNetwork(), packet.sourceHigh(), packet.sourceLow(), mac);
    }
    if (own) {
      advertiseOwn(packet, network, high, low);
      return Verdict.CONSUMED;
    }
    return Verdict.PASS;
  }

  private void advertiseOwn(PacketContext packet, NetworkView network, long high, long low) {
    boolean real = network.isOwnReal(high, low);
    if (!real && !mastership.isMaster(network, false)) {
      counters.drop(DropReason.NOT_MASTER);
      return;
    }
    long mac = real ? network.portMac() : network.virtualMac(false);
    // A machine that checks for duplicates has no address yet: the answer goes to all nodes,
    // unsolicited (RFC 4861 7.2.4).
    boolean probe = packet.ipv6().isSourceUnspecified();
    counters.count(Counter.ND_OWN_ADVERTISEMENTS);
    writer.neighborAdvertisement(
        packet.port(),
        packet.vlanTci(),
        mac,
        mac,
        high,
        low,
        probe ? Ipv6Header.multicastMac(Icmpv6Header.ALL_NODES_LOW) : packet.ethernet().source(),
        probe ? Icmpv6Header.LINK_GROUP_HIGH : packet.sourceHigh(),
        probe ? Icmpv6Header.ALL_NODES_LOW : packet.sourceLow(),
        !probe,
        true);
  }

  private Verdict onAdvertisement(PacketContext packet) {
    Icmpv6Header advertisement = packet.icmpv6();
    if (!isValidNd(packet)) {
      return packet.drop(DropReason.BAD_ND);
    }
    NetworkView network = packet.networkOf(advertisement.targetHigh(), advertisement.targetLow());
    if (network != null) {
      long mac =
          options.hasTargetLinkLayerAddress()
              ? options.targetLinkLayerAddress()
              : packet.ethernet().source();
      claimed(packet, network, advertisement.targetHigh(), advertisement.targetLow(), mac);
    }
    return learntFrom(packet);
  }

  private void onRouter(PacketContext packet) {
    if (isValidNd(packet) && packet.sourceNetwork() != null) {
      hearing.owner(
          packet.sourceNetwork(),
          packet.sourceHigh(),
          packet.sourceLow(),
          packet.ethernet().source(),
          packet.nowNanos());
      hearing.router(packet.sourceNetwork(), packet.sourceHigh(), packet.sourceLow());
    }
  }

  /// RFC 4861 7.1 and RFC 6980: hop limit 255, code 0, a good checksum, no fragment header, options
  /// that make sense, a target that is no group. Leaves the options wrapped.
  private boolean isValidNd(PacketContext packet) {
    Icmpv6Header message = packet.icmpv6();
    boolean solicitation = message.type() == Icmpv6Header.NEIGHBOR_SOLICITATION;
    boolean router = message.type() == Icmpv6Header.ROUTER_ADVERTISEMENT;
    return packet.ipv6().hopLimit() == Icmpv6Header.NDP_HOP_LIMIT
        && message.code() == 0
        && !packet.ipv6().hasFragmentHeader()
        && message.verifyChecksum(packet.frame().checksumState(), packet.ipv6())
            != Checksum.Verdict.BAD
        && options.wrap(message.optionsAddress(), message.optionsLength())
        && (router || message.targetHigh() >>> 56 != 0xff)
        && !(solicitation
            && packet.ipv6().isSourceUnspecified()
            && options.hasSourceLinkLayerAddress());
  }

  /// The MAC that stands in the message, unless it is a group's or one of our own, which no owner
  /// has: then the frame's source.
  private static long ownerMac(PacketContext packet, long said) {
    boolean impossible =
        said == 0 || MacAddress.isGroup(said) || packet.view().isClusterMac(packet.port(), said);
    return impossible ? packet.ethernet().source() : said;
  }
}
