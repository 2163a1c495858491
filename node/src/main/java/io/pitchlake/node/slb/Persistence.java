package io.pitchlake.node.slb;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.ServerView;

/// Keeps the clients of a prefix at the target they had: `persistence 24,64 300`. A client is
/// remembered from its last start or end of a flow on. Engine thread.
final class Persistence {
  private static final int MAPPED_BITS = 96;

  private final PersistenceTable table;
  private final CounterBank counters;

  /// @param clients prefixes remembered
  Persistence(int clients, TableHash secret, CounterBank counters) {
    this.table = new PersistenceTable(clients, secret);
    this.counters = counters;
  }

  PersistenceTable table() {
    return table;
  }

  void tick(long nowNanos) {
    table.advance(nowNanos);
    counters.set(Gauge.PERSISTENT_CLIENTS, table.size());
  }

  /// The number of the target that the client had, or [PersistenceTable#NONE].
  int find(ServerView server, long high, long low, long nowNanos) {
    if (server.plan().persistence().isEmpty()) {
      return PersistenceTable.NONE;
    }
    int bits = bits(server.plan().persistence().get(), high, low);
    return table.get(server.id(), high & highMask(bits), low & lowMask(bits), nowNanos);
  }

  /// Remembers the number of the target that the client has now.
  void remember(ServerView server, long high, long low, int target, long nowNanos) {
    if (server.plan().persistence().isPresent()) {
      put(server, server.plan().persistence().get(), high, low, target, nowNanos);
    }
  }

  /// Remembers it for longer, where it is what is remembered.
  void prolong(ServerView server, long high, long low, int target, long nowNanos) {
    if (find(server, high, low, nowNanos) == target) {
      remember(server, high, low, target, nowNanos);
    }
  }

  private void put(
      ServerView server,
      Configuration.Persistence how,
      long high,
      long low,
      int target,
      long nowNanos) {
    int bits = bits(how, high, low);
    long endNanos = nowNanos + how.timeout().toNanos();
    if (!table.put(
        server.id(), high & highMask(bits), low & lowMask(bits), target, endNanos, nowNanos)) {
      counters.count(Counter.PERSISTENCE_FORGOTTEN);
    }
  }

  private static int bits(Configuration.Persistence how, long high, long low) {
    return IpAddress.isIpv4(high, low) ? MAPPED_BITS + how.length() : how.length6();
  }

  private static long highMask(int bits) {
    return bits == 0 ? 0 : -1L << Math.max(0, 64 - bits);
  }

  private static long lowMask(int bits) {
    return bits <= 64 ? 0 : -1L << 128 - bits;
  }
}
