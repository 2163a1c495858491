package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.TargetState;

/// One link of the chain. All calls come from the engine thread; [#onFrame] must not allocate, log,
/// block or read a clock.
public interface Module {
  /// The name under which `modules` lists it.
  String name();

  /// Looks at one frame. A reply may be built where the frame lies and transmitted; then the
  /// verdict is [Verdict#CONSUMED].
  Verdict onFrame(PacketContext packet);

  /// Called once per turn, after the frames.
  default void onTick(long nowNanos) {}

  /// What this turn had queued has been discarded: nobody has heard it.
  default void onDiscarded() {}

  /// A new view of the configuration is in force.
  default void onConfigured(View view, long nowNanos) {}

  /// An administrator wants a target, named by its number in the configuration, in this state.
  default void onAdministered(int target, TargetState state, long nowNanos) {}

  /// A health check off the engine thread has had a result.
  default void onChecked(Command.CheckResult result, long nowNanos) {}
}
