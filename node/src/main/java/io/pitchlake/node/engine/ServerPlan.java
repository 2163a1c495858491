package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Persistence;
import io.pitchlake.common.config.Configuration.Quorum;
import io.pitchlake.common.config.Configuration.Scheduler;
import io.pitchlake.common.net.AccessList;
import java.util.List;
import java.util.Optional;

/// How one server's flows are shared out, compiled. Immutable; any thread.
///
/// @param tiers positions in the [View] of the server's own targets: a tier gets new flows where no
///   earlier one can take any; within a tier in the order of the configuration
/// @param emergency position of the target for when none of them can, or [#NONE]
/// @param abuse position of the target for clients that are not permitted, or [#NONE]
/// @param clients which clients are permitted; empty: all
public record ServerPlan(
    Scheduler scheduler,
    List<List<Integer>> tiers,
    int emergency,
    int abuse,
    Optional<AccessList> clients,
    Quorum quorum,
    Optional<Persistence> persistence) {
  /// No target.
  public static final int NONE = -1;

  public ServerPlan {
    tiers = tiers.stream().map(List::copyOf).toList();
  }

  /// Maglev over one tier, for all clients.
  public static ServerPlan of(List<Integer> targets) {
    return new ServerPlan(
        Scheduler.MAGLEV,
        List.of(targets),
        NONE,
        NONE,
        Optional.empty(),
        Quorum.ONE,
        Optional.empty());
  }
}
