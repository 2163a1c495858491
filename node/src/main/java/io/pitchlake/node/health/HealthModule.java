package io.pitchlake.node.health;

import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.Command;
import io.pitchlake.node.engine.EventSink;
import io.pitchlake.node.engine.Exchange;
import io.pitchlake.node.engine.HealthBoard;
import io.pitchlake.node.engine.Module;
import io.pitchlake.node.engine.Neighbors;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.Reception;
import io.pitchlake.node.engine.Shards;
import io.pitchlake.node.engine.TargetHealth;
import io.pitchlake.node.engine.TargetNotice;
import io.pitchlake.node.engine.TargetNotice.Change;
import io.pitchlake.node.engine.TargetStatus;
import io.pitchlake.node.engine.TargetView;
import io.pitchlake.node.engine.Transmit;
import io.pitchlake.node.engine.Verdict;
import io.pitchlake.node.engine.View;
import java.util.ArrayList;
import java.util.List;

/// Says which targets can take frames. Runs on every node, so that a backup that becomes master
/// knows its targets.
///
/// A target is ready when it answers ARP or neighbour discovery, every check of its own and every
/// probe of its aliases holds, and it has not come and gone too often lately.
///
/// Of several engines the one to which answers come, which is the one that keeps `real`, checks a
/// target and tells the others by a [HealthBoard].
public final class HealthModule implements Module, TargetHealth {
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final Shards shards;
  private final HealthBoard board;
  private final EventSink events;
  private final CounterBank counters;
  private final Reception reception;
  private final TargetWatch watch;
  private final Prober prober;
  private List<TargetView> targets = List.of();
  private TargetJudgment[] states = new TargetJudgment[0];
  private long[] macs = new long[0];
  private int[] percents = new int[0];
  private long flapWindowNanos;
  private long longestHoldNanos;
  private boolean eachJudged;
  private int changes;
  private final WakingTime time = new WakingTime();

  /// Now, for events, and in the time that this node was awake, for all judgment.
  private long engineNanos;

  private long nowNanos;

  /// @param seat which of several engines this is
  /// @param reception what has been heard, for who was lost because nothing was
  /// @param secret for source ports, tokens and the first moments of checks
  public HealthModule(
      Transmit transmit,
      Neighbors neighbors,
      Exchange.Seat seat,
      EventSink events,
      CounterBank counters,
      Reception reception,
      SipHash secret) {
    this.shards = seat.shards();
    this.board = seat.board();
    this.events = events;
    this.counters = counters;
    this.reception = reception;
    this.watch = new TargetWatch(neighbors, shards, counters, time);
    this.prober = new Prober(transmit, counters, secret, watch::mac, this::judge);
  }

  @Override
  public String name() {
    return "hc";
  }

  @Override
  public void onConfigured(View view, long atNanos) {
    at(atNanos);
    flapWindowNanos = view.settings().get(Setting.TARGETFLAPTO) * SECOND_NANOS;
    longestHoldNanos = view.settings().get(Setting.TARGETHOLDMAX) * SECOND_NANOS;
    watch.configure(view, nowNanos);
    List<TargetView> before = targets;
    TargetJudgment[] statesBefore = states;
    targets = view.targets();
    states = new TargetJudgment[targets.size()];
    macs = new long[targets.size()];
    percents = new int[targets.size()];
    List<List<CheckState>> checks = new ArrayList<>();
    for (TargetView target : targets) {
      TargetJudgment state = new TargetJudgment(target, isKept(target), nowNanos);
      for (TargetView old : before) {
        if (old.id() == target.id() && old.address().equals(target.address())) {
          state.continueFrom(statesBefore[old.index()]);
        }
      }
      states[target.index()] = state;
      checks.add(state.checks());
    }
    prober.configure(checks, view, nowNanos);
    for (int target = 0; target < states.length; target++) {
      judge(target);
    }
    publish();
    changes++;
  }

  private void at(long atNanos) {
    engineNanos = atNanos;
    nowNanos = time.now(atNanos);
  }

  /// Whether this engine checks a target.
  private boolean isKept(TargetView target) {
    IpAddress real = target.network().family(target.address().isIpv4()).real();
    return shards.isHome((real == null ? target.address() : real).low());
  }

