package io.pitchlake.node.vrrp;

import io.pitchlake.node.engine.RoleCause;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.vrrp.RouterInput.Heard;
import io.pitchlake.node.vrrp.RouterInput.Late;
import io.pitchlake.node.vrrp.RouterInput.Start;
import io.pitchlake.node.vrrp.RouterInput.Stop;
import io.pitchlake.node.vrrp.RouterInput.TimerFired;
import java.util.List;

/// RFC 9568 section 6.4 as a pure function: (state, input, now) to (state, outputs). One machine is
/// one virtual router of one address family as this node is configured for it.
///
/// Beyond the RFC: a delay of preemption, [Late], and an announcement beside the advert with which
/// an active router asserts itself against a rival.
///
/// @param priority 1 to 254, or 255 for the owner of the addresses
/// @param advertNanos Advertisement_Interval
/// @param preempt Preempt_Mode
/// @param preemptDelayNanos how long an active router of lower priority is listened to first
record RouterMachine(int priority, long advertNanos, boolean preempt, long preemptDelayNanos) {
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

  /// A state and what to do on the way to it, in this order.
  record Step(RouterState state, List<RouterOutput> outputs) {}

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
    if (heard.priority() > priority) {
      return new Step(backup(RoleCause.HIGHER_PRIORITY, heard.intervalNanos(), nowNanos), NOTHING);
    }
    if (heard.priority() == priority && heard.senderIsHigher()) {
      return new Step(backup(RoleCause.HIGHER_ADDRESS, heard.intervalNanos(), nowNanos), NOTHING);
    }
    boolean known = nowNanos - state.rivalNanos() < 0;
    RouterState next =
        state.rival(nowNanos + Math.max(RIVAL_EPISODE_NANOS, 3 * heard.intervalNanos()));
    if (known) {
      return new Step(next, ADVERTISE);
    }
    // A rival that this router has just taken over from may have sent before it heard of it.
    boolean settled = nowNanos - state.sinceNanos() >= advertNanos;
    return new Step(next, settled ? ASSERT_AND_ALARM : TAKE_OVER);
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
