package io.pitchlake.node.engine;

import io.pitchlake.common.session.FlowState;

/// Where a flow of a balanced server goes now, and why; for people.
///
/// @param target its position in the [View]; [ServerPlan#NONE] where no target takes the flow, or
///   only chance knows
/// @param lost the number of the target that the flow had and cannot keep, 0 where there is none
/// @param state of the flow, null where it is not in the table
/// @param idleNanos since a frame of it passed, where it is in the table
public record FlowChoice(Cause cause, int target, int lost, FlowState state, long idleNanos) {
  /// What has decided.
  public enum Cause {
    /// The flow is known, and its target keeps what it has.
    KNOWN,
    /// The flow is known, and nobody knows yet whether its target can be sent anything.
    AWAITED,
    /// Persistence remembers the client.
    PERSISTENCE,
    /// The server's scheduler.
    SCHEDULER,
    /// The server's scheduler is chance.
    CHANCE,
    /// The hash alone, for the session table has no room to remember a choice.
    UNTRACKED,
    /// No target of an earlier tier has room.
    LATER_TIER,
    /// None of the server's own targets can take it.
    EMERGENCY,
    /// The client is not permitted.
    ABUSE,
    /// The client is not permitted, and no abuse target takes it.
    REFUSED,
    /// No target can take it.
    NO_TARGET
  }

  /// A flow that is not in the table.
  public static FlowChoice ofNew(Cause cause, int target) {
    return new FlowChoice(cause, target, 0, null, 0);
  }

  /// The same for a flow that had another target.
  public FlowChoice insteadOf(int lostTarget, FlowState lostState, long lostIdleNanos) {
    return new FlowChoice(cause, target, lostTarget, lostState, lostIdleNanos);
  }
}
