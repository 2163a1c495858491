package io.pitchlake.node.doctor;

import io.pitchlake.common.config.ConfigWriter;
import io.pitchlake.common.config.Configuration.Access;
import io.pitchlake.node.doctor.Finding.Fault;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Unknown;
import io.pitchlake.node.doctor.Finding.Warning;
import io.pitchlake.node.doctor.NodeAnswer.Row;
import io.pitchlake.node.doctor.NodeAnswer.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/// Does a node run, does it turn, is it ready, and does it run what the file says?
record NodeCheck(Patient patient) implements Check {
  @Override
  public Topic topic() {
    return Topic.NODE;
  }

  @Override
  public List<Finding> findings() {
    return switch (patient.node().before()) {
      case NodeAnswer.Unasked(String why) ->
          List.of(
              new Unknown(
                  topic(),
                  why + ", so it cannot be asked",
                  "let it have one: admin { socket auto }"));
      case NodeAnswer.Absent(String why) ->
          List.of(
              new Warning(
                  Ailment.NODE_NOT_RUNNING,
                  why,
                  "start it: systemctl start pitchlake, or: pitchlake run -c %s; where it runs with another socket: pitchlake doctor -s SOCKET"
                      .formatted(patient.file())));
      case NodeAnswer.Hanging(String why) ->
          List.of(
              new Fault(
                  Ailment.NODE_HANGS,
                  why,
                  "look whether it is stopped or starved: systemctl status pitchlake; journalctl -u pitchlake; then: systemctl restart pitchlake"));
      case Running running -> ofRunning(running);
    };
  }

  private List<Finding> ofRunning(Running running) {
    List<Finding> findings = new ArrayList<>();
    if (running.fact("readyz", "ready").equals(Optional.of(false))) {
      findings.add(
          new Fault(
              Ailment.NODE_NOT_READY,
              "the node is not ready: "
                  + running.fact("readyz", "why").orElse("it does not say why")
                  + roles(running),
              "wait some seconds, then look at what it waits for: pitchlake show vrrp; pitchlake show sync"));
    }
    String runs = running.fact("config", "configuration").map(Objects::toString).orElse("");
    if (!runs.isEmpty() && !runs.equals(ConfigWriter.write(patient.configuration()))) {
      findings.add(
          new Warning(
              Ailment.CONFIGURATION_DIFFERS,
              "the node runs another configuration than " + patient.file() + " says now",
              "see what differs: pitchlake show config; then: pitchlake reload"));
    }
    for (LinkReading link : patient.links()) {
      fellBack(running, link, findings);
    }
    if (findings.isEmpty()) {
      findings.add(
          new Fine(
              topic(),
              "%s runs what the file says as %s, for %s s"
                  .formatted(
                      running.fact("status", "name").orElse("a node"),
                      running.fact("status", "role").orElse("?"),
                      running.fact("status", "uptime_seconds").orElse("?"))));
    }
    return findings;
  }

  private static String roles(Running running) {
    return running.rows("vrrp", "routers").stream()
        .filter(router -> router.text("role").equals("initialize"))
        .map(router ->
            "; router %d (%s): %s"
                .formatted(router.number("router"), router.text("family"), router.text("cause")))
        .collect(Collectors.joining());
  }

  private static void fellBack(Running running, LinkReading link, List<Finding> findings) {
    Access wanted = link.section().access();
    if (!(link instanceof LinkReading.Usable usable) || wanted == Access.AUTO) {
      return;
    }
    String name = usable.facts().name();
    for (Row port : running.rows("status", "ports")) {
      String access = port.text("access");
      if (port.text("port").equals(name) && !access.equalsIgnoreCase(wanted.name())) {
        findings.add(
            new Warning(
                Ailment.ACCESS_FELL_BACK,
                "%s is read by %s, not by %s as the file asks"
                    .formatted(name, access, wanted.name().toLowerCase(Locale.ROOT)),
                "its log says why: journalctl -u pitchlake | grep 'is read by'; write 'access auto' if that is as it should be"));
        return;
      }
    }
  }
}
