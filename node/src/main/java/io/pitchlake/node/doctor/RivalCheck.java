package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration.Vrrp;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.node.doctor.Finding.Fault;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Warning;
import io.pitchlake.node.doctor.Heard.Advert;
import io.pitchlake.node.doctor.NodeAnswer.Row;
import io.pitchlake.node.doctor.NodeAnswer.Running;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Who else sends adverts with the number of one of this node's virtual routers? Only listens.
///
/// Who lists this router's addresses is its peer, whatever program it is.
final class RivalCheck implements Check {
  private static final String RIVALS = "vrrp_rivals";
  private static final long NANOS_PER_CENTI = 10_000_000;

  private final Patient patient;
  private final List<Place> places;

  RivalCheck(Patient patient, List<Place> places) {
    this.patient = patient;
    this.places = List.copyOf(places);
  }

  /// A virtual router of the configuration on one segment, for one family.
  private record Router(Vrrp vrrp, Wire wire, int vlan, boolean isIpv4) {
    String title() {
      return "vrid %d (%s on %s)".formatted(vrrp.vrid(), isIpv4 ? "IPv4" : "IPv6", wire.name());
    }

    boolean has(Advert advert) {
      return advert.vrid() == vrrp.vrid()
          && advert.vlan() == vlan
          && advert.sender().isIpv4() == isIpv4;
    }

    int version() {
      return isIpv4 ? vrrp.version() : 3;
    }
  }

  @Override
  public Topic topic() {
    return Topic.VRRP;
  }

  @Override
  public List<Finding> findings() {
    Map<Router, Set<IpAddress>> routers = routers();
    if (routers.isEmpty()) {
      return List.of(new Fine(topic(), "no network takes part in an election"));
    }
    List<Finding> findings = new ArrayList<>();
    routers.forEach((router, addresses) -> look(router, addresses, findings));
    long rivals =
        patient.node().after().running().map(running -> running.counter(RIVALS)).orElse(0L)
            - patient.node().before().running().map(running -> running.counter(RIVALS)).orElse(0L);
    boolean told =
        findings.stream()
            .anyMatch(one ->
                one instanceof Fault(Ailment ailment, var _, var _)
                    && ailment == Ailment.TWO_ACTIVE);
    if (rivals > 0 && !told) {
      findings.add(
          twoActive(
              "the node met another active router %d times while this looked".formatted(rivals)));
    }
    return findings;
  }

  private Map<Router, Set<IpAddress>> routers() {
    Map<Router, Set<IpAddress>> routers = new LinkedHashMap<>();
    for (Place place : places) {
      for (boolean isIpv4 : new boolean[] {true, false}) {
        place
            .election(patient.configuration())
            .ifPresent(vrrp ->
                place
                    .virt(isIpv4)
                    .ifPresent(virt ->
                        routers
                            .computeIfAbsent(
                                new Router(vrrp, place.wire(), place.vlan(), isIpv4),
                                router -> new TreeSet<>())
                            .add(virt)));
      }
    }
    return routers;
  }

