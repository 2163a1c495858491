package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.UdpHeader;
import java.util.List;

/// The servers of one network, found by address, protocol and port without allocation. Immutable;
/// any thread.
///
/// An open-addressing table of which at most every fourth slot is taken. A server of any protocol
/// stands in it once for TCP and once for UDP, one of every port under port 0, and each address
/// once more for itself.
public final class ServerIndex {
  /// No servers.
  public static final ServerIndex EMPTY = new ServerIndex(List.of());

  private static final int SLOTS_PER_ENTRY = 4;
  private static final int ENTRIES_PER_SERVER = 3;
  private static final int ADDRESS_ITSELF = 0;

  /// Keys come from the configuration, so nobody outside shapes the clusters that a search meets.
  private static final TableHash HASH = new TableHash(0x7365_7276_6572L);

  private final int mask;
  private final long[] highs;
  private final long[] lows;
  private final int[] services;
  private final ServerView[] servers;

  /// An index of `servers`; of two with the same address, protocol and port the first one counts.
  public ServerIndex(List<ServerView> servers) {
    int wanted = Math.max(1, servers.size() * ENTRIES_PER_SERVER * SLOTS_PER_ENTRY);
    int slots = Integer.highestOneBit(2 * wanted - 1);
    mask = slots - 1;
    highs = new long[slots];
    lows = new long[slots];
    services = new int[slots];
    this.servers = new ServerView[slots];
    for (ServerView server : servers) {
      add(server, ADDRESS_ITSELF);
      if (server.protocol() != Protocol.UDP) {
        add(server, service(TcpHeader.PROTOCOL, server.port()));
      }
      if (server.protocol() != Protocol.TCP) {
        add(server, service(UdpHeader.PROTOCOL, server.port()));
      }
    }
  }

  /// The server of an address, protocol (6 or 17) and port: the one of that very port, else the one
  /// of every port, else null.
  public ServerView find(long high, long low, int protocol, int port) {
    if (mask == 0) {
      return null;
    }
    ServerView exact = servers[slot(high, low, service(protocol, port))];
    return exact != null ? exact : servers[slot(high, low, service(protocol, 0))];
  }

  /// Whether the address is a server's.
  public boolean contains(long high, long low) {
    return mask != 0 && servers[slot(high, low, ADDRESS_ITSELF)] != null;
  }

  private static int service(int protocol, int port) {
    return protocol << 16 | port;
  }

  private void add(ServerView server, int service) {
    IpAddress address = server.address();
    int slot = slot(address.high(), address.low(), service);
    if (servers[slot] == null) {
      highs[slot] = address.high();
      lows[slot] = address.low();
      services[slot] = service;
      servers[slot] = server;
    }
  }

  /// Where the key stands or would stand.
  private int slot(long high, long low, int service) {
    int slot = HASH.hash(high, low, service) & mask;
    while (servers[slot] != null
        && (lows[slot] != low || services[slot] != service || highs[slot] != high)) {
      slot = slot + 1 & mask;
    }
    return slot;
  }
}
