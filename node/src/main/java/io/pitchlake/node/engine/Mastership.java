package io.pitchlake.node.engine;

/// Which node speaks for a network. Implemented by the election.
public interface Mastership {
  /// Whether this node answers for the virtual and simulated addresses of a network.
  boolean isMaster(NetworkView network);
}
