package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.RequiresRoot;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A pair of nodes with the configurations of `deploy/examples`, each in a namespace, and a probe
/// that pings the virtual address every millisecond while the active one is killed, stopped, or
/// asked to go.
///
/// The outage is printed. What is asserted is far above what a quiet machine shows, for tests share
/// theirs.
@RequiresRoot
class ElectionIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("scanner", "192.168.2.66/24", "2001:db8:1::66/64")
          .withHost("node-a")
          .withHost("node-b");

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration PROBE = Duration.ofSeconds(5);
  private static final String VIRT = "192.168.2.5";
  private static final Pattern REPLY = Pattern.compile("\\[(\\d+\\.\\d+)\\] \\d+ bytes from .*");
  private static final double MOST_MILLIS = 2000;

  private LabHost scanner;
  private LabProcess a;
  private LabProcess b;

  @BeforeEach
  void startBoth() {
    scanner = LAB.host("scanner");
    a = LAB.host("node-a").startPitchlake(NetnsLab.deployed("examples/pair-a.conf"));
    b = LAB.host("node-b").startPitchlake(NetnsLab.deployed("examples/pair-b.conf"));
    a.awaitLine("IPv4) BACKUP -> ACTIVE", PATIENCE);
    a.awaitLine("IPv6) BACKUP -> ACTIVE", PATIENCE);
    scanner.forgetNeighbors();
    // Some adverts on, both have seen what is usual.
    scanner.run("ping", "-c", "30", "-i", "0.1", VIRT).expectSuccess();
  }

  @AfterEach
  void stopBoth() {
    a.close();
    b.close();
  }

  private LabProcess probe() {
    LabProcess probe =
        scanner.start(
            "ping", "-n", "-D", "-i", "0.001", "-w", Long.toString(PROBE.toSeconds()), VIRT);
    probe.awaitLine("bytes from", PATIENCE);
    return probe;
  }

  /// The longest time without a reply, in milliseconds.
  private static double outageMillis(LabProcess probe, String what) {
    probe.awaitLine("packets transmitted", PROBE.plus(PATIENCE));
    List<Double> replies =
        probe
            .output()
            .lines()
            .map(REPLY::matcher)
            .filter(matcher -> matcher.matches())
            .map(matcher -> Double.parseDouble(matcher.group(1)))
            .toList();
    double longest = 0;
    for (int i = 1; i < replies.size(); i++) {
      longest = Math.max(longest, replies.get(i) - replies.get(i - 1));
    }
    double millis = longest * 1000;
    System.out.printf(
        "%s with adverts of 100 ms: longest silence %.1f ms, %d replies%n",
        what, millis, replies.size());
    assertTrue(millis < MOST_MILLIS, "outage " + millis + " ms after " + what);
    return millis;
  }

  @Test
  void aKilledNodeIsReplacedAndTheClientKeepsItsMac() {
    LabProcess probe = probe();
    a.signal("KILL");
    b.awaitLine("IPv4) BACKUP -> ACTIVE: nothing is heard of an active router", PATIENCE);
    b.awaitLine("IPv6) BACKUP -> ACTIVE", PATIENCE);
    outageMillis(probe, "kill -9");
    scanner.run("ip", "neigh", "show", VIRT).expectOutput("00:00:5e:00:01:32");
    scanner.run("ping", "-6", "-c", "3", "-i", "0.2", "2001:db8:1::5").expectSuccess();
    scanner.run("ip", "-6", "neigh", "show", "2001:db8:1::5").expectOutput("00:00:5e:00:02:32");
    scanner
        .run("arping", "-c", "2", "-w", "5", "-I", "eth0", VIRT)
        .expectSuccess()
        .expectOutput("[00:00:5E:00:01:32]");
  }

  @Test
  void aNodeThatIsAskedToGoHandsOver() {
    LabProcess probe = probe();
    assertEquals(0, a.stop(), a::output);
    b.awaitLine("IPv4) BACKUP -> ACTIVE: the active router has left", PATIENCE);
    outageMillis(probe, "graceful stop");
  }

  @Test
  void aNodeThatHangsIsReplacedAndSaysNothingWhenItWakesUp() {
    LabProcess probe = probe();
    a.signal("STOP");
    b.awaitLine("IPv4) BACKUP -> ACTIVE: nothing is heard of an active router", PATIENCE);
    outageMillis(probe, "SIGSTOP");
    a.signal("CONT");
    a.awaitLine("IPv4) ACTIVE -> BACKUP: this node stood still", PATIENCE);
    b.awaitLine("IPv4) ACTIVE -> BACKUP: another active router has a higher priority", PATIENCE);
    assertTrue(b.line("ALARM").isEmpty(), b::output);
  }
}
