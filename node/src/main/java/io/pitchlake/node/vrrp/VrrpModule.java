package io.pitchlake.node.vrrp;

import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.VrrpHeader;
import io.pitchlake.node.engine.EventSink;
import io.pitchlake.node.engine.Heartbeat;
import io.pitchlake.node.engine.Module;
import io.pitchlake.node.engine.NeighborWriter;
import io.pitchlake.node.engine.Neighbors;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.PeerStatus;
import io.pitchlake.node.engine.RouterStatus;
import io.pitchlake.node.engine.RouterView;
import io.pitchlake.node.engine.ServerService;
import io.pitchlake.node.engine.Transmit;
import io.pitchlake.node.engine.Verdict;
import io.pitchlake.node.engine.View;
import io.pitchlake.node.port.Carrier;
import io.pitchlake.node.port.PeerLink;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Takes adverts in, sends this node's own, and says by [Election] of which networks it is master.
/// First of the chain: a peer sends from the virtual MAC, which the next module takes for a frame
/// of our own. Engine thread.
public final class VrrpModule implements Module, Heartbeat {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long NANOS_PER_CENTI = 10_000_000;

  private final Election election;
  private final Transmit transmit;
  private final Neighbors neighbors;
  private final EventSink events;
  private final CounterBank counters;
  private final VrrpHeader vrrp = new VrrpHeader();
  private final Carrier carrier;
  private final ServerService servers;

  /// Null where there is no sync link.
  private final Peers peers;

  private LanProof[] proofs = {};
  private VirtualRouter[] routers = {};
  private long refreshNanos;
  private boolean stopped;
  private boolean leftSaid;

  /// The other nodes on the sync link.
  ///
  /// @param witnessed whether the last one is no node but a [Witness]
  /// @param key what they share
  /// @param boot drawn anew at each start
  public record Sync(PeerLink link, boolean witnessed, ClusterKey key, long boot) {}

  /// @param sync where it is empty, every node decides alone, as RFC 9568 says
  public VrrpModule(
      Election election,
      Transmit transmit,
      Neighbors neighbors,
      EventSink events,
      CounterBank counters,
      Optional<Sync> sync,
      Carrier carrier,
      ServerService servers,
      long nowNanos) {
    this.election = election;
    this.transmit = transmit;
    this.neighbors = neighbors;
    this.events = events;
    this.counters = counters;
    this.carrier = carrier;
    this.servers = servers;
    this.peers =
        sync.map(way ->
                new Peers(
                    way.link(),
                    way.witnessed(),
                    Beat.under(way.key()),
                    Beat.under(way.key()),
                    way.boot(),
                    events,
                    counters,
                    nowNanos))
            .orElse(null);
  }

  @Override
  public String name() {
    return "vrrp";
  }

  /// Every active router leaves its place to another node, and none takes a living one's for a
  /// time. Where no other node wants the place, this one has it again after three intervals.
  ///
  /// @return how many routers were active
  public int stepDown(long untilNanos, long nowNanos) {
    election.hold(untilNanos);
    int left = 0;
    for (VirtualRouter router : routers) {
      if (router.isActive()) {
        router.stepDown(nowNanos);
        left++;
      }
    }
    publish();
    return left;
  }

  /// How each virtual router stands.
  public List<RouterStatus> status() {
    return Stream.of(routers).map(VirtualRouter::status).toList();
  }

  /// How the others are heard on the sync link; nobody where there is none.
  public List<PeerStatus> peers(long nowNanos) {
    return peers == null ? List.of() : peers.status(nowNanos);
  }

  /// Routers that stay keep their roles; those that have gone resign.
  @Override
  public void onConfigured(View view, long nowNanos) {
    refreshNanos = view.settings().get(Setting.GARPREFRESH) * SECOND_NANOS;
    VirtualRouter[] before = routers;
    for (VirtualRouter old : before) {
      if (view.routers().stream().noneMatch(old.view()::isSameRouter)) {
        old.stop(nowNanos);
      }
    }
    election.networks(view.size());
    proofs(view, nowNanos);
    routers =
        view.routers().stream()
            .map(router -> configured(router, before, nowNanos))
            .toArray(VirtualRouter[]::new);
    if (peers != null) {
      peers.configure(routers);
    }
    publish();
  }

  /// One proof for each segment that has a router, where there is anybody to agree with.
  private void proofs(View view, long nowNanos) {
    if (peers == null) {
      return;
    }
    List<LanProof> all = new ArrayList<>();
    for (RouterView router : view.routers()) {
      if (all.stream().noneMatch(proof -> proof.isOf(router.port(), router.vlan()))) {
        all.add(
            proofOf(router)
                .orElseGet(() ->
                    new LanProof(
                        router.port(),
                        router.vlan(),
                        neighbors,
                        new NeighborWriter(transmit),
                        counters,
                        this::isPeer,
                        nowNanos)));
      }
    }
    all.forEach(proof -> proof.configure(view));
    proofs = all.toArray(LanProof[]::new);
  }

