package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.RequiresRoot;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Three engines share one interface and look from outside like one: every address has its keeper,
/// whoever hears of an owner tells it.
@RequiresRoot
class EnginesIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("scanner", "192.168.2.66/24", "2001:db8:1::66/64")
          .withHost("host-b", "192.168.2.21/24", "2001:db8:1::21/64")
          .withHost("node-a");

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static LabHost scanner;
  private static LabHost hostB;
  private static LabProcess pitchlake;

  @BeforeAll
  static void startTheNode() {
    scanner = LAB.host("scanner");
    hostB = LAB.host("host-b");
    hostB.startWebServer();
    String one = NetnsLab.deployed("lab/alone.conf");
    pitchlake =
        LAB.host("node-a")
            .startPitchlake(
                one.replace("name eth0", "name eth0 access ring") + "\nset engines 3\n");
    assertTrue(pitchlake.output().contains("3 engines"), pitchlake.output());
  }

  @AfterAll
  static void theNodeHasLivedThroughAllOfIt() {
    assertTrue(pitchlake.isAlive(), pitchlake::output);
    assertEquals(0, pitchlake.stop(), "exit code after SIGTERM; output:\n" + pitchlake.output());
  }

  @Test
  void everyDecoyAnswersWhicheverEngineKeepsIt() {
    for (int last : IntStream.range(100, 112).toArray()) {
      scanner.run("ping", "-c", "1", "-w", "10", "192.168.2." + last).expectSuccess();
      scanner.run("ping", "-c", "1", "-w", "10", "2001:db8:1::" + last).expectSuccess();
    }
  }

  /// The owner's packets go to the engines that keep their destinations, not to the owner's own.
  @Test
  void anOwnerThatOneEngineHearsEndsTheSimulationOfAnother() {
    List<String> taken = IntStream.range(120, 126).mapToObj(i -> "192.168.2." + i).toList();
    for (String address : taken) {
      scanner.run("ping", "-c", "1", "-w", "10", address).expectSuccess();
      // Static neighbours: no ARP is heard, only an IP source.
      hostB.run("ip", "neigh", "replace", "192.168.2.5", "lladdr", virtualMac(), "dev", "eth0");
      hostB.addAddress(address + "/24");
      hostB.run("ping", "-c", "1", "-w", "5", "-I", address, "192.168.2.5");
      pitchlake.awaitLine("TARPIT IPv4 RELEASED " + address + " to its owner", PATIENCE);
    }
  }

  private static String virtualMac() {
    String neighbor = scanner.run("ip", "neigh", "show", "192.168.2.120").expectSuccess().stdout();
    return neighbor.replaceAll("(?s).*lladdr (\\S+).*", "$1");
  }
}
