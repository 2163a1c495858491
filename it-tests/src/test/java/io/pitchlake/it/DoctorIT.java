package io.pitchlake.it;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.NodeSocket;
import io.pitchlake.it.lab.RequiresRoot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What may be wrong on the segment, at targets and on the sync link of a pair that runs: the
/// doctor finds each, and nothing else.
@RequiresRoot
@BesideOthers
class DoctorIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("rival", "192.168.2.66/24", "2001:db8:1::66/64")
          .withHost("backend-1", "192.168.2.30/24", "2001:db8:1::30/64")
          .withHost("backend-2", "192.168.2.31/24", "2001:db8:1::31/64")
          .withHostBetween("node-a")
          .withHostBetween("node-b");

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SERVICE = "192.168.2.10";
  private static final String VIRT = "192.168.2.5";

  private final LabHost rival = LAB.host("rival");
  private final LabHost backend = LAB.host("backend-2");
  private final LabHost nodeB = LAB.host("node-b");

  @BeforeAll
  static void startAll() {
    for (String name : List.of("backend-1", "backend-2")) {
      LabHost backend = LAB.host(name);
      backend.sysctl("net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2");
      backend.run("ip", "addr", "add", SERVICE + "/32", "dev", "lo").expectSuccess();
      backend.startWebServer();
    }
    LAB.writeRecord("cluster.key", "a key for the lab, long enough to be one");
    LAB.writeRecord("other.key", "another key of the lab, of no use to us");
    keysAre("600");
    for (String which : List.of("a", "b")) {
      LabHost host = LAB.host("node-" + which);
      String own = "10.0.0." + (which.equals("a") ? 1 : 2) + "/24";
      host.run("ip", "addr", "add", own, "dev", "eth1").expectSuccess();
      host.startPitchlake(configuration(which));
    }
    awaitWell();
    // A node that has just started is not yet judged by its decoys.
    await("b", "status", seen -> seen.matches("(?s).*uptime seconds +(1[6-9]|[2-9]\\d|\\d{3}).*"));
  }

  private static void keysAre(String mode) {
    for (String file : List.of("cluster.key", "other.key")) {
      LAB.host("node-b").run("chmod", mode, LAB.record(file).toString()).expectSuccess();
    }
  }

  private static String configuration(String which) {
    int own = which.equals("a") ? 1 : 2;
    return NetnsLab.deployed("examples/pair-" + which + ".conf")
        + """
        target 3 { ipaddr 2001:db8:1::30 arp 1,3 }
        register targets 3 enable targets 3
        sync { bind 10.0.0.%d peers 10.0.0.%d key "%s" }
        admin { socket "%s" listen off }
        """
            .formatted(own, 3 - own, LAB.record("cluster.key"), LAB.record(which + ".sock"));
  }

  private static void await(String which, String what, Predicate<String> wanted) {
    new NodeSocket(LAB.record(which + ".sock")).await(what, wanted, PATIENCE);
  }

  /// After each test all is mended, and nodes have noticed.
  @AfterEach
  void mended() {
    awaitWell();
  }

  private static void awaitWell() {
    await("a", "vrrp", seen -> seen.contains(" active ") && seen.contains("10.0.0.2  node  yes"));
    await("b", "vrrp", seen -> !seen.contains(" active ") && seen.contains("10.0.0.1  node  yes"));
    for (String which : List.of("a", "b")) {
      new NodeSocket(LAB.record(which + ".sock")).awaitReady(PATIENCE);
      await(
          which,
          "targets",
          seen -> seen.lines().filter(line -> line.matches(".* ready +no +yes .*")).count() == 3);
    }
  }

  /// Two seconds are enough to hear adverts of one.
  private static DoctorRun doctor(String which) {
    return doctor(which, "--for", "2");
  }

  private static DoctorRun doctor(String which, String... words) {
    return DoctorRun.on(LAB.host("node-" + which), LAB.record("node-" + which + ".conf"), words);
  }

  /// Examines node b by a file that is not quite its own.
  private static DoctorRun doctorBy(String from, String to) {
    Path file = LAB.writeRecord("other.conf", configuration("b").replaceFirst(from, to));
    return DoctorRun.on(LAB.host("node-b"), file, "--for", "2");
  }

  private static void filter(String rule) {
    LAB.onSegment("nft", "add table bridge ill");
    LAB.onSegment("nft", "add chain bridge ill pass { type filter hook prerouting priority 0; }");
    LAB.onSegment("nft", "add rule bridge ill pass " + rule);
  }

  private static void unfilter() {
    LAB.onSegment("nft", "delete table bridge ill");
  }

  private static void drop(LabHost host, String what) {
    host.run(
            "nft",
            "add table inet ill; add chain inet ill in { type filter hook input priority 0; };"
                + " add chain inet ill out { type filter hook output priority 0; };"
                + " add rule inet ill in "
                + what
                + "; add rule inet ill out "
                + what)
        .expectSuccess();
  }

  private static void undrop(LabHost host) {
    host.run("nft", "delete table inet ill").expectSuccess();
  }

  @Test
  void nothingIsFoundWhereNothingIsWrong() {
    for (String which : List.of("a", "b")) {
      doctor(which, "--for", "5").expect().expectUnknown().expectText("sync peers: 1");
    }
    doctor("b", "--passive")
        .expect()
        .expectUnknown("targets", "virtual-mac", "multicast", "sync")
        .expectText("sent: nothing");
    doctor("b", "--json", "--for", "1").expectJson();
  }

  // ---- targets

  @Test
  void aTargetWithoutTheAlias() {
    backend.run("ip", "addr", "del", SERVICE + "/32", "dev", "lo").expectSuccess();
    try {
      doctor("b").expect("alias-missing").expectText("target 2 (192.168.2.31)");
    } finally {
      backend.run("ip", "addr", "add", SERVICE + "/32", "dev", "lo").expectSuccess();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tcp dport 80 tcp flags syn reject with tcp reset, refuses connections to",
    "tcp dport 80 drop, does not answer connections to"
  })
  void aTargetWithoutTheService(String rule, String words) {
    backend
        .run(
            "nft",
            "add table inet ill; add chain inet ill in { type filter hook input priority 0; };"
                + " add rule inet ill in "
                + rule)
        .expectSuccess();
    try {
      doctor("b").expect("service-closed").expectText(words);
    } finally {
      undrop(backend);
    }
  }

  @Test
  void aTargetThatIsGone() {
    LAB.plug("backend-2", false);
    try {
      doctor("b").expect("target-silent").expectText("192.168.2.31");
    } finally {
      LAB.plug("backend-2", true);
    }
  }

  @Test
  void aTargetThatAnswersForTheServersAddress() {
    backend.sysctl("net.ipv4.conf.all.arp_ignore=0");
    try {
      doctor("b").expect("alias-answers").expectText("target 2 (192.168.2.31)");
    } finally {
      backend.sysctl("net.ipv4.conf.all.arp_ignore=1");
    }
  }

  // ---- the segment

  @ParameterizedTest
  @CsvSource({VIRT, SERVICE})
  void anotherMachineHasAnAddress(String address) {
    rival.addAddress(address + "/24");
    try {
      doctor("b").expect("address-taken").expectText(rival.mac() + " answers for " + address);
    } finally {
      rival.run("ip", "addr", "del", address + "/24", "dev", "eth0").expectSuccess();
    }
  }

  /// Answers to the node's own questions may go there, so what else is found is chance.
  @Test
  void anotherMachineHasTheNodesOwnAddress() {
    rival.addAddress("192.168.2.6/24");
    try {
      doctor("b").expectText("FAULT    address-taken: " + rival.mac() + " answers for 192.168.2.6");
    } finally {
      rival.run("ip", "addr", "del", "192.168.2.6/24", "dev", "eth0").expectSuccess();
    }
  }

  /// As port security and clouds do.
  @Test
  void aSwitchThatDropsOtherMacs() {
    filter("iifname node-b ether saddr != " + nodeB.mac() + " drop");
    try {
      doctor("b").expect("virtual-mac-dropped").expectText("not 00:00:5e:00:01:00");
    } finally {
      unfilter();
    }
  }

  /// The active node tries the very address that it answers from.
  @Test
  void aSwitchThatDropsTheVirtualMac() {
    filter("iifname node-a ether saddr 00:00:5e:00:01:32 ether type arp drop");
    try {
      doctor("a").expect("virtual-mac-dropped").expectText("not 00:00:5e:00:01:32");
    } finally {
      unfilter();
    }
  }

  @Test
  void aSwitchThatSnoopsMld() {
    LAB.onSegment(
        "ip",
        "link",
        "set",
        "bridge",
        "type",
        "bridge",
        "mcast_snooping",
        "1",
        "mcast_querier",
        "1",
        "mcast_query_response_interval",
        "100");
    try {
      // A querier listens for others before it lets its switch snoop, and until the nodes have told
      // it of their groups it keeps their adverts from each other.
      nodeB.runUntil(
          "groups that nobody has joined are filtered, and no others",
          outcome ->
              outcome.stdout().contains("multicast-filtered")
                  && !outcome.stdout().contains("nobody-active"),
          PATIENCE,
          NetnsLab.launcher().toString(),
          "doctor",
          "--for",
          "1",
          "-c",
          LAB.record("node-b.conf").toString());
      doctor("b").expect("multicast-filtered");
    } finally {
      LAB.onSegment(
          "ip",
          "link",
          "set",
          "bridge",
          "type",
          "bridge",
          "mcast_snooping",
          "0",
          "mcast_querier",
          "0");
    }
  }

  // ---- other speakers

  private LabProcess keepalived(int version, String interval, String address) {
    String file =
        LAB.writeRecord(
                "keepalived.conf",
                """
                vrrp_instance one {
                  state BACKUP
                  interface eth0
                  virtual_router_id 50
                  version %d
                  priority 20
                  advert_int %s
                  virtual_ipaddress { %s/24 }
                }
                """
                    .formatted(version, interval, address))
            .toString();
    LabProcess keepalived =
        rival.start(
            "keepalived",
            "--vrrp",
            "--dont-fork",
            "--log-console",
            "--log-detail",
            "-f",
            file,
            "-p",
            file + ".pid",
            "-r",
            file + ".vrrp");
    keepalived.awaitLine("Entering MASTER STATE", PATIENCE);
    return keepalived;
  }

  @ParameterizedTest
  @CsvSource({
    "3, 0.1, 192.168.2.99, vrid-taken",
    "3, 0.1, 192.168.2.5, two-active",
    "3, 0.3, 192.168.2.5, two-active|other-interval",
    "2, 1, 192.168.2.5, other-version|frames-dropped"
  })
  void anotherSpeaker(int version, String interval, String address, String ailments) {
    // It hears nobody, and so is active.
    drop(rival, "ip protocol 112 ip saddr != 192.168.2.66 drop");
    try (LabProcess _ = keepalived(version, interval, address)) {
      doctor("b").expect(ailments.split("\\|")).expectText("192.168.2.66");
    } finally {
      undrop(rival);
    }
  }

  // ---- the sync link

  @Test
  void aSyncPortThatIsFiltered() {
    drop(nodeB, "tcp dport 7800 drop");
    try {
      DoctorRun run = doctor("a").expectText("10.0.0.2 port 7800");
      // A node that has noticed waits for its peer's news before it calls itself ready again.
      if (run.outcome().stdout().contains("node-not-ready")) {
        run.expect("sync-filtered", "node-not-ready");
      } else {
        run.expect("sync-filtered");
      }
    } finally {
      undrop(nodeB);
    }
  }

  @Test
  void heartbeatsThatAreFiltered() {
    drop(nodeB, "udp dport 7801 drop");
    try {
      await("b", "vrrp", seen -> seen.contains("10.0.0.1  node  no"));
      doctor("b").expect("heartbeat-lost");
    } finally {
      undrop(nodeB);
    }
  }

  @Test
  void aKeyThatEverybodyMayRead() {
    keysAre("644");
    try {
      doctor("b").expect("cluster-key-open");
    } finally {
      keysAre("600");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bind 10\\.0\\.0\\.2 , bind 10.0.0.77 , sync-address-missing, does not have 10.0.0.77",
    "peers 10\\.0\\.0\\.1 , peers 10.0.0.1 port 7999 , sync-refused, 10.0.0.1 port 7999",
    "peers 10\\.0\\.0\\.1 , peers 10.0.0.77 , sync-unreachable, 10.0.0.77 port 7800",
    "cluster\\.key, other.key, sync-turned-away, holds another key",
    "cluster\\.key, no.key, cluster-key-unusable, does not exist"
  })
  void aSyncSectionThatIsWrong(String from, String to, String ailment, String words) {
    doctorBy(from, to).expect("configuration-differs", ailment).expectText(words);
  }
}
