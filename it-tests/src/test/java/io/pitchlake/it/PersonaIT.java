package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What nmap makes of simulated machines: it guesses the operating system of each kind, and no
/// tarpit. The cluster's key is fixed, so every run sees the same machines.
@RequiresRoot
@BesideOthers
class PersonaIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("scanner", "192.168.2.66/24", "2001:db8:1::66/64")
          .withHost("node-a");

  private static final Duration SCAN = Duration.ofSeconds(240);
  private static final String FIRST = "192.168.2.100";
  private static final int DECOYS = 14;

  /// One port of each kind, and one that no machine has open.
  private static final String PORTS = "22,23,80,445,9100,4444";

  private static LabHost scanner;
  private static LabProcess pitchlake;

  @BeforeAll
  static void startTheNode() {
    scanner = LAB.host("scanner");
    Path key = LAB.writeRecord("cluster.key", "a key that is the same in every run of the test");
    pitchlake =
        LAB.host("node-a")
            .startPitchlake(
                """
                modules   arp,ping,master,tarpit
                interface 1 { name eth0 }
                network   1 {
                          addr 192.168.2.0  mask 255.255.255.0  real 192.168.2.4
                          addr6 2001:db8:1::  mask6 64  real6 2001:db8:1::4
                          tarpit enable  personas linux, windows, device, printer, bsd
                          interface 1
                }
                sync      { key %s }
                set       tarpitrstrate 100000
                register  networks 1
                enable    networks 1
                """
                    .formatted(key));
    scanner.runUntil(
        "the decoys answer",
        outcome -> outcome.stdout().contains("(" + DECOYS + " hosts up)"),
        Duration.ofSeconds(60),
        command("nmap", "-n", "-sn").toArray(String[]::new));
  }

  @AfterAll
  static void theNodeHasLivedThroughAllOfIt() {
    assertTrue(pitchlake.isAlive(), pitchlake::output);
    assertEquals(0, pitchlake.stop(), "exit code after SIGTERM; output:\n" + pitchlake.output());
  }

  /// A command with all the decoys behind it.
  private static List<String> command(String... words) {
    List<String> command = new ArrayList<>(List.of(words));
    int first = Integer.parseInt(FIRST.substring(FIRST.lastIndexOf('.') + 1));
    IntStream.range(first, first + DECOYS).forEach(last -> command.add("192.168.2." + last));
    return command;
  }

  /// What nmap says of each address.
  private static Map<String, String> reports(Outcome scan) {
    Map<String, String> reports = new LinkedHashMap<>();
    for (String report : scan.stdout().split("Nmap scan report for ", -1)) {
      int end = report.indexOf('\n');
      if (end > 0 && report.startsWith("192.168.2.")) {
        reports.put(report.substring(0, end), report);
      }
    }
    assertEquals(DECOYS, reports.size(), scan::toString);
    return reports;
  }

  @Test
  void nmapGuessesTheSystemOfEachKindAndNoTarpit() {
    List<String> scan =
        command(
            "nmap",
            "-n",
            "-Pn",
            "-O",
            "--osscan-guess",
            "--max-retries",
            "1",
            "--max-os-tries",
            "1",
            "--host-timeout",
            "120s",
            "-p",
            PORTS);
    Outcome seen = scanner.runFor(SCAN, scan.toArray(String[]::new)).expectSuccess();
    assertFalse(seen.stdout().toLowerCase(Locale.ROOT).contains("tarpit"), seen::toString);
    Map<String, Integer> kinds = new LinkedHashMap<>();
    reports(seen)
        .forEach((address, report) -> {
          assertTrue(report.contains("4444/tcp closed"), report);
          kinds.merge(kind(report), 1, Integer::sum);
        });
    LAB.writeRecord("nmap-os.txt", seen.stdout());
    assertEquals(
        List.of("Cisco", "FreeBSD", "HP", "Linux", "Windows"),
        kinds.keySet().stream().sorted().toList(),
        () -> "kinds " + kinds + " in\n" + seen.stdout());
  }

  /// The first of the names in what nmap guesses first.
  private static String kind(String report) {
    String guess =
        report
            .lines()
            .filter(
                line -> line.startsWith("OS details:") || line.startsWith("Aggressive OS guesses:"))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no guess in " + report));
    String best = guess.split("%", 2)[0];
    return List.of("Windows", "FreeBSD", "Linux", "Cisco", "HP").stream()
        .filter(best::contains)
        .findFirst()
        .orElseThrow(() -> new AssertionError("an unexpected guess: " + guess));
  }

  @Test
  void aScanOfServicesSeesNoTarpit() {
    Outcome seen =
        scanner.runFor(
            SCAN,
            "nmap",
            "-n",
            "-Pn",
            "-sV",
            "--version-intensity",
            "0",
            "--max-retries",
            "1",
            "--host-timeout",
            "120s",
            "-p",
            PORTS,
            "192.168.2.100",
            "192.168.2.101",
            "192.168.2.102",
            "192.168.2.103",
            "192.168.2.104");
    seen.expectSuccess().expectOutput("4444/tcp closed");
    LAB.writeRecord("nmap-services.txt", seen.stdout());
    String said = seen.stdout().toLowerCase(Locale.ROOT);
    assertTrue(said.contains("open"), seen::toString);
    assertFalse(said.contains("tarpit"), seen::toString);
    assertFalse(said.contains("tcpwrapped"), seen::toString);
    assertFalse(said.contains("host timeout"), seen::toString);
  }

  /// The kernel's handshake completes with every kind that listens, and fails at once elsewhere.
  @Test
  void theKernelConnectsToOpenPortsAlone() {
    Path script = Path.of("src/test/resources/connect.py").toAbsolutePath();
    int open = 0;
    for (String port : PORTS.split(",", -1)) {
      Outcome connected =
          scanner.run(command("python3", script.toString(), port).toArray(String[]::new));
      for (String line : connected.expectSuccess().stdout().lines().toList()) {
        boolean refused = line.contains("Connection refused");
        assertTrue(refused || line.endsWith(" open"), "port " + port + ": " + line);
        open += refused ? 0 : 1;
        assertTrue(refused || !port.equals("4444"), line);
      }
    }
    assertTrue(open > DECOYS, "open ports of " + DECOYS + " machines: " + open);
  }
}
