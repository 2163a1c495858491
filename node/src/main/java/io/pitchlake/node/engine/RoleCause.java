package io.pitchlake.node.engine;

/// Why a virtual router's role has changed.
public enum RoleCause {
  STARTED("this node has started"),
  OWNER("this node owns the addresses"),
  SILENCE("nothing is heard of an active router"),
  RESIGNED("the active router has left"),
  PREEMPTION("the active router has a lower priority"),
  HIGHER_PRIORITY("another active router has a higher priority"),
  HIGHER_ADDRESS("another active router has the same priority and a higher address"),
  ASKED("another node has asked for its place, and may have it"),
  LINK_DOWN("the link of its port is down"),
  TRACKED("what it tracks has failed here"),
  WITHDRAWN("an operator has asked it to step down"),
  NO_LEASE("no peer is heard, and the witness does not let it"),
  LATE("this node stood still for longer than the others wait for it"),
  STOPPED("this node stops");

  private final String words;

  RoleCause(String words) {
    this.words = words;
  }

  /// For the log.
  public String words() {
    return words;
  }
}
