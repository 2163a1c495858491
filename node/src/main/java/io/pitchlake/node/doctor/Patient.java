package io.pitchlake.node.doctor;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.Node;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// What is examined.
///
/// @param file as the user wrote it
/// @param configuration what it says
/// @param machine where the node runs or is to run
/// @param host every address of the host's kernel
/// @param links the interfaces of networks that run
/// @param node the node that runs, if one does
/// @param clock for what takes time
record Patient(
    Path file,
    Configuration configuration,
    Machine machine,
    Set<IpAddress> host,
    List<LinkReading> links,
    NodeWatch node,
    Clock clock) {

  Patient {
    host = Set.copyOf(host);
    links = List.copyOf(links);
  }

  /// The process that is looked at: the node's where one runs, else this one, which has what a node
  /// started in the same way would have.
  String process() {
    return node.before()
        .running()
        .flatMap(running -> running.fact("status", "pid"))
        .map(Object::toString)
        .filter(
            pid -> machine.commandLine(pid).stream().anyMatch(word -> word.contains("pitchlake")))
        .orElse("self");
  }

  boolean isNodeSeen() {
    return !process().equals("self");
  }

  List<Network> networks() {
    return Node.networksOf(configuration);
  }

  /// Whether frames of other machines are passed on, and so must leave as they came.
  boolean forwards() {
    return !Node.serversOf(configuration).isEmpty()
        || networks().stream()
            .anyMatch(network -> network.outbound() != Configuration.Outbound.NONE);
  }
}
