package io.pitchlake.node.history;

/// Ways to break a node from outside, to see that the invariants notice.
enum Sabotage {
  NONE,
  /// Its clock stands while it is paused, so its lease never runs out.
  CLOCK_STOPS,
  /// It is deaf to other nodes' adverts.
  DEAF_TO_ADVERTS,
  /// It is deaf to those who live on the segment.
  DEAF_TO_OWNERS,
  /// It is deaf to machines that ask whether an address is free.
  DEAF_TO_PROBES,
  /// Its proofs never leave it.
  MUTE_PROOFS,
  /// It believes that it sends adverts, but they never leave it.
  MUTE_ADVERTS,
  /// Some frames of its flows go to another target.
  MISDIRECTS
}
