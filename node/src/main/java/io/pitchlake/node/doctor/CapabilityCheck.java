package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration.Access;
import io.pitchlake.node.doctor.Finding.Fault;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Unknown;
import io.pitchlake.node.doctor.Finding.Warning;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// Has the process the capabilities that its ports need?
record CapabilityCheck(Patient patient) implements Check {
  private static final int NET_ADMIN = 12;
  private static final int NET_RAW = 13;
  private static final int SYS_ADMIN = 21;
  private static final int BPF = 39;

  @Override
  public Topic topic() {
    return Topic.CAPABILITIES;
  }

  @Override
  public List<Finding> findings() {
    OptionalLong held = patient.machine().capabilities(patient.process());
    if (held.isEmpty()) {
      return List.of(
          new Unknown(
              topic(),
              "the kernel does not say which capabilities there are",
              "look for CapEff in /proc/PID/status of the node"));
    }
    List<Finding> findings = new ArrayList<>();
    String who = patient.isNodeSeen() ? "the node's process" : "a node started as this command was";
    if (!has(held.getAsLong(), NET_RAW)) {
      findings.add(
          new Fault(
              Ailment.CAPABILITY_MISSING,
              who + " lacks CAP_NET_RAW",
              "run it as root; in a systemd unit: AmbientCapabilities=CAP_NET_RAW CAP_SYS_NICE; in Docker: cap_add: [NET_RAW]"));
    }
    boolean xdp = patient.links().stream().anyMatch(link -> link.section().access() == Access.XDP);
    if (xdp && !mayUseXdp(held.getAsLong())) {
      findings.add(
          new Warning(
              Ailment.XDP_CAPABILITY_MISSING,
              who + " lacks CAP_NET_ADMIN or CAP_BPF, which 'access xdp' needs",
              "give it both, as /usr/share/doc/pitchlake/xdp.conf does for the service, or write 'access ring'"));
    }
    if (findings.isEmpty()) {
      findings.add(new Fine(topic(), who + " has the capabilities that its ports need"));
    }
    return findings;
  }

  /// Kernels before 5.8 know no CAP_BPF; CAP_SYS_ADMIN implies it in all of them.
  private static boolean mayUseXdp(long capabilities) {
    return has(capabilities, NET_ADMIN) && (has(capabilities, BPF) || has(capabilities, SYS_ADMIN));
  }

  private static boolean has(long capabilities, int number) {
    return (capabilities >>> number & 1) != 0;
  }
}
