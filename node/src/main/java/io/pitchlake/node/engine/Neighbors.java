package io.pitchlake.node.engine;

/// Who lives at which MAC, as far as this node has heard.
public interface Neighbors {
  /// The MAC of a living machine, or 0 when it is not known.
  long macOf(NetworkView network, long high, long low);
}
