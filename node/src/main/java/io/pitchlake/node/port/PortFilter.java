package io.pitchlake.node.port;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import java.util.Set;

/// What the engine wants to see of an interface, so that the kernel can keep the rest of the host's
/// traffic away from it.
///
/// Wanted are all broadcast and multicast frames, all ARP, all ICMPv6 (neighbour discovery among
/// it) and all VRRP, to whomever they go; beyond that, frames whose destination is one of
/// `stations`, except IP packets to one of `hostAddresses`. Unicast between other machines and the
/// host's own connections are left out: whoever owns an address has shown it by ARP or neighbour
/// discovery before the first of those packets.
///
/// @param stations hardware addresses that the engine answers for: the interface's own, which the
///   host uses too, and the virtual ones, which are the engine's alone: host addresses do not
///   matter there
/// @param hostAddresses addresses of the host's kernel
public record PortFilter(Set<MacAddress> stations, Set<IpAddress> hostAddresses) {
  /// Most entries of either kind that a kernel is asked to filter by; each costs it about a
  /// nanosecond per frame. With more, everything is handed out.
  public static final int MAX_ENTRIES = 64;

  public PortFilter {
    stations = Set.copyOf(stations);
    hostAddresses = Set.copyOf(hostAddresses);
  }
}
