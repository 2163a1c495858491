package io.pitchlake.node.slb;

import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.hash.MaglevTable;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.node.engine.EventSink;
import io.pitchlake.node.engine.FlowChoice;
import io.pitchlake.node.engine.ServerPlan;
import io.pitchlake.node.engine.ServerStatus;
import io.pitchlake.node.engine.ServerView;
import io.pitchlake.node.engine.TargetHealth;
import io.pitchlake.node.engine.TargetShare;
import io.pitchlake.node.engine.TargetView;
import io.pitchlake.node.engine.View;
import io.pitchlake.sync.SessionReplicator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/// Which target gets a new flow, and whether a known one may stay where it is.
///
/// A client that the server's list does not permit gets the abuse target or nothing. Else, where
/// the quorum is reached: the target that persistence remembers, or the strategy's choice, or one
/// of a later tier. Where none of them can: the emergency target. Neither of the two special
/// targets is ever remembered by persistence, so a client goes back to a target of its own with its
/// next flow.
///
/// A flow that is not remembered goes by hash alone, whatever the strategy is: its next frame must
/// find the same target. Engine thread.
final class Scheduler {
  /// No target can take the flow.
  static final int NONE = ServerPlan.NONE;

  /// The client is not permitted, and no abuse target can take the flow.
  static final int REFUSED = -2;

  private final EventSink events;
  private final CounterBank counters;
  private final Sessions sessions;
  private final TargetStates states;
  private final MaglevTables tables;
  private final Persistence persistence;
  private final Loads loads = new Loads();
  private final SplittableRandom random;
  private List<TargetView> targets = List.of();
  private Pool[] pools = new Pool[0];
  private Strategy[] strategies = new Strategy[0];
  private Strategy.Hashed[] hashes = new Strategy.Hashed[0];
  private int[] indexes = new int[0];
  private BitSet servers = new BitSet();

  /// @param key the cluster's
  Scheduler(
      TargetHealth health,
      Sessions sessions,
      Persistence persistence,
      SipHash key,
      EventSink events,
      CounterBank counters) {
    this.events = events;
    this.counters = counters;
    this.sessions = sessions;
    this.persistence = persistence;
    this.states = new TargetStates(health);
    this.tables = new MaglevTables(key);
    this.random = new SplittableRandom(key.hash(0, 0));
  }

  /// Takes servers and targets of a new view over.
  void configure(View view, long nowNanos) {
    targets = view.targets();
    indexes = new int[targets.stream().mapToInt(TargetView::id).max().orElse(0) + 1];
    Arrays.fill(indexes, NONE);
    targets.forEach(target -> indexes[target.id()] = target.index());
    servers = new BitSet();
    view.servers().forEach(server -> servers.set(server.id()));
    states.configure(view, nowNanos);
    loads.configure(targets.size(), nowNanos);
    List<Pool> next = new ArrayList<>();
    for (ServerView server : view.servers()) {
      boolean inService =
          Arrays.stream(pools).anyMatch(old -> old.server().id() == server.id() && old.inService());
      next.add(new Pool(server, targets, sessions, inService));
    }
    pools = next.toArray(Pool[]::new);
    strategies =
        next.stream()
            .map(pool -> Strategy.of(pool, tables, loads, random))
            .toArray(Strategy[]::new);
    hashes =
        next.stream().map(pool -> Strategy.Hashed.of(pool, tables)).toArray(Strategy.Hashed[]::new);
    tables.configure(next);
    refresh(nowNanos);
  }

  /// Whether the server of a number has enough targets, or does not run.
  boolean inService(int server) {
    for (Pool pool : pools) {
      if (pool.server().id() == server) {
        return pool.inService();
      }
    }
    return true;
  }

  /// What a target, by its position in the view, gets now.
  TargetShare share(int target) {
    int number = targets.get(target).id();
    return new TargetShare(
        states.wanted(number),
        states.isAdministered(number),
        states.weight(target),
        sessions.open(number));
  }

