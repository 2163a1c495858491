package io.pitchlake.node;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Vrrp;
import io.pitchlake.common.config.Configuration.VrrpChecksum;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.VrrpHeader;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.RouterView;
import io.pitchlake.node.engine.RouterView.Claim;
import io.pitchlake.node.engine.RouterView.Served;
import io.pitchlake.node.engine.ServerView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// Makes the virtual routers of a configuration: for each `vrrp` section one for each segment (port
/// and VLAN) and address family that its networks have a virtual address of. A family without one
/// follows the other, so that somebody is elected for its simulated addresses and servers, too.
/// Immutable; any thread.
final class RouterCompiler {
  private final Configuration configuration;
  private final List<NetworkView> networks;
  private final List<ServerView> servers;

  /// @param networks that run
  /// @param servers that run
  RouterCompiler(
      Configuration configuration, List<NetworkView> networks, List<ServerView> servers) {
    this.configuration = configuration;
    this.networks = networks;
    this.servers = servers;
  }

  List<RouterView> compile() {
    return configuration.vrrps().values().stream().flatMap(this::routers).toList();
  }

  private Stream<RouterView> routers(Vrrp vrrp) {
    List<NetworkView> own =
        networks.stream().filter(network -> vrrp.networks().contains(network.id())).toList();
    List<List<NetworkView>> segments = new ArrayList<>();
    for (NetworkView network : own) {
      List<NetworkView> segment =
          own.stream()
              .filter(n -> n.port() == network.port() && n.vlan() == network.vlan())
              .toList();
      if (!segments.contains(segment)) {
        segments.add(segment);
      }
    }
    return segments.stream()
        .flatMap(segment ->
            Stream.of(true, false)
                .filter(isIpv4 -> hasVirtual(segment, isIpv4))
                .map(isIpv4 -> router(vrrp, segment, isIpv4)));
  }

  private static boolean hasVirtual(List<NetworkView> segment, boolean isIpv4) {
    return segment.stream().anyMatch(network -> network.family(isIpv4).virt() != null);
  }

  private RouterView router(Vrrp vrrp, List<NetworkView> segment, boolean isIpv4) {
    List<Served> served =
        Stream.of(true, false)
            .filter(family -> family == isIpv4 || !hasVirtual(segment, family))
            .flatMap(family -> segment.stream().map(network -> new Served(network, family)))
            .toList();
    List<IpAddress> peers = vrrp.peers().stream().filter(peer -> peer.isIpv4() == isIpv4).toList();
    NetworkView first = segment.getFirst();
    long virtualMac =
        isIpv4 ? VrrpHeader.virtualMac(vrrp.vrid()) : VrrpHeader.virtualMacIpv6(vrrp.vrid());
    return new RouterView(
        vrrp.id(),
        isIpv4,
        vrrp.vrid(),
        vrrp.priority(),
        vrrp.advert().toNanos(),
        vrrp.preempt(),
        vrrp.preemptDelay().toNanos(),
        isIpv4 ? vrrp.version() : 3,
        vrrp.checksum() == VrrpChecksum.PSEUDO,
        peers,
        first.port(),
        first.vlan(),
        source(segment, isIpv4, peers),
        virtualMac,
        advertised(segment, isIpv4, virtualMac),
        served.stream().flatMap(this::claims).distinct().toList(),
        served,
        vrrp.tracks());
  }

  /// `real` over IPv4. Over IPv6 the link-local address that the port's MAC makes (RFC 9568 section
  /// 5.1.2.1), unless peers are told one by one, who know this node by its `real6`.
  private static IpAddress source(
      List<NetworkView> segment, boolean isIpv4, List<IpAddress> peers) {
    boolean byName = isIpv4 || !peers.isEmpty();
    return segment.stream()
        .map(network -> network.family(isIpv4).real())
        .filter(real -> byName && real != null)
        .findFirst()
        .orElseGet(() -> IpAddress.linkLocal(segment.getFirst().portMac()));
  }

  /// The virtual addresses; over IPv6 the virtual router's link-local address comes first (RFC 9568
  /// section 5.2.9). Servers' addresses follow the router without being listed, as there may be
  /// more of them than an advert holds.
  private static List<IpAddress> advertised(
      List<NetworkView> segment, boolean isIpv4, long virtualMac) {
    Stream<IpAddress> virtual =
        segment.stream().map(network -> network.family(isIpv4).virt()).filter(Objects::nonNull);
    return isIpv4
        ? virtual.toList()
        : Stream.concat(Stream.of(IpAddress.linkLocal(virtualMac)), virtual).toList();
  }

  private Stream<Claim> claims(Served served) {
    NetworkView network = served.network();
    NetworkView.Family family = network.family(served.isIpv4());
    Stream<IpAddress> virtual = family.answersVirt() ? Stream.of(family.virt()) : Stream.empty();
    Stream<IpAddress> balanced =
        servers.stream()
            .map(ServerView::address)
            .filter(address ->
                address.isIpv4() == served.isIpv4()
                    && network.servers().contains(address.high(), address.low()));
    return Stream.concat(virtual, balanced).map(address -> new Claim(network, address));
  }
}
