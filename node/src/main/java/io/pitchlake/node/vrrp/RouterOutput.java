package io.pitchlake.node.vrrp;

/// What a virtual router wants done.
enum RouterOutput {
  /// Send an advert with the configured priority.
  ADVERTISE,
  /// Send an advert with priority 0: the active router leaves.
  RESIGN,
  /// Tell stations and switches where the addresses are: gratuitous ARP, unsolicited neighbour
  /// advertisements.
  ANNOUNCE,
  /// Tell an operator that another router has been active beside this one.
  ALARM,
  /// Tell the other nodes over the sync link that this one was active, too, and has given in.
  CONCEDE
}
