package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.RequiresRoot;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Debian's keepalived as the other node, in both roles. It (2.2.7) takes adverts over IPv4 with
/// the pseudo-header in their checksum alone, so `checksum message` has no row here.
@RequiresRoot
class KeepalivedIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("scanner", "192.168.2.66/24", "2001:db8:1::66/64")
          .withHost("node-a")
          .withHost("node-b", "192.168.2.6/24", "2001:db8:1::6/64");

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final LabHost b = LAB.host("node-b");

  private static String pitchlake(String router) {
    return """
    interface 1 { name eth0 }
    network 1 { addr 192.168.2.0 mask 24 real 192.168.2.4 virt 192.168.2.5
                addr6 2001:db8:1:: mask6 64 real6 2001:db8:1::4 virt6 2001:db8:1::5
                interface 1 }
    vrrp 1 { vrid 50 network 1 priority 200 %s }
    register networks 1 enable networks 1
    """
        .formatted(router);
  }

  private LabProcess keepalived(int priority, int version, String interval, String addresses) {
    String instance =
        """
        vrrp_instance one {
          state BACKUP
          interface eth0
          virtual_router_id 50
          version %d
          priority %d
          advert_int %s
          virtual_ipaddress { %s }
        }
        """
            .formatted(version, priority, interval, addresses.replace('|', '\n'));
    String file = LAB.writeRecord("keepalived.conf", instance).toString();
    LabProcess keepalived =
        b.start(
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
    keepalived.awaitLine("Entering BACKUP STATE", PATIENCE);
    return keepalived;
  }

  private void awaitOwner(boolean wanted, String address) {
    b.runUntil(
        (wanted ? "keepalived has " : "keepalived has not ") + address,
        outcome -> outcome.stdout().contains(address + "/") == wanted,
        PATIENCE,
        "ip",
        "addr",
        "show",
        "dev",
        "eth0");
  }

  @ParameterizedTest
  @CsvSource({
    "IPv4, 3, 0.1, advert 100ms, 192.168.2.5/24, 192.168.2.5",
    "IPv6, 3, 0.1, advert 100ms, fe80::200:5eff:fe00:232/64|2001:db8:1::5/64, 2001:db8:1::5",
    "IPv4, 2, 1, version 2 advert 1s, 192.168.2.5/24, 192.168.2.5"
  })
  void takesTurnsWithKeepalived(
      String family, int version, String interval, String router, String addresses, String virt) {
    LabProcess pitchlake = LAB.host("node-a").startPitchlake(pitchlake(router));
    pitchlake.awaitLine(family + ") BACKUP -> ACTIVE: nothing is heard", PATIENCE);
    try (LabProcess lower = keepalived(100, version, interval, addresses)) {
      // Three intervals pass in which a backup that did not understand us would take over.
      LAB.host("scanner")
          .run("ping", "-c", "25", "-i", "0.2", virt)
          .expectSuccess()
          .expectOutput(" 0% packet loss");
      awaitOwner(false, virt);
      assertTrue(lower.line("Entering MASTER STATE").isEmpty(), lower::output);
      pitchlake.close();
      lower.awaitLine("Entering MASTER STATE", PATIENCE);
      awaitOwner(true, virt);
    }
    awaitOwner(false, virt);
    try (LabProcess higher = keepalived(250, version, interval, addresses)) {
      higher.awaitLine("Entering MASTER STATE", PATIENCE);
      LabProcess again = LAB.host("node-a").startPitchlake(pitchlake(router));
      LAB.host("scanner").run("ping", "-c", "25", "-i", "0.2", virt).expectSuccess();
      assertTrue(again.line(family + ") BACKUP -> ACTIVE").isEmpty(), again::output);
      higher.stop();
      again.awaitLine(family + ") BACKUP -> ACTIVE: the active router has left", PATIENCE);
      awaitOwner(false, virt);
      LAB.host("scanner").run("ping", "-c", "2", "-w", "10", virt).expectSuccess();
      again.close();
    }
  }
}
