package io.pitchlake.node.port;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import java.util.Set;

/// What the engine wants to see of an interface, so that the kernel can keep the rest of the host's
/// traffic away from it.
///
/// Wanted are all broadcast and multicast frames, all ARP, all IP and what else goes to one of
/// `stations`; left out is unicast IP to one of `hostAddresses` that is neither ICMPv6 (neighbour
/// discovery) nor VRRP: the host's own connections, whose peers have shown themselves by ARP or
/// neighbour discovery. Answers to probes that the engine sends from a host address are wanted all
/// the same: TCP and UDP to a port from [#FIRST_PROBE_PORT] on, and ICMP. IP between other machines
/// is wanted where a switch floods it, for its source may be the first sign of a living owner.
///
/// @param stations hardware addresses that the engine answers for: the interface's own, which the
///   host uses too, and the virtual ones, which are the engine's alone: host addresses do not
///   matter there
/// @param hostAddresses addresses of the host's kernel
public record PortFilter(Set<MacAddress> stations, Set<IpAddress> hostAddresses) {
  /// Most entries of either kind that a kernel is asked to filter by; each costs it about a
  /// nanosecond per frame. With more, everything is handed out.
  public static final int MAX_ENTRIES = 64;

  /// Source ports of the engine's own probes, from here to the highest: a Linux kernel gives its
  /// own connections ports below.
  public static final int FIRST_PROBE_PORT = 0xf000;

  public PortFilter {
    stations = Set.copyOf(stations);
    hostAddresses = Set.copyOf(hostAddresses);
  }
}
