package io.pitchlake.node.slb;

import io.pitchlake.common.config.Configuration.Quorum;
import io.pitchlake.node.engine.ServerNotice;
import io.pitchlake.node.engine.ServerPlan;
import io.pitchlake.node.engine.ServerView;
import io.pitchlake.node.engine.TargetView;
import java.util.List;

/// The targets of one server that may get new flows now, in the order of the configuration: first
/// those of the earliest tier that has any, which are the ones a strategy chooses among, then those
/// of later tiers, which get what the first have no room for. Refilled when something changes; no
/// allocation. Engine thread.
final class Pool {
  /// No position.
  static final int NONE = -1;

  private final ServerView server;
  private final List<TargetView> targets;
  private final Sessions sessions;
  private final int[] tierEnds;
  private final int[] candidates;
  private final int[] members;
  private final int[] weights;
  private int count;
  private int all;
  private boolean inService;

  /// @param targets of the view
  /// @param inService whether its quorum was reached before a new view
  Pool(ServerView server, List<TargetView> targets, Sessions sessions, boolean inService) {
    this.server = server;
    this.targets = targets;
    this.sessions = sessions;
    this.inService = inService;
    List<List<Integer>> tiers = server.plan().tiers();
    candidates = tiers.stream().flatMap(List::stream).mapToInt(index -> index).toArray();
    tierEnds = new int[tiers.size()];
    int end = 0;
    for (int tier = 0; tier < tierEnds.length; tier++) {
      end += tiers.get(tier).size();
      tierEnds[tier] = end;
    }
    members = new int[candidates.length];
    weights = new int[candidates.length];
  }

  ServerView server() {
    return server;
  }

  /// Looks at the targets again; true when those to choose among or their weights are others now.
  boolean refresh(TargetStates states) {
    boolean changed = false;
    int wasCount = count;
    count = 0;
    all = 0;
    int at = 0;
    for (int tier = 0; tier < tierEnds.length; tier++) {
      for (; at < tierEnds[tier]; at++) {
        int target = candidates[at];
        if (states.takes(target)) {
          int weight = states.weight(target);
          changed |= members[all] != target || weights[all] != weight;
          members[all] = target;
          weights[all] = weight;
          all++;
        }
      }
      count = count == 0 ? all : count;
    }
    quorum(server.plan().quorum());
    return changed || count != wasCount;
  }

  private void quorum(Quorum quorum) {
    inService = all >= (inService ? quorum.down() : quorum.up());
  }

  /// Whether enough targets are ready; where they are not, none of them gets new flows.
  boolean inService() {
    return inService;
  }

  /// What an operator is told when that changes.
  ServerNotice notice() {
    Quorum quorum = server.plan().quorum();
    return new ServerNotice(
        server.id(), server.address(), inService, all, inService ? quorum.up() : quorum.down());
  }

  /// How many targets a strategy chooses among.
  int count() {
    return count;
  }

  /// Whether a target of the view is one of the server's own.
  boolean owns(int target) {
    for (int candidate : candidates) {
      if (candidate == target) {
        return true;
      }
    }
    return false;
  }

  /// The target at a position, as a position in the view.
  int target(int position) {
    return members[position];
  }

  /// Its number in the configuration.
  int number(int position) {
    return targets.get(members[position]).id();
  }

  int weight(int position) {
    return weights[position];
  }

  /// How many sessions it has that are not closing.
  int open(int position) {
    return sessions.open(number(position));
  }

  /// Whether it may get a client that it did not have before.
  boolean hasRoom(int position) {
    return hasRoomFor(members[position]);
  }

  /// As [#hasRoom], of any target of the view.
  boolean hasRoomFor(int target) {
    TargetView view = targets.get(target);
    int most = view.duty().maxSessions();
    return most == 0 || sessions.open(view.id()) < most;
  }

  /// Whether a target of the view may get another flow of a client that it had before.
  boolean hasRoomForMore(int target) {
    TargetView view = targets.get(target);
    int most = view.duty().hardMax();
    return most == 0 || sessions.open(view.id()) < most;
  }

  /// The first position from `from` on, and round the ones to choose among, that has room; [#NONE]
  /// when none has.
  int nextWithRoom(int from) {
    int position = count == 0 ? 0 : from % count;
    for (int i = 0; i < count; i++) {
      position = position < count ? position : 0;
      if (hasRoom(position)) {
        return position;
      }
      position++;
    }
    return NONE;
  }

  /// The first target of a later tier that has room, as a position in the view, or
  /// [ServerPlan#NONE].
  int later() {
    for (int position = count; position < all; position++) {
      if (hasRoom(position)) {
        return members[position];
      }
    }
    return ServerPlan.NONE;
  }
}
