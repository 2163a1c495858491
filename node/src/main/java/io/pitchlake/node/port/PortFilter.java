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
/// @param stations hardware addresses that the engine answers for: the interface's own and the
///   virtual ones; at most [#MAX_ENTRIES]
/// @param hostAddresses addresses of the host's kernel; at most [#MAX_ENTRIES]
public record PortFilter(Set<MacAddress> stations, Set<IpAddress> hostAddresses) {
  /// Most entries of either kind; each costs the kernel about a nanosecond per frame.
  public static final int MAX_ENTRIES = 64;

  public PortFilter {
    if (stations.size() > MAX_ENTRIES || hostAddresses.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "a port filter takes at most %d stations and %d host addresses, not %d and %d"
              .formatted(MAX_ENTRIES, MAX_ENTRIES, stations.size(), hostAddresses.size()));
    }
    stations = Set.copyOf(stations);
    hostAddresses = Set.copyOf(hostAddresses);
  }
}
