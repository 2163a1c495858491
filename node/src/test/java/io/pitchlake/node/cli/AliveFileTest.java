package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.node.Node;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.sim.SimPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The file that `run --alive` writes.
class AliveFileTest {
  @TempDir private Path folder;

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

  private boolean isWritten(AliveFile alive) throws IOException {
    alive.run();
    return Files.deleteIfExists(folder.resolve("alive"));
  }

  @Test
  void itIsWrittenByWhatEveryEngineDid() throws Exception {
    Node first = node();
    Node second = node();
    try {
      AliveFile alive = AliveFile.of(folder.resolve("alive"), List.of(first, second));
      assertFalse(isWritten(alive), "nobody has been asked");
      first.turn();
      assertFalse(isWritten(alive), "the second engine has not turned");
      second.turn();
      assertTrue(isWritten(alive), "both have");
      first.turn();
      assertFalse(isWritten(alive), "the second has not turned since");
      second.turn();
      assertTrue(isWritten(alive), "both have again");
    } finally {
      first.close();
      second.close();
    }
  }

  @Test
  void aFullCommandQueueIsAskedAgain() throws Exception {
    Node node = node();
    try {
      AliveFile alive = AliveFile.of(folder.resolve("alive"), List.of(node));
      while (node.whenTurning(() -> {})) {
        // until no command fits
      }
      assertFalse(isWritten(alive));
      while (node.turn() > 0) {
        // until all are done
      }
      assertFalse(isWritten(alive), "its question found no room");
      node.turn();
      assertTrue(isWritten(alive));
    } finally {
      node.close();
    }
  }

  @Test
  void aFileOfAnEarlierStartIsTakenAway() throws Exception {
    Path file = Files.writeString(folder.resolve("alive"), "earlier");
    Node node = node();
    AliveFile.of(file, List.of(node));
    node.close();
    assertFalse(Files.exists(file));
  }
}
