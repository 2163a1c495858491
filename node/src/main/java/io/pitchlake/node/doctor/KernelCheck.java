package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.common.config.Configuration.Server;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.Node;
import io.pitchlake.node.doctor.Finding.Fault;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Warning;
import io.pitchlake.node.doctor.LinkReading.Usable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Does the host's kernel answer for addresses that are the node's, or forward beside it?
record KernelCheck(Patient patient) implements Check {
  @Override
  public Topic topic() {
    return Topic.KERNEL;
  }

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    for (Network network : patient.networks()) {
      Stream.of(network.virt(), network.virt6())
          .flatMap(Optional::stream)
          .filter(patient.host()::contains)
          .map(address -> owns(address, "the 'virt' of network " + network.id()))
          .forEach(findings::add);
    }
    for (Server server : Node.serversOf(patient.configuration())) {
      if (patient.host().contains(server.address())) {
        findings.add(owns(server.address(), "the address of server " + server.id()));
      }
    }
    for (LinkReading link : patient.links()) {
      if (link instanceof Usable usable) {
        forwards(usable, findings);
      }
    }
    if (findings.isEmpty()) {
      findings.add(
          new Fine(topic(), "it has no virtual address and forwards nothing on these interfaces"));
    }
    return findings;
  }

  private static Finding owns(IpAddress address, String what) {
    return new Fault(
        Ailment.KERNEL_OWNS_ADDRESS,
        "this host's kernel has " + address + ", " + what,
        "find its interface: ip -brief addr; then: ip addr del %s/LENGTH dev IFACE"
            .formatted(address));
  }

  private void forwards(Usable link, List<Finding> findings) {
    String name = link.facts().name();
    for (boolean ipv4 : new boolean[] {true, false}) {
      boolean concerned =
          patient.networks().stream()
              .filter(network -> network.interfaces().getFirst() == link.section().id())
              .anyMatch(network -> (ipv4 ? network.prefix() : network.prefix6()).isPresent());
      if (concerned && patient.machine().forwards(name, ipv4)) {
        findings.add(
            new Warning(
                Ailment.KERNEL_FORWARDS,
                "this host's kernel forwards %s on %s".formatted(ipv4 ? "IPv4" : "IPv6", name),
                "sysctl -w net.%s.conf.%s.forwarding=0".formatted(ipv4 ? "ipv4" : "ipv6", name)));
      }
    }
  }
}
