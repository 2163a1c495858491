package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Configuration.SourceNat;
import io.pitchlake.common.net.IpAddress;
import java.util.List;

/// One server, compiled. Immutable; any thread.
///
/// @param index position in the [View]
/// @param id the number in the configuration, which flows and other nodes know it by
/// @param port 0 for every port
/// @param sourceNat when a translated client's address is replaced; null where only MAC addresses
///   change (direct server return)
/// @param targets positions in the [View] of all targets that run, in whatever role
public record ServerView(
    int index,
    int id,
    IpAddress address,
    int port,
    Protocol protocol,
    SourceNat sourceNat,
    List<Integer> targets,
    ServerPlan plan) {
  public ServerView {
    targets = List.copyOf(targets);
  }

  /// Whether the server's address and port are replaced by the target's.
  public boolean isTranslated() {
    return sourceNat != null;
  }
}
