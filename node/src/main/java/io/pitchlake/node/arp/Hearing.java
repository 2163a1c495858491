package io.pitchlake.node.arp;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.node.engine.Exchange;
import io.pitchlake.node.engine.Hearsay;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.Shards;
import io.pitchlake.node.engine.View;

/// Brings what this engine hears to the prover that keeps the address: its own, or through a ring
/// another engine's. With one engine everything is at home. Engine thread.
final class Hearing {
  private static final int HEARD_PER_TURN = 256;
  private static final int TOLD_SLOTS = 4096;

  /// An address that keeps sending is named again to its keeper after this time, far below the
  /// shortest `tarpitrealto`.
  private static final long TELL_AGAIN_NANOS = 1_000_000_000L;

  private final AddressProver prover;
  private final LearntStations learnt;
  private final LeaseSearches searches;
  private final AddressDefence defence;
  private final Shards shards;
  private final Hearsay[] outgoing;
  private final Hearsay[] incoming;
  private final CounterBank counters;
  private final Hearsay.Listener listener = this::heard;
  private final long[] toldLow = new long[TOLD_SLOTS];
  private final long[] toldHigh = new long[TOLD_SLOTS];
  private final long[] toldNanos = new long[TOLD_SLOTS];
  private View view;
  private long nowNanos;

  Hearing(
      AddressProver prover,
      LearntStations learnt,
      LeaseSearches searches,
      AddressDefence defence,
      Exchange.Seat seat,
      CounterBank counters) {
    this.prover = prover;
    this.learnt = learnt;
    this.searches = searches;
    this.defence = defence;
    this.shards = seat.shards();
    this.outgoing = seat.outgoing();
    this.incoming = seat.incoming();
    this.counters = counters;
  }

  void configure(View next) {
    view = next;
    searches.configure(next.size());
  }

  /// Takes in what other engines have heard.
  void tick(long atNanos) {
    nowNanos = atNanos;
    for (Hearsay ring : incoming) {
      if (ring != null) {
        ring.drain(HEARD_PER_TURN, listener);
      }
    }
  }

  /// See [AddressProver#ownerHeard].
  ///
  /// Where the living are that nobody simulates (targets, gateways), every engine wants to know: it
  /// sends to them.
  void owner(NetworkView network, long high, long low, long mac, long atNanos) {
    boolean home = shards.isHome(low);
    boolean everybodys = shards.count() > 1 && !network.isCandidate(high, low);
    if (home || everybodys) {
      prover.ownerHeard(network, high, low, mac, atNanos);
    }
    if (everybodys) {
      tellAll(Hearsay.Kind.OWNER, network, high, low, mac);
    } else if (!home) {
      tell(Hearsay.Kind.OWNER, network, high, low, mac);
    }
  }

  /// See [AddressDefence#claimed]; one engine, the address's keeper, reports and defends.
  void conflict(NetworkView network, long high, long low, long mac, long atNanos) {
    if (shards.isHome(low)) {
      defence.claimed(network, high, low, mac, atNanos);
    } else {
      tell(Hearsay.Kind.CONFLICT, network, high, low, mac);
    }
  }

  /// See [AddressProver#sourceHeard].
  void source(NetworkView network, long high, long low, long mac, long atNanos) {
    if (shards.isHome(low)) {
      prover.sourceHeard(network, high, low, mac, atNanos);
      return;
    }
    int slot = (int) (low ^ low >>> 12 ^ high) & TOLD_SLOTS - 1;
    if (toldLow[slot] != low
        || toldHigh[slot] != high
        || atNanos - toldNanos[slot] >= TELL_AGAIN_NANOS) {
      toldLow[slot] = low;
      toldHigh[slot] = high;
      toldNanos[slot] = atNanos;
      tell(Hearsay.Kind.SOURCE, network, high, low, mac);
    }
  }

  /// See [AddressProver#claimHeard].
  void claim(NetworkView network, long high, long low, long mac, long atNanos) {
    if (shards.isHome(low)) {
      prover.claimHeard(network, high, low, mac, atNanos);
    } else {
      tell(Hearsay.Kind.CLAIM, network, high, low, mac);
    }
  }

  /// A station gives out leases; every engine must know.
  void dhcpServer(NetworkView network, long mac) {
    if (!learnt.isDhcpServer(network.index(), mac)) {
      learnt.addDhcpServer(network.index(), mac);
      tellAll(Hearsay.Kind.DHCP_SERVER, network, 0, 0, mac);
    }
  }

  /// A client names the server whose offer it takes; every engine must know.
  void namedDhcpServer(NetworkView network, long low) {
    if (!learnt.isNamedDhcpServer(network.index(), low)) {
      learnt.addNamedDhcpServer(network.index(), low);
      tellAll(Hearsay.Kind.NAMED_DHCP_SERVER, network, 0, low, 0);
    }
  }

  /// A client looks for a lease; every engine must know.
  void leaseSearch(NetworkView network, long atNanos) {
    searches.add(network.index(), atNanos);
    tellAll(Hearsay.Kind.LEASE_SEARCH, network, 0, 0, 0);
  }

  /// A router advertises itself; every engine must know.
  void router(NetworkView network, long high, long low) {
    if (!learnt.isRouter(network.index(), high, low)) {
      learnt.addRouter(network.index(), high, low);
      tellAll(Hearsay.Kind.ROUTER, network, high, low, 0);
    }
  }

  private void tell(Hearsay.Kind kind, NetworkView network, long high, long low, long mac) {
    Hearsay ring = outgoing[shards.home(low)];
    if (!ring.offer(kind, network.index(), high, low, mac)) {
      counters.count(Counter.HEARSAY_LOST);
    }
  }

  private void tellAll(Hearsay.Kind kind, NetworkView network, long high, long low, long mac) {
    for (Hearsay ring : outgoing) {
      if (ring != null && !ring.offer(kind, network.index(), high, low, mac)) {
        counters.count(Counter.HEARSAY_LOST);
      }
    }
  }

  private void heard(Hearsay.Kind kind, int index, long high, long low, long mac) {
    if (index >= view.size()) {
      return;
    }
    NetworkView network = view.network(index);
    // Its teller may not know yet that the network has gone.
    if (isAboutAddress(kind) && !network.contains(high, low)) {
      return;
    }
    switch (kind) {
      case OWNER -> prover.ownerHeard(network, high, low, mac, nowNanos);
      case CONFLICT -> {
        if (network.isOwnReal(high, low) || network.isOwnVirtual(high, low)) {
          defence.claimed(network, high, low, mac, nowNanos);
        }
      }
      case SOURCE -> prover.sourceHeard(network, high, low, mac, nowNanos);
      case CLAIM -> prover.claimHeard(network, high, low, mac, nowNanos);
      case DHCP_SERVER -> learnt.addDhcpServer(index, mac);
      case NAMED_DHCP_SERVER -> learnt.addNamedDhcpServer(index, low);
      case LEASE_SEARCH -> searches.add(index, nowNanos);
      case ROUTER -> learnt.addRouter(index, high, low);
    }
  }

  /// Whether what is heard is about an address of the network itself.
  private static boolean isAboutAddress(Hearsay.Kind kind) {
    return switch (kind) {
      case OWNER, CONFLICT, SOURCE, CLAIM, ROUTER -> true;
      case DHCP_SERVER, NAMED_DHCP_SERVER, LEASE_SEARCH -> false;
    };
  }
}
