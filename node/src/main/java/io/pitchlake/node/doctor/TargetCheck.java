package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Configuration.Server;
import io.pitchlake.common.config.Configuration.Target;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.node.Node;
import io.pitchlake.node.doctor.Finding.Fault;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Unknown;
import io.pitchlake.node.doctor.Mouth.Way;
import io.pitchlake.node.doctor.NodeAnswer.Row;
import io.pitchlake.node.doctor.NodeAnswer.Running;
import io.pitchlake.node.doctor.Wire.Asked;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Do targets live, and do they take what this node would send them?
///
/// A target of a server with direct server return is sent a SYN for the server's address at its own
/// MAC, in the name of `real`: who has the alias answers, with SYN-ACK or a reset. Silence is asked
/// after by a ping for the same address, for a firewall may swallow SYNs.
final class TargetCheck implements Check {
  /// Below the ports of kernels' own connections, and of the node's own probes.
  private static final int FIRST_PORT = 10_000;

  private static final int PORTS = 20_000;
  private static final long WARM_SECONDS = 15;

  private final Patient patient;
  private final List<Place> places;
  private final RandomGenerator random;
  private final List<Finding> findings = new ArrayList<>();
  private final Set<Integer> spokenOf = new HashSet<>();
  private int served;

  TargetCheck(Patient patient, List<Place> places, RandomGenerator random) {
    this.patient = patient;
    this.places = List.copyOf(places);
    this.random = random;
  }

  /// A target that lives, at the place where it is.
  private record Living(Target target, Place place, IpAddress real, long mac) {
    Way to(IpAddress destination) {
      return new Way(place.vlan(), mac, real, destination);
    }
  }

  /// A server's service as a target should give it.
  ///
  /// @param address that packets bear when they come to the target
  /// @param port 0 where none can be tried
  private record Service(
      Server server, Living at, IpAddress address, int port, int ownPort, int sequence) {
    String title() {
      return "target %d (%s)".formatted(at.target().id(), at.target().address());
    }
  }

  @Override
  public Topic topic() {
    return Topic.TARGETS;
  }

  @Override
  public void begin() {
    for (Place place : places) {
      List<Living> living = resolve(place);
      List<Service> services = services(living);
      served += services.size();
      List<Service> silent = new ArrayList<>();
      List<Service> asked = services.stream().filter(service -> service.port() != 0).toList();
      List<Optional<Heard>> answers =
          place
              .wire()
              .ask(
                  asked.stream()
                      .map(service ->
                          new Asked(() -> syn(service), heard -> isAnswer(heard, service)))
                      .toList());
      for (int i = 0; i < asked.size(); i++) {
        if (answers.get(i).isEmpty()) {
          silent.add(asked.get(i));
        } else if (answers.get(i).get() instanceof Heard.Segment segment) {
          answered(asked.get(i), segment);
        }
      }
      place.wire().flush();
      services.stream().filter(service -> service.port() == 0).forEach(silent::add);
      ping(place, silent);
    }
  }

