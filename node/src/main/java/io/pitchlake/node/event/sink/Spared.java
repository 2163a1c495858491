package io.pitchlake.node.event.sink;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import java.util.Map;
import java.util.Optional;

/// Who never stands in a blocklist: the machines that the configuration names (nodes, gateways,
/// servers, targets, what `arp` exempts), this host, and what means no machine elsewhere. A source
/// can be forged, and a list that shuts out a gateway would be an attacker's best weapon. Any
/// thread.
final class Spared {
  private volatile AccessList never;
  private volatile Map<Integer, AccessList> lists;

  Spared(Configuration configuration, AccessList never) {
    this.never = never;
    this.lists = configuration.accessLists();
  }

  /// Another configuration is in force.
  void configure(Configuration configuration, AccessList never) {
    this.never = never;
    this.lists = configuration.accessLists();
  }

  /// @param acl number of the list that must permit whoever is listed
  boolean test(IpAddress address, Optional<Integer> acl) {
    AccessList wanted = acl.map(lists::get).orElse(null);
    return address.isLinkLocal()
        || address.isLoopback()
        || address.isMulticast()
        || address.isUnspecified()
        || never.permits(address.high(), address.low())
        || wanted != null && !wanted.permits(address.high(), address.low());
  }
}
