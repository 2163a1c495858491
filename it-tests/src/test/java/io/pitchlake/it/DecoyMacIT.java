package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.RequiresRoot;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A pair whose decoys have hardware addresses of their own: nmap names their makers, and a switch
/// that has learnt where each is brings its frames to the node that takes over.
@RequiresRoot
@BesideOthers
class DecoyMacIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHostBetween("node-a")
          .withHostBetween("node-b")
          .withHost("scanner", "192.168.2.66/24", "2001:db8:1::66/64");

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern MAKER = Pattern.compile("MAC Address: (\\S+) \\((.*)\\)");
  private static final List<String> MAKERS =
      List.of("Dell", "Hewlett Packard Enterprise", "Super Micro Computer", "Intel Corporate");
  private static final String DECOY = "192.168.2.101";

  private final LabHost scanner = LAB.host("scanner");

  private static LabProcess node(String which, int own) {
    LabHost host = LAB.host("node-" + which);
    host.run("ip", "addr", "replace", "10.0.0." + own + "/24", "dev", "eth1").expectSuccess();
    String file =
        NetnsLab.deployed("examples/pair-" + which + ".conf")
            .replace("tarpit enable", "tarpit enable decoymac vendor");
    return host.startPitchlake(
        file
            + "sync { bind 10.0.0.%d peers 10.0.0.%d key \"%s\" }%n"
                .formatted(own, 3 - own, LAB.record("cluster.key")));
  }

  /// The hardware addresses that nmap finds, each with its maker.
  private List<String> found() {
    return MAKER
        .matcher(scanner.run("nmap", "-n", "-sn", "192.168.2.100-119").expectSuccess().stdout())
        .results()
        .map(match -> match.group(1) + " " + match.group(2))
        .sorted()
        .toList();
  }

  private String neighbor() {
    return scanner.run("ip", "neigh", "show", DECOY).expectSuccess().stdout().split(" ", -1)[4];
  }

  @Test
  void eachDecoyIsAMachineOfItsOwnAndMovesWithTheActiveNode() {
    LAB.writeRecord("cluster.key", "a key for the lab, long enough to be one");
    try (LabProcess a = node("a", 1);
        LabProcess b = node("b", 2)) {
      a.awaitLine("IPv4) BACKUP -> ACTIVE", PATIENCE);
      b.awaitLine("sync: has taken over what 10.0.0.1 holds", PATIENCE);
      // The first look puts the addresses to the proof.
      scanner.runUntil(
          "a decoy answers", outcome -> outcome.exitCode() == 0, PATIENCE, ping(DECOY));
      found();
      List<String> before = found();
      assertEquals(20, before.size(), before::toString);
      assertEquals(20, before.stream().distinct().count(), before::toString);
      assertTrue(
          before.stream().allMatch(one -> MAKERS.contains(one.substring(18))), before::toString);

      scanner.run(ping(DECOY)).expectSuccess();
      String mac = neighbor();
      onThePortOf("node-a", mac);
      scanner.run(
          "ip", "neigh", "replace", DECOY, "lladdr", mac, "dev", "eth0", "nud", "permanent");
      a.signal("KILL");
      b.awaitLine("IPv4) BACKUP -> ACTIVE", PATIENCE);
      scanner.runUntil(
          "the decoy answers at the MAC it was known by",
          outcome -> outcome.exitCode() == 0,
          Duration.ofSeconds(10),
          ping(DECOY));
      onThePortOf("node-b", mac);
      scanner.run("ip", "neigh", "del", DECOY, "dev", "eth0").expectSuccess();
      assertEquals(before, found());
    }
  }

  private static String[] ping(String address) {
    return new String[] {"ping", "-n", "-c", "1", "-W", "1", address};
  }

  /// The switch has learnt that a MAC is behind a host's port.
  private static void onThePortOf(String host, String mac) {
    LAB.onSegment(
        "sh",
        "-c",
        "bridge fdb show | grep -q '^"
            + mac
            + " dev "
            + host
            + " ' || { bridge fdb show | grep "
            + mac
            + "; exit 1; }");
  }
}
