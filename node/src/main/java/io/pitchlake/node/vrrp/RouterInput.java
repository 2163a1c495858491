package io.pitchlake.node.vrrp;

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

  /// A valid advert of another router was heard.
  ///
  /// @param priority 0 to 255
  /// @param intervalNanos the interval that the advert names
  /// @param senderIsHigher whether its sender's address is greater than this router's
  record Heard(int priority, long intervalNanos, boolean senderIsHigher) implements RouterInput {}
}
