package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration.Access;
import io.pitchlake.node.doctor.Finding.Fault;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Warning;
import io.pitchlake.node.doctor.LinkReading.Usable;
import io.pitchlake.node.doctor.NodeAnswer.Row;
import io.pitchlake.node.port.LinkFacts;
import io.pitchlake.node.port.Offload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Do interfaces merge frames or take tags out in a way that this node's ports cannot undo?
///
/// A packet ring passes super-frames through as they are; libpcap and AF_XDP have no room for them.
/// What merges frames on the way in is this interface's own GRO, or, on a virtual interface, the
/// segmentation that its other end leaves undone: that shows in frames that are heard.
final class OffloadCheck implements Check {
  private final Patient patient;
  private final List<Wire> wires;

  OffloadCheck(Patient patient, List<Wire> wires) {
    this.patient = patient;
    this.wires = List.copyOf(wires);
  }

  @Override
  public Topic topic() {
    return Topic.OFFLOADS;
  }

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    for (LinkReading link : patient.links()) {
      if (link instanceof Usable usable) {
        look(usable, findings);
      }
    }
    if (findings.isEmpty()) {
      findings.add(new Fine(topic(), "no interface merges frames or takes tags out to our harm"));
    }
    return findings;
  }

  private void look(Usable link, List<Finding> findings) {
    LinkFacts facts = link.facts();
    Set<Offload> on = facts.offloads();
    String name = facts.name();
    String access = access(link);
    if (patient.forwards() && on.contains(Offload.LRO)) {
      findings.add(
          new Fault(
              Ailment.LRO_ON,
              name + " merges frames in hardware (LRO)",
              "ethtool -K " + name + " lro off"));
    }
    if (patient.forwards() && access.equals("pcap")) {
      Optional<Integer> longest = longest(facts);
      if (on.contains(Offload.GRO)) {
        findings.add(
            new Fault(
                Ailment.SUPER_FRAMES,
                name + " is read by libpcap, and the kernel merges frames on it (GRO)",
                "ethtool -K %s gro off; or write 'access ring', which passes them through"
                    .formatted(name)));
      } else if (longest.isPresent()) {
        findings.add(
            new Fault(
                Ailment.SUPER_FRAMES,
                "%s is read by libpcap, and a frame of %d bytes was heard, with an MTU of %d"
                    .formatted(name, longest.get(), facts.mtuBytes()),
                "on the machine that sends them: ethtool -K IFACE tso off gso off; or write 'access ring', which passes them through"));
      }
    }
    if (access.equals("xdp") && on.contains(Offload.RX_VLAN) && hasVlan(link)) {
      findings.add(
          new Warning(
              Ailment.VLAN_TAG_STRIPPED,
              name
                  + " is read by XDP and takes VLAN tags out of frames, and a network on it has one",
              "ethtool -K " + name + " rxvlan off; or write 'access ring'"));
    }
  }

  /// How the node reads it, or else how the file asks for.
  private String access(Usable link) {
    return patient
        .node()
        .before()
        .running()
        .flatMap(running ->
            running.rows("status", "ports").stream()
                .filter(port -> port.text("port").equals(link.facts().name()))
                .map((Row port) -> port.text("access"))
                .findFirst())
        .orElseGet(() ->
            link.section().access() == Access.AUTO
                ? "ring"
                : link.section().access().name().toLowerCase(Locale.ROOT));
  }

  private boolean hasVlan(Usable link) {
    return patient.networks().stream()
        .anyMatch(network ->
            network.vlan().isPresent() && network.interfaces().getFirst() == link.section().id());
  }

  private Optional<Integer> longest(LinkFacts facts) {
    return wires.stream()
        .filter(wire -> wire.name().equals(facts.name()))
        .map(Wire::longestFrame)
        .filter(bytes -> bytes > facts.mtuBytes() + Wire.LONGEST_HEADER_BYTES)
        .findFirst();
  }
}