  /// How a server, by its position in the view, stands now.
  ServerStatus status(int server) {
    return new ServerStatus(pools[server].inService(), pools[server].count());
  }

  /// Has other nodes told of what is remembered and administered, and takes over what they tell.
  void replicate(SessionReplicator with) {
    persistence.table().changes(with.replicate(new PersistenceReplica(persistence.table(), this)));
    states.changes(with.replicate(new TargetReplica(states, this)));
  }

  /// Whether a server of this number runs.
  boolean hasServer(int id) {
    return servers.get(id);
  }

  /// Puts the target of a number into a state.
  void administer(int target, TargetState state) {
    states.administer(target, state);
  }

  void tick(long nowNanos) {
    if (states.tick(nowNanos)) {
      refresh(nowNanos);
    }
    tables.tick();
    loads.tick(nowNanos);
    persistence.tick(nowNanos);
  }

  private void refresh(long nowNanos) {
    int outOfService = 0;
    for (int server = 0; server < pools.length; server++) {
      boolean was = pools[server].inService();
      if (pools[server].refresh(states)) {
        strategies[server].refreshed(pools[server]);
        tables.changed(server);
      }
      if (pools[server].inService() != was) {
        events.server(pools[server].notice(), nowNanos);
      }
      outOfService += pools[server].inService() ? 0 : 1;
    }
    counters.set(Gauge.SERVERS_OUT, outOfService);
  }

  /// The target for a new flow that will be remembered, as a position in the view, or [#NONE] or
  /// [#REFUSED].
  ///
  /// @param tuple as [io.pitchlake.common.hash.FlowHash#tuple] packs it
  int forNewFlow(ServerView server, long high, long low, long tuple, long nowNanos) {
    if (refuses(server, high, low)) {
      return abuse(server);
    }
    Pool pool = pools[server.index()];
    int target = NONE;
    if (pool.inService()) {
      target = remembered(pool, high, low, nowNanos);
      target = target != NONE ? target : scheduled(pool, high, low, tuple);
    }
    if (target == NONE) {
      return emergency(server);
    }
    persistence.remember(server, high, low, idOf(target), nowNanos);
    return target;
  }

  /// The target for a flow that is not remembered or was met in its middle; as [#forNewFlow].
  int byHash(ServerView server, long high, long low, long tuple, long nowNanos) {
    if (refuses(server, high, low)) {
      return abuse(server);
    }
    Pool pool = pools[server.index()];
    if (!pool.inService() || pool.count() == 0) {
      return emergency(server);
    }
    int target = remembered(pool, high, low, nowNanos);
    if (target != NONE) {
      return target;
    }
    int number = hashes[server.index()].number(pool, high, low, tuple);
    target = number == MaglevTable.NONE ? NONE : indexOf(number);
    // Between a change and the new table the old one still names who is lost.
    return target != NONE && states.takes(target) ? target : NONE;
  }

  /// Where a new flow would go now, as [#forNewFlow] and [#byHash] choose; nothing is counted,
  /// remembered or charged for it.
  ///
  /// @param isTracked whether there is room to remember it
  FlowChoice preview(
      ServerView server, long high, long low, long tuple, boolean isTracked, long nowNanos) {
    if (refuses(server, high, low)) {
      return special(
          server, server.plan().abuse(), FlowChoice.Cause.ABUSE, FlowChoice.Cause.REFUSED);
    }
    Pool pool = pools[server.index()];
    if (pool.inService()) {
      FlowChoice own = ownTarget(pool, high, low, tuple, isTracked, nowNanos);
      if (own != null) {
        return own;
      }
    }
    return special(
        server, server.plan().emergency(), FlowChoice.Cause.EMERGENCY, FlowChoice.Cause.NO_TARGET);
  }

