package io.pitchlake.node.engine;

/// What a module did with a frame.
public enum Verdict {
  /// Not mine, or only learnt from: the next module shall see it.
  PASS,
  /// Answered or taken in; the journey ends.
  CONSUMED,
  /// Sent on, edited where it lay; the journey ends.
  FORWARDED,
  /// Discarded for the reason given to [PacketContext#drop]; the journey ends.
  DROPPED
}
