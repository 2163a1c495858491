package io.pitchlake.node.engine;

/// A module by whose frames other nodes know that this one lives, and which must know itself when
/// it did not. Engine thread.
public interface Heartbeat {
  /// Called at the start of each turn, before commands and frames: the place to notice that this
  /// thread stood still.
  void onTurn(long nowNanos);

  /// Whether what was queued in this turn may still leave; asked at its end with a new reading of
  /// the clock, for a process may be stopped anywhere.
  boolean maySend(long nowNanos);

  /// How long until it needs the next turn; 0 or less when that is now.
  long untilDueNanos(long nowNanos);

  /// Called at the end of the turn, when what this node has queued on its ports has left or was
  /// discarded: the place to tell other nodes what they may rely on.
  default void onFlushed(long nowNanos) {}

  /// This node is to end: says so in this turn, after what it answers in it.
  void onStop(long nowNanos);

  /// Whether after [#onStop] turns go on for a moment, until another node has taken over.
  default boolean isLingering() {
    return false;
  }
}
