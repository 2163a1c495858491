package io.pitchlake.node.engine;

/// Whether servers have enough targets. Implemented by `slb`; engine thread.
@FunctionalInterface
public interface ServerService {
  /// Where nobody balances.
  ServerService ALWAYS = server -> true;

  /// Whether the server of a number in the configuration has reached its quorum; one that does not
  /// run has.
  boolean inService(int server);

  /// Whether it is known of every target what it can do; not before sends a node flows elsewhere
  /// that it has taken over.
  default boolean isEachTargetJudged() {
    return true;
  }
}
