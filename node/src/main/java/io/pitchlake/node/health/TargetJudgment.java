package io.pitchlake.node.health;

import io.pitchlake.common.config.HealthCheck;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.node.engine.HealthPlan;
import io.pitchlake.node.engine.TargetNotice;
import io.pitchlake.node.engine.TargetNotice.Change;
import io.pitchlake.node.engine.TargetView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// What has become of one target: ready, or not and why. Engine thread.
final class TargetJudgment {
  private enum Known {
    NOTHING,
    READY,
    OUT
  }

  private static final int WHOLE_PERCENT = 100;

  private final TargetView view;
  private final boolean kept;
  private final List<CheckState> checks = new ArrayList<>();
  private final long startedNanos;

  /// How long after a target fell silent it is lost, at most.
  private final long patienceNanos;

  private Flapping flapping = new Flapping();
  private Known known = Known.NOTHING;
  private long lastMac;

  /// What the last notice blamed; null: the target's MAC is not known.
  private CheckState.Key blamed;

  /// @param kept whether this engine is the one that checks the target
  TargetJudgment(TargetView view, boolean kept, long nowNanos) {
    this.view = view;
    this.kept = kept;
    this.startedNanos = nowNanos;
    if (kept) {
      HealthPlan plan = view.health();
      plan.checks().forEach(check -> add(Optional.empty(), check, nowNanos));
      plan.aliases().forEach(alias -> add(Optional.of(alias.address()), alias.check(), nowNanos));
    }
    patienceNanos =
        checks.stream()
            .mapToLong(check -> check.check().timeout().toNanos())
            .reduce(view.health().patienceNanos(), Math::max);
  }

  private void add(Optional<IpAddress> alias, HealthCheck check, long nowNanos) {
    CheckState.Key key = new CheckState.Key(view.id(), view.address(), alias, check);
    if (checks.stream().noneMatch(other -> other.key.equals(key))) {
      checks.add(new CheckState(key, view, nowNanos));
    }
  }

  /// Goes on from the same target in an earlier view.
  void continueFrom(TargetJudgment before) {
    flapping = before.flapping;
    known = before.known;
    lastMac = before.lastMac;
    blamed = before.blamed;
  }

  TargetView view() {
    return view;
  }

  boolean isKept() {
    return kept;
  }

  boolean isJudged() {
    return known != Known.NOTHING;
  }

  boolean isReady() {
    return known == Known.READY;
  }

  boolean isHeld(long nowNanos) {
    return flapping.isHeld(nowNanos);
  }

  List<CheckState> checks() {
    return checks;
  }

  /// The least that one of its checks asks for.
  int percent() {
    int percent = WHOLE_PERCENT;
    for (int i = 0; i < checks.size(); i++) {
      percent = Math.min(percent, checks.get(i).percent());
    }
    return percent;
  }

  /// Draws the conclusion; returns what there is to tell, or null.
  ///
  /// @param mac where it was heard lately, 0 when it was not
  /// @param hearingNanos for how long anybody at all has been heard where the target is: one that
  ///   is lost while this node was cut off has not flapped
  TargetNotice judge(
      long mac, long hearingNanos, long nowNanos, long flapWindowNanos, long longestHoldNanos) {
    lastMac = mac == 0 ? lastMac : mac;
    CheckState failing = mac == 0 ? null : firstFailing();
    if (mac != 0 && failing == null) {
      return rise(nowNanos);
    }
    CheckState.Key blame = failing == null ? null : failing.key;
    boolean certain =
        failing == null
            ? nowNanos - startedNanos >= view.health().patienceNanos()
            : failing.isDown();
    return switch (known) {
      case READY -> {
        boolean wasCutOff =
            hearingNanos <= patienceNanos && (failing == null || failing.isSilent());
        long holdNanos = wasCutOff ? 0 : flapping.down(nowNanos, flapWindowNanos, longestHoldNanos);
        yield out(Change.TAKEN_OUT, blame, reason(failing) + hold(holdNanos));
      }
      case NOTHING -> certain ? out(Change.NOT_READY, blame, reason(failing)) : null;
      case OUT ->
          certain && !Objects.equals(blame, blamed)
              ? out(Change.STAYS_OUT, blame, reason(failing))
              : null;
    };
  }

  /// A target that is ready is lost by a check that has failed; one that is not waits for all of
  /// them to hold. So a check that a new configuration adds takes nobody out before it has spoken.
  private CheckState firstFailing() {
    for (int i = 0; i < checks.size(); i++) {
      CheckState check = checks.get(i);
      if (known == Known.READY ? check.isDown() : !check.holds()) {
        return check;
      }
    }
    return null;
  }

  private TargetNotice rise(long nowNanos) {
    if (known == Known.READY || flapping.isHeld(nowNanos)) {
      return null;
    }
    known = Known.READY;
    flapping.up(nowNanos);
    return new TargetNotice(Change.READY, view.address(), new MacAddress(lastMac), "");
  }

  private TargetNotice out(Change change, CheckState.Key blame, String reason) {
    known = Known.OUT;
    blamed = blame;
    return new TargetNotice(change, view.address(), new MacAddress(lastMac), reason);
  }

  private String reason(CheckState failing) {
    return failing != null
        ? failing.reason()
        : (view.address().isIpv4() ? "arp" : "nd") + ": no answer";
  }

  private String hold(long holdNanos) {
    return holdNanos == 0
        ? ""
        : "; it was lost %d times in a row and is kept out for at least %d s"
            .formatted(flapping.flaps(), holdNanos / 1_000_000_000L);
  }
}
