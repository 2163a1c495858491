package io.pitchlake.node.engine;

import io.pitchlake.common.config.HealthCheck;
import io.pitchlake.common.net.IpAddress;
import java.util.List;

/// How a target's health is found out, compiled. Immutable; any thread.
///
/// @param askNanos time between two requests for its MAC
/// @param patienceNanos how long it may be silent before it is taken out
/// @param checks what it must pass beside answering such requests, in the order of the file
/// @param aliases the addresses of servers it must hold, and how that is seen
/// @param rise good results in a row that bring a failed check back
/// @param fall bad answers in a row that fail a check
/// @param fastNanos time between two questions while a check is about to change, 0 for no other
public record HealthPlan(
    long askNanos,
    long patienceNanos,
    List<HealthCheck> checks,
    List<Alias> aliases,
    int rise,
    int fall,
    long fastNanos) {
  public HealthPlan {
    checks = List.copyOf(checks);
    aliases = List.copyOf(aliases);
  }

  /// An address of a server by direct server return, which the target must hold.
  ///
  /// @param check what is sent to that address, at the target's MAC
  public record Alias(IpAddress address, HealthCheck check) {}
}
