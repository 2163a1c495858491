package io.pitchlake.node.arp;

/// Stations that get no answer whatever they ask, or whose address is never simulated: DHCP
/// servers, by MAC where they were heard and by address where a client named them, and routers, by
/// address, as heard on the wire. Small fixed rings; when one is full the oldest goes. Engine
/// thread.
final class LearntStations {
  private static final int CAPACITY = 64;

  private final long[] serverMacs = new long[CAPACITY];
  private final int[] serverNetworks = new int[CAPACITY];
  private int servers;
  private final long[] namedLows = new long[CAPACITY];
  private final int[] namedNetworks = new int[CAPACITY];
  private int named;
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

  /// A client has said that it has an offer of the server with this IPv4 address, which may be
  /// behind a router.
  void addNamedDhcpServer(int network, long low) {
    if (!isNamedDhcpServer(network, low)) {
      namedLows[named % CAPACITY] = low;
      namedNetworks[named % CAPACITY] = network;
      named++;
    }
  }

  boolean isNamedDhcpServer(int network, long low) {
    for (int i = 0; i < Math.min(named, CAPACITY); i++) {
      if (namedLows[i] == low && namedNetworks[i] == network) {
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
