package io.pitchlake.node.vrrp;

import io.pitchlake.node.engine.RoleCause;
import io.pitchlake.node.engine.RouterRole;

/// All that a virtual router remembers. Times are readings of the monotonic clock.
///
/// @param timerNanos when the role's timer runs out: Active_Down_Timer of a backup, Adver_Timer of
///   the active router
/// @param activeAdvertNanos Active_Adver_Interval, learnt from the active router's adverts
/// @param cause why the role is what it is
/// @param onExpiry a backup's reason to take over when its timer runs out
/// @param sinceNanos when the role began
/// @param lessened a backup hears an active router of lower priority
/// @param lessenedNanos since when
/// @param rivalNanos until when a rival's adverts belong to the alarm that was given; the active
///   router's
record RouterState(
    RouterRole role,
    long timerNanos,
    long activeAdvertNanos,
    RoleCause cause,
    RoleCause onExpiry,
    long sinceNanos,
    boolean lessened,
    long lessenedNanos,
    long rivalNanos) {

  /// Before the start.
  static RouterState initialize(RoleCause cause, long nowNanos) {
    return begin(RouterRole.INITIALIZE, cause, 0, 0, nowNanos);
  }

  /// A role that begins now.
  static RouterState begin(
      RouterRole role, RoleCause cause, long timerNanos, long activeAdvertNanos, long nowNanos) {
    return new RouterState(
        role,
        timerNanos,
        activeAdvertNanos,
        cause,
        RoleCause.SILENCE,
        nowNanos,
        false,
        0,
        nowNanos);
  }

  /// The same role with another timer.
  RouterState timer(long atNanos) {
    return backupsTimer(atNanos, onExpiry, lessened, lessenedNanos, activeAdvertNanos);
  }

  /// The same backup with another timer, and why it would take over then.
  RouterState backupsTimer(
      long atNanos,
      RoleCause expiry,
      boolean hearsLesser,
      long hearsLesserSinceNanos,
      long learntAdvertNanos) {
    return new RouterState(
        role,
        atNanos,
        learntAdvertNanos,
        cause,
        expiry,
        sinceNanos,
        hearsLesser,
        hearsLesserSinceNanos,
        rivalNanos);
  }

  /// The same active router, having heard a rival.
  RouterState rival(long untilNanos) {
    return new RouterState(
        role,
        timerNanos,
        activeAdvertNanos,
        cause,
        onExpiry,
        sinceNanos,
        lessened,
        lessenedNanos,
        untilNanos);
  }
}
