package io.pitchlake.node.arp;

/// Stations that get no answer whatever they ask, or whose address is never simulated: DHCP
/// servers, by MAC, and routers, by address, as heard on the wire. Small fixed rings; when one is
/// full the oldest goes. Engine thread.
final class LearntStations {
  private static final int CAPACITY = 64;

  private final long[] serverMacs = new long[CAPACITY];
  private final int[] serverNetworks = new int[CAPACITY];
  private int servers;
  private final long[] routerHighs = new long[CAPACITY];
  private final long[] routerLows = new long[CAPACITY];
  private final int[] routerNetworks = new int[CAPACITY];
  private int routers;

  /// A station was seen sending a DHCP offer or acknowledgment.
  void addDhcpServer(int network, long mac) {
    if (!isDhcpServer(network, mac)) {
      serverMacs[servers % CAPACITY] = mac;
      serverNetworks[servers % CAPACITY] = network;
      servers++;
    }
  }

  boolean isDhcpServer(int network, long mac) {
    for (int i = 0; i < Math.min(servers, CAPACITY); i++) {
      if (serverMacs[i] == mac && serverNetworks[i] == network) {
        return true;
      }
    }
    return false;
  }

  /// A station was seen sending a router advertisement from this address.
  void addRouter(int network, long high, long low) {
    if (!isRouter(network, high, low)) {
      routerHighs[routers % CAPACITY] = high;
      routerLows[routers % CAPACITY] = low;
      routerNetworks[routers % CAPACITY] = network;
      routers++;
    }
  }

  boolean isRouter(int network, long high, long low) {
    for (int i = 0; i < Math.min(routers, CAPACITY); i++) {
      if (routerLows[i] == low && routerHighs[i] == high && routerNetworks[i] == network) {
        return true;
      }
    }
    return false;
  }
}
