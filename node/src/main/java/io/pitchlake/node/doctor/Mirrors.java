package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration.Gateway;
import io.pitchlake.common.config.Configuration.Target;
import io.pitchlake.common.config.Configuration.Vrrp;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.node.doctor.Heard.Advert;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/// Machines of a segment that probably live and can be asked to answer: those that the
/// configuration names, and those that were heard.
record Mirrors(Patient patient, Place place) {
  private static final int MOST = 16;

  /// Machines that are no nodes: what comes from a virtual MAC a node drops.
  List<IpAddress> targetsAndGateways(boolean isIpv4) {
    return fit(
        Stream.concat(
            patient.configuration().runningTargets().values().stream().map(Target::address),
            patient.configuration().gateways().values().stream().map(Gateway::address)),
        isIpv4);
  }

  List<IpAddress> all(boolean isIpv4) {
    Stream<IpAddress> named =
        Stream.of(
                targetsAndGateways(isIpv4).stream(),
                place.election(patient.configuration()).map(Vrrp::peers).orElse(List.of()).stream(),
                patient.configuration().syncPeers().stream(),
                patient.configuration().exempt().stream()
                    .filter(block -> block.length() == 128)
                    .map(IpPrefix::address))
            .flatMap(addresses -> addresses);
    Stream<IpAddress> heard =
        place.wire().heard().stream()
            .filter(one -> one.vlan() == place.vlan())
            .map(one ->
                switch (one) {
                  case Heard.Arp arp -> arp.sender();
                  case Advert advert -> advert.sender();
                  case Heard.Solicitation asked -> asked.sender();
                  case Heard.Advertisement told -> told.target();
                  default -> null;
                })
            .filter(Objects::nonNull);
    return fit(Stream.concat(named, heard), isIpv4);
  }

  private List<IpAddress> fit(Stream<IpAddress> addresses, boolean isIpv4) {
    Set<IpAddress> fit = new LinkedHashSet<>();
    addresses
        .filter(address -> address.isIpv4() == isIpv4)
        .filter(place::holds)
        .filter(address -> !patient.host().contains(address))
        .filter(address -> !isOurs(address))
        .forEach(fit::add);
    return fit.stream().limit(MOST).toList();
  }

  /// What moves between nodes is no machine.
  private boolean isOurs(IpAddress address) {
    return Stream.of(place.real(true), place.virt(true), place.real(false), place.virt(false))
            .anyMatch(own -> own.filter(address::equals).isPresent())
        || place.servers(patient.configuration()).stream()
            .anyMatch(server -> server.address().equals(address));
  }
}
