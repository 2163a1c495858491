package io.pitchlake.node.engine;

/// Which node speaks for a network. Implemented by the election.
public interface Mastership {
  /// Whether this node answers for the virtual and simulated addresses of a network in an address
  /// family: each family has an election of its own (RFC 9568 section 1).
  boolean isMaster(NetworkView network, boolean isIpv4);
}
