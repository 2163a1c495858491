package io.pitchlake.node.arp;

import io.pitchlake.common.net.IpAddress;

/// Where and as whom a node listens to IPv6 groups. Immutable; any thread.
///
/// @param port index of the port
/// @param vlan the VLAN, -1 for untagged frames
/// @param mac the port's
/// @param source the link-local address that the MAC makes, from which adverts are sent, too
record ListenerPlace(int port, int vlan, long mac, IpAddress source) {
  static ListenerPlace of(int port, int vlan, long mac) {
    return new ListenerPlace(port, vlan, mac, IpAddress.linkLocal(mac));
  }
}
