package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.port.PortFilter;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The part of the configuration the engine works with, compiled; replaced as a whole. Immutable;
/// any thread.
public final class View {
  private final NetworkView[] networks;
  private final NetworkView[][] byPort;
  private final PortFilter[] filters;
  private final List<ServerView> servers;
  private final List<TargetView> targets;
  private final RouteTable routes;
  private final List<RouterView> routers;
  private final Settings settings;

  /// A view of `networks`, `servers` and `targets`, whose indexes are their positions, over `ports`
  /// ports.
  ///
  /// @param routes to all networks and by gateways
  /// @param host addresses of the host's kernel
  public View(
      List<NetworkView> networks,
      int ports,
      List<ServerView> servers,
      List<TargetView> targets,
      RouteTable routes,
      List<RouterView> routers,
      Settings settings,
      Set<IpAddress> host) {
    this.networks = networks.toArray(NetworkView[]::new);
    this.byPort = new NetworkView[ports][];
    this.filters = new PortFilter[ports];
    for (int port = 0; port < ports; port++) {
      int on = port;
      List<NetworkView> here = networks.stream().filter(network -> network.port() == on).toList();
      byPort[port] = here.toArray(NetworkView[]::new);
      filters[port] =
          new PortFilter(
              here.stream().flatMap(NetworkView::stations).collect(Collectors.toSet()), host);
    }
    this.servers = List.copyOf(servers);
    this.targets = List.copyOf(targets);
    this.routes = routes;
    this.routers = List.copyOf(routers);
    this.settings = settings;
  }

  /// How many networks there are.
  public int size() {
    return networks.length;
  }

  public NetworkView network(int index) {
    return networks[index];
  }

  /// The network with this number in the configuration, or null.
  public NetworkView networkById(int id) {
    for (NetworkView network : networks) {
      if (network.id() == id && network.port() >= 0) {
        return network;
      }
    }
    return null;
  }

  /// Where addresses are reached.
  public RouteTable routes() {
    return routes;
  }

  /// The servers that run, whatever network they are in.
  public List<ServerView> servers() {
    return servers;
  }

  /// The targets that may get frames.
  public List<TargetView> targets() {
    return targets;
  }

  /// The virtual routers this node takes part in.
  public List<RouterView> routers() {
    return routers;
  }

  /// `set NAME VALUE`.
  public Settings settings() {
    return settings;
  }

  /// What the networks of a port want to see of it.
  public PortFilter filter(int port) {
    return filters[port];
  }

  /// Whether some network of the port lives in the VLAN (-1: untagged).
  public boolean hasVlan(int port, int vlan) {
    for (NetworkView network : byPort[port]) {
      if (network.vlan() == vlan) {
        return true;
      }
    }
    return false;
  }

  /// The network of a port and VLAN whose block holds the address, or null.
  public NetworkView networkOf(int port, int vlan, long high, long low) {
    for (NetworkView network : byPort[port]) {
      if (network.vlan() == vlan && network.contains(high, low)) {
        return network;
      }
    }
    return null;
  }

  /// The network of a port and VLAN whose virtual MAC of a family this is, or null.
  public NetworkView networkOfStation(int port, int vlan, long mac, boolean isIpv4) {
    for (NetworkView network : byPort[port]) {
      if (network.vlan() == vlan && network.virtualMac(isIpv4) == mac) {
        return network;
      }
    }
    return null;
  }

  /// Whether decoys of some network have MACs of their own.
  public boolean hasDecoyMacs() {
    for (NetworkView network : networks) {
      if (network.hasDecoyMacs()) {
        return true;
      }
    }
    return false;
  }

  /// Whether the MAC is one this cluster uses on the port.
  public boolean isClusterMac(int port, long mac) {
    for (NetworkView network : byPort[port]) {
      if (network.isClusterMac(mac)) {
        return true;
      }
    }
    return false;
  }
}
