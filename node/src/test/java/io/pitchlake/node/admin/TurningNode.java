package io.pitchlake.node.admin;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.node.Node;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.sim.SimPort;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/// A node on an empty simulated LAN, turned by a thread of its own: a simulated millisecond a turn,
/// several turns a real one.
public final class TurningNode implements AutoCloseable {
  public static final String CONFIGURATION =
      """
      hostname node-a
      interface 1 { name eth0 access ring }
      network 1 { name office addr 10.0.0.0 mask 24 real 10.0.0.4 virt 10.0.0.5 tarpit enable interface 1 }
      vrrp 1 { vrid 50 priority 200 network 1 advert 10ms }
      server 1 { name web ipaddr 10.0.0.10 port 80 dsr enable targets 1,2 }
      target 1 { name "<b>one</b>" ipaddr 10.0.0.20 tcpopen 80,1,3 }
      target 2 { ipaddr 10.0.0.21 }
      set tarpitsweeprate 10000 set tarpitprobegap 20 set addresses 1024 set sessions 1024
      register networks 1 register servers 1 register targets 1,2
      enable networks 1 enable servers 1 enable targets 1,2
      """;

  public final SimClock clock = new SimClock();
  final Configuration configuration;
  public final Node node;
  private final Thread thread;
  private volatile boolean stopping;
  private volatile boolean hanging;

  public TurningNode(String text) {
    var parsed = ConfigParser.parse("test", text);
    configuration = parsed.configuration().orElseThrow(() -> new AssertionError(parsed.problems()));
    // The simulated port's memory belongs to the thread that makes it.
    CompletableFuture<Node> made = new CompletableFuture<>();
    thread = Thread.ofPlatform().name("test engine").start(() -> turn(made));
    node = made.join();
  }

  private Node make() {
    SimPort port = new SimPort("eth0", 0x0200_0000_0004L);
    SimLan lan = new SimLan(clock, new Random(1));
    port.attach(lan, () -> {});
    // Somebody who wants to know who has a decoy's address.
    SimLan.Attachment asker = lan.attach("asker", frame -> {});
    byte[] question =
        PacketBuilder.ethernet("02:00:00:00:00:66", "ff:ff:ff:ff:ff:ff")
            .arpRequest("10.0.0.66", "10.0.0.77")
            .build();
    clock.every(50_000_000, () -> asker.send(question.clone()));
    return new Node(
        configuration,
        List.of(port),
        clock,
        new SplittableRandom(1),
        Optional.empty(),
        Set.of(),
        IdleStrategy.busy());
  }

  private void turn(CompletableFuture<Node> made) {
    Node turned = make();
    made.complete(turned);
    while (!stopping) {
      if (!hanging) {
        clock.advanceMillis(1);
        turned.turn();
      }
      LockSupport.parkNanos(100_000);
    }
    turned.close();
  }

  /// Stops or goes on turning.
  void hang(boolean hangs) {
    hanging = hangs;
  }

  @Override
  public void close() throws InterruptedException {
    stopping = true;
    thread.join();
  }
}
