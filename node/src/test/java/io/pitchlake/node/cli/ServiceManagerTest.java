package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.node.Node;
import io.pitchlake.node.cli.ServiceManager.Proof;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.event.sink.UnixSocket;
import io.pitchlake.node.sim.SimPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What a service manager hears, through a real socket.
@EnabledOnOs(OS.LINUX)
class ServiceManagerTest {
  private static final long PID = 4711;

  @TempDir private Path folder;

  private ServiceManager manager(String... variables) {
    Map<String, String> environment =
        Map.of(
            "NOTIFY_SOCKET",
            folder.resolve("notify").toString(),
            variables.length > 0 ? variables[0] : "NONE",
            variables.length > 0 ? variables[1] : "");
    return ServiceManager.of(environment::get, PID);
  }

  private static Node node() {
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

  @Test
  void hearsOfTheStartOfTheStateAndOfTheEnd() throws Exception {
    try (UnixSocket socket = UnixSocket.bind(folder.resolve("notify"));
        ServiceManager manager = manager()) {
      manager.ready("ready: node-a");
      manager.status("last minute: quiet");
      manager.stopping();
      assertEquals("READY=1\nSTATUS=ready: node-a", socket.receive());
      assertEquals("STATUS=last minute: quiet", socket.receive());
      assertEquals("STOPPING=1", socket.receive());
    }
  }

  @Test
  void theWatchdogIsFedByWhatTheEngineDid() throws Exception {
    Node node = node();
    try (UnixSocket socket = UnixSocket.bind(folder.resolve("notify"));
        ServiceManager manager = manager("WATCHDOG_USEC", "2000000")) {
      List<Proof> proofs = List.of(new Proof(node));
      manager.feed(proofs);
      manager.feed(proofs);
      assertThrows(AssertionError.class, socket::receive, "the engine has not turned");
      node.turn();
      manager.feed(proofs);
      assertEquals("WATCHDOG=1", socket.receive());
      manager.feed(proofs);
      assertThrows(AssertionError.class, socket::receive, "it has not turned again");
      node.turn();
      manager.feed(proofs);
      assertEquals("WATCHDOG=1", socket.receive());
    } finally {
      node.close();
    }
  }

  @Test
  void aFullCommandQueueIsAskedAgain() throws Exception {
    Node node = node();
    try (UnixSocket socket = UnixSocket.bind(folder.resolve("notify"));
        ServiceManager manager = manager("WATCHDOG_USEC", "2000000")) {
      while (node.whenTurning(() -> {})) {
        // until no command fits
      }
      List<Proof> proofs = List.of(new Proof(node));
      manager.feed(proofs);
      while (node.turn() > 0) {
        // until all are done
      }
      manager.feed(proofs);
      assertThrows(AssertionError.class, socket::receive, "its question found no room");
      node.turn();
      manager.feed(proofs);
      assertEquals("WATCHDOG=1", socket.receive());
    } finally {
      node.close();
    }
  }

  @Test
  void nobodyIsToldWhereNobodyAsked() {
    try (ServiceManager manager = ServiceManager.of(name -> null, PID)) {
      manager.ready("ready");
      manager.stopping();
    }
  }
}
