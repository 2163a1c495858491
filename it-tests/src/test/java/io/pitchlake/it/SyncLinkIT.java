package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.Outcome;
import io.pitchlake.it.lab.RequiresRoot;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two nodes on a sync link of their own, where a stranger is, too.
@RequiresRoot
class SyncLinkIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHostBetween("node-a")
          .withHostBetween("node-b")
          .withHostBehind("stranger", "10.0.0.9/24");

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// Connects again and again and writes what no node writes.
  private static final String NOISE =
      """
      import os, socket, sys
      for i in range(int(sys.argv[1])):
          with socket.socket() as s:
              s.settimeout(5)
              try:
                  s.connect(("10.0.0.1", 7800))
                  s.sendall(sys.argv[2].encode() + os.urandom(60000))
                  s.shutdown(socket.SHUT_WR)
                  while s.recv(4096):
                      pass
              except OSError:
                  pass
      with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
          for i in range(int(sys.argv[1])):
              s.sendto(sys.argv[2].encode() + os.urandom(1000), ("10.0.0.1", 7800))
      """;

  private final LabHost stranger = LAB.host("stranger");

  @BeforeEach
  void addresses() {
    LAB.writeRecord("cluster.key", "a key for the lab, long enough to be one");
    LAB.writeRecord("other.key", "another key of the lab, of no use to us");
    address("node-a", 1);
    address("node-b", 2);
  }

  private static void address(String host, int number) {
    LAB.host(host).run("ip", "addr", "flush", "dev", "eth1").expectSuccess();
    LAB.host(host)
        .run("ip", "addr", "add", "10.0.0." + number + "/24", "dev", "eth1")
        .expectSuccess();
    LAB.host(host).run("ip", "route", "replace", "224.0.0.0/4", "dev", "eth1").expectSuccess();
  }

  @AfterEach
  void stopAll() {
    for (String host : new String[] {"node-a", "node-b"}) {
      LAB.host(host).run("ip", "link", "set", "eth1", "up").expectSuccess();
    }
  }

  private static LabProcess start(String which, String sync) {
    return LAB.host("node-" + which)
        .startPitchlake(NetnsLab.deployed("examples/pair-" + which + ".conf") + sync + "\n");
  }

  private static LabProcess node(String which, String more, String key) {
    int own = which.equals("a") ? 1 : 2;
    return start(
        which,
        "sync { bind 10.0.0.%d peers 10.0.0.%d key \"%s\" %s }"
            .formatted(own, 3 - own, LAB.record(key), more));
  }

  private static LabProcess node(String which, String more) {
    return node(which, more, "cluster.key");
  }

  private static void talk(LabProcess a, LabProcess b) {
    a.awaitLine("sync: talks to 10.0.0.2", PATIENCE);
    b.awaitLine("sync: talks to 10.0.0.1", PATIENCE);
    a.awaitLine("sync: has taken over what 10.0.0.2 holds", PATIENCE);
    b.awaitLine("sync: has taken over what 10.0.0.1 holds", PATIENCE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "udp"})
  void nodesOfOneKeyTalkAndNobodyElse(String transport) {
    try (LabProcess a = node("a", "transport " + transport);
        LabProcess b = node("b", "transport " + transport)) {
      talk(a, b);
      stranger.run("python3", "-c", NOISE, "300", "").expectSuccess();
      a.awaitLine(
          "sync: 10.0.0.9 was turned away: does not speak the protocol of the sync link", PATIENCE);
      assertTrue(a.isAlive() && b.isAlive());
      assertFalse((a.output() + b.output()).contains("cannot be reached any more"));
      assertFalse((a.output() + b.output()).contains("GMS"), "JGroups' own words");
      assertEquals(0, b.stop(), b::output);
      a.awaitLine("sync: 10.0.0.2 cannot be reached any more", PATIENCE);
      assertEquals(0, a.stop(), a::output);
    }
  }

  @Test
  void whoSpeaksJGroupsWithoutTheKeyIsNamed() {
    try (LabProcess a = node("a", "")) {
      stranger.run("python3", "-c", NOISE, "3", "bela").expectSuccess();
      a.awaitLine(
          "sync: 10.0.0.9 was turned away: speaks JGroups without the cluster's key", PATIENCE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "udp"})
  void aNodeOfAnotherKeyIsNamed(String transport) {
    try (LabProcess a = node("a", "transport " + transport);
        LabProcess b = node("b", "transport " + transport, "other.key")) {
      a.awaitLine("sync: 10.0.0.2 was turned away: ", PATIENCE);
      b.awaitLine("sync: 10.0.0.1 was turned away: ", PATIENCE);
      assertFalse((a.output() + b.output()).contains("sync: talks to"));
    }
  }

  @Test
  void aNodeThatIsKilledComesBackByItself() {
    try (LabProcess a = node("a", "")) {
      try (LabProcess b = node("b", "")) {
        talk(a, b);
        b.signal("KILL");
      }
      a.awaitLine("sync: 10.0.0.2 cannot be reached any more", PATIENCE);
      int seen = a.lineCount();
      try (LabProcess b = node("b", "")) {
        b.awaitLine("sync: talks to 10.0.0.1", PATIENCE);
        a.awaitLine(seen, "a greeting", line -> line.contains("sync: talks to 10.0.0.2"), PATIENCE);
      }
    }
  }

  @Test
  void aPartitionHealsByItself() {
    try (LabProcess a = node("a", "");
        LabProcess b = node("b", "")) {
      talk(a, b);
      LAB.host("node-a").run("ip", "link", "set", "eth1", "down").expectSuccess();
      a.awaitLine("sync: 10.0.0.2 cannot be reached any more", PATIENCE);
      b.awaitLine("sync: 10.0.0.1 cannot be reached any more", PATIENCE);
      int ofA = a.lineCount();
      int ofB = b.lineCount();
      LAB.host("node-a").run("ip", "link", "set", "eth1", "up").expectSuccess();
      a.awaitLine(ofA, "a greeting", line -> line.contains("sync: talks to 10.0.0.2"), PATIENCE);
      b.awaitLine(ofB, "a greeting", line -> line.contains("sync: talks to 10.0.0.1"), PATIENCE);
    }
  }

  @Test
  void anAddressThatTheHostLacksIsOneSentence() {
    String file =
        LAB.writeRecord(
                "lacks.conf",
                NetnsLab.deployed("examples/pair-a.conf").replaceAll("vrrp .*", "")
                    + "sync { bind 192.0.2.77 peers 10.0.0.2 key \"%s\" }%n"
                        .formatted(LAB.record("cluster.key")))
            .toString();
    Outcome outcome = LAB.host("node-a").pitchlake("run", "-c", file);
    assertEquals(4, outcome.exitCode(), outcome::toString);
    assertTrue(
        outcome
            .stderr()
            .contains(
                "the sync link cannot listen on 192.0.2.77 port 7800: this host does not have the"
                    + " address"),
        outcome::toString);
  }

  /// The seeds' form: the address is the one from which the peer is reached.
  @Test
  void syncpeerAndAKeyAreEnough() {
    try (LabProcess a = seed("a", 2);
        LabProcess b = seed("b", 1)) {
      talk(a, b);
    }
  }

  private static LabProcess seed(String which, int peer) {
    String text =
        NetnsLab.deployed("examples/pair-" + which + ".conf")
            .replace("tarpit enable", "tarpit enable syncpeer 10.0.0." + peer);
    return LAB.host("node-" + which)
        .startPitchlake(text + "sync { key \"" + LAB.record("cluster.key") + "\" }\n");
  }
}
