package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Track;
import io.pitchlake.common.net.IpAddress;
import java.util.List;

/// One virtual router of one address family on one segment, compiled. Immutable; any thread.
///
/// A `vrrp` section makes one for each segment (port and VLAN) and address family that its networks
/// have a virtual address of.
///
/// @param id the number of its section
/// @param version of the adverts, 2 (IPv4 alone) or 3
/// @param pseudoHeader whether the checksum of version 3 over IPv4 covers the pseudo-header
/// @param peers to whom adverts go one by one; empty: to the group
/// @param source the address that adverts are sent from
/// @param virtualMac 00:00:5e:00:01:VRID, or 02 for IPv6
/// @param advertised the addresses that adverts list
/// @param claims everything that the active router answers for with the virtual MAC, but for what
///   is simulated
/// @param served whose master is elected here
/// @param tracks what makes this node less fit for the router
public record RouterView(
    int id,
    boolean isIpv4,
    int vrid,
    int priority,
    long advertNanos,
    boolean preempt,
    long preemptDelayNanos,
    int version,
    boolean pseudoHeader,
    List<IpAddress> peers,
    int port,
    int vlan,
    IpAddress source,
    long virtualMac,
    List<IpAddress> advertised,
    List<Claim> claims,
    List<Served> served,
    List<Track> tracks) {

  /// An address and the network it is in.
  public record Claim(NetworkView network, IpAddress address) {}

  /// One address family of a network.
  public record Served(NetworkView network, boolean isIpv4) {}

  public RouterView {
    peers = List.copyOf(peers);
    advertised = List.copyOf(advertised);
    claims = List.copyOf(claims);
    served = List.copyOf(served);
    tracks = List.copyOf(tracks);
  }

  /// Whether `other` is the same router, perhaps with other networks or addresses.
  public boolean isSameRouter(RouterView other) {
    return id == other.id
        && isIpv4 == other.isIpv4
        && port == other.port
        && vlan == other.vlan
        && vrid == other.vrid;
  }
}
