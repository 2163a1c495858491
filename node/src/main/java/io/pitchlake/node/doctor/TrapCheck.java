package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Unknown;
import io.pitchlake.node.doctor.Finding.Warning;
import io.pitchlake.node.doctor.NodeAnswer.Row;
import io.pitchlake.node.doctor.NodeAnswer.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Are addresses simulated where they should be?
record TrapCheck(Patient patient) implements Check {
  /// A sweep of a /24 takes some seconds.
  private static final long WARM_SECONDS = 15;

  @Override
  public Topic topic() {
    return Topic.TRAP;
  }

  @Override
  public List<Finding> findings() {
    if (patient.networks().stream().noneMatch(Network::tarpit)) {
      return List.of(new Fine(topic(), "no network has 'tarpit enable'"));
    }
    Optional<Running> running = patient.node().after().running();
    if (running.isEmpty()) {
      return List.of(
          new Unknown(topic(), "no node says what it simulates", "start the node, then ask again"));
    }
    if (young(running.get())) {
      return List.of(
          new Unknown(
              topic(),
              "the node has just started and still proves addresses",
              "ask again in %d s".formatted(WARM_SECONDS)));
    }
    List<Finding> findings = new ArrayList<>();
    long decoys = 0;
    for (Row network : running.get().rows("networks", "networks")) {
      decoys += network.number("simulated");
      if (!network.text("tarpit").equals("off")
          && network.text("role").equals("master")
          && network.text("family").equals("ipv4")
          && network.number("simulated") == 0) {
        findings.add(none(network, running.get()));
      }
    }
    return findings.isEmpty()
        ? List.of(new Fine(topic(), decoys + " addresses are simulated"))
        : findings;
  }

  private static boolean young(Running running) {
    return running.fact("status", "uptime_seconds").orElse(0L) instanceof Long seconds
        && seconds < WARM_SECONDS;
  }

  private static Finding none(Row network, Running running) {
    long started = running.counter("proofs_started");
    long taken = running.counter("proofs_taken");
    long free = running.counter("proofs_free");
    String where = "network " + network.number("network") + " (" + network.text("block") + ")";
    if (started == 0) {
      return new Warning(
          Ailment.NO_DECOYS,
          where + " simulates no address, and none was ever proved: no address is a candidate",
          "look at 'tarpit_acl', its 'acl' and 'arp': without 'tarpit_acl' every address is one; what list 1 permits: pitchlake show config | grep acl");
    }
    if (free == 0 && taken > 0) {
      return new Warning(
          Ailment.NO_DECOYS,
          "%s simulates no address: for each of %d that were proved somebody answered"
              .formatted(where, taken),
          "find who answers for all of them, another tarpit or a router with proxy ARP: arping -c 1 ADDRESS; on the router: sysctl -w net.ipv4.conf.IFACE.proxy_arp=0");
    }
    return new Warning(
        Ailment.NO_DECOYS,
        "%s simulates no address; %d proofs were started, %d found free, %d taken"
            .formatted(where, started, free, taken),
        "see what they wait for: pitchlake show addresses --limit 20; pitchlake show drops");
  }
}
