package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A pool of leases in a network whose free addresses are all simulated: ISC's server pings an
/// address before it offers it, two clients take what they get, and machines with fixed addresses
/// check for conflicts, whichever node is active and while one takes over.
@RequiresRoot
@BesideOthers
class DhcpIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("scanner", "192.168.2.66/24", "2001:db8:1::66/64")
          .withHost("server", "192.168.2.53/24")
          .withHost("client", "2001:db8:1::99/64")
          .withHost("node-a")
          .withHost("node-b");

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern UP = Pattern.compile("(\\d+) hosts? up");
  private static final Pattern BOUND =
      Pattern.compile("(?:bound to|lease of) (192\\.168\\.2\\.1\\d\\d)");

  private static final String POOL = "192.168.2.100-119";
  private static final int POOL_SIZE = 20;

  private static final String SERVER =
      """
      authoritative;
      ping-check true;
      ping-timeout 1;
      default-lease-time 3600;
      subnet 192.168.2.0 netmask 255.255.255.0 { range 192.168.2.100 192.168.2.119; }
      """;

  /// What both clients call: ISC's with `reason`, busybox's with an argument.
  private static final String CONFIGURE =
      """
      #!/bin/sh
      case "${reason:-$1}" in
        BOUND | bound) ip addr add "${new_ip_address:-$ip}/24" dev eth0 ;;
      esac
      """;

  private static LabHost scanner;
  private static LabHost client;
  private static LabProcess server;
  private static Path configure;
  private static int machines;

  @BeforeAll
  static void startTheServer() throws IOException {
    scanner = LAB.host("scanner");
    client = LAB.host("client");
    configure = LAB.writeRecord("configure.sh", CONFIGURE);
    assertTrue(configure.toFile().setExecutable(true));
    Path leases = LAB.writeRecord("dhcpd.leases", "");
    server =
        LAB.host("server")
            .start(
                unconfined("dhcpd"),
                "-4",
                "-f",
                "-d",
                "--no-pid",
                "-cf",
                LAB.writeRecord("dhcpd.conf", SERVER).toString(),
                "-lf",
                leases.toString(),
                "eth0");
    server.awaitLine("Server starting service", PATIENCE);
  }

  /// A copy of a program: AppArmor keeps the installed one to files in /etc and /var.
  private static String unconfined(String program) throws IOException {
    return Files.copy(
            Path.of("/usr/sbin", program),
            LAB.record(program),
            StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.COPY_ATTRIBUTES)
        .toString();
  }

  private static LabProcess startNode(String which) {
    return LAB.host("node-" + which)
        .startPitchlake(NetnsLab.deployed("examples/pair-" + which + ".conf"));
  }

  /// All of the pool that no client has answers ping, also the server's: it is not known for what
  /// it is before its first lease.
  private static void awaitTrap(LabHost asker) {
    asker.runUntil(
        "the whole pool answers",
        outcome -> {
          Matcher up = UP.matcher(outcome.stdout());
          return up.find() && Integer.parseInt(up.group(1)) >= POOL_SIZE - machines;
        },
        PATIENCE,
        "nmap",
        "-n",
        "-sn",
        POOL);
  }

  /// Another machine comes up, which nobody has seen before.
  private static void newMachine() {
    machines++;
    client.run("ip", "-4", "addr", "flush", "dev", "eth0").expectSuccess();
    client
        .run("ip", "link", "set", "eth0", "address", "02:00:00:00:dc:%02x".formatted(machines))
        .expectSuccess();
  }

  private static LabProcess dhclient() throws IOException {
    newMachine();
    return client.start(
        unconfined("dhclient"),
        "-4",
        "-d",
        "-1",
        "-v",
        "-sf",
        configure.toString(),
        "-lf",
        LAB.record("dhclient-%d.leases".formatted(machines)).toString(),
        "-pf",
        LAB.record("dhclient-%d.pid".formatted(machines)).toString(),
        "eth0");
  }

  /// Checks the address that it gets by ARP, too.
  private static LabProcess udhcpc() {
    newMachine();
    return client.start("udhcpc", "-f", "-n", "-q", "-a", "-i", "eth0", "-s", configure.toString());
  }

  /// The machine gets the first address that it is offered, and is found there.
  private static void expectLease(LabProcess asking) {
    String bound = asking.awaitLine("a lease", line -> BOUND.matcher(line).find(), PATIENCE);
    Matcher lease = BOUND.matcher(bound);
    assertTrue(lease.find());
    assertFalse(asking.output().toLowerCase().contains("declin"), asking::output);
    String address = lease.group(1);
    assertEquals(
        1,
        server.output().lines().filter(line -> line.contains("DHCPACK on " + address)).count(),
        server::output);
    client.runUntil(
        "a way to the scanner",
        outcome -> outcome.exitCode() == 0,
        PATIENCE,
        "ping",
        "-c",
        "1",
        "-w",
        "5",
        "192.168.2.66");
    scanner.forgetNeighbors();
    scanner
        .run("arping", "-c", "2", "-w", "5", "-I", "eth0", address)
        .expectSuccess()
        .expectOutput("[" + client.mac().toUpperCase() + "]")
        .expectOutput("Received 2 response(s)");
  }

  /// Somebody is trapped at two addresses, which a machine then takes.
  private static LabProcess startToTake(String address, String address6) {
    newMachine();
    for (String decoy : new String[] {address, address6}) {
      scanner.runUntil(
          decoy + " is simulated",
          outcome -> outcome.exitCode() == 0,
          PATIENCE,
          "ping",
          "-c",
          "1",
          "-w",
          "5",
          decoy);
    }
    LabProcess probing = client.start("arping", "-D", "-c", "4", "-w", "5", "-I", "eth0", address);
    client.addAddress(address6 + "/64");
    probing.awaitLine("ARPING " + address, PATIENCE);
    return probing;
  }

  private static void expectTaken(LabProcess probing, String address6) {
    probing.awaitLine("Received 0 response(s)", PATIENCE);
    String shown =
        client
            .runUntil(
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
                address6)
            .stdout();
    assertTrue(shown.contains(address6), shown);
    assertFalse(shown.contains("dadfailed"), shown);
  }

  @Test
  void whoeverComesUpGetsItsAddressTheFirstTimeOnBothNodesAndWhileOneTakesOver()
      throws IOException {
    try (LabProcess a = startNode("a");
        LabProcess b = startNode("b")) {
      a.awaitLine("IPv4) BACKUP -> ACTIVE", PATIENCE);
      a.awaitLine("IPv6) BACKUP -> ACTIVE", PATIENCE);
      awaitTrap(scanner);
      // It has been trapped like anybody, and knows the decoys' MAC.
      awaitTrap(LAB.host("server"));
      comeUp("192.168.2.130", "2001:db8:1::130");

      awaitTrap(scanner);
      try (LabProcess asking = dhclient()) {
        asking.awaitLine("DHCPDISCOVER", PATIENCE);
        a.signal("KILL");
        expectLease(asking);
      }
      b.awaitLine("IPv4) BACKUP -> ACTIVE", PATIENCE);
      b.awaitLine("IPv6) BACKUP -> ACTIVE", PATIENCE);
      awaitTrap(scanner);
      comeUp("192.168.2.131", "2001:db8:1::131");

      try (LabProcess again = startNode("a")) {
        again.awaitLine("IPv4) BACKUP -> ACTIVE", PATIENCE);
        again.awaitLine("IPv6) BACKUP -> ACTIVE", PATIENCE);
        awaitTrap(scanner);
        LabProcess taking = startToTake("192.168.2.132", "2001:db8:1::132");
        again.signal("KILL");
        expectTaken(taking, "2001:db8:1::132");
      }
      assertTrue(b.isAlive(), b::output);
    }
    assertFalse(server.output().toLowerCase().contains("abandon"), server::output);
    assertFalse(Files.readString(LAB.record("dhcpd.leases")).contains("abandoned"));
    System.out.printf(
        "machines that came up: %d; offers %d, leases %d, abandoned 0%n",
        machines, said("DHCPOFFER"), said("DHCPACK"));
  }

  private static long said(String word) {
    return server.output().lines().filter(line -> line.contains(word)).count();
  }

  /// Two that lease an address, with a server that knows decoys and with one that has forgotten
  /// them, and one with addresses of its own.
  private static void comeUp(String address, String address6) throws IOException {
    try (LabProcess asking = dhclient()) {
      expectLease(asking);
    }
    LAB.host("server").forgetNeighbors();
    try (LabProcess asking = udhcpc()) {
      expectLease(asking);
    }
    expectTaken(startToTake(address, address6), address6);
  }
}
