package io.pitchlake.node.vrrp;

import io.pitchlake.node.engine.RoleCause;

/// What can happen to a virtual router.
sealed interface RouterInput {
  /// The node starts to take part.
  record Start() implements RouterInput {}

  /// The node stops to take part.
  record Stop() implements RouterInput {}

  /// The state's timer has run out.
  record TimerFired() implements RouterInput {}

  /// This thread stood still for so long that the others may have decided without it.
  record Late() implements RouterInput {}

  /// The port's link has gone, or something else without which this node takes no part.
  record Unfit(RoleCause cause) implements RouterInput {}

  /// An operator wants another node to be active.
  record Withdrawn() implements RouterInput {}

  /// An active router gives its place to one that has asked for it.
  record Granted() implements RouterInput {}

  /// The active router says over the sync link that it has left.
  ///
  /// @param isNext whether this node is the first of those that may follow
  record Left(boolean isNext) implements RouterInput {}

  /// Another node says over the sync link that it is active.
  ///
  /// @param senderIsHigher whether the source of its adverts is greater than this router's
  record Claimed(int priority, long intervalNanos, boolean senderIsHigher) implements RouterInput {}

  /// Another node says over the sync link that it was active, too, and has given in.
  record Conceded(long intervalNanos) implements RouterInput {}

  /// A valid advert of another router was heard.
  ///
  /// @param priority 0 to 255
  /// @param intervalNanos the interval that the advert names
  /// @param senderIsHigher whether its sender's address is greater than this router's
  record Heard(int priority, long intervalNanos, boolean senderIsHigher) implements RouterInput {}
}
