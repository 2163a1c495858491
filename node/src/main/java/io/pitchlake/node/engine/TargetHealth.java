package io.pitchlake.node.engine;

/// Which targets can take frames now, at which MAC and with how much of their weight. Targets are
/// named by their positions in the [View]. Implemented by `hc`; engine thread.
public interface TargetHealth {
  /// The MAC of a target that is ready, 0 of any other.
  long mac(int target);

  /// Whether frames may be sent to the target.
  boolean isReady(int target);

  /// Whether the target has been found ready or not since it was added; another engine's counts as
  /// found.
  boolean isJudged(int target);

  /// Whether every target that this engine checks has been found ready or not since it was added.
  boolean isEachJudged();

  /// How much of its configured weight a target asks for, 100 where nobody says otherwise; 0: no
  /// new flows.
  int weightPercent(int target);

  /// Goes up with every change of [#isReady] or [#weightPercent] and with every new view, so that a
  /// reader who has seen the same number before knows that nothing has changed.
  int changes();
}