  private void look(Router router, Set<IpAddress> addresses, List<Finding> findings) {
    int before = findings.size();
    Map<IpAddress, List<Advert>> bySender =
        router.wire().heard().stream()
            .filter(Advert.class::isInstance)
            .map(Advert.class::cast)
            .filter(router::has)
            .collect(
                Collectors.groupingBy(Advert::sender, LinkedHashMap::new, Collectors.toList()));
    List<IpAddress> active = new ArrayList<>();
    bySender.forEach((sender, adverts) -> {
      Advert last = adverts.getLast();
      String who = sender + " [" + new MacAddress(last.mac()) + "]";
      if (last.addresses().stream().noneMatch(addresses::contains)) {
        findings.add(
            new Fault(
                Ailment.VRID_TAKEN,
                "%s uses %s, too, for %s".formatted(who, router.title(), words(last.addresses())),
                "give one of the two another number, on all of its nodes: 'vrrp %d { vrid N }'; numbers in use: tcpdump -ni %s proto 112"
                    .formatted(router.vrrp().id(), router.wire().name())));
      } else if (last.version() != router.version()) {
        findings.add(
            new Fault(
                Ailment.OTHER_VERSION,
                "%s sends adverts of version %d for %s, and the file says version %d"
                    .formatted(who, last.version(), router.title(), router.version()),
                "write 'version %d' in 'vrrp %d' here, or the same version there (keepalived: vrrp_version 3)"
                    .formatted(last.version(), router.vrrp().id())));
      } else {
        if (last.intervalCentis() != router.vrrp().advert().toMillis() / 10) {
          findings.add(
              new Warning(
                  Ailment.OTHER_INTERVAL,
                  "%s sends adverts for %s every %d ms, and the file says %d ms"
                      .formatted(
                          who,
                          router.title(),
                          last.intervalCentis() * 10,
                          router.vrrp().advert().toMillis()),
                  "write the same 'advert' in 'vrrp' of all nodes"));
        }
        if (goesOn(adverts, router.wire().listenedUntilNanos())) {
          active.add(sender);
        }
      }
    });
    boolean here = isActiveHere(router);
    if (active.size() > 1 || here && !active.isEmpty()) {
      findings.add(
          twoActive(
              "%s has several active nodes: %s%s"
                  .formatted(router.title(), here ? "this one, " : "", words(active))));
    }
    if (findings.size() == before && active.isEmpty()) {
      held(router).ifPresent(findings::add);
    }
    if (findings.size() == before) {
      findings.add(
          new Fine(
              topic(),
              router.title()
                  + (active.isEmpty()
                      ? " is used by nobody else"
                      : " is used by its peer " + words(active) + " alone")));
    }
  }

  /// Whether it is active, and not just about to give in: it has sent two adverts or more, and the
  /// last one within four intervals of the time up to which was listened.
  private static boolean goesOn(List<Advert> adverts, long untilNanos) {
    List<Advert> claims = adverts.stream().filter(advert -> advert.priority() > 0).toList();
    if (claims.size() < 2 || !claims.getLast().equals(adverts.getLast())) {
      return false;
    }
    long agoNanos = untilNanos - claims.getLast().nanos();
    return agoNanos < 4L * claims.getLast().intervalCentis() * NANOS_PER_CENTI;
  }

  /// What this node says of a router for which it is a backup, when nobody else was heard.
  private Optional<Finding> held(Router router) {
    return row(router)
        .filter(row -> row.text("role").equals("backup"))
        .map(row ->
            new Fault(
                Ailment.NOBODY_ACTIVE,
                "%s has no active node: nobody sends adverts, and this one is a backup with priority %d of %d (%s)"
                    .formatted(
                        router.title(),
                        row.number("priority"),
                        row.number("configured_priority"),
                        row.text("cause")),
                "see what holds it back: pitchlake show vrrp; what 'track' follows: pitchlake show servers; whether the witness and the peers are heard; 'pitchlake failover' was asked for not long ago"));
  }

  private boolean isActiveHere(Router router) {
    return row(router).filter(row -> row.text("role").equals("active")).isPresent();
  }

  private Optional<Row> row(Router router) {
    return patient.node().after().running().stream()
        .flatMap((Running running) -> running.rows("vrrp", "routers").stream())
        .filter(row ->
            row.number("router") == router.vrrp().id()
                && row.text("family").equals(router.isIpv4() ? "ipv4" : "ipv6")
                && row.text("port").equals(router.wire().name()))
        .findFirst();
  }

  private static Finding twoActive(String seen) {
    return new Fault(
        Ailment.TWO_ACTIVE,
        seen,
        "let them hear each other: same VLAN, 224.0.0.18 and ff02::12 not filtered (IGMP snooping off, or 'peers' in 'vrrp'), same 'version' and 'checksum'; give the pair a sync link: pitchlake show vrrp");
  }

  private static String words(List<IpAddress> addresses) {
    return addresses.stream().map(Objects::toString).collect(Collectors.joining(", "));
  }
}
