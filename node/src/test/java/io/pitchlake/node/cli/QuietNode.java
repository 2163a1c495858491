package io.pitchlake.node.cli;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.node.Node;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.sim.SimPort;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;

/// A node on a LAN where nothing happens; it turns when it is told.
final class QuietNode {
  private QuietNode() {}

  static Node make() {
    SimClock clock = new SimClock();
    SimPort port = new SimPort("eth0", 0x0200_0000_0004L);
    port.attach(new SimLan(clock, new Random(1)), () -> {});
    return new Node(
        ConfigParser.parse(
                "test",
                """
                interface 1 { name eth0 access ring }
                network 1 { addr 10.0.0.0 mask 24 real 10.0.0.4 tarpit enable interface 1 }
                set addresses 1024 set sessions 1024
                register networks 1 enable networks 1
                """)
            .configuration()
            .orElseThrow(),
        List.of(port),
        clock,
        new SplittableRandom(1),
        Optional.empty(),
        Set.of(),
        IdleStrategy.busy());
  }
}
