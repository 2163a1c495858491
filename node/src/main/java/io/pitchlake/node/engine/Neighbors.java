package io.pitchlake.node.engine;

/// Who lives at which MAC, as far as this node has heard.
public interface Neighbors {
  /// The MAC of a living machine, or 0 when it is not known.
  long macOf(NetworkView network, long high, long low);

  /// When a machine whose MAC is known was last heard; undefined for any other.
  long heardNanos(NetworkView network, long high, long low);

  /// Asks for an address from `real` (ARP request, neighbour solicitation); the answer shows in
  /// [#macOf]. False when the network has no `real` of that family to ask from.
  boolean solicit(NetworkView network, long high, long low);
}