  private Optional<LanProof> proofOf(RouterView router) {
    for (LanProof proof : proofs) {
      if (proof.isOf(router.port(), router.vlan())) {
        return Optional.of(proof);
      }
    }
    return Optional.empty();
  }

  private boolean isPeer(long high, long low) {
    for (VirtualRouter router : routers) {
      if (router.isPeer(high, low)) {
        return true;
      }
    }
    return false;
  }

  private VirtualRouter configured(RouterView view, VirtualRouter[] before, long nowNanos) {
    for (VirtualRouter old : before) {
      if (old.view().isSameRouter(view)) {
        old.configure(view, nowNanos);
        return old;
      }
    }
    return new VirtualRouter(
        view,
        transmit,
        neighbors,
        events,
        counters,
        election,
        peers,
        proofOf(view).orElse(null),
        new Fitness(carrier, servers),
        nowNanos);
  }

  @Override
  public void onTurn(long nowNanos) {
    if (stopped) {
      for (VirtualRouter router : routers) {
        router.linger(nowNanos);
      }
      return;
    }
    for (VirtualRouter router : routers) {
      router.turn(nowNanos);
    }
    // After a pause it is known by now that this node has lost its say.
    if (peers != null) {
      peers.receive(routers, nowNanos);
    }
  }

  @Override
  public void onFlushed(long nowNanos) {
    if (peers != null) {
      peers.flushed(routers, nowNanos);
      if (stopped && !leftSaid) {
        // There is no other chance to say that this node has left.
        leftSaid = true;
        peers.send(routers, nowNanos);
      }
    }
  }

  @Override
  public boolean maySend(long nowNanos) {
    boolean may = true;
    for (VirtualRouter router : routers) {
      may &= router.maySend(nowNanos);
    }
    return may;
  }

  @Override
  public long untilDueNanos(long nowNanos) {
    long until = peers == null ? Long.MAX_VALUE : peers.untilDueNanos(nowNanos);
    for (VirtualRouter router : routers) {
      until = Math.min(until, router.untilDueNanos(nowNanos));
    }
    return until;
  }

  /// Every active router resigns, so that a backup need not wait for silence.
  @Override
  public void onStop(long nowNanos) {
    stopped = true;
    for (VirtualRouter router : routers) {
      router.stop(nowNanos);
    }
    publish();
  }

  @Override
  public boolean isLingering() {
    boolean lingering = false;
    for (VirtualRouter router : routers) {
      lingering |= router.isLingering();
    }
    return lingering;
  }

  @Override
  public void onTick(long nowNanos) {
    for (VirtualRouter router : routers) {
      router.tick(refreshNanos, nowNanos);
    }
    publish();
  }

  private void publish() {
    int active = 0;
    for (VirtualRouter router : routers) {
      active += router.isActive() ? 1 : 0;
    }
    counters.set(Gauge.ROUTERS, routers.length);
    counters.set(Gauge.ROUTERS_ACTIVE, active);
  }

  @Override
  public Verdict onFrame(PacketContext packet) {
    if (packet.isFragment()) {
      return Verdict.PASS;
    }
    for (LanProof proof : proofs) {
      if (proof.isOf(packet.port(), packet.vlan())) {
        proof.heardFrame(packet.nowNanos());
        if (isNeighborly(packet)) {
          proof.onFrame(packet);
        }
      }
    }
    return switch (packet.kind()) {
      case ARP -> Verdict.PASS;
      case IPV4 -> packet.ipv4().protocol() == VrrpHeader.PROTOCOL ? onIpv4(packet) : Verdict.PASS;
      case IPV6 ->
          packet.ipv6().upperProtocol() == VrrpHeader.PROTOCOL ? onIpv6(packet) : Verdict.PASS;
    };
  }

  /// Whether a frame tells who has an address.
  private static boolean isNeighborly(PacketContext packet) {
    return switch (packet.kind()) {
      case ARP -> true;
      case IPV4 -> false;
      case IPV6 ->
          packet.transport() == PacketContext.Transport.ICMPV6
              && (packet.icmpv6().type() == Icmpv6Header.NEIGHBOR_SOLICITATION
                  || packet.icmpv6().type() == Icmpv6Header.NEIGHBOR_ADVERTISEMENT);
    };
  }

  private Verdict onIpv4(PacketContext packet) {
    int length = packet.ipv4().payloadLength();
    if (!vrrp.wrap(packet.ipv4().payloadAddress(), length)) {
      return packet.drop(DropReason.VRRP_MALFORMED);
    }
    return onAdvert(
        packet,
        true,
        packet.ipv4().timeToLive(),
        packet.ipv4().pseudoHeaderSum(VrrpHeader.PROTOCOL, length));
  }

