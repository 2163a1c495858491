package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Admin;
import io.pitchlake.common.config.Configuration.AdminListen;
import io.pitchlake.common.config.Configuration.AdminSocket;
import io.pitchlake.common.pcap.PcapReader;
import io.pitchlake.node.admin.AdminException;
import io.pitchlake.node.admin.AdminServer;
import io.pitchlake.node.admin.Operated;
import io.pitchlake.node.admin.RecentEvents;
import io.pitchlake.node.admin.Reloaded;
import io.pitchlake.node.admin.TurningNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The commands before a node that turns, over its real socket.
@Timeout(60)
class OperatorCommandsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;
  private final TurningNode turning = new TurningNode(TurningNode.CONFIGURATION);
  private AdminServer server;
  private TestWorld world;

  @BeforeEach
  void open() throws AdminException {
    server =
        AdminServer.open(
            new Operated(
                List.of(turning.node),
                "node-a",
                "1.2",
                turning.clock,
                () -> new Reloaded(true, List.of("'set drainto 5' is new")),
                new RecentEvents(),
                List::of),
            new Admin(
                new AdminSocket.Auto(),
                new AdminListen.Off(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                32,
                10_000),
            folder.resolve("admin.sock"));
    world();
    long untilNanos = System.nanoTime() + PATIENCE.toNanos();
    while (!world().said("show", "networks").contains(" 248\n")) {
      assertTrue(System.nanoTime() < untilNanos, world.out());
    }
    world();
  }

  @AfterEach
  void close() throws InterruptedException {
    server.close();
    turning.close();
  }

  /// A new one, whose commands go on until they end by themselves.
  private TestWorld world() {
    world = new TestWorld(folder).ending(stop -> {});
    return world;
  }

  private void assertSaid(String text) {
    assertTrue(world.out().contains(text), () -> "'" + text + "' in:\n" + world.out());
  }

  // ---- beginnings of commands

  @Test
  void aCommandMayBeNamedByItsBeginning() {
    assertEquals(0, world.execute("sh", "st"), world::err);
    assertSaid("name                 node-a");
    assertEquals(0, world().execute("disa", "t", "2"), world::err);
    assertSaid("target 2 gets nothing");
    assertEquals(0, world().execute("tr", "fl", "tcp", "10.0.0.66:1", "10.0.0.77:22"), world::err);
    assertSaid("fate            trapped");
  }

  @Test
  void aBeginningOfSeveralNamesThem() {
    assertEquals(2, world.execute("re"));
    for (String command : List.of("release", "reload", "replay")) {
      assertTrue(world.err().contains(command), world.err());
    }
    assertEquals(2, world().execute("show", "se"));
    assertTrue(world.err().contains("'se' may be sessions, servers"), world.err());
  }

  // ---- capture

  private List<Integer> lengths(byte[] pcap) throws IOException {
    var lengths = new ArrayList<Integer>();
    try (PcapReader reader = new PcapReader("test", new ByteArrayInputStream(pcap))) {
      while (reader.next()) {
        lengths.add(reader.length());
      }
    }
    return lengths;
  }

  @Test
  void aCaptureGoesToStandardOutput() throws IOException {
    assertEquals(0, world.execute("capture", "-n", "4"), world::err);
    assertEquals(4, lengths(world.bytes()).size(), "ARP requests and replies");
    assertTrue(world.err().contains("captured 4 frames"), world.err());
    assertTrue(world.err().contains(", 0 lost"), world.err());
  }

  @Test
  void aCaptureIsWrittenToAFileAndEndsByTime() throws IOException {
    Path file = folder.resolve("trapped.pcap");
    assertEquals(
        0,
        world.execute("capture", "-w", file.toString(), "--for", "1", "--address", "10.0.0.66"),
        world::err);
    assertTrue(lengths(Files.readAllBytes(file)).size() > 1, world.err());
    assertTrue(world.err().contains(" to " + file), world.err());
    assertTrue(world().said("show", "status").contains("node-a"), "the node goes on");
  }

  @Test
  void aCaptureOfNothingIsAnEmptyFile() throws IOException {
    assertEquals(0, world.execute("capture", "--for", "1", "--address", "10.0.0.99"), world::err);
    assertEquals(List.of(), lengths(world.bytes()));
  }

  @Test
  void ctrlCEndsACaptureInOrder() throws IOException {
    // As soon as it begins.
    world.ending(stop -> Thread.ofVirtual().start(stop));
    Path file = folder.resolve("short.pcap");
    assertEquals(0, world.execute("capture", "-w", file.toString()), world::err);
    assertTrue(world.err().contains("captured "), world.err());
    lengths(Files.readAllBytes(file));
  }

  @Test
  void thereIsOneCaptureAtATime() throws Exception {
    TestWorld first = world;
    Runnable[] stop = new Runnable[1];
    var begun = new CountDownLatch(1);
    first.ending(end -> {
      stop[0] = end;
      begun.countDown();
    });
    Thread running = Thread.ofVirtual().start(() -> first.execute("capture"));
    begun.await();
    assertEquals(10, world().execute("capture"));
    assertTrue(world.err().contains("another capture runs"), world.err());
    stop[0].run();
    running.join();
    long untilNanos = System.nanoTime() + PATIENCE.toNanos();
    while (world().execute("capture", "-n", "1") != 0) {
      assertTrue(System.nanoTime() < untilNanos, world.err());
    }
  }

  @Test
  void aCaptureIsRefusedInWords() {
    assertEquals(2, world.terminal().execute("capture"));
    assertTrue(world.err().contains("a terminal is no place for a pcap file"), world.err());
    assertEquals(2, world().execute("capture", "--files", "0"));
    assertTrue(world.err().contains("--files 0: write a number from 1 to 1000"), world.err());
    assertEquals(2, world().execute("capture", "--for", "0"));
    assertTrue(world.err().contains("seconds: '0' is no number"), world.err());
    assertEquals(2, world().execute("capture", "--address", "here"));
    assertTrue(world.err().contains("address: 'here' is no address"), world.err());
    Path nowhere = folder.resolve("nowhere/x.pcap");
    assertEquals(6, world().execute("capture", "-w", nowhere.toString()));
    assertTrue(world.err().contains(nowhere + " cannot be written"), world.err());
  }

  // ---- top

  @Test
  void aPageOfTopHasRatesAndTables() {
    assertEquals(0, world.execute("top", "--once", "-i", "1"), world::err);
    assertSaid("pitchlake node-a  active  up ");
    assertSaid("frames/s   in ");
    assertSaid("targets ready 0 of 2");
    assertSaid("DROPS/S");
    assertFalse(world.out().contains("frames/s   in -"), world.out());
    assertFalse(world.out().contains("\033"), world.out());
    assertEquals(2, world().execute("top", "-i", "0"));
  }

  // ---- control

  @Test
  void linesOfAFileAreDoneOneAfterTheOther() {
    world.typing(
        """
        # a comment

        sh st
        dis ta 2
        show targets --json
        nonsense
        show status
        exit
        show vrrp
        """);
    assertEquals(0, world.execute("control"), world::err);
    assertSaid("name                 node-a");
    assertSaid("target 2 gets nothing");
    assertSaid("\"targets\": [");
    assertTrue(world.err().contains("'nonsense'"), world.err());
    assertFalse(world.out().contains("VRID"), "nothing is done behind 'exit'");
  }

  @Test
  void theLastLinesExitCodeIsTheShells() {
    assertEquals(2, world.typing("show status\ndrain target 7\n").execute("control"), world::err);
    assertTrue(world.err().contains("no target 7 runs here"), world.err());
    assertEquals(2, world().typing("show 'status\n").execute("control"));
    assertTrue(world.err().contains("a quote is open"), world.err());
    assertEquals(0, world().typing("help\nhelp drain\n").execute("control"), world::err);
    assertSaid("Let a target keep its flows");
    assertSaid("release");
  }

  @Test
  void aShellWithoutANodeEndsWithNine() {
    assertEquals(9, world.execute("control", "-s", folder.resolve("none").toString()));
    assertEquals(9, world().execute("top", "-s", folder.resolve("none").toString()));
    assertEquals(9, world().execute("capture", "-s", folder.resolve("none").toString()));
  }
}
