package io.pitchlake.node.engine;

import java.util.List;

/// How the health check sees a target now, for people.
///
/// @param kept whether this engine is the one that checks the target; the rest says nothing where
///   it is not
/// @param ready whether frames may be sent to it
/// @param mac where it was heard lately, 0 when it was not
/// @param percent of its weight that it asks for
/// @param held whether it is kept out because it came and went too often
public record TargetStatus(
    boolean kept, boolean ready, long mac, int percent, boolean held, List<Check> checks) {
  /// One check of it.
  ///
  /// @param title such as `tcpopen 80`
  /// @param trouble what is wrong, in words; empty where it holds
  public record Check(String title, boolean holds, String trouble) {}
}
