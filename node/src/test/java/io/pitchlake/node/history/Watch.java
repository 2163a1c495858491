package io.pitchlake.node.history;

/// Sees what nodes read and send, and judges it.
interface Watch {
  /// A node has started.
  default void booted(Member member, long nowNanos) {}

  /// A node goes on that was paused for so long.
  default void resumed(Member member, long pausedNanos, long nowNanos) {}

  /// A node's engine reads a frame.
  default void read(Member member, Glimpse frame, long nowNanos) {}

  /// A frame leaves a node.
  default void departed(Member member, Glimpse frame, long nowNanos) {}

  /// All other nodes run, and have acknowledged everything that a node knew at an instant.
  default void acknowledged(Member member, long knewNanos, long nowNanos) {}

  /// A frame of a host comes to its switch.
  default void said(Glimpse frame, long nowNanos) {}
}