  private Verdict onIpv6(PacketContext packet) {
    int length = packet.ipv6().upperLength();
    if (!vrrp.wrapIpv6(packet.ipv6().upperAddress(), length)) {
      return packet.drop(DropReason.VRRP_MALFORMED);
    }
    return onAdvert(
        packet,
        false,
        packet.ipv6().hopLimit(),
        packet.ipv6().pseudoHeaderSum(VrrpHeader.PROTOCOL, length));
  }

  /// RFC 9568 section 7.1. Another virtual router's adverts are no business of ours; they go on,
  /// for their sender is a living machine.
  private Verdict onAdvert(
      PacketContext packet, boolean isIpv4, int hopLimit, long pseudoHeaderSum) {
    VirtualRouter router = routerOf(packet, isIpv4);
    if (router == null) {
      return Verdict.PASS;
    }
    DropReason refused = refusal(packet, router.view(), hopLimit, pseudoHeaderSum);
    if (refused != null) {
      return packet.drop(refused);
    }
    long intervalNanos = vrrp.intervalCentis() * NANOS_PER_CENTI;
    counters.count(Counter.VRRP_HEARD);
    if (intervalNanos != router.view().advertNanos()) {
      counters.count(Counter.VRRP_OTHER_INTERVAL);
    }
    if (!listsOurs(router.view())) {
      counters.count(Counter.VRRP_OTHER_ADDRESSES);
    }
    router.heard(
        vrrp.priority(), intervalNanos, packet.sourceHigh(), packet.sourceLow(), packet.nowNanos());
    boolean fromVirtualMac = packet.ethernet().source() == router.view().virtualMac();
    return fromVirtualMac ? Verdict.CONSUMED : Verdict.PASS;
  }

  private VirtualRouter routerOf(PacketContext packet, boolean isIpv4) {
    for (VirtualRouter router : routers) {
      RouterView view = router.view();
      if (view.vrid() == vrrp.vrid()
          && view.isIpv4() == isIpv4
          && view.port() == packet.port()
          && view.vlan() == packet.vlan()) {
        return router;
      }
    }
    return null;
  }

  private DropReason refusal(
      PacketContext packet, RouterView router, int hopLimit, long pseudoHeaderSum) {
    IpAddress own = router.source();
    if (own.low() == packet.sourceLow() && own.high() == packet.sourceHigh()) {
      return DropReason.OWN_SOURCE;
    }
    if (hopLimit != VrrpHeader.HOP_LIMIT) {
      return DropReason.VRRP_TTL;
    }
    if (vrrp.version() != router.version()) {
      return DropReason.VRRP_VERSION;
    }
    boolean authenticated = vrrp.version() == 2 && vrrp.authType() != 0;
    if (vrrp.type() != VrrpHeader.ADVERTISEMENT
        || vrrp.count() == 0
        || vrrp.intervalCentis() == 0
        || authenticated) {
      return DropReason.VRRP_MALFORMED;
    }
    if (!isChecksumGood(router, pseudoHeaderSum)) {
      return DropReason.VRRP_CHECKSUM;
    }
    return isFromPeer(packet, router) ? null : DropReason.VRRP_NOT_A_PEER;
  }

  /// Version 3 over IPv4 comes with and without the pseudo-header in its checksum: RFC 9568 leaves
  /// it out, what was built after RFC 5798 has it in. Either is taken, and counted.
  private boolean isChecksumGood(RouterView router, long pseudoHeaderSum) {
    if (!router.isIpv4()) {
      return vrrp.isChecksumGood(pseudoHeaderSum);
    }
    if (vrrp.version() == 3 && vrrp.isChecksumGood(pseudoHeaderSum)) {
      counters.count(Counter.VRRP_PSEUDO_HEADER);
      return true;
    }
    boolean good = vrrp.isChecksumGood(0);
    if (good && vrrp.version() == 3) {
      counters.count(Counter.VRRP_MESSAGE_ONLY);
    }
    return good;
  }

  private static boolean isFromPeer(PacketContext packet, RouterView router) {
    for (IpAddress peer : router.peers()) {
      if (peer.low() == packet.sourceLow() && peer.high() == packet.sourceHigh()) {
        return true;
      }
    }
    return router.peers().isEmpty();
  }

  /// Whether the advert lists the very addresses that ours would, in whatever order.
  private boolean listsOurs(RouterView router) {
    if (vrrp.count() != router.advertised().size()) {
      return false;
    }
    for (IpAddress address : router.advertised()) {
      if (!lists(address)) {
        return false;
      }
    }
    return true;
  }

  private boolean lists(IpAddress address) {
    for (int i = 0; i < vrrp.count(); i++) {
      boolean found =
          vrrp.isIpv6()
              ? vrrp.ipv6Low(i) == address.low() && vrrp.ipv6High(i) == address.high()
              : vrrp.ipv4(i) == address.ipv4();
      if (found) {
        return true;
      }
    }
    return false;
  }
}
