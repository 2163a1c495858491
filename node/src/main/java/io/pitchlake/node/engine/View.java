package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Settings;
import java.util.List;

/// The part of the configuration the engine works with, compiled; replaced as a whole. Immutable;
/// any thread.
public final class View {
  private final NetworkView[] networks;
  private final NetworkView[][] byPort;
  private final Settings settings;

  /// A view of `networks`, whose indexes are their positions, over `ports` ports.
  public View(List<NetworkView> networks, int ports, Settings settings) {
    this.networks = networks.toArray(NetworkView[]::new);
    this.byPort = new NetworkView[ports][];
    for (int port = 0; port < ports; port++) {
      int on = port;
      byPort[port] =
          networks.stream().filter(network -> network.port() == on).toArray(NetworkView[]::new);
    }
    this.settings = settings;
  }

  /// How many networks there are.
  public int size() {
    return networks.length;
  }

  public NetworkView network(int index) {
    return networks[index];
  }

  /// `set NAME VALUE`.
  public Settings settings() {
    return settings;
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
