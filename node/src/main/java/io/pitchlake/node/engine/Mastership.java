package io.pitchlake.node.engine;

/// Which node speaks for a network. Implemented by the election.
public interface Mastership {
  /// Whether this node answers for the virtual and simulated addresses of a network in an address
  /// family: each family has an election of its own (RFC 9568 section 1).
  boolean isMaster(NetworkView network, boolean isIpv4);

  /// Whether it serves what comes to the network's virtual MAC: also for a moment after it has left
  /// its place, as long as switches bring that to it alone.
  default boolean isServing(NetworkView network, boolean isIpv4) {
    return isMaster(network, isIpv4);
  }
}
