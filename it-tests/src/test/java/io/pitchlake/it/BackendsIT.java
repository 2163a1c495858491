package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.Debian;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.Outcome;
import io.pitchlake.it.lab.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What `deploy/backends` says makes a machine a backend for direct server return. Each recipe has
/// a backend that serves nobody before it, and both families after it.
@RequiresRoot
@BesideOthers
class BackendsIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("scanner", "192.168.2.66/24", "2001:db8:1::66/64")
          .withHost("script", "192.168.2.30/24", "2001:db8:1::30/64")
          .withHost("networkd", "192.168.2.31/24", "2001:db8:1::31/64")
          .withHost("netplan", "192.168.2.32/24", "2001:db8:1::32/64")
          .withHost("node-a");

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SYSCTL = "60-pitchlake-backend.conf";

  private static LabProcess node;

  /// A server for each backend: .10 for .30, .11 for .31 and so on.
  @BeforeAll
  static void startTheNode() {
    StringBuilder servers = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      servers.append(
          """
          server %1$d { ipaddr 192.168.2.%2$d port 80 dsr enable targets %1$d }
          target %1$d { ipaddr 192.168.2.%3$d }
          server 1%1$d { ipaddr 2001:db8:1::%2$d port 80 dsr enable targets 1%1$d }
          target 1%1$d { ipaddr 2001:db8:1::%3$d }
          """
              .formatted(i + 1, i + 10, i + 30));
    }
    node =
        LAB.host("node-a")
            .startPitchlake(
                """
                interface 1 { name eth0 }
                network 1 { addr 192.168.2.0 mask 24 real 192.168.2.4 virt 192.168.2.5
                            addr6 2001:db8:1:: mask6 64 real6 2001:db8:1::4 virt6 2001:db8:1::5
                            interface 1 }
                """
                    + servers
                    + """
                    register networks 1 register servers 1,2,3,11,12,13 register targets 1,2,3,11,12,13
                    enable networks 1 enable servers 1,2,3,11,12,13 enable targets 1,2,3,11,12,13
                    """);
    Stream.of("script", "networkd", "netplan").map(LAB::host).forEach(LabHost::startWebServer);
  }

  @AfterAll
  static void stopTheNode() {
    if (node != null) {
      node.close();
    }
  }

  private static String recipe(String file) {
    return NetnsLab.deployed("backends/" + file);
  }

  /// The recipe's text for another server than the one of its example.
  private static String recipe(String file, int server) {
    String text =
        recipe(file)
            .replace("192.168.2.10", "192.168.2." + server)
            .replace("2001:db8:1::10", "2001:db8:1::" + server);
    assertNotEquals(recipe(file), text, "the example's addresses stand in " + file);
    return text;
  }

  private static Outcome fetch(String server) {
    return LAB.host("scanner").run("curl", "-sS", "--max-time", "2", "http://" + server + "/");
  }

  /// The backend lacks the server's address, and the node has found out.
  private static void servesNobody(int server, int backend) {
    for (String prefix : new String[] {"192.168.2.", "2001:db8:1::"}) {
      node.awaitLine(
          "a target without its alias",
          line -> line.contains(prefix + backend + " is not ready: alias of " + prefix + server),
          PATIENCE);
    }
    assertNotEquals(0, fetch("192.168.2." + server).exitCode());
    assertNotEquals(0, fetch("[2001:db8:1::" + server + "]").exitCode());
  }

  private static void serves(int server, int backend, String name) {
    node.awaitLine("SLB target 192.168.2." + backend + " is ready", PATIENCE);
    node.awaitLine("SLB target 2001:db8:1::" + backend + " is ready", PATIENCE);
    fetch("192.168.2." + server)
        .expectSuccess()
        .expectOutput("I am " + name + ", and I am real. You are 192.168.2.66.");
    fetch("[2001:db8:1::" + server + "]")
        .expectSuccess()
        .expectOutput("I am " + name + ", and I am real. You are 2001:db8:1::66.");
    assertFalse(saysItIsHere(server, name), name + " answers ARP for the server's address");
  }

  private static boolean saysItIsHere(int server, String name) {
    String said =
        LAB.host("scanner")
            .run("arping", "-c", "2", "-w", "3", "-I", "eth0", "192.168.2." + server)
            .expectOutput("Unicast reply from")
            .stdout();
    return said.toLowerCase(Locale.ROOT).contains(LAB.host(name).mac());
  }

  @Test
  void theScript() {
    LabHost backend = LAB.host("script");
    String script = NetnsLab.launcher().resolveSibling("backends/dsr-address.sh").toString();
    servesNobody(10, 30);
    Outcome refused = backend.run(script, "add", "192.168.2.10/24").expectExit(64);
    assertTrue(refused.stderr().contains("write the address alone"), refused::toString);
    String[] add = {script, "add", "192.168.2.10", "2001:db8:1::10"};
    backend.run(add).expectSuccess();
    backend.run(add).expectSuccess();
    serves(10, 30, "script");
    backend.sysctl("net.ipv4.conf.all.arp_ignore=0");
    assertTrue(saysItIsHere(10, "script"), "without the setting it does answer");
    backend.run(script, "remove", "192.168.2.10", "2001:db8:1::10").expectSuccess();
    assertFalse(
        backend.run("ip", "addr", "show", "dev", "lo").expectSuccess().stdout().contains("::10"));
  }

  @Test
  void networkd() {
    try (Debian machine = Debian.boot(LAB.host("networkd"))) {
      servesNobody(11, 31);
      machine.write(
          "/etc/systemd/network/10-pitchlake-backend.network",
          recipe("10-pitchlake-backend.network", 11));
      configure(machine);
      serves(11, 31, "networkd");
    }
  }

  @Test
  void netplan() throws IOException {
    Path folder = LAB.record("netplan");
    LabHost backend = LAB.host("netplan");
    backend.run("rm", "-rf", folder.toString()).expectSuccess();
    Path plan = folder.resolve("etc/netplan/60-pitchlake-backend.yaml");
    Files.createDirectories(plan.getParent());
    Files.writeString(plan, recipe("60-pitchlake-backend.yaml", 12));
    backend.run("chmod", "600", plan.toString()).expectSuccess();
    Outcome generated =
        backend.run("netplan", "generate", "--root-dir", folder.toString()).expectSuccess();
    assertEquals("", generated.stderr(), "what netplan finds wrong");
    try (Debian machine = Debian.boot(backend)) {
      servesNobody(12, 32);
      String network = "10-netplan-lo.network";
      machine.write(
          "/etc/systemd/network/" + network,
          Files.readString(folder.resolve("run/systemd/network").resolve(network)));
      configure(machine);
      serves(12, 32, "netplan");
    }
  }

  private static void configure(Debian machine) {
    machine.write("/etc/sysctl.d/" + SYSCTL, recipe(SYSCTL));
    machine.run("systemctl", "restart", "systemd-sysctl", "systemd-networkd").expectSuccess();
  }
}
