package io.pitchlake.node.vrrp;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.ArpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.node.engine.NeighborWriter;
import io.pitchlake.node.engine.Neighbors;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.RouteTable.Route;
import io.pitchlake.node.engine.TargetView;
import io.pitchlake.node.engine.View;
import java.util.ArrayList;
import java.util.List;

/// Whether this node reaches one segment both ways: stations that are known to live are asked for
/// their address, each alone and from `real`, and one that answers is the proof.
///
/// Asked are those that were heard last in ARP or neighbour discovery, targets and gateways. Where
/// the MAC of none is known, or none has answered at once, targets and gateways are asked by
/// broadcast. Other nodes are no proof: doubt is about the way to them. Engine thread.
final class LanProof {
  private static final int HEARD = 8;
  private static final int ASKED_AT_ONCE = 4;
  private static final int ASKED = 16;
  private static final long LEAST_GAP_NANOS = 2_000_000;

  /// Answers are waited for this long after the last question.
  private static final long EPISODE_NANOS = 1_000_000_000L;

  /// An address that may be asked, and where.
  private record Known(NetworkView network, IpAddress address) {}

  private final int port;
  private final int vlan;
  private final Neighbors neighbors;
  private final NeighborWriter writer;
  private final CounterBank counters;
  private final VrrpPeers peers;

  private final NetworkView[] heardNetworks = new NetworkView[HEARD];
  private final long[] heardHighs = new long[HEARD];
  private final long[] heardLows = new long[HEARD];
  private final long[] heardMacs = new long[HEARD];
  private int heard;

  private final long[] askedHighs = new long[ASKED];
  private final long[] askedLows = new long[ASKED];
  private int asked;
  private long roundNanos;
  private int rounds;

  private List<Known> known = List.of();
  private long frameNanos;
  private int unanswered;
  private boolean everProven;
  private long provenNanos;

  /// Tells other nodes from stations.
  @FunctionalInterface
  interface VrrpPeers {
    /// Whether an address is another node's.
    boolean isPeer(long high, long low);
  }

  LanProof(
      int port,
      int vlan,
      Neighbors neighbors,
      NeighborWriter writer,
      CounterBank counters,
      VrrpPeers peers,
      long nowNanos) {
    this.port = port;
    this.vlan = vlan;
    this.neighbors = neighbors;
    this.writer = writer;
    this.counters = counters;
    this.peers = peers;
    this.roundNanos = nowNanos - LEAST_GAP_NANOS;
    this.frameNanos = nowNanos;
  }

  boolean isOf(int otherPort, int otherVlan) {
    return port == otherPort && vlan == otherVlan;
  }

  /// Takes targets and gateways of the segment from a view; stations that were heard are learnt
  /// anew.
  void configure(View view) {
    List<Known> all = new ArrayList<>();
    for (TargetView target : view.targets()) {
      if (target.network() != null && isHere(target.network())) {
        all.add(new Known(target.network(), target.address()));
      }
    }
    for (Route route : view.routes().gateways()) {
      if (isHere(route.network())) {
        all.add(new Known(route.network(), route.gateway()));
      }
    }
    known = List.copyOf(all);
    heard = 0;
  }

  private boolean isHere(NetworkView network) {
    return network.port() == port && network.vlan() == vlan;
  }

  /// Whether a station has answered since then.
  boolean since(long nanos) {
    return everProven && provenNanos - nanos >= 0;
  }

  /// Notes that a frame has come.
  void heardFrame(long nowNanos) {
    frameNanos = nowNanos;
    unanswered = 0;
  }

  /// How often stations were asked since then.
  int unanswered() {
    return unanswered;
  }

  /// For how long no frame has come.
  long silenceNanos(long nowNanos) {
    return nowNanos - frameNanos;
  }

  /// Whether anybody was heard who could be asked.
  boolean knowsStations() {
    for (int i = 0; i < known.size() && heard == 0; i++) {
      Known one = known.get(i);
      if (neighbors.macOf(one.network(), one.address().high(), one.address().low()) != 0) {
        return true;
      }
    }
    return heard > 0;
  }

