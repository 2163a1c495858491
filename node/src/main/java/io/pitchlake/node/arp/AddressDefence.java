package io.pitchlake.node.arp;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.EventSink;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.NeighborWriter;
import io.pitchlake.node.engine.NetworkView;

/// What happens when another machine says that it has an address of the node's own: `real`, `virt`
/// or a server's. Each claimant of each address is reported once. Whoever answers for the address
/// announces it again, so that caches are right, but not more than once in [#INTERVAL_NANOS], so
/// that two machines that both insist do not fill the wire (RFC 5227 section 2.4 (c), and the same
/// for IPv6). Simulated addresses are never defended: they are given up.
///
/// The usual claimant is a target of direct server return that answers ARP for the server's address
/// on its lo. Rings of fixed size; when one is full the oldest goes. Engine thread.
final class AddressDefence {
  /// DEFEND_INTERVAL of RFC 5227.
  static final long INTERVAL_NANOS = 10_000_000_000L;

  private static final int CLAIMANTS = 64;
  private static final int DEFENDED = 64;

  private final NeighborWriter writer;
  private final Mastership mastership;
  private final EventSink events;
  private final CounterBank counters;
  private final long[] claimantMacs = new long[CLAIMANTS];
  private final long[] claimedHighs = new long[CLAIMANTS];
  private final long[] claimedLows = new long[CLAIMANTS];
  private int claimants;
  private final long[] defendedHighs = new long[DEFENDED];
  private final long[] defendedLows = new long[DEFENDED];
  private final long[] defendedNanos = new long[DEFENDED];
  private int defended;

  AddressDefence(
      NeighborWriter writer, Mastership mastership, EventSink events, CounterBank counters) {
    this.writer = writer;
    this.mastership = mastership;
    this.events = events;
    this.counters = counters;
  }

  /// An ARP or ND message from `mac` says that the address is its own, and it is one of ours.
  void claimed(NetworkView network, long high, long low, long mac, long nowNanos) {
    counters.count(Counter.OWN_CLAIMED);
    if (isNewClaimant(high, low, mac)) {
      events.event(EventKind.OWN_CLAIMED, high, low, 0, high, low, 0, mac, nowNanos);
    }
    boolean isOurs =
        network.isOwnReal(high, low) || mastership.isMaster(network, IpAddress.isIpv4(high, low));
    if (isOurs && mayDefend(high, low, nowNanos)) {
      counters.count(Counter.OWN_DEFENDED);
      announce(network, high, low);
    }
  }

  private boolean isNewClaimant(long high, long low, long mac) {
    for (int i = 0; i < Math.min(claimants, CLAIMANTS); i++) {
      if (claimantMacs[i] == mac && claimedLows[i] == low && claimedHighs[i] == high) {
        return false;
      }
    }
    int slot = claimants++ % CLAIMANTS;
    claimantMacs[slot] = mac;
    claimedHighs[slot] = high;
    claimedLows[slot] = low;
    return true;
  }

  private boolean mayDefend(long high, long low, long nowNanos) {
    for (int i = 0; i < Math.min(defended, DEFENDED); i++) {
      if (defendedLows[i] == low && defendedHighs[i] == high) {
        boolean due = nowNanos - defendedNanos[i] >= INTERVAL_NANOS;
        defendedNanos[i] = due ? nowNanos : defendedNanos[i];
        return due;
      }
    }
    int slot = defended % DEFENDED;
    // A ring that is full of addresses defended just now defends no other one for the moment.
    if (defended >= DEFENDED && nowNanos - defendedNanos[slot] < INTERVAL_NANOS) {
      return false;
    }
    defended++;
    defendedHighs[slot] = high;
    defendedLows[slot] = low;
    defendedNanos[slot] = nowNanos;
    return true;
  }

  /// A gratuitous ARP request, or an unsolicited advertisement to all nodes.
  private void announce(NetworkView network, long high, long low) {
    boolean isIpv4 = IpAddress.isIpv4(high, low);
    long mac = network.isOwnReal(high, low) ? network.portMac() : network.virtualMac(isIpv4);
    if (isIpv4) {
      writer.arpRequest(network.port(), network.vlan(), mac, (int) low, (int) low);
    } else {
      writer.neighborAdvertisement(
          network.port(),
          network.vlan(),
          mac,
          mac,
          high,
          low,
          Ipv6Header.multicastMac(Icmpv6Header.ALL_NODES_LOW),
          Icmpv6Header.LINK_GROUP_HIGH,
          Icmpv6Header.ALL_NODES_LOW,
          false,
          true);
    }
  }
}
