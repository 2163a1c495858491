package io.pitchlake.node.slb;

import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.hash.MaglevTable;
import io.pitchlake.common.hash.SipHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One Maglev table per server over the targets that may get its flows, under the cluster's key, so
/// that every node chooses the same.
///
/// When targets or weights change, the tables of the servers concerned are built anew a piece per
/// turn, one server after the other, and each takes effect as a whole; until then the old one
/// stands, whose lost targets the caller must not use. Engine thread.
final class MaglevTables {
  /// Slots looked at in one turn, well under a hundred microseconds.
  private static final int STEPS_PER_TURN = 8192;

  /// Keeps the choice's hash apart from others drawn from the same key.
  private static final long PURPOSE = 0x6d61_676c_6576L;

  private final SipHash key;
  private final FlowHash hash;
  private List<Pool> pools = List.of();
  private MaglevTable[] tables = new MaglevTable[0];
  private boolean[] stale = new boolean[0];
  private MaglevTable.Builder builder;
  private int building;
  private int staleCount;

  /// @param key the cluster's
  MaglevTables(SipHash key) {
    this.key = key;
    this.hash = FlowHash.drawnFrom(key, PURPOSE);
  }

  /// Takes the servers of a new view over; tables of servers that were there stand until the new
  /// ones are built.
  void configure(List<Pool> next) {
    List<Pool> before = pools;
    MaglevTable[] tablesBefore = tables;
    pools = List.copyOf(next);
    tables = new MaglevTable[pools.size()];
    for (int server = 0; server < tables.length; server++) {
      for (int old = 0; old < tablesBefore.length; old++) {
        if (before.get(old).server().id() == pools.get(server).server().id()) {
          tables[server] = tablesBefore[old];
        }
      }
    }
    stale = new boolean[pools.size()];
    Arrays.fill(stale, true);
    staleCount = stale.length;
    builder = null;
  }

  /// The pool of a server has changed: its table is built anew.
  void changed(int server) {
    if (!stale[server]) {
      stale[server] = true;
      staleCount++;
    } else if (building == server) {
      builder = null;
    }
  }

  /// Goes on building.
  void tick() {
    if (builder == null) {
      if (staleCount == 0) {
        return;
      }
      building = nextStale();
      Pool pool = pools.get(building);
      builder = new MaglevTable.Builder(key, pool.server().id(), members(pool));
    }
    if (builder.advance(STEPS_PER_TURN)) {
      tables[building] = builder.table();
      stale[building] = false;
      staleCount--;
      builder = null;
    }
  }

  private int nextStale() {
    int server = building < stale.length ? building : 0;
    while (!stale[server]) {
      server = server + 1 < stale.length ? server + 1 : 0;
    }
    return server;
  }

  private static List<MaglevTable.Member> members(Pool pool) {
    List<MaglevTable.Member> members = new ArrayList<>();
    for (int position = 0; position < pool.count(); position++) {
      members.add(new MaglevTable.Member(pool.number(position), pool.weight(position)));
    }
    return members;
  }

  /// The number of the target for a flow of a server, [MaglevTable#NONE] when there is none.
  ///
  /// @param tuple as [FlowHash#tuple] packs it
  int choose(int server, long clientHigh, long clientLow, long tuple) {
    MaglevTable table = tables[server];
    return table == null ? MaglevTable.NONE : table.target(hash.hash(clientHigh, clientLow, tuple));
  }
}
