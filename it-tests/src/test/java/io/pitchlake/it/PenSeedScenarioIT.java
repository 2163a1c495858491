package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.Outcome;
import io.pitchlake.it.lab.RequiresRoot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The scenario of Pen 0.32's announcement, with Debian's Pen and with `pitchlake pen`, on the same
/// segment and by the same command line.
///
/// Debian's Pen runs with `tx off` at the client: it passes frames through a socket that cannot
/// carry a checksum left to offload. Its own SYN-ACKs bear wrong checksums, so that no kernel
/// connects to its traps; what can be compared there is that the client gets no word of HTTP.
@RequiresRoot
@BesideOthers
class PenSeedScenarioIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("client", "192.168.2.66/24")
          .withHost("backend-1", "192.168.2.2/24")
          .withHost("backend-2", "192.168.2.3/24")
          .withHost("living", "192.168.2.12/24")
          .withHost("balancer", "192.168.2.4/24");

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String[] SERVERS = {"192.168.2.10:80", "192.168.2.2", "192.168.2.3"};

  private static LabHost client;
  private static LabHost balancer;

  @BeforeAll
  static void startTheServers() {
    client = LAB.host("client");
    balancer = LAB.host("balancer");
    client.run("ethtool", "-K", "eth0", "tx", "off").expectSuccess();
    for (String name : List.of("backend-1", "backend-2")) {
      LabHost backend = LAB.host(name);
      backend.sysctl("net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2");
      backend.run("ip", "addr", "add", "192.168.2.10/32", "dev", "lo").expectSuccess();
      String script = Path.of("src/test/resources/backend.py").toAbsolutePath().toString();
      backend.start("python3", script, name);
      backend.runUntil(
          "a web server on port 80",
          outcome -> outcome.stdout().contains(":80"),
          Duration.ofSeconds(10),
          "ss",
          "-Hltn");
    }
    LAB.host("living").startWebServer();
  }

  /// The command line of the announcement, but for the interface's name.
  private static String[] seed(String... lists) {
    List<String> words = new ArrayList<>(List.of("-df"));
    for (String entry : lists) {
      words.addAll(List.of("-O", entry));
    }
    words.addAll(List.of("-O", "tarpit_acl 1", "-O", "dsr_if eth0"));
    words.addAll(List.of(SERVERS));
    return words.toArray(String[]::new);
  }

  private static LabProcess start(String program, String... seed) {
    List<String> words = new ArrayList<>();
    if (program.equals("pen")) {
      words.add("pen");
    } else {
      words.addAll(List.of(NetnsLab.launcher().toString(), "pen"));
    }
    words.addAll(List.of(seed));
    LabProcess started = balancer.start(words.toArray(String[]::new));
    if (!program.equals("pen")) {
      started.awaitLine("ready:", PATIENCE);
    }
    client.forgetNeighbors();
    return started;
  }

  private static Outcome curl(String address, String patience) {
    return client.run("curl", "-sS", "--max-time", patience, "http://" + address + "/");
  }

  /// What the announcement shows, whoever runs: the client's own address at the server, and no word
  /// from the trapped address; an address that the list does not name stays silent.
  @ParameterizedTest
  @ValueSource(strings = {"pen", "pitchlake"})
  void theAnnouncedScenario(String program) {
    try (LabProcess running = start(program, seed("acl 1 permit 192.168.2.11"))) {
      client.runUntil(
          "an answer through " + running,
          outcome -> outcome.stdout().contains("You are 192.168.2.66."),
          PATIENCE,
          "curl",
          "-sS",
          "--max-time",
          "2",
          "http://192.168.2.10/");
      // Somebody answers for the trapped address, as soon as it is proven free.
      client.runUntil(
          "an ARP answer for 192.168.2.11 from " + running,
          outcome -> outcome.exitCode() == 0,
          PATIENCE,
          "arping",
          "-c",
          "1",
          "-w",
          "1",
          "-I",
          "eth0",
          "192.168.2.11");
      Outcome trapped = curl("192.168.2.11", "3");
      assertEquals(28, trapped.exitCode(), () -> program + " did not let it hang: " + trapped);
      assertEquals("", trapped.stdout());
      Outcome outside = client.run("arping", "-c", "2", "-w", "2", "-I", "eth0", "192.168.2.13");
      assertEquals(1, outside.exitCode(), () -> program + " answered for .13: " + outside);
    }
  }

  /// A kernel's connection to the trap completes, and then hangs: curl has sent its request.
  @Test
  void pitchlakesTrapHoldsAKernelsConnection() {
    try (LabProcess running = start("pitchlake", seed("acl 1 permit 192.168.2.11"))) {
      client.runUntil(
          "a connection to 192.168.2.11",
          outcome -> outcome.stderr().contains("Connected to 192.168.2.11"),
          PATIENCE,
          "curl",
          "-v",
          "-sS",
          "--max-time",
          "2",
          "http://192.168.2.11/");
      running.awaitLine("TARPIT IPv4 TCP_SYNACK for 192.168.2.11/80", PATIENCE);
    }
  }

  /// The announcement's second list permits all of the network but four machines. Pen answers for a
  /// fifth one that lives there, too; here it keeps its own voice, because it is found alive.
  @Test
  void aLivingMachineThatTheListPermitsIsLeftAlone() {
    String[] list = {
      "acl 1 deny 192.168.2.1",
      "acl 1 deny 192.168.2.2",
      "acl 1 deny 192.168.2.3",
      "acl 1 deny 192.168.2.10"
    };
    String[] whoLivesThere = {"arping", "-c", "3", "-w", "3", "-I", "eth0", "192.168.2.12"};
    String owner = LAB.host("living").mac().toUpperCase(Locale.ROOT);
    try (LabProcess running = start("pitchlake", seed(list))) {
      client.runUntil(
          "a trap at 192.168.2.13, by " + running,
          outcome -> outcome.exitCode() == 0,
          PATIENCE,
          "arping",
          "-c",
          "1",
          "-w",
          "1",
          "-I",
          "eth0",
          "192.168.2.13");
      Outcome heard = client.run(whoLivesThere);
      long answers = heard.stdout().lines().filter(line -> line.contains("reply from")).count();
      assertEquals(3, answers, heard::toString);
      assertTrue(
          heard
              .stdout()
              .lines()
              .filter(line -> line.contains("reply from"))
              .allMatch(line -> line.contains(owner)),
          heard::toString);
      curl("192.168.2.12", "5").expectSuccess().expectOutput("I am living, and I am real.");
    }
    try (LabProcess pen = start("pen", seed(list))) {
      client.runUntil(
          "an answer of somebody else for the living 192.168.2.12, from " + pen,
          outcome ->
              outcome
                  .stdout()
                  .lines()
                  .anyMatch(line -> line.contains("reply from") && !line.contains(owner)),
          PATIENCE,
          whoLivesThere);
    }
  }
}
