package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.common.config.Configuration.Server;
import io.pitchlake.common.config.Configuration.Vrrp;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.Node;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A network that runs, and the wire it is on.
record Place(Network network, Wire wire) {
  /// Its VLAN, -1 for none.
  int vlan() {
    return network.vlan().orElse(-1);
  }

  boolean holds(IpAddress address) {
    return Stream.of(network.prefix(), network.prefix6())
        .flatMap(Optional::stream)
        .anyMatch(prefix -> prefix.contains(address));
  }

  /// This node's own address of a family.
  Optional<IpAddress> real(boolean isIpv4) {
    return isIpv4 ? network.real() : network.real6();
  }

  /// The cluster's address of a family.
  Optional<IpAddress> virt(boolean isIpv4) {
    return isIpv4 ? network.virt() : network.virt6();
  }

  /// The servers whose addresses are in it.
  List<Server> servers(Configuration configuration) {
    return Node.serversOf(configuration).stream()
        .filter(server -> holds(server.address()))
        .toList();
  }

  /// The election that it takes part in.
  Optional<Vrrp> election(Configuration configuration) {
    return configuration.vrrps().values().stream()
        .filter(vrrp -> vrrp.networks().contains(network.id()))
        .findFirst();
  }
}
