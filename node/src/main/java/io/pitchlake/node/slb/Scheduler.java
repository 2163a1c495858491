package io.pitchlake.node.slb;

import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.hash.MaglevTable;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.node.engine.ServerView;
import io.pitchlake.node.engine.TargetHealth;
import io.pitchlake.node.engine.TargetView;
import io.pitchlake.node.engine.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Which target gets a new flow: one Maglev table per server over its ready targets, under the
/// cluster's key, so that every node chooses the same.
///
/// When targets come or go, tables are built anew a piece per turn, one server after the other, and
/// each takes effect as a whole; until then the old one stands, whose lost targets the caller must
/// not use. Engine thread.
final class Scheduler {
  /// Slots looked at in one turn, well under a hundred microseconds.
  private static final int STEPS_PER_TURN = 8192;

  /// Keeps the choice's hash apart from others drawn from the same key.
  private static final long PURPOSE = 0x6d61_676c_6576L;

  /// No target.
  static final int NONE = -1;

  private final SipHash key;
  private final FlowHash hash;
  private List<ServerView> servers = List.of();
  private List<TargetView> targets = List.of();
  private MaglevTable[] tables = new MaglevTable[0];
  private boolean[] stale = new boolean[0];
  private int[] indexes = new int[0];
  private MaglevTable.Builder builder;
  private int building;
  private int staleCount;

  /// @param key the cluster's
  Scheduler(SipHash key) {
    this.key = key;
    this.hash = FlowHash.drawnFrom(key, PURPOSE);
  }

  /// Takes servers and targets of a new view over; tables of servers that were there stand until
  /// the new ones are built.
  void configure(View view) {
    List<ServerView> before = servers;
    MaglevTable[] tablesBefore = tables;
    servers = view.servers();
    targets = view.targets();
    tables = new MaglevTable[servers.size()];
    for (ServerView server : servers) {
      for (ServerView old : before) {
        if (old.id() == server.id()) {
          tables[server.index()] = tablesBefore[old.index()];
        }
      }
    }
    indexes = new int[targets.stream().mapToInt(TargetView::id).max().orElse(0) + 1];
    Arrays.fill(indexes, NONE);
    targets.forEach(target -> indexes[target.id()] = target.index());
    stale = new boolean[servers.size()];
    targetsChanged();
  }

  /// Some target has become ready or was lost: every table is built anew.
  void targetsChanged() {
    Arrays.fill(stale, true);
    staleCount = stale.length;
    builder = null;
  }

  /// Goes on building.
  void tick(TargetHealth health) {
    if (builder == null) {
      if (staleCount == 0) {
        return;
      }
      building = nextStale();
      builder = new MaglevTable.Builder(key, servers.get(building).id(), members(health));
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

  private List<MaglevTable.Member> members(TargetHealth health) {
    List<MaglevTable.Member> members = new ArrayList<>();
    for (int index : servers.get(building).targets()) {
      if (health.isReady(index)) {
        TargetView target = targets.get(index);
        members.add(new MaglevTable.Member(target.id(), target.weight()));
      }
    }
    return members;
  }

  /// The target for a new flow of a server, as a position in the view; [#NONE] when there is none.
  ///
  /// @param tuple as [FlowHash#tuple] packs it
  int choose(int server, long clientHigh, long clientLow, long tuple) {
    MaglevTable table = tables[server];
    if (table == null) {
      return NONE;
    }
    int id = table.target(hash.hash(clientHigh, clientLow, tuple));
    return id == MaglevTable.NONE ? NONE : indexOf(id);
  }

  /// The position of a target in the view by its number; [#NONE] when it is not there any more.
  int indexOf(int id) {
    return id < indexes.length ? indexes[id] : NONE;
  }

  int idOf(int index) {
    return targets.get(index).id();
  }
}
