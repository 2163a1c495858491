package io.pitchlake.node.vrrp;

import io.pitchlake.node.engine.RoleCause;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.vrrp.RouterInput.Claimed;
import io.pitchlake.node.vrrp.RouterInput.Conceded;
import io.pitchlake.node.vrrp.RouterInput.Granted;
import io.pitchlake.node.vrrp.RouterInput.Heard;
import io.pitchlake.node.vrrp.RouterInput.Late;
import io.pitchlake.node.vrrp.RouterInput.Left;
import io.pitchlake.node.vrrp.RouterInput.Start;
import io.pitchlake.node.vrrp.RouterInput.Stop;
import io.pitchlake.node.vrrp.RouterInput.TimerFired;
import io.pitchlake.node.vrrp.RouterInput.Unfit;
import io.pitchlake.node.vrrp.RouterInput.Withdrawn;
import java.util.List;

/// RFC 9568 section 6.4 as a pure function: (state, input, now) to (state, outputs). One machine is
/// one virtual router of one address family as this node is configured for it.
///
/// Beyond the RFC: a delay of preemption, [Late], an announcement beside the advert with which an
/// active router asserts itself against a rival, and what other nodes say over the sync link.
///
/// @param priority 1 to 254, or 255 for the owner of the addresses
/// @param advertNanos Advertisement_Interval
/// @param preempt Preempt_Mode
/// @param preemptDelayNanos how long an active router of lower priority is listened to first
/// @param agrees whether places are asked for before they are taken, so that another active router
///   is a rival even if its priority is higher
record RouterMachine(
    int priority, long advertNanos, boolean preempt, long preemptDelayNanos, boolean agrees) {
  /// The priority of the router that owns the addresses.
  static final int OWNER = 255;

  private static final long RIVAL_EPISODE_NANOS = 1_000_000_000L;
  private static final List<RouterOutput> NOTHING = List.of();
  private static final List<RouterOutput> ADVERTISE = List.of(RouterOutput.ADVERTISE);
  private static final List<RouterOutput> RESIGN = List.of(RouterOutput.RESIGN);
  private static final List<RouterOutput> TAKE_OVER =
      List.of(RouterOutput.ADVERTISE, RouterOutput.ANNOUNCE);
  private static final List<RouterOutput> ASSERT_AND_ALARM =
      List.of(RouterOutput.ADVERTISE, RouterOutput.ANNOUNCE, RouterOutput.ALARM);
  private static final List<RouterOutput> GIVE_IN =
      List.of(RouterOutput.ALARM, RouterOutput.CONCEDE);

  /// A machine that agrees with nobody: the RFC's.
  RouterMachine(int priority, long advertNanos, boolean preempt, long preemptDelayNanos) {
    this(priority, advertNanos, preempt, preemptDelayNanos, false);
  }

  /// A state and what to do on the way to it, in this order.
  record Step(RouterState state, List<RouterOutput> outputs) {}

  /// The same router, as long as it does not know what its peers know.
  RouterMachine withoutPreemption() {
    return new RouterMachine(priority, advertNanos, false, preemptDelayNanos, agrees);
  }

  Step step(RouterState state, RouterInput input, long nowNanos) {
    return switch (state.role()) {
      case INITIALIZE -> inInitialize(state, input, nowNanos);
      case BACKUP -> inBackup(state, input, nowNanos);
      case ACTIVE -> inActive(state, input, nowNanos);
    };
  }

  /// Skew_Time: ((256 - priority) * Active_Adver_Interval) / 256.
  long skewNanos(long activeAdvertNanos) {
    return (256 - priority) * activeAdvertNanos / 256;
  }

  /// Active_Down_Interval: (3 * Active_Adver_Interval) + Skew_Time.
  long activeDownNanos(long activeAdvertNanos) {
    return 3 * activeAdvertNanos + skewNanos(activeAdvertNanos);
  }

  // Section 6.4.1.
  private Step inInitialize(RouterState state, RouterInput input, long nowNanos) {
    if (!(input instanceof Start)) {
      return new Step(state, NOTHING);
    }
    return priority == OWNER
        ? takeOver(RoleCause.OWNER, nowNanos)
        : new Step(backup(RoleCause.STARTED, advertNanos, nowNanos), NOTHING);
  }

  // Section 6.4.2.
  private Step inBackup(RouterState state, RouterInput input, long nowNanos) {
    return switch (input) {
      case Start() -> new Step(state, NOTHING);
      case Stop() -> new Step(RouterState.initialize(RoleCause.STOPPED, nowNanos), NOTHING);
      case TimerFired() ->
          nowNanos - state.timerNanos() < 0
              ? new Step(state, NOTHING)
              : takeOver(state.onExpiry(), nowNanos);
      // What it has not read yet may well be the active router's adverts.
      case Late() ->
          new Step(state.timer(nowNanos + activeDownNanos(state.activeAdvertNanos())), NOTHING);
      case Unfit _ ->
          new Step(state.timer(nowNanos + activeDownNanos(state.activeAdvertNanos())), NOTHING);
      case Granted(), Withdrawn() -> new Step(state, NOTHING);
      case Claimed _ -> new Step(state, NOTHING);
      case Conceded _ -> new Step(state, NOTHING);
      case Left(boolean isNext) ->
          new Step(
              state.backupsTimer(
                  isNext ? nowNanos : nowNanos + skewNanos(state.activeAdvertNanos()),
                  RoleCause.RESIGNED,
                  false,
                  0,
                  state.activeAdvertNanos()),
              NOTHING);
      case Heard heard -> new Step(heardByBackup(state, heard, nowNanos), NOTHING);
    };
  }

  private RouterState heardByBackup(RouterState state, Heard heard, long nowNanos) {
    if (heard.priority() == 0) {
      return state.backupsTimer(
          nowNanos + skewNanos(state.activeAdvertNanos()),
          RoleCause.RESIGNED,
          false,
          0,
          state.activeAdvertNanos());
    }
    boolean lesser = heard.priority() < priority;
    long sinceNanos = state.lessened() ? state.lessenedNanos() : nowNanos;
    if (lesser && preempt && nowNanos - sinceNanos >= preemptDelayNanos) {
      return state.backupsTimer(
          state.timerNanos(), RoleCause.PREEMPTION, true, sinceNanos, state.activeAdvertNanos());
    }
    return state.backupsTimer(
        nowNanos + activeDownNanos(heard.intervalNanos()),
        RoleCause.SILENCE,
        lesser,
        lesser ? sinceNanos : 0,
        heard.intervalNanos());
  }

  // Section 6.4.3.
  private Step inActive(RouterState state, RouterInput input, long nowNanos) {
    return switch (input) {
      case Start() -> new Step(state, NOTHING);
      case Stop() -> new Step(RouterState.initialize(RoleCause.STOPPED, nowNanos), RESIGN);
      case TimerFired() ->
          nowNanos - state.timerNanos() < 0
              ? new Step(state, NOTHING)
              : new Step(state.timer(nextAdvertNanos(state, nowNanos)), ADVERTISE);
      case Late() -> new Step(backup(RoleCause.LATE, advertNanos, nowNanos), NOTHING);
      case Unfit(RoleCause cause) -> new Step(backup(cause, advertNanos, nowNanos), NOTHING);
      case Withdrawn() -> new Step(backup(RoleCause.WITHDRAWN, advertNanos, nowNanos), RESIGN);
      case Granted() -> new Step(backup(RoleCause.ASKED, advertNanos, nowNanos), NOTHING);
      case Left _ -> new Step(state, NOTHING);
      case Claimed(int theirs, long intervalNanos, boolean senderIsHigher) ->
          rivalled(state, theirs, intervalNanos, senderIsHigher, nowNanos);
      case Conceded(long intervalNanos) -> assertedAgainst(state, intervalNanos, nowNanos);
      case Heard heard -> heardByActive(state, heard, nowNanos);
    };
  }

  /// Keeps the rhythm: a turn that comes a little late does not put the next advert off.
  private long nextAdvertNanos(RouterState state, long nowNanos) {
    long nextNanos = state.timerNanos() + advertNanos;
    return nextNanos - nowNanos > 0 ? nextNanos : nowNanos + advertNanos;
  }

  private Step heardByActive(RouterState state, Heard heard, long nowNanos) {
    if (heard.priority() == 0) {
      return new Step(state.timer(nowNanos + advertNanos), ADVERTISE);
    }
    return rivalled(
        state, heard.priority(), heard.intervalNanos(), heard.senderIsHigher(), nowNanos);
  }

  /// Another router is active: the one that ranks lower gives in.
  private Step rivalled(
      RouterState state, int theirs, long intervalNanos, boolean senderIsHigher, long nowNanos) {
    boolean outranked = theirs > priority;
    if (outranked || theirs == priority && senderIsHigher) {
      RoleCause cause = outranked ? RoleCause.HIGHER_PRIORITY : RoleCause.HIGHER_ADDRESS;
      return new Step(
          backup(cause, intervalNanos, nowNanos),
          agrees && isSettled(state, nowNanos) ? GIVE_IN : NOTHING);
    }
    return assertedAgainst(state, intervalNanos, nowNanos);
  }

  private Step assertedAgainst(RouterState state, long intervalNanos, long nowNanos) {
    boolean known = nowNanos - state.rivalNanos() < 0;
    RouterState next = state.rival(nowNanos + Math.max(RIVAL_EPISODE_NANOS, 3 * intervalNanos));
    if (known) {
      return new Step(next, ADVERTISE);
    }
    return new Step(next, isSettled(state, nowNanos) ? ASSERT_AND_ALARM : TAKE_OVER);
  }

  /// A rival that this router has just taken over from may have sent before it heard of it.
  private boolean isSettled(RouterState state, long nowNanos) {
    return nowNanos - state.sinceNanos() >= advertNanos;
  }

  private Step takeOver(RoleCause cause, long nowNanos) {
    return new Step(
        RouterState.begin(RouterRole.ACTIVE, cause, nowNanos + advertNanos, advertNanos, nowNanos),
        TAKE_OVER);
  }

  private RouterState backup(RoleCause cause, long activeAdvertNanos, long nowNanos) {
    return RouterState.begin(
        RouterRole.BACKUP,
        cause,
        nowNanos + activeDownNanos(activeAdvertNanos),
        activeAdvertNanos,
        nowNanos);
  }
}
