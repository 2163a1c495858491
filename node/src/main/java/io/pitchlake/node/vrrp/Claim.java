package io.pitchlake.node.vrrp;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.RouterRole;

/// What a peer has said last of a virtual router over the sync link. Engine thread.
final class Claim {
  /// Whether its heartbeat is fresh enough to believe the rest.
  boolean alive;

  RouterRole role = RouterRole.INITIALIZE;
  int priority;
  IpAddress source = new IpAddress(0, 0);

  /// Whether its port has a link.
  boolean linked;

  /// Whether a station has answered it since it began to doubt.
  boolean proven;

  /// Whether it knows any station that it could ask.
  boolean knowsStations;

  /// Whether it hears the active router, and wants its place by priority.
  boolean preempts;

  /// Whether it is active, hears nothing on the segment, and no station answers it.
  boolean deaf;

  /// The number of the question it has refused.
  int refused;

  /// The number of the last rivalry that it gave in to; -1 before it has said any.
  int conceded = -1;

  /// Whether it goes before a router of this priority and source (RFC 9568 section 6.4.3).
  boolean outranks(int otherPriority, IpAddress otherSource) {
    return priority > otherPriority
        || priority == otherPriority && source.compareTo(otherSource) > 0;
  }

  boolean isAliveAs(RouterRole wanted) {
    return alive && role == wanted;
  }
}
