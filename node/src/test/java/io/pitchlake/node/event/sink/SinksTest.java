package io.pitchlake.node.event.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.node.engine.EventKind;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// All sinks of a configuration together, and what a reload makes of them.
@Timeout(60)
class SinksTest {
  private static final AccessList NOBODY = new AccessList(List.of());

  @TempDir Path folder;

  private Configuration configuration(String events) {
    var parsed =
        ConfigParser.parse(
            "test", "syslog off events { %s }".formatted(events.replace("DIR", folder.toString())));
    return parsed.configuration().orElseThrow(() -> new AssertionError(parsed.problems()));
  }

  private Sinks open(String events) throws SinkException {
    return Sinks.open(
        configuration(events),
        NOBODY,
        new SinkWorld(
            Samples.OBSERVER, folder.resolve("log"), Samples.CLOCK, new SplittableRandom(1)));
  }

  private static void event(Sinks sinks) {
    sinks.accept(Samples.trapped(EventKind.TCP_SYNACK, "203.0.113.5", 1));
  }

  private static List<String> names(Sinks sinks) {
    return sinks.statuses().stream().map(SinkStatus::name).toList();
  }

  private static SinkStatus status(Sinks sinks, String name) {
    return sinks.statuses().stream()
        .filter(status -> status.name().startsWith(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not among " + names(sinks)));
  }

  private static void awaitDelivered(Sinks sinks, String name, long events)
      throws InterruptedException {
    while (status(sinks, name).delivered() < events) {
      Thread.sleep(1);
    }
  }

  private List<String> lines(String name) throws Exception {
    return Files.readAllLines(folder.resolve(name));
  }

  @Test
  void everySinkGetsEveryEventOneThatHangsOrFailsOrNot() throws Exception {
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Sinks sinks =
            open(
                """
                syslog 127.0.0.1:%d transport tls queue 5
                file DIR/missing/x
                file DIR/lines format line
                file DIR/json
                file DIR/cef format cef
                blocklist DIR/list threshold 1
                """
                    .formatted(deaf.getLocalPort()))) {
      for (int i = 0; i < 20; i++) {
        event(sinks);
      }
      for (String name : List.of("lines", "json", "cef")) {
        awaitDelivered(sinks, "file " + folder.resolve(name), 20);
        assertEquals(20, lines(name).size(), name);
      }
      assertTrue(lines("json").getLast().contains("\"sequence\": 20,"), "numbered");
      SinkStatus hanging = status(sinks, "syslog");
      assertEquals(5, hanging.waiting());
      assertEquals(15, hanging.dropped());
      assertEquals(20, status(sinks, "file " + folder.resolve("missing")).waiting());
      awaitDelivered(sinks, "blocklist", 20);
    }
    assertEquals("203.0.113.5", lines("list").getLast());
  }

  @Test
  void aReloadKeepsWhatStaysWithItsCountsAndReplacesTheRest() throws Exception {
    try (Sinks sinks = open("file DIR/a file DIR/b format line")) {
      event(sinks);
      awaitDelivered(sinks, "file " + folder.resolve("a"), 1);
      sinks
          .prepare(configuration("file DIR/a file DIR/b format line size 4096 file DIR/c"))
          .commit(NOBODY);
      event(sinks);
      assertEquals(
          List.of(
              "log",
              "file " + folder.resolve("a"),
              "file " + folder.resolve("b"),
              "file " + folder.resolve("c")),
          names(sinks));
      awaitDelivered(sinks, "file " + folder.resolve("a"), 2);
      awaitDelivered(sinks, "file " + folder.resolve("b"), 1);
      awaitDelivered(sinks, "file " + folder.resolve("c"), 1);
      assertEquals(2, lines("a").size());
      assertEquals(2, lines("b").size(), "one of each sink that wrote there");
      assertEquals(1, lines("c").size());
      sinks.prepare(configuration("file DIR/a")).commit(NOBODY);
      assertEquals(List.of("log", "file " + folder.resolve("a")), names(sinks));
    }
  }

  @Test
  void aReloadThatCannotBeLeavesEverythingAsItWas() throws Exception {
    try (Sinks sinks = open("file DIR/a")) {
      for (String broken :
          List.of(
              "webhook http://127.0.0.1/ secret DIR/none",
              "syslog 127.0.0.1 transport tls ca DIR/none",
              "geoip DIR/none")) {
        SinkException said =
            assertThrows(
                SinkException.class, () -> sinks.prepare(configuration("file DIR/new " + broken)));
        assertTrue(
            said.getMessage().startsWith(folder.resolve("none") + " does not exist"),
            said.getMessage());
      }
      sinks.prepare(configuration("file DIR/b")).abandon();
      event(sinks);
      awaitDelivered(sinks, "file " + folder.resolve("a"), 1);
      assertEquals(List.of("log", "file " + folder.resolve("a")), names(sinks));
    }
    assertTrue(Files.notExists(folder.resolve("new")) && Files.notExists(folder.resolve("b")));
  }

  @Test
  void twoOfOneNameAreToldApart() throws Exception {
    try (Sinks sinks = open("webhook http://127.0.0.1:9/a webhook http://127.0.0.1:9/b")) {
      assertEquals(List.of("log", "webhook 127.0.0.1:9", "webhook 127.0.0.1:9 #2"), names(sinks));
    }
  }
}
