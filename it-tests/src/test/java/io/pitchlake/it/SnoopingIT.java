package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.RequiresRoot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A pair behind a switch that snoops MLD and asks: what is the nodes' own is found and adverts
/// arrive, though the hosts' own IPv6 is off; decoys are found if the node was told to join their
/// groups, and only then.
@RequiresRoot
@BesideOthers
class SnoopingIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("scanner", "192.168.2.66/24", "2001:db8:1::66/64")
          .withHost("node-a")
          .withHost("node-b");

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String VIRT = "2001:db8:1::5";
  private static final String LOW_DECOY = "2001:db8:1::77";
  private static final String HIGH_DECOY = "2001:db8:1::12:3456";

  private final LabHost scanner = LAB.host("scanner");

  /// The switch of the next test snoops nothing yet and knows nothing.
  @AfterEach
  void stopSnooping() {
    bridge("mcast_snooping", "0", "mcast_querier", "0");
    for (String node : List.of("node-a", "node-b")) {
      LAB.plug(node, false);
      LAB.plug(node, true);
    }
  }

  private static void bridge(String... settings) {
    List<String> words = new ArrayList<>(List.of("ip", "link", "set", "bridge", "type", "bridge"));
    words.addAll(List.of(settings));
    LAB.onSegment(words.toArray(String[]::new));
  }

  private static void snoop(int version) {
    bridge(
        "mcast_snooping",
        "1",
        "mcast_querier",
        "1",
        "mcast_mld_version",
        Integer.toString(version),
        "mcast_query_response_interval",
        "100");
  }

  private LabProcess start(String which, String more) {
    return LAB.host("node-" + which)
        .startPitchlake(NetnsLab.deployed("examples/pair-" + which + ".conf") + more);
  }

  /// A querier listens for others for a while before its switch snoops; from then on a port does
  /// not hear questions for a group that nobody has joined.
  private void awaitSnooping() {
    try (LabProcess asked =
        LAB.host("node-b")
            .start(
                "tcpdump",
                "-n",
                "-l",
                "--immediate-mode",
                "-i",
                "eth0",
                "icmp6 and ip6[40] == 135")) {
      asked.awaitLine("listening on", PATIENCE);
      long[] before = {0};
      scanner.runUntil(
          "questions that a port does not hear",
          outcome -> {
            boolean quiet = asked.lineCount() == before[0];
            before[0] = asked.lineCount();
            return quiet;
          },
          PATIENCE,
          "ndisc6",
          "-1",
          "-n",
          "-r",
          "1",
          "-w",
          "500",
          // No node ever answers for it, so there is half a second for it to be heard.
          "fe80::beef:abcd",
          "eth0");
    }
  }

  private void awaitFound(String address) {
    scanner.runUntil(
        address + " is found",
        outcome -> outcome.exitCode() == 0,
        PATIENCE,
        "ndisc6",
        "-1",
        "-n",
        "-r",
        "3",
        "-w",
        "1000",
        address,
        "eth0");
  }

  private void expectSilence(String address) {
    scanner.run("ndisc6", "-1", "-n", "-r", "3", "-w", "1000", address, "eth0").expectExit(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatIsTheNodesOwnIsFoundAndAdvertsArrive(int version) {
    snoop(version);
    try (LabProcess a = start("a", "");
        LabProcess b = start("b", "")) {
      a.awaitLine("IPv6) BACKUP -> ACTIVE", PATIENCE);
      awaitSnooping();
      awaitFound(VIRT);
      expectSilence(LOW_DECOY);
      LAB.host("node-b")
          .runFor(PATIENCE, "tcpdump", "-n", "-c", "50", "-i", "eth0", "ip6 and ip6[6] == 112")
          .expectSuccess();
      assertEquals(Optional.empty(), b.line("IPv6) BACKUP -> ACTIVE"), "it hears the active one");
      // The backup has joined, too: nobody waits for a switch when it takes over.
      a.signal("KILL");
      b.awaitLine("IPv6) BACKUP -> ACTIVE", PATIENCE);
      scanner.forgetNeighbors();
      scanner.run("ndisc6", "-1", "-n", "-r", "3", "-w", "1000", VIRT, "eth0").expectSuccess();
    }
  }

  @Test
  void decoysAreFoundWhereTheirGroupsAreJoined() {
    try (LabProcess a = start("a", "set tarpitmld 256");
        LabProcess _ = start("b", "set tarpitmld 256")) {
      a.awaitLine("IPv6) BACKUP -> ACTIVE", PATIENCE);
      // It is simulated before the switch snoops, for nobody could ask for it afterwards.
      awaitFound(HIGH_DECOY);
      snoop(2);
      awaitSnooping();
      scanner.forgetNeighbors();
      awaitFound(LOW_DECOY);
      awaitFound(HIGH_DECOY);
      expectSilence("2001:db8:1::12:9999");
    }
  }
}
