package io.pitchlake.node.admin;

import io.pitchlake.common.time.Clock;
import io.pitchlake.node.Node;
import io.pitchlake.node.event.sink.SinkStatus;
import java.util.List;
import java.util.function.Supplier;

/// What an operator sits before.
///
/// @param nodes one for each engine of this node
/// @param hostName the node's name
/// @param version of the program
/// @param reload reads the configuration again and runs it; any thread
/// @param events what has happened
/// @param sinks what became of events on their way out
public record Operated(
    List<Node> nodes,
    String hostName,
    String version,
    Clock clock,
    Supplier<Reloaded> reload,
    RecentEvents events,
    Supplier<List<SinkStatus>> sinks) {
  public Operated {
    nodes = List.copyOf(nodes);
  }
}