  /// The choice among the server's own targets, or null where none of them can take the flow.
  private FlowChoice ownTarget(
      Pool pool, long high, long low, long tuple, boolean isTracked, long nowNanos) {
    int persistent = persistent(pool, high, low, nowNanos);
    if (persistent != NONE) {
      return FlowChoice.ofNew(FlowChoice.Cause.PERSISTENCE, persistent);
    }
    int index = pool.server().index();
    if (!isTracked) {
      int number =
          pool.count() == 0 ? MaglevTable.NONE : hashes[index].number(pool, high, low, tuple);
      int target = number == MaglevTable.NONE ? NONE : indexOf(number);
      return target != NONE && states.takes(target)
          ? FlowChoice.ofNew(FlowChoice.Cause.UNTRACKED, target)
          : null;
    }
    if (strategies[index] instanceof Strategy.Chance && pool.nextWithRoom(0) != Pool.NONE) {
      return FlowChoice.ofNew(FlowChoice.Cause.CHANCE, NONE);
    }
    int position = strategies[index].preview(pool, high, low, tuple);
    if (position != Pool.NONE) {
      return FlowChoice.ofNew(FlowChoice.Cause.SCHEDULER, pool.target(position));
    }
    int later = pool.later();
    return later == NONE ? null : FlowChoice.ofNew(FlowChoice.Cause.LATER_TIER, later);
  }

  private FlowChoice special(
      ServerView server, int target, FlowChoice.Cause taken, FlowChoice.Cause without) {
    int special = special(server, target);
    return FlowChoice.ofNew(special == NONE ? without : taken, special);
  }

  private static boolean refuses(ServerView server, long high, long low) {
    return server.plan().clients().isPresent() && !server.plan().clients().get().permits(high, low);
  }

  private int remembered(Pool pool, long high, long low, long nowNanos) {
    int target = persistent(pool, high, low, nowNanos);
    if (target != NONE) {
      counters.count(Counter.PERSISTENT);
    }
    return target;
  }

  /// The target that the client had, if it can take more.
  private int persistent(Pool pool, long high, long low, long nowNanos) {
    int number = persistence.find(pool.server(), high, low, nowNanos);
    int target = number == PersistenceTable.NONE ? NONE : indexOf(number);
    if (target == NONE
        || !states.takes(target)
        || !pool.owns(target)
        || !pool.hasRoomForMore(target)) {
      return NONE;
    }
    return target;
  }

  private int scheduled(Pool pool, long high, long low, long tuple) {
    int position = strategies[pool.server().index()].choose(pool, high, low, tuple);
    return position == Pool.NONE ? pool.later() : pool.target(position);
  }

  private int abuse(ServerView server) {
    int target = special(server, server.plan().abuse());
    if (target == NONE) {
      return REFUSED;
    }
    counters.count(Counter.TO_ABUSE);
    return target;
  }

  private int emergency(ServerView server) {
    int target = special(server, server.plan().emergency());
    if (target != NONE) {
      counters.count(Counter.TO_EMERGENCY);
    }
    return target;
  }

  private int special(ServerView server, int target) {
    return target != NONE && states.takes(target) && pools[server.index()].hasRoomFor(target)
        ? target
        : NONE;
  }

  /// Whether a flow of the target, a position in the view or [#NONE], may stay there.
  boolean keeps(int target) {
    return target >= 0 && states.keeps(target);
  }

  /// Whether a flow of the target waits until it is known whether it may stay there: after a
  /// takeover soon after a start, to move it would end a connection for nothing.
  boolean isAwaited(int target) {
    return target >= 0 && states.isAwaited(target);
  }

  /// Whether the hash leads where it leads on every node: not while it is not known yet who is
  /// ready.
  boolean isHashSettled() {
    return states.isEachKnown();
  }

  /// Notes that a flow of the client ends.
  void ending(ServerView server, long high, long low, int target, long nowNanos) {
    persistence.prolong(server, high, low, target, nowNanos);
  }

  /// Notes what a target was sent.
  void sent(int target, int bytes) {
    loads.add(target, bytes);
  }

  /// The position of a target in the view by its number; [#NONE] when it is not there any more.
  int indexOf(int id) {
    return id < indexes.length ? indexes[id] : NONE;
  }

  int idOf(int index) {
    return targets.get(index).id();
  }
}
