package io.pitchlake.node.event.sink;

import io.pitchlake.node.event.sink.Attackers.Attacker;
import java.util.List;

/// The form of a file that names attackers.
@FunctionalInterface
interface ListFormat {
  /// The whole file.
  ///
  /// @param nowMillis since the epoch
  /// @param timeoutMillis how long an attacker stays after its last event
  String of(List<Attacker> attackers, long nowMillis, long timeoutMillis);
}
