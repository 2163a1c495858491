package io.pitchlake.node.engine;

/// What a node is in a virtual router (RFC 9568 section 6.4).
public enum RouterRole {
  /// Takes no part: before the start and after the end.
  INITIALIZE,
  /// Listens to the active router and is silent.
  BACKUP,
  /// Answers for the virtual router's addresses.
  ACTIVE
}
