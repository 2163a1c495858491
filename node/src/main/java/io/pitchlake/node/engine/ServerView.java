package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.net.IpAddress;
import java.util.List;

/// One server, compiled. Immutable; any thread.
///
/// @param index position in the [View]
/// @param id the number in the configuration, which flows and other nodes know it by
/// @param port 0 for every port
/// @param targets positions in the [View] of all targets that run, in whatever role
public record ServerView(
    int index,
    int id,
    IpAddress address,
    int port,
    Protocol protocol,
    List<Integer> targets,
    ServerPlan plan) {
  public ServerView {
    targets = List.copyOf(targets);
  }
}
