package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.Node;
import io.pitchlake.node.doctor.LinkReading.Usable;
import io.pitchlake.node.doctor.Mouth.Question;
import io.pitchlake.node.port.PortException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// Leads through an examination: first what can be asked at once, then what must be listened for.
/// Blocks, for the time that is to be listened and some seconds; on one thread.
public final class Doctor {
  private static final long LINK_LOCAL_HIGH = 0xfe80_0000_0000_0000L;

  /// More adverts than one may be lost, and two must be heard to know that a router goes on.
  private static final int ADVERTS = 3;

  private static final Duration LONGEST_LISTENING = Duration.ofSeconds(15);

  private final Examination order;
  private final Map<Question, Integer> sent = Mouth.counts();

  private Doctor(Examination order) {
    this.order = order;
  }

  /// Examines, and says what came of it.
  public static Report examine(Examination order) {
    return new Doctor(order).examine();
  }

  private Report examine() {
    order.progress().accept("asking the node");
    NodeWatch node = new NodeWatch(order.node());
    List<LinkReading> links =
        Node.interfacesOf(order.configuration()).stream().map(LinkReading::of).toList();
    Patient patient =
        new Patient(
            order.file(),
            order.configuration(),
            order.machine(),
            order.host(),
            links,
            node,
            order.clock());
    Map<Integer, Wire> wires = new LinkedHashMap<>();
    try {
      Optional<String> deaf = open(links, wires);
      List<Place> places = new ArrayList<>();
      for (Network network : patient.networks()) {
        Optional.ofNullable(wires.get(network.interfaces().getFirst()))
            .ifPresent(wire -> places.add(new Place(network, wire)));
      }
      List<Check> checks = checks(patient, List.copyOf(wires.values()), places, deaf);
      long began = order.clock().nanoTime();
      for (Check check : checks) {
        order.progress().accept("looking at " + check.topic().meaning());
        check.begin();
      }
      // Who asks for long has listened meanwhile, but not at the end, when adverts must go on.
      long end = began + Math.max(adverts().toNanos(), order.listen().toNanos());
      long least = order.clock().nanoTime() + adverts().toNanos();
      listen(List.copyOf(wires.values()), Math.max(end, least));
      List<Finding> findings = checks.stream().flatMap(check -> check.findings().stream()).toList();
      return new Report(order.file(), findings, sent, order.passive());
    } finally {
      wires.values().forEach(Wire::close);
    }
  }

  /// Opens what can be opened; says why, where something could not.
  private Optional<String> open(List<LinkReading> links, Map<Integer, Wire> wires) {
    Optional<String> problem = Optional.empty();
    for (LinkReading link : links) {
      if (link instanceof Usable usable) {
        try {
          wires.put(
              usable.section().id(),
              new Wire(order.ports().open(usable.facts().name()), order.clock(), sent));
        } catch (PortException e) {
          problem = Optional.of(e.getMessage());
        }
      } else {
        problem = Optional.of("interface %d cannot be used".formatted(link.section().id()));
      }
    }
    return problem;
  }

  private List<Check> checks(
      Patient patient, List<Wire> wires, List<Place> places, Optional<String> deaf) {
    List<Check> checks = new ArrayList<>();
    checks.add(new NodeCheck(patient));
    checks.add(new InterfaceCheck(patient));
    checks.add(new CapabilityCheck(patient));
    checks.add(new KernelCheck(patient));
    checks.add(new ProcessorCheck(patient));
    checks.add(new ClockCheck(patient));
    checks.add(new SchedulingCheck(patient, order.realTime()));
    checks.add(new RuntimeCheck(patient));
    checks.add(new OffloadCheck(patient, wires));
    if (deaf.isPresent()) {
      for (Topic topic : List.of(Topic.VRRP, Topic.OWNERS)) {
        checks.add(unheard(topic, deaf.get()));
      }
    }
    if (!places.isEmpty()) {
      checks.add(new RivalCheck(patient, places));
      checks.add(new OwnerCheck(patient, places, !order.passive(), nobody()));
    }
    for (Topic topic : List.of(Topic.TARGETS, Topic.VIRTUAL_MAC, Topic.MULTICAST)) {
      if (order.passive()) {
        checks.add(new NotLooked(topic, "--passive asks nobody", "run it again without --passive"));
      } else {
        deaf.ifPresent(why -> checks.add(unheard(topic, why)));
      }
    }
    if (!order.passive() && !places.isEmpty()) {
      checks.add(new TargetCheck(patient, places, order.random()));
      checks.add(new MulticastCheck(patient, places, this::nobody));
      checks.add(new VirtualMacCheck(patient, places, order.random().nextLong()));
    }
    checks.add(
        new SyncCheck(
            patient, key(), order.openKey(), order.random().nextLong(), !order.passive(), sent));
    checks.add(new TrapCheck(patient));
    checks.add(new FrameCheck(patient));
    return checks;
  }

  private static Check unheard(Topic topic, String why) {
    Complaint complaint = Complaint.of(why, "mend that first");
    return new NotLooked(topic, complaint.seen(), complaint.remedy());
  }

  private SyncCheck.Key key() {
    if (order.keyProblem().isPresent()) {
      return new SyncCheck.Key.Unusable(order.keyProblem().get());
    }
    return order
        .key()
        .<SyncCheck.Key>map(SyncCheck.Key.Secret::new)
        .orElseGet(SyncCheck.Key.None::new);
  }

  /// A link-local address that nobody has, as far as 64 bits drawn by chance can tell.
  private IpAddress nobody() {
    return new IpAddress(LINK_LOCAL_HIGH, order.random().nextLong());
  }

  /// How long it takes to hear some adverts of every virtual router.
  private Duration adverts() {
    return order.configuration().vrrps().values().stream()
        .map(vrrp -> vrrp.advert().multipliedBy(ADVERTS))
        .filter(length -> length.compareTo(LONGEST_LISTENING) < 0)
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  private void listen(List<Wire> wires, long untilNanos) {
    long left = untilNanos - order.clock().nanoTime();
    long told = Long.MAX_VALUE;
    while (left > 0) {
      long seconds = Math.ceilDiv(left, 1_000_000_000L);
      if (seconds != told) {
        order.progress().accept("listening, %d s left".formatted(seconds));
        told = seconds;
      }
      if (wires.isEmpty()) {
        LockSupport.parkNanos(left);
      }
      wires.forEach(Wire::listen);
      left = untilNanos - order.clock().nanoTime();
    }
  }
}
