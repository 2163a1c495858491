package io.pitchlake.node.health;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.Neighbors;
import io.pitchlake.node.engine.Shards;
import io.pitchlake.node.engine.TargetView;
import io.pitchlake.node.engine.View;
import java.util.Arrays;
import java.util.List;

/// Which targets live, and at which MAC: the health check `arp`, which every target has. A target
/// lives while its MAC is known and something of it was heard within its patience; it is asked
/// again and again, so that silence means that it is gone.
///
/// Of several engines each watches all targets, and the one that keeps a target's address asks; the
/// others hear of its answers.
///
/// Looks at all targets every [#LOOK_NANOS]; in between, [#mac] is an array read. Engine thread.
final class TargetWatch {
  /// Time between two looks: the longest that a change of a target's MAC goes unnoticed.
  private static final long LOOK_NANOS = 50_000_000;

  /// A target that is not ready is asked once a second, or more often where its check says so.
  private static final long LONGEST_ASK_NANOS = 1_000_000_000;

  private static final int ASKS_PER_LOOK = 16;

  private final Neighbors neighbors;
  private final Shards shards;
  private final CounterBank counters;
  private final WakingTime time;
  private List<TargetView> targets = List.of();
  private long[] macs = new long[0];

  /// Of a target whose MAC is known.
  private long[] heardNanos = new long[0];

  private long[] askedNanos = new long[0];
  private long[] nextAskNanos = new long[0];
  private long nextLookNanos;
  private int firstAsked;

  TargetWatch(Neighbors neighbors, Shards shards, CounterBank counters, WakingTime time) {
    this.neighbors = neighbors;
    this.shards = shards;
    this.counters = counters;
    this.time = time;
  }

  /// Takes the targets of a new view over; those that were there keep their state.
  void configure(View view, long nowNanos) {
    List<TargetView> before = targets;
    long[] macsBefore = macs;
    long[] asksBefore = nextAskNanos;
    targets = view.targets();
    macs = new long[targets.size()];
    heardNanos = new long[targets.size()];
    askedNanos = new long[targets.size()];
    nextAskNanos = new long[targets.size()];
    Arrays.fill(askedNanos, nowNanos);
    Arrays.fill(nextAskNanos, nowNanos);
    for (TargetView target : targets) {
      for (TargetView old : before) {
        if (old.id() == target.id() && old.address().equals(target.address())) {
          macs[target.index()] = macsBefore[old.index()];
          nextAskNanos[target.index()] = asksBefore[old.index()];
        }
      }
    }
    firstAsked = 0;
    nextLookNanos = nowNanos;
  }

  /// The MAC of a target that was heard lately, 0 of any other.
  long mac(int target) {
    return macs[target];
  }

  /// Looks at the targets when it is time to; true when it has.
  boolean tick(long nowNanos) {
    if (nowNanos - nextLookNanos < 0 || macs.length == 0) {
      return false;
    }
    nextLookNanos = nowNanos + LOOK_NANOS;
    for (int i = 0; i < macs.length; i++) {
      look(i, nowNanos);
    }
    ask(nowNanos);
    return true;
  }

  private void look(int index, long nowNanos) {
    TargetView target = targets.get(index);
    IpAddress address = target.address();
    long mac = neighbors.macOf(target.network(), address.high(), address.low());
    if (mac != 0) {
      long heard = time.of(neighbors.heardNanos(target.network(), address.high(), address.low()));
      mac = nowNanos - heard > target.health().patienceNanos() ? 0 : mac;
      heardNanos[index] = heard;
    }
    macs[index] = mac;
  }

  private boolean hasAnswered(int index) {
    return macs[index] != 0 && heardNanos[index] - askedNanos[index] >= 0;
  }

  /// Goes round, so that each is asked in its turn where there are more than may be asked at once.
  private void ask(long nowNanos) {
    int asked = 0;
    int index = firstAsked;
    for (int i = 0; i < macs.length && asked < ASKS_PER_LOOK; i++) {
      TargetView target = targets.get(index);
      IpAddress address = target.address();
      if (nowNanos - nextAskNanos[index] >= 0 && shards.isHome(address.low())) {
        long dueNanos = askedNanos[index] + target.health().askNanos();
        if (hasAnswered(index) && dueNanos - nowNanos > 0) {
          nextAskNanos[index] = dueNanos;
        } else {
          if (neighbors.solicit(target.network(), address.high(), address.low())) {
            counters.count(Counter.TARGETS_ASKED);
          }
          long longest = macs[index] != 0 ? Prober.REPEAT_NANOS : LONGEST_ASK_NANOS;
          askedNanos[index] = nowNanos;
          nextAskNanos[index] = nowNanos + Math.min(target.health().askNanos(), longest);
          asked++;
        }
      }
      index = index + 1 < macs.length ? index + 1 : 0;
    }
    firstAsked = index;
  }
}
