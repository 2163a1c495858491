package io.pitchlake.node.engine;

/// Takes events from the engine thread without allocating or waiting; what it cannot keep it
/// counts.
public interface EventSink {
  /// Something happened to the address `target`.
  ///
  /// @param targetPort its port, 0 where the kind has none
  /// @param peerHigh bits 127..64 of the attacker's (or the owner's) address, as in
  ///   [io.pitchlake.common.net.IpAddress]
  /// @param peerMac 48 bits
  void event(
      EventKind kind,
      long targetHigh,
      long targetLow,
      int targetPort,
      long peerHigh,
      long peerLow,
      int peerPort,
      long peerMac,
      long nowNanos);

  /// What is known of a target has changed.
  void target(TargetNotice notice, long nowNanos);

  /// A server has reached its quorum or lost it.
  default void server(ServerNotice notice, long nowNanos) {}

  /// A new view of the configuration is in force.
  default void onConfigured(View view, long nowNanos) {}

  /// Called once per turn: what was held back and is due is summed up.
  void onTick(long nowNanos);
}
