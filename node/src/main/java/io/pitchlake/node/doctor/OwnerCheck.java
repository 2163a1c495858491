package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration.Server;
import io.pitchlake.common.config.Configuration.Target;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.wire.VrrpHeader;
import io.pitchlake.node.doctor.Finding.Fault;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Heard.Advert;
import io.pitchlake.node.doctor.Wire.Asked;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Does anybody else answer for `real`, `virt` or a server's address? Asks by ARP probes (RFC 5227)
/// and, for IPv6, by solicitations in the name of an address that nobody has.
final class OwnerCheck implements Check {
  private final Patient patient;
  private final List<Place> places;
  private final boolean asks;
  private final IpAddress nobody;

  /// @param asks false: only what is heard anyway counts
  /// @param nobody a link-local address drawn by chance
  OwnerCheck(Patient patient, List<Place> places, boolean asks, IpAddress nobody) {
    this.patient = patient;
    this.places = List.copyOf(places);
    this.asks = asks;
    this.nobody = nobody;
  }

  @Override
  public Topic topic() {
    return Topic.OWNERS;
  }

  @Override
  public void begin() {
    if (!asks) {
      return;
    }
    for (Place place : places) {
      List<Asked> questions = new ArrayList<>();
      for (IpAddress address : own(place)) {
        questions.add(new Asked(() -> ask(place, address), heard -> names(heard, place, address)));
      }
      place.wire().ask(questions);
    }
  }

  private void ask(Place place, IpAddress address) {
    if (address.isIpv4()) {
      place.wire().mouth().probe(place.vlan(), address);
    } else {
      place.wire().mouth().request(place.vlan(), nobody, address);
    }
  }

  private static boolean names(Heard heard, Place place, IpAddress address) {
    return heard.vlan() == place.vlan()
        && switch (heard) {
          case Heard.Arp arp -> arp.sender().equals(address);
          case Heard.Advertisement told -> told.target().equals(address);
          default -> false;
        };
  }

  private Set<IpAddress> own(Place place) {
    Set<IpAddress> own = new LinkedHashSet<>();
    Stream.of(place.real(true), place.virt(true), place.real(false), place.virt(false))
        .flatMap(Optional::stream)
        .forEach(own::add);
    place.servers(patient.configuration()).stream().map(Server::address).forEach(own::add);
    return own;
  }

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    int looked = 0;
    for (Place place : places) {
      Set<Long> cluster = clusterMacs(place);
      for (IpAddress address : own(place)) {
        looked++;
        for (long mac : place.wire().macsOf(place.vlan(), address)) {
          if (!cluster.contains(mac)) {
            findings.add(claimed(place, address, mac));
          }
        }
      }
    }
    return findings.isEmpty()
        ? List.of(new Fine(topic(), "nobody else answers for %d addresses".formatted(looked)))
        : findings;
  }

  /// The port's, the virtual ones, and those of peers, of which some answer with their own.
  private Set<Long> clusterMacs(Place place) {
    Set<Long> macs = new HashSet<>();
    macs.add(place.wire().mac());
    place
        .election(patient.configuration())
        .ifPresent(vrrp -> {
          macs.add(VrrpHeader.virtualMac(vrrp.vrid()));
          macs.add(VrrpHeader.virtualMacIpv6(vrrp.vrid()));
          place.wire().heard().stream()
              .filter(Advert.class::isInstance)
              .map(Advert.class::cast)
              .filter(advert -> advert.vrid() == vrrp.vrid() && advert.vlan() == place.vlan())
              .filter(advert ->
                  place.virt(true).filter(advert.addresses()::contains).isPresent()
                      || place.virt(false).filter(advert.addresses()::contains).isPresent())
              .forEach(advert -> {
                macs.add(advert.mac());
                if (!own(place).contains(advert.sender())) {
                  macs.addAll(place.wire().macsOf(place.vlan(), advert.sender()));
                }
              });
        });
    return macs;
  }

  private Finding claimed(Place place, IpAddress address, long mac) {
    String who = new MacAddress(mac).toString();
    Optional<Target> target =
        patient.configuration().runningTargets().values().stream()
            .filter(one -> place.wire().macsOf(place.vlan(), one.address()).contains(mac))
            .findFirst();
    boolean isServer =
        place.servers(patient.configuration()).stream()
            .anyMatch(server -> server.address().equals(address));
    if (isServer && target.isPresent()) {
      return new Fault(
          Ailment.ALIAS_ANSWERS,
          "target %d (%s) answers for %s, which it should only accept"
              .formatted(target.get().id(), target.get().address(), address),
          address.isIpv4()
              ? "on the target, with the address on lo: sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2 (deploy/backends has it for good)"
              : "on the target, put it on lo and nowhere else: ip addr add %s/128 dev lo"
                  .formatted(address));
    }
    return new Fault(
        Ailment.ADDRESS_TAKEN,
        "%s answers for %s on %s".formatted(who, address, place.wire().name()),
        "find the machine by its MAC in the switch's table and give it another address, or change the file; see it: %s"
            .formatted(
                address.isIpv4()
                    ? "arping -D -I %s %s".formatted(place.wire().name(), address)
                    : "ndisc6 -m %s %s".formatted(address, place.wire().name())));
  }
}
