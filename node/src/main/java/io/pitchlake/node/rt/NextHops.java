package io.pitchlake.node.rt;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.time.TokenBucket;
import io.pitchlake.node.engine.Neighbors;
import io.pitchlake.node.engine.NetworkView;
import java.util.Arrays;

/// The MACs of next hops: who was heard lately is believed, who was not is asked, at most once a
/// second and [#ASKS] times before it counts as silent. A next hop that was heard some time ago
/// keeps its packets while it is asked.
///
/// What is asked is remembered in a direct-mapped table, so a scan of free addresses costs no
/// memory; two addresses that share a slot ask more often. Engine thread.
final class NextHops {
  /// The answer for a next hop that has not answered yet.
  static final long ASKED = 0;

  /// The answer for one that does not answer.
  static final long SILENT = -1;

  /// How long a machine is believed to be where it was heard (RFC 4861 section 10 has 30 s).
  static final long FRESH_NANOS = 30_000_000_000L;

  private static final long ASK_AGAIN_NANOS = 1_000_000_000L;
  private static final int ASKS = 3;

  /// How long a silent one is left alone before it is asked again.
  private static final long SILENCE_NANOS = 5_000_000_000L;

  private static final int ASKS_PER_SECOND = 1000;
  private static final int SLOTS = 1024;

  private final Neighbors neighbors;
  private final CounterBank counters;
  private final long[] highs = new long[SLOTS];
  private final long[] lows = new long[SLOTS];
  private final int[] networks = new int[SLOTS];
  private final int[] asks = new int[SLOTS];
  private final long[] askedNanos = new long[SLOTS];
  private TokenBucket rate;

  NextHops(Neighbors neighbors, CounterBank counters, long nowNanos) {
    this.neighbors = neighbors;
    this.counters = counters;
    rate = new TokenBucket(ASKS_PER_SECOND, nowNanos);
  }

  /// Networks have other positions now.
  void forget(long nowNanos) {
    Arrays.fill(asks, 0);
    rate = new TokenBucket(ASKS_PER_SECOND, nowNanos);
  }

  /// The MAC of a next hop, [#ASKED] or [#SILENT].
  long mac(NetworkView network, long high, long low, long nowNanos) {
    long mac = neighbors.macOf(network, high, low);
    if (mac != 0 && nowNanos - neighbors.heardNanos(network, high, low) < FRESH_NANOS) {
      return mac;
    }
    int slot = (int) (low ^ low >>> 10 ^ low >>> 32 ^ high ^ network.index() * 31L) & SLOTS - 1;
    boolean known =
        asks[slot] > 0
            && lows[slot] == low
            && highs[slot] == high
            && networks[slot] == network.index()
            && nowNanos - askedNanos[slot] < SILENCE_NANOS;
    if (!known) {
      lows[slot] = low;
      highs[slot] = high;
      networks[slot] = network.index();
      asks[slot] = 0;
    }
    if (asks[slot] == 0 || nowNanos - askedNanos[slot] >= ASK_AGAIN_NANOS) {
      if (asks[slot] == ASKS) {
        return SILENT;
      }
      ask(slot, network, high, low, nowNanos);
    }
    return mac;
  }

  private void ask(int slot, NetworkView network, long high, long low, long nowNanos) {
    if (rate.take(nowNanos) && neighbors.solicit(network, high, low)) {
      counters.count(Counter.NEXT_HOPS_ASKED);
      asks[slot]++;
      askedNanos[slot] = nowNanos;
    }
  }
}
