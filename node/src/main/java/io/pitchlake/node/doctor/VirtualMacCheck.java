package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration.Vrrp;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.wire.VrrpHeader;
import io.pitchlake.node.doctor.Finding.Fault;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Unknown;
import io.pitchlake.node.doctor.Wire.Asked;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/// Does the segment carry frames from and to a MAC that the interface was not given?
///
/// A living machine is asked by an ARP probe from such a MAC, in nobody's name, and answers to that
/// MAC; one that answers the port's own and not this shows a filter. The MAC is the virtual one
/// only where this node is active and it is at home here; else that of virtual router 0, which
/// cannot be, so that no switch sends anybody's frames here.
final class VirtualMacCheck implements Check {
  private static final int NO_ROUTER = 0;
  private static final long LOCALLY_ADMINISTERED = 0x02_00_00_00_00_00L;
  private static final long GROUP = 0x01_00_00_00_00_00L;

  private final Patient patient;
  private final List<Place> places;
  private final long drawn;
  private final List<Finding> findings = new ArrayList<>();

  /// @param drawn by chance, for a MAC where there is no election
  VirtualMacCheck(Patient patient, List<Place> places, long drawn) {
    this.patient = patient;
    this.places = List.copyOf(places);
    this.drawn = drawn;
  }

  @Override
  public Topic topic() {
    return Topic.VIRTUAL_MAC;
  }

  @Override
  public void begin() {
    places.stream()
        .filter(place -> place.network().prefix().isPresent())
        .forEach(place -> findings.add(finding(place)));
  }

  @Override
  public List<Finding> findings() {
    return findings.isEmpty()
        ? List.of(
            new Unknown(
                topic(),
                "no network here has IPv4, by which this is tried",
                "see by hand whether the virtual MAC arrives: tcpdump -eni IFACE ether host MAC"))
        : findings;
  }

  private Finding finding(Place place) {
    Mirrors mirrors = new Mirrors(patient, place);
    Optional<Vrrp> election = place.election(patient.configuration());
    boolean active = election.isPresent() && isActive(election.get(), place);
    List<IpAddress> alive = alive(place, mirrors.all(true));
    if (alive.isEmpty()) {
      return new Unknown(
          topic(),
          "no other machine of network %d answers, so none can tell"
              .formatted(place.network().id()),
          "name a living one in the file: arp ADDRESS");
    }
    long foreign =
        election.isPresent()
            ? VrrpHeader.virtualMac(NO_ROUTER)
            : (drawn & 0xffff_ffff_ffffL | LOCALLY_ADMINISTERED) & ~GROUP;
    if (answers(place, foreign, alive).isEmpty()) {
      return dropped(place, foreign, alive);
    }
    if (active) {
      long virtual = VrrpHeader.virtualMac(election.get().vrid());
      List<IpAddress> others =
          mirrors.targetsAndGateways(true).stream().filter(alive::contains).toList();
      if (!others.isEmpty() && answers(place, virtual, others).isEmpty()) {
        return dropped(place, virtual, others);
      }
    }
    return new Fine(
        topic(),
        "%s carries frames from and to a MAC that is not the interface's own"
            .formatted(place.wire().name()));
  }

  private boolean isActive(Vrrp vrrp, Place place) {
    return patient.node().before().running().stream()
        .flatMap(running -> running.rows("vrrp", "routers").stream())
        .anyMatch(router ->
            router.number("router") == vrrp.id()
                && router.text("family").equals("ipv4")
                && router.text("port").equals(place.wire().name())
                && router.text("role").equals("active"));
  }

  /// Who answers the port's own MAC. Asked in the name of `real` where there is one, like any
  /// question of the node's.
  private static List<IpAddress> alive(Place place, List<IpAddress> mirrors) {
    return answering(
        mirrors,
        place
            .wire()
            .ask(
                mirrors.stream()
                    .map(mirror ->
                        new Asked(
                            () ->
                                place
                                    .real(true)
                                    .ifPresentOrElse(
                                        real ->
                                            place
                                                .wire()
                                                .mouth()
                                                .request(place.vlan(), real, mirror),
                                        () -> place.wire().mouth().probe(place.vlan(), mirror)),
                            heard -> isReply(heard, place, mirror, place.wire().mac())))
                    .toList()));
  }

  private static List<IpAddress> answers(Place place, long mac, List<IpAddress> mirrors) {
    return answering(
        mirrors,
        place
            .wire()
            .ask(
                mirrors.stream()
                    .map(mirror ->
                        new Asked(
                            () -> place.wire().mouth().probeAs(mac, place.vlan(), mirror),
                            heard -> isReply(heard, place, mirror, mac)))
                    .toList()));
  }

  private static List<IpAddress> answering(List<IpAddress> mirrors, List<Optional<Heard>> answers) {
    List<IpAddress> answering = new ArrayList<>();
    for (int i = 0; i < mirrors.size(); i++) {
      if (answers.get(i).isPresent()) {
        answering.add(mirrors.get(i));
      }
    }
    return answering;
  }

  private static boolean isReply(Heard heard, Place place, IpAddress mirror, long mac) {
    return heard instanceof Heard.Arp arp
        && arp.reply()
        && arp.vlan() == place.vlan()
        && arp.sender().equals(mirror)
        && arp.destination() == mac;
  }

  private Finding dropped(Place place, long mac, List<IpAddress> mirrors) {
    return new Fault(
        Ailment.VIRTUAL_MAC_DROPPED,
        "%s: %s answer%s the interface's own MAC and not %s"
            .formatted(
                place.wire().name(),
                mirrors.stream().map(Objects::toString).collect(Collectors.joining(", ")),
                mirrors.size() == 1 ? "s" : "",
                new MacAddress(mac)),
        "permit other MACs on this port: port security and IP source guard off at the switch; VMware: accept promiscuous mode, MAC address changes and forged transmits; Hyper-V: MacAddressSpoofing On; libvirt: no filter clean-traffic; clouds and macvlan cannot");
  }
}
