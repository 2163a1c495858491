package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.RequiresRoot;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The lab itself: what the other lab tests stand on.
@RequiresRoot
@BesideOthers
class SegmentIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("host-a", "192.168.2.20/24", "2001:db8:1::20/64")
          .withHost("host-b", "192.168.2.21/24", "2001:db8:1::21/64")
          .withHost("mute");

  @Test
  void hostsHearEachOtherOnIpv4AndIpv6() {
    LAB.host("host-a").run("ping", "-c", "1", "-W", "5", "192.168.2.21").expectSuccess();
    LAB.host("host-a").run("ping", "-c", "1", "-W", "5", "2001:db8:1::21").expectSuccess();
  }

  @Test
  void nobodyAnswersForAFreeAddress() {
    LAB.host("host-a").run("ping", "-c", "1", "-W", "1", "192.168.2.77").expectExit(1);
  }

  @Test
  void aHostWithoutAddressesHasNone() {
    String shown = LAB.host("mute").run("ip", "-br", "addr", "show", "dev", "eth0").stdout();
    assertTrue(!shown.contains(":") || !shown.contains("/"), shown);
  }

  @Test
  void whatPassesIsRecorded() throws Exception {
    try (LabProcess capture = LAB.host("host-b").capture("ping.pcap")) {
      LAB.host("host-a").run("ping", "-c", "1", "-W", "5", "192.168.2.21").expectSuccess();
      assertTrue(capture.isAlive(), capture::output);
    }
    LAB.host("host-b")
        .run("tcpdump", "-n", "-r", LAB.record("ping.pcap").toString())
        .expectSuccess()
        .expectOutput("ICMP echo request")
        .expectOutput("ICMP echo reply");
    assertTrue(Files.size(LAB.record("ping.pcap")) > 24);
  }

  @Test
  void aBackgroundProgramIsHeardAndStopped() {
    try (LabProcess listener =
        LAB.host("host-b").start("ping", "-i", "0.2", "-W", "5", "192.168.2.20")) {
      listener.awaitLine("icmp_seq=3", Duration.ofSeconds(10));
    }
  }
}