  private List<Living> resolve(Place place) {
    List<Target> targets = new ArrayList<>();
    List<Asked> questions = new ArrayList<>();
    for (Target target : patient.configuration().runningTargets().values()) {
      IpAddress address = target.address();
      if (!place.holds(address)) {
        continue;
      }
      Optional<IpAddress> real = place.real(address.isIpv4());
      if (real.filter(own -> isElsewhere(place, own)).isPresent()) {
        findings.add(
            new Unknown(
                topic(),
                "another machine answers for %s, in whose name target %d would be asked"
                    .formatted(real.get(), target.id()),
                "mend that first, see the findings on owners"));
        continue;
      }
      if (real.isEmpty()) {
        findings.add(
            new Unknown(
                topic(),
                "network %d has no 'real', so target %d cannot be asked"
                    .formatted(place.network().id(), target.id()),
                "give the network an address of this node: real ADDRESS"));
        continue;
      }
      targets.add(target);
      questions.add(
          new Asked(
              () -> place.wire().mouth().request(place.vlan(), real.get(), address),
              heard -> macIn(heard, place, address).isPresent()));
    }
    List<Optional<Heard>> answers = place.wire().ask(questions);
    List<Living> living = new ArrayList<>();
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      OptionalLong mac =
          answers.get(i).isPresent()
              ? macIn(answers.get(i).get(), place, target.address())
              : OptionalLong.empty();
      if (mac.isEmpty()) {
        spokenOf.add(target.id());
        findings.add(
            new Fault(
                Ailment.TARGET_SILENT,
                "target %d (%s) does not answer %s on %s"
                    .formatted(
                        target.id(),
                        target.address(),
                        target.address().isIpv4() ? "ARP" : "solicitations",
                        place.wire().name()),
                "see whether it lives and stands in this VLAN: "
                    + (target.address().isIpv4()
                        ? "arping -I %s %s".formatted(place.wire().name(), target.address())
                        : "ndisc6 %s %s".formatted(target.address(), place.wire().name()))));
      } else {
        IpAddress real = place.real(target.address().isIpv4()).orElseThrow();
        living.add(new Living(target, place, real, mac.getAsLong()));
      }
    }
    return living;
  }

  /// Whether another machine has an address: it would get the answers.
  private static boolean isElsewhere(Place place, IpAddress own) {
    return place.wire().macsOf(place.vlan(), own).stream()
        .anyMatch(mac -> mac != place.wire().mac());
  }

  private static OptionalLong macIn(Heard heard, Place place, IpAddress address) {
    return switch (heard) {
      case Heard.Arp arp
          when arp.reply() && arp.vlan() == place.vlan() && arp.sender().equals(address) ->
          OptionalLong.of(arp.mac());
      case Heard.Advertisement told
          when told.vlan() == place.vlan() && told.target().equals(address) ->
          OptionalLong.of(told.mac());
      default -> OptionalLong.empty();
    };
  }

  private List<Service> services(List<Living> living) {
    List<Service> services = new ArrayList<>();
    for (Server server : Node.serversOf(patient.configuration())) {
      Set<Integer> targets = server.everyTarget().collect(Collectors.toSet());
      for (Living target : living) {
        if (targets.contains(target.target().id())) {
          service(server, target).ifPresent(services::add);
        }
      }
    }
    return services;
  }

  private Optional<Service> service(Server server, Living at) {
    int port =
        server.protocol() != Protocol.TCP
            ? 0
            : server.dsr() || at.target().port() == 0 ? server.port() : at.target().port();
    if (!server.dsr() && port == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Service(
            server,
            at,
            server.dsr() ? server.address() : at.target().address(),
            port,
            FIRST_PORT + random.nextInt(PORTS),
            random.nextInt()));
  }

  private static void syn(Service service) {
    service
        .at()
        .place()
        .wire()
        .mouth()
        .syn(
            service.at().to(service.address()),
            service.ownPort(),
            service.port(),
            service.sequence());
  }

  private static boolean isAnswer(Heard heard, Service service) {
    return heard instanceof Heard.Segment segment
        && segment.vlan() == service.at().place().vlan()
        && segment.sender().equals(service.address())
        && segment.destination().equals(service.at().real())
        && segment.sourcePort() == service.port()
        && segment.destinationPort() == service.ownPort()
        && segment.acknowledgment() == service.sequence() + 1;
  }

  private void answered(Service service, Heard.Segment segment) {
    if ((segment.flags() & TcpHeader.RST) == 0) {
      service
          .at()
          .place()
          .wire()
          .mouth()
          .reset(
              service.at().to(service.address()),
              service.ownPort(),
              service.port(),
              service.sequence() + 1);
      return;
    }
    closed(service, "refuses connections to");
  }

  private void closed(Service service, String does) {
    spokenOf.add(service.at().target().id());
    findings.add(
        new Fault(
            Ailment.SERVICE_CLOSED,
            "%s %s %s port %d of server %d"
                .formatted(
                    service.title(),
                    does,
                    service.address(),
                    service.port(),
                    service.server().id()),
            "on the target: see who listens (ss -ltn) and what filters (nft list ruleset); a service must listen on %s or on all addresses"
                .formatted(service.address())));
  }

  /// Whoever has the address answers a ping to it, whatever becomes of its SYNs.
  private void ping(Place place, List<Service> silent) {
    List<Optional<Heard>> answers =
        place
            .wire()
            .ask(
                silent.stream()
                    .map(service ->
                        new Asked(
                            () ->
                                place
                                    .wire()
                                    .mouth()
                                    .echo(service.at().to(service.address()), service.ownPort()),
                            heard ->
                                heard instanceof Heard.Echo echo
                                    && echo.sender().equals(service.address())
                                    && echo.identifier() == service.ownPort()))
                    .toList());
    for (int i = 0; i < silent.size(); i++) {
      Service service = silent.get(i);
      boolean has = answers.get(i).isPresent();
      if (service.port() != 0 && (has || !service.server().dsr())) {
        closed(service, "does not answer connections to");
      } else if (service.port() != 0) {
        aliasMissing(service);
      } else if (!has) {
        findings.add(
            new Unknown(
                topic(),
                "%s does not answer pings for %s, and server %d has no TCP port to try"
                    .formatted(service.title(), service.address(), service.server().id()),
                "on the target: ip addr show dev lo; it should have " + service.address()));
      }
    }
  }

  private void aliasMissing(Service service) {
    spokenOf.add(service.at().target().id());
    IpAddress address = service.address();
    findings.add(
        new Fault(
            Ailment.ALIAS_MISSING,
            "%s answers neither connections nor pings for %s, which server %d sends it"
                .formatted(service.title(), address, service.server().id()),
            address.isIpv4()
                ? "on the target: ip addr add %s/32 dev lo; sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2 (deploy/backends has it for good)"
                    .formatted(address)
                : "on the target: ip addr add %s/128 dev lo (deploy/backends has it for good)"
                    .formatted(address)));
  }

  @Override
  public List<Finding> findings() {
    List<Finding> all = new ArrayList<>(findings);
    patient.node().after().running().ifPresent(running -> takenOut(running, all));
    if (all.isEmpty()) {
      int targets = patient.configuration().runningTargets().size();
      all.add(
          new Fine(
              topic(),
              targets == 0
                  ? "the file has no targets"
                  : "%d targets answer, for %d services".formatted(targets, served)));
    }
    return all;
  }

  /// What the node says of targets that seem well from here.
  private void takenOut(Running running, List<Finding> all) {
    if (running.fact("status", "uptime_seconds").orElse(0L) instanceof Long seconds
        && seconds < WARM_SECONDS) {
      return;
    }
    for (Row target : running.rows("targets", "targets")) {
      long number = target.number("target");
      if (target.flag("healthy")
          || target.text("state").equals("maintenance")
          || spokenOf.contains((int) number)) {
        continue;
      }
      String trouble =
          running.rows("targets", "checks").stream()
              .filter(check -> check.number("target") == number && !check.flag("holds"))
              .map(check -> check.text("check") + ": " + check.text("trouble"))
              .collect(Collectors.joining("; "));
      all.add(
          new Fault(
              Ailment.TARGET_OUT,
              "the node has taken target %d (%s) out: %s"
                  .formatted(
                      number,
                      target.text("address"),
                      target.flag("held") ? "it came and went too often" : trouble),
              "mend what the check asks for, or correct the check in the file; each of them: pitchlake show targets"));
    }
  }
}
