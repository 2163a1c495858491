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
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What programs that no one here wrote see of a node with the lab's own configuration: scanners
/// find machines that do not exist, and every machine that does exist is left alone.
///
/// One segment and one node for all tests; each test has addresses of its own. The gateway
/// 192.168.2.1 is exempt in the configuration and switched off here, so nobody must answer for it.
@RequiresRoot
@BesideOthers
class TarpitIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("scanner", "192.168.2.66/24", "2001:db8:1::66/64")
          .withHost("host-a", "192.168.2.20/24", "2001:db8:1::20/64")
          .withHost("host-b", "192.168.2.21/24", "2001:db8:1::21/64")
          .withHost("backend-1", "192.168.2.30/24", "2001:db8:1::30/64")
          .withHost("backend-2", "192.168.2.31/24", "2001:db8:1::31/64")
          .withHost("node-a");

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern UP = Pattern.compile("Host: (\\S+) .*Status: Up");

  private static LabHost scanner;
  private static LabHost hostA;
  private static LabHost hostB;
  private static LabProcess pitchlake;
  private static LabProcess record;

  @BeforeAll
  static void startTheNode() {
    scanner = LAB.host("scanner");
    hostA = LAB.host("host-a");
    hostB = LAB.host("host-b");
    hostA.startWebServer();
    hostB.startWebServer();
    record = scanner.capture("scanner.pcap");
    pitchlake = LAB.host("node-a").startPitchlake(NetnsLab.deployed("lab/alone.conf"));
  }

  @AfterAll
  static void theNodeHasLivedThroughAllOfIt() {
    record.stop();
    assertTrue(pitchlake.isAlive(), pitchlake::output);
    assertEquals(0, pitchlake.stop(), "exit code after SIGTERM; output:\n" + pitchlake.output());
  }

  @Test
  void aPingScanFindsAFullOffice() {
    Set<String> everyoneButTheGateway =
        IntStream.rangeClosed(2, 254)
            .mapToObj(last -> "192.168.2." + last)
            .collect(Collectors.toCollection(TreeSet::new));
    // Two tests let real owners appear in these; while they do, nobody answers for a while.
    Set<String> changingHands = Set.of("192.168.2.102", "192.168.2.130");
    everyoneButTheGateway.removeAll(changingHands);
    Outcome scan =
        scanner.runUntil(
            "every address but the exempt gateway's is up",
            outcome -> up(outcome).containsAll(everyoneButTheGateway),
            PATIENCE,
            "nmap",
            "-n",
            "-sn",
            "-oG",
            "-",
            "192.168.2.0/24");
    Set<String> beyond = up(scan);
    beyond.removeAll(everyoneButTheGateway);
    beyond.removeAll(changingHands);
    assertEquals(Set.of(), beyond, "neither gateway, network nor broadcast address is simulated");
  }

  private static Set<String> up(Outcome scan) {
    Set<String> addresses = new TreeSet<>();
    for (Matcher line = UP.matcher(scan.stdout()); line.find(); ) {
      addresses.add(line.group(1));
    }
    return addresses;
  }

  @Test
  void aPortScanFindsEveryPortOfADecoyOpenAndOnlyOneOfALivingHost() {
    String ports = "22,80,443,3389,40000";
    Outcome decoy =
        scanner.run("nmap", "-n", "-Pn", "-sS", "-oG", "-", "-p", ports, "192.168.2.100");
    for (String port : ports.split(",", -1)) {
      decoy.expectSuccess().expectOutput(" " + port + "/open/");
    }
    Outcome living =
        scanner.run("nmap", "-n", "-Pn", "-sS", "-oG", "-", "-p", ports, "192.168.2.20");
    living.expectSuccess().expectOutput(" 80/open/").expectOutput(" 22/closed/");
    living.expectOutput(" 40000/closed/");
  }

  @Test
  void arpingIsAnsweredForADecoyByUnicast() {
    scanner
        .run("arping", "-f", "-w", "10", "-I", "eth0", "192.168.2.101")
        .expectSuccess()
        .expectOutput("Unicast reply from 192.168.2.101");
    pitchlake.awaitLine("TARPIT IPv4 ARP_REPLY for ", PATIENCE);
  }

  @Test
  void whoWantsASimulatedAddressMayHaveIt() {
    scanner
        .run("arping", "-f", "-w", "10", "-I", "eth0", "192.168.2.102")
        .expectSuccess()
        .expectOutput("Unicast reply from 192.168.2.102");
    // 0 says that nobody else answered, so the address is free.
    hostB
        .run("arping", "-D", "-c", "3", "-w", "4", "-I", "eth0", "192.168.2.102")
        .expectSuccess()
        .expectOutput("Received 0 response(s)");
  }

  @Test
  void decoysAnswerPing() {
    scanner.run("ping", "-c", "2", "-w", "10", "192.168.2.103").expectSuccess();
    scanner.run("ping", "-c", "2", "-w", "10", "2001:db8:1::103").expectSuccess();
    pitchlake.awaitLine("TARPIT IPv4 ECHO_REPLY for ", PATIENCE);
    pitchlake.awaitLine("TARPIT IPv6 ECHO_REPLY for ", PATIENCE);
  }

  @Test
  void aNeighborSolicitationIsAnsweredForADecoy() {
    scanner
        .run("ndisc6", "-1", "-n", "-r", "5", "-w", "2000", "2001:db8:1::104", "eth0")
        .expectSuccess()
        .expectOutput("Target link-layer address");
    pitchlake.awaitLine("TARPIT IPv6 ND6_REPLY for ", PATIENCE);
  }

  /// The kernel's own options make the header longer than 20 bytes: MSS alone, MSS with SACK and
  /// window scale, and all of them with timestamps.
  @ParameterizedTest
  @CsvSource({"24, 0, 0, 0", "32, 0, 1, 1", "40, 1, 1, 1"})
  void theKernelConnectsToEveryDecoy(int headerBytes, int timestamps, int sack, int windowScaling) {
    String capture = "connect-" + headerBytes + ".pcap";
    scanner.sysctl(
        "net.ipv4.tcp_timestamps=" + timestamps,
        "net.ipv4.tcp_sack=" + sack,
        "net.ipv4.tcp_window_scaling=" + windowScaling);
    List<String> decoys =
        new ArrayList<>(
            IntStream.rangeClosed(6, 254)
                .filter(last -> last != 20 && last != 21 && last != 66)
                .filter(last -> last != 102 && last != 130)
                // The balanced address has port 80 alone; its backends are real.
                .filter(last -> last != 10 && last != 30 && last != 31)
                .mapToObj(last -> "192.168.2." + last)
                .toList());
    IntStream.range(0, 8).forEach(last -> decoys.add("2001:db8:1::a:" + last));

    try (LabProcess recorded = scanner.capture(capture)) {
      Outcome connected = connect(scanner, 443, decoys);
      assertEquals(
          decoys.stream().map(address -> address + " open\n").collect(Collectors.joining()),
          connected.stdout(),
          () -> "every connection completes with headers of " + headerBytes + " bytes");
      assertTrue(recorded.isAlive(), recorded::output);
    } finally {
      scanner.sysctl(
          "net.ipv4.tcp_timestamps=1", "net.ipv4.tcp_sack=1", "net.ipv4.tcp_window_scaling=1");
    }
    String syns =
        scanner
            .run(
                "tcpdump",
                "-nr",
                LAB.record(capture).toString(),
                "ip and tcp[tcpflags] == tcp-syn and (tcp[12] >> 4) * 4 == " + headerBytes)
            .expectSuccess()
            .stdout();
    assertFalse(syns.isEmpty(), () -> "expected SYNs with headers of " + headerBytes + " bytes");
    pitchlake.awaitLine("TARPIT IPv4 TCP_SYNACK for ", PATIENCE);
    pitchlake.awaitLine("TARPIT IPv6 TCP_SYNACK for ", PATIENCE);
  }

  private static Outcome connect(LabHost from, int port, List<String> addresses) {
    Path script = Path.of("src/test/resources/connect.py").toAbsolutePath();
    List<String> command =
        new ArrayList<>(List.of("python3", script.toString(), Integer.toString(port)));
    command.addAll(addresses);
    return from.run(command.toArray(String[]::new)).expectSuccess();
  }

  @Test
  void aBareSynIsAnsweredAndNonsenseIsNot() {
    scanner.run("ping", "-c", "1", "-w", "10", "192.168.2.105").expectSuccess();
    Outcome syn = scanner.run("hping3", "-n", "-S", "-c", "1", "-p", "80", "192.168.2.105");
    syn.expectSuccess().expectOutput("flags=SA");
    // SYN+ACK, RST, FIN alone, all flags, no flag.
    for (String flags : List.of("-SA", "-R", "-F", "-FSRPAUXY", "-c")) {
      List<String> command = new ArrayList<>(List.of("hping3", "-n", "-p", "80"));
      if (!flags.equals("-c")) {
        command.add(flags);
      }
      command.addAll(List.of("-c", "1", "192.168.2.105"));
      Outcome nonsense = scanner.run(command.toArray(String[]::new));
      assertFalse(nonsense.stdout().contains("flags="), nonsense::toString);
      assertTrue(nonsense.stderr().contains("100% packet loss"), nonsense::toString);
    }
  }

  @Test
  void aDatagramIsLoggedAndNotAnswered() {
    scanner.run("ping", "-c", "1", "-w", "10", "192.168.2.106").expectSuccess();
    scanner.run("ping", "-c", "1", "-w", "10", "2001:db8:1::106").expectSuccess();
    Outcome probe = scanner.run("nmap", "-n", "-Pn", "-sU", "-p", "9", "192.168.2.106");
    probe.expectSuccess().expectOutput("9/udp open|filtered");
    pitchlake.awaitLine("TARPIT IPv4 UDP_PACKET for 192.168.2.106/9 received from ", PATIENCE);
    scanner.run("nmap", "-6", "-n", "-Pn", "-sU", "-p", "9", "2001:db8:1::106").expectSuccess();
    pitchlake.awaitLine("TARPIT IPv6 UDP_PACKET for 2001:db8:1::106/9 received from ", PATIENCE);
  }

  @Test
  void aMachineTakesASimulatedIpv6AddressOverThroughDuplicateAddressDetection() {
    scanner.run("ping", "-c", "1", "-w", "10", "2001:db8:1::120").expectSuccess();
    hostB.addAddress("2001:db8:1::120/64");
    Outcome shown =
        hostB.runUntil(
            "duplicate address detection ends",
            outcome -> !outcome.stdout().contains("tentative"),
            PATIENCE,
            "ip",
            "-6",
            "addr",
            "show",
            "dev",
            "eth0",
            "to",
            "2001:db8:1::120");
    assertFalse(shown.stdout().contains("dadfailed"), shown::toString);
    expectTheOwnersVoice("http://[2001:db8:1::120]/", "2001:db8:1::120");
  }

  @Test
  void aMachineTakesASimulatedIpv4AddressOverByAnnouncingItself() {
    scanner.run("ping", "-c", "1", "-w", "10", "192.168.2.130").expectSuccess();
    hostB.run("arping", "-D", "-c", "3", "-w", "4", "-I", "eth0", "192.168.2.130").expectSuccess();
    hostB.addAddress("192.168.2.130/24");
    hostB.run("arping", "-A", "-c", "1", "-I", "eth0", "192.168.2.130").expectSuccess();
    expectTheOwnersVoice("http://192.168.2.130/", "192.168.2.130");
  }

  private static void expectTheOwnersVoice(String url, String address) {
    scanner.runUntil(
        "host-b answers for " + address,
        outcome -> outcome.stdout().contains("I am host-b"),
        PATIENCE,
        "curl",
        "-sS",
        "--max-time",
        "2",
        url);
    scanner.forgetNeighbors();
    scanner.run("curl", "-sS", "--max-time", "10", url).expectOutput("I am host-b");
    scanner.run("ip", "neigh", "show", address).expectOutput(hostB.mac());
  }

  @Test
  void aLivingHostKeepsItsVoiceWhileAScanRuns() {
    try (LabProcess heard = hostB.capture("living.pcap");
        LabProcess scan =
            scanner.start("nmap", "-n", "-Pn", "-sS", "-p", "1-200", "192.168.2.0/26")) {
      int asked = 0;
      do {
        hostB.forgetNeighbors();
        Outcome page = hostB.run("curl", "-sS", "--max-time", "5", "http://192.168.2.20/");
        page.expectSuccess().expectOutput("I am host-a");
        asked++;
      } while (scan.isAlive() || asked < 50);
      assertTrue(heard.isAlive(), heard::output);
      scan.awaitLine("Nmap done", PATIENCE);
    }
    for (String capture : List.of("living.pcap", "scanner.pcap")) {
      String others =
          scanner
              .run(
                  "tcpdump",
                  "-nr",
                  LAB.record(capture).toString(),
                  "arp[6:2] == 2 and arp[14:4] == 0xc0a80214 and not ether src " + hostA.mac())
              .expectSuccess()
              .stdout();
      assertEquals("", others, "only host-a answers for 192.168.2.20");
    }
  }
}
