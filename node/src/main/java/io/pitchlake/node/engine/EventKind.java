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
  TARGET_DOWN,
  /// A server has enough targets (again); told by a [ServerNotice].
  SERVER_IN,
  /// A server has too few targets; told by a [ServerNotice].
  SERVER_OUT,
  /// A virtual router's role has changed; the target is one of its addresses, the target's port the
  /// number of its section, the peer whom it heard last, and the peer's port its vrid in 8 bits,
  /// its roles before and now in 2 bits each, and the [RoleCause] in 4.
  ROUTER_CHANGED,
  /// Another router has been active beside this one; as above, without roles and cause, but with 1
  /// where this node steps down.
  ROUTER_RIVAL,
  /// Nothing is heard any more of a peer on the sync link; target and peer are its address there.
  SYNC_LOST,
  /// A peer on the sync link is heard (again).
  SYNC_HEARD,
  /// Somebody sends heartbeats without the cluster's key, or is no peer.
  SYNC_REFUSED
}