  /// Asks, unless it has just done so.
  ///
  /// @param gapNanos least time since it did
  void ask(long gapNanos, long nowNanos) {
    if (nowNanos - roundNanos < Math.max(gapNanos, LEAST_GAP_NANOS)) {
      return;
    }
    if (nowNanos - roundNanos > EPISODE_NANOS) {
      asked = 0;
      rounds = 0;
    }
    unanswered++;
    roundNanos = nowNanos;
    rounds++;
    int alone = 0;
    for (int i = 1; i <= Math.min(heard, HEARD) && alone < ASKED_AT_ONCE; i++) {
      int slot = Math.floorMod(heard - i, HEARD);
      alone += askAlone(heardNetworks[slot], heardHighs[slot], heardLows[slot], heardMacs[slot]);
    }
    for (int i = 0; i < known.size() && alone < ASKED_AT_ONCE; i++) {
      Known one = known.get(i);
      IpAddress address = one.address();
      long mac = neighbors.macOf(one.network(), address.high(), address.low());
      alone += mac == 0 ? 0 : askAlone(one.network(), address.high(), address.low(), mac);
    }
    if (alone == 0 || rounds > 1) {
      for (int i = 0; i < Math.min(known.size(), ASKED_AT_ONCE); i++) {
        Known one = known.get(i);
        if (neighbors.solicit(one.network(), one.address().high(), one.address().low())) {
          remember(one.address().high(), one.address().low());
        }
      }
    }
  }

  private int askAlone(NetworkView network, long high, long low, long mac) {
    boolean isIpv4 = IpAddress.isIpv4(high, low);
    IpAddress real = network.family(isIpv4).real();
    if (real == null || peers.isPeer(high, low)) {
      return 0;
    }
    remember(high, low);
    if (isIpv4) {
      writer.arpRequest(port, network.vlan(), network.portMac(), real.ipv4(), (int) low, mac);
    } else {
      writer.neighborSolicitation(
          port, network.vlan(), network.portMac(), real.high(), real.low(), high, low, mac);
    }
    return 1;
  }

  private void remember(long high, long low) {
    if (asked < ASKED && !isAsked(high, low)) {
      askedHighs[asked] = high;
      askedLows[asked] = low;
      asked++;
    }
  }

  private boolean isAsked(long high, long low) {
    for (int i = 0; i < asked; i++) {
      if (askedLows[i] == low && askedHighs[i] == high) {
        return true;
      }
    }
    return false;
  }

  /// Looks at an ARP message or a message of neighbour discovery: who says it lives, and whether it
  /// is an answer.
  void onFrame(PacketContext packet) {
    NetworkView network = packet.sourceNetwork();
    long high = packet.sourceHigh();
    long low = packet.sourceLow();
    long mac = packet.ethernet().source();
    if (network == null
        || packet.view().isClusterMac(port, mac)
        || network.isClusterMac(mac, high, low)
        || peers.isPeer(high, low)) {
      return;
    }
    switch (packet.kind()) {
      case ARP -> {
        if (packet.arp().operation() == ArpHeader.REPLY
            && packet.ethernet().destination() == network.portMac()) {
          answered(high, low, packet.nowNanos());
        }
        if (packet.arp().senderMac() == mac && packet.arp().senderAddress() != 0) {
          learn(network, high, low, mac);
        }
      }
      case IPV6 -> {
        if (packet.icmpv6().type() == Icmpv6Header.NEIGHBOR_ADVERTISEMENT
            && packet.ethernet().destination() == network.portMac()) {
          answered(packet.icmpv6().targetHigh(), packet.icmpv6().targetLow(), packet.nowNanos());
        }
        learn(network, high, low, mac);
      }
      case IPV4 -> {}
    }
  }

  private void answered(long high, long low, long nowNanos) {
    if (isAsked(high, low)) {
      counters.count(Counter.LAN_PROOFS);
      everProven = true;
      provenNanos = nowNanos;
    }
  }

  private void learn(NetworkView network, long high, long low, long mac) {
    for (int i = 0; i < Math.min(heard, HEARD); i++) {
      if (heardLows[i] == low && heardHighs[i] == high) {
        heardMacs[i] = mac;
        heardNetworks[i] = network;
        return;
      }
    }
    int slot = heard % HEARD;
    heardNetworks[slot] = network;
    heardHighs[slot] = high;
    heardLows[slot] = low;
    heardMacs[slot] = mac;
    heard++;
  }
}
