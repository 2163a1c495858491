package io.pitchlake.node.sim;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Interface;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.node.Node;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.port.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/// The whole program's node as a file describes it, with a port on a LAN for each of its
/// interfaces. The port of interface N has the MAC 02:00:00:00:ff:0N. It turns when a frame arrives
/// and every five milliseconds.
public final class SimRouter implements AutoCloseable {
  private final Node node;
  private final Configuration configuration;
  private final List<Port> ports = new ArrayList<>();

  /// @param lans by the name of the interface
  /// @param mtuBytes of the last interface
  public SimRouter(SimClock clock, Map<String, SimLan> lans, String text, int mtuBytes) {
    var parsed = ConfigParser.parse("router.conf", text);
    configuration =
        parsed
            .configuration()
            .orElseThrow(
                () -> new AssertionError("expected a good file, seen " + parsed.problems()));
    for (Interface link : Node.interfacesOf(configuration)) {
      ports.add(new SimPort(link.link().toString(), mac(link.id())));
    }
    ((SimPort) ports.getLast()).mtuBytes(mtuBytes);
    node =
        new Node(
            configuration,
            ports,
            clock,
            new Random(1),
            Optional.empty(),
            Set.of(),
            IdleStrategy.busy());
    int index = 0;
    for (Interface link : Node.interfacesOf(configuration)) {
      port(index++).attach(lans.get(link.link().toString()), node::turn);
    }
    clock.every(5_000_000, node::turn);
  }

  /// The MAC of an interface.
  public static long mac(int interfaceId) {
    return 0x0200_0000_ff00L | interfaceId;
  }

  public SimPort port(int index) {
    return (SimPort) ports.get(index);
  }

  public CounterBank counters() {
    return node.counters();
  }

  @Override
  public void close() {
    node.close();
  }
}