  @Override
  public void onTick(long atNanos) {
    at(atNanos);
    int changesBefore = changes;
    boolean looked = watch.tick(nowNanos);
    prober.tick(nowNanos);
    if (looked) {
      for (int target = 0; target < states.length; target++) {
        judge(target);
      }
    }
    if (looked || changes != changesBefore) {
      publish();
    }
  }

  @Override
  public void onChecked(Command.CheckResult result, long atNanos) {
    at(atNanos);
    prober.checked(result, nowNanos);
  }

  @Override
  public Verdict onFrame(PacketContext packet) {
    NetworkView network = packet.destinationNetwork();
    if (network == null
        || prober.isIdle()
        || packet.kind() == PacketContext.Kind.ARP
        || packet.ethernet().destination() != network.portMac()
        || !network.isReal(packet.destinationHigh(), packet.destinationLow())) {
      return Verdict.PASS;
    }
    at(packet.nowNanos());
    return prober.isAnswer(packet, nowNanos) ? Verdict.CONSUMED : Verdict.PASS;
  }

  /// How a target, by its position in the view, is seen now.
  public TargetStatus status(int target) {
    TargetJudgment state = states[target];
    return new TargetStatus(
        state.isKept(),
        isReady(target),
        watch.mac(target),
        percents[target],
        state.isHeld(nowNanos),
        state.checks().stream()
            .map(check ->
                new TargetStatus.Check(
                    check.title(), check.holds(), check.holds() ? "" : check.reason()))
            .toList());
  }

  /// Draws the conclusion from what is known of a target now.
  private void judge(int target) {
    TargetJudgment state = states[target];
    long mac = watch.mac(target);
    boolean ready;
    int percent;
    if (state.isKept()) {
      ready = judgeKept(state, mac);
      percent = state.percent();
      if (shards.count() > 1) {
        board.post(state.view().id(), ready, percent);
      }
    } else {
      ready = mac != 0 && board.isReady(state.view().id());
      percent = board.percent(state.view().id());
    }
    long readyMac = ready ? mac : 0;
    if ((readyMac == 0) != (macs[target] == 0) || percent != percents[target]) {
      changes++;
    }
    macs[target] = readyMac;
    percents[target] = percent;
  }

  private boolean judgeKept(TargetJudgment state, long mac) {
    long hearingNanos = reception.hearingNanos(state.view().network().port(), engineNanos);
    switch (state.judge(mac, hearingNanos, nowNanos, flapWindowNanos, longestHoldNanos)) {
      case null -> {}
      case TargetNotice notice -> {
        if (notice.change() == Change.READY) {
          counters.count(Counter.TARGETS_UP);
        } else if (notice.change() == Change.TAKEN_OUT) {
          counters.count(Counter.TARGETS_DOWN);
        }
        events.target(notice, engineNanos);
      }
    }
    return state.isReady();
  }

  private void publish() {
    int kept = 0;
    int ready = 0;
    int held = 0;
    eachJudged = true;
    for (TargetJudgment state : states) {
      if (state.isKept()) {
        kept++;
        eachJudged &= state.isJudged();
        ready += state.isReady() ? 1 : 0;
        held += state.isHeld(nowNanos) ? 1 : 0;
      }
    }
    counters.set(Gauge.TARGETS, kept);
    counters.set(Gauge.TARGETS_READY, ready);
    counters.set(Gauge.TARGETS_HELD, held);
    counters.set(Gauge.CHECKS, prober.size());
    counters.set(Gauge.CHECKS_FAILING, prober.failing());
  }

  @Override
  public long mac(int target) {
    return macs[target];
  }

  @Override
  public boolean isReady(int target) {
    return macs[target] != 0;
  }

  @Override
  public boolean isJudged(int target) {
    return states[target].isJudged() || !states[target].isKept();
  }

  @Override
  public boolean isEachJudged() {
    return eachJudged;
  }

  @Override
  public int weightPercent(int target) {
    return percents[target];
  }

  @Override
  public int changes() {
    return changes;
  }
}
