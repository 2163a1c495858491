package io.pitchlake.node.vrrp;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.node.engine.NeighborWriter;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.RouterView;
import io.pitchlake.node.engine.RouterView.Claim;

/// Tells a segment where the addresses of an active router are: a gratuitous ARP request for each
/// IPv4 address, an unsolicited neighbour advertisement for each IPv6 address, both from the
/// virtual MAC, so that switches learn its port anew. At once, after a second, then from time to
/// time.
///
/// Simulated addresses are never announced: they share the virtual MAC, so stations need no news of
/// them; those that do not are moved by the tarpit, without a word of their addresses. The router
/// flag is 0: this node routes no IPv6. Engine thread.
final class Announcer {
  private static final int ADDRESSES_PER_TURN = 64;
  private static final long REPEAT_NANOS = 1_000_000_000L;

  private final NeighborWriter writer;
  private final CounterBank counters;
  private boolean running;
  private boolean repeatDue;
  private int next;
  private long againNanos;

  Announcer(NeighborWriter writer, CounterBank counters) {
    this.writer = writer;
    this.counters = counters;
  }

  /// Begins with the first address in this turn.
  void start(long nowNanos) {
    running = true;
    repeatDue = true;
    next = 0;
    againNanos = nowNanos;
  }

  void stop() {
    running = false;
  }

  /// Sends what is due, a bounded number of addresses.
  ///
  /// @param refreshNanos time between two refreshes, 0 for none
  void tick(RouterView router, long refreshNanos, long nowNanos) {
    if (!running || nowNanos - againNanos < 0) {
      return;
    }
    int end = Math.min(next + ADDRESSES_PER_TURN, router.claims().size());
    for (; next < end; next++) {
      announce(router.claims().get(next));
    }
    if (next < router.claims().size()) {
      return;
    }
    next = 0;
    running = repeatDue || refreshNanos > 0;
    againNanos = nowNanos + (repeatDue ? REPEAT_NANOS : refreshNanos);
    repeatDue = false;
  }

  private void announce(Claim claim) {
    NetworkView network = claim.network();
    IpAddress address = claim.address();
    long mac = network.virtualMac(address.isIpv4());
    counters.count(Counter.ANNOUNCEMENTS);
    if (address.isIpv4()) {
      writer.arpRequest(network.port(), network.vlan(), mac, address.ipv4(), address.ipv4());
    } else {
      writer.neighborAdvertisement(
          network.port(),
          network.vlan(),
          mac,
          mac,
          address.high(),
          address.low(),
          Ipv6Header.multicastMac(Icmpv6Header.ALL_NODES_LOW),
          Icmpv6Header.LINK_GROUP_HIGH,
          Icmpv6Header.ALL_NODES_LOW,
          false,
          true);
    }
  }
}
