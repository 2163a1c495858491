package io.pitchlake.node.doctor;

import io.pitchlake.common.net.MacAddress;
import io.pitchlake.node.doctor.Finding.Fault;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.LinkReading.Unusable;
import io.pitchlake.node.doctor.LinkReading.Usable;
import io.pitchlake.node.port.LinkFacts;
import java.util.List;

/// Are the interfaces there, up, Ethernet, and plugged in?
record InterfaceCheck(Patient patient) implements Check {
  @Override
  public Topic topic() {
    return Topic.INTERFACES;
  }

  @Override
  public List<Finding> findings() {
    return patient.links().stream().map(this::finding).toList();
  }

  private Finding finding(LinkReading link) {
    return switch (link) {
      case Unusable(var section, String problem) -> {
        Complaint complaint =
            Complaint.of(
                problem,
                "name one that is there in 'interface %d': ip -brief link".formatted(section.id()));
        yield new Fault(Ailment.INTERFACE_UNUSABLE, complaint.seen(), complaint.remedy());
      }
      case Usable(var _, LinkFacts facts) ->
          facts.carrier()
              ? new Fine(
                  topic(),
                  "%s is up (%s, MTU %d)"
                      .formatted(facts.name(), new MacAddress(facts.mac()), facts.mtuBytes()))
              : new Fault(
                  Ailment.NO_CARRIER,
                  facts.name() + " is up and has no link",
                  "look at its cable and the switch's port: ethtool " + facts.name());
    };
  }
}
