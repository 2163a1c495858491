package io.pitchlake.node.engine;

/// What the engine tells the outside about an address. The names of the first five are the seed's.
public enum EventKind {
  ARP_REPLY,
  ND6_REPLY,
  ECHO_REPLY,
  TCP_SYNACK,
  UDP_PACKET,
  /// A real owner has appeared for a simulated address; the peer is the owner.
  RELEASED,
  /// A simulated address was silenced because a machine probes for it or was leased it.
  HELD,
  /// Another machine says that it has an address of our own; the peer's MAC is that machine's.
  OWN_CLAIMED,
  /// A target has become ready; told by a [TargetNotice].
  TARGET_UP,
  /// A target was taken out or is not ready; told by a [TargetNotice].
  TARGET_DOWN
}
