package io.pitchlake.node.doctor;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Unknown;
import io.pitchlake.node.doctor.Finding.Warning;
import io.pitchlake.node.doctor.Wire.Asked;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Do solicitations arrive for groups that nobody here has joined?
///
/// A living machine that is known is pinged in the name of a link-local address that nobody has. To
/// answer it must ask for that address by multicast, to a group that nobody has joined: under MLD
/// snooping the question stays with the switch. Then it is told the address by a solicitation, and
/// pinged again: if it answers now, only its question was missing. Where no machine is known all
/// are pinged at once (ff02::1), and whoever asks shows that questions arrive.
final class MulticastCheck implements Check {
  private static final int IDENTIFIER = 0x504c;

  private final Patient patient;
  private final List<Place> places;
  private final Supplier<IpAddress> nobody;
  private final List<Finding> findings = new ArrayList<>();

  /// @param nobody draws a link-local address by chance
  MulticastCheck(Patient patient, List<Place> places, Supplier<IpAddress> nobody) {
    this.patient = patient;
    this.places = places.stream().filter(place -> place.network().prefix6().isPresent()).toList();
    this.nobody = nobody;
  }

  @Override
  public Topic topic() {
    return Topic.MULTICAST;
  }

  @Override
  public void begin() {
    places.forEach(place -> findings.add(finding(place)));
  }

  @Override
  public List<Finding> findings() {
    return findings.isEmpty()
        ? List.of(new Fine(topic(), "no network has IPv6, so none is needed"))
        : findings;
  }

  private Finding finding(Place place) {
    Wire wire = place.wire();
    List<IpAddress> mirrors = new Mirrors(patient, place).all(false);
    IpAddress asking = nobody.get();
    List<Optional<Heard>> told =
        wire.ask(
            mirrors.stream()
                .map(mirror ->
                    new Asked(
                        () -> wire.mouth().request(place.vlan(), asking, mirror),
                        heard ->
                            heard instanceof Heard.Advertisement found
                                && found.vlan() == place.vlan()
                                && found.target().equals(mirror)))
                .toList());
    int alive = 0;
    int answering = 0;
    for (Optional<Heard> one : told) {
      if (one.isPresent() && one.get() instanceof Heard.Advertisement mirror) {
        alive++;
        IpAddress stranger = nobody.get();
        if (pinged(place, mirror, stranger, heard -> isSolicitation(heard, place, stranger))) {
          return new Fine(
              topic(),
              "%s asks %s for addresses of groups that nobody has joined"
                  .formatted(mirror.target(), wire.name()));
        }
        answering += pinged(place, mirror, asking, heard -> isReply(heard, asking)) ? 1 : 0;
      }
    }
    if (alive == 0 && anybodyAsks(place)) {
      return new Fine(
          topic(),
          "machines on %s ask for addresses of groups that nobody has joined"
              .formatted(wire.name()));
    }
    if (answering == 0) {
      return new Unknown(
          topic(),
          alive == 0
              ? "no other machine of network %d answers over IPv6, so none can tell"
                  .formatted(place.network().id())
              : "machines of network %d do not answer pings, so none can tell"
                  .formatted(place.network().id()),
          "name a living one in the file: arp ADDRESS");
    }
    return filtered(place);
  }

  private static boolean pinged(
      Place place, Heard.Advertisement mirror, IpAddress source, Predicate<Heard> answer) {
    Mouth.Way way = new Mouth.Way(place.vlan(), mirror.mac(), source, mirror.target());
    return place
        .wire()
        .ask(List.of(new Asked(() -> place.wire().mouth().echo(way, IDENTIFIER), answer)))
        .getFirst()
        .isPresent();
  }

  private boolean anybodyAsks(Place place) {
    IpAddress stranger = nobody.get();
    IpAddress all = new IpAddress(Icmpv6Header.LINK_GROUP_HIGH, Icmpv6Header.ALL_NODES_LOW);
    Mouth.Way way =
        new Mouth.Way(
            place.vlan(), Ipv6Header.multicastMac(Icmpv6Header.ALL_NODES_LOW), stranger, all);
    return place
        .wire()
        .ask(
            List.of(
                new Asked(
                    () -> place.wire().mouth().echo(way, IDENTIFIER),
                    heard -> isSolicitation(heard, place, stranger))))
        .getFirst()
        .isPresent();
  }

  private static boolean isSolicitation(Heard heard, Place place, IpAddress stranger) {
    return heard instanceof Heard.Solicitation asked
        && asked.vlan() == place.vlan()
        && asked.target().equals(stranger);
  }

  private static boolean isReply(Heard heard, IpAddress asking) {
    return heard instanceof Heard.Echo echo
        && echo.identifier() == IDENTIFIER
        && echo.destination().equals(asking);
  }

  private static Finding filtered(Place place) {
    String seen =
        "machines of network %d ask by multicast, and their questions do not reach %s: the switch snoops MLD"
            .formatted(place.network().id(), place.wire().name());
    return new Warning(
        Ailment.MULTICAST_FILTERED,
        seen,
        "the node joins the groups of its own addresses; for decoys let its port have all multicast: make it a multicast router port, or switch MLD snooping off in this VLAN; on a Linux bridge: bridge link set dev PORT mcast_router 2, or: ip link set BRIDGE type bridge mcast_snooping 0; or have it join groups of decoys: set tarpitmld 256");
  }
}
