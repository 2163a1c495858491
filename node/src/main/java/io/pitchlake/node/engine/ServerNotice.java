package io.pitchlake.node.engine;

import io.pitchlake.common.net.IpAddress;

/// A server has reached its quorum or lost it. Immutable.
///
/// @param server its number in the configuration
/// @param targets how many of its targets can take flows
/// @param wanted how many it needs, to stay in service or to return
public record ServerNotice(int server, IpAddress target, boolean inService, int targets, int wanted)
    implements Notice {
  @Override
  public EventKind kind() {
    return inService ? EventKind.SERVER_IN : EventKind.SERVER_OUT;
  }
}
