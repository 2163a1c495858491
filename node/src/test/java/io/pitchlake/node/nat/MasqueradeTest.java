package io.pitchlake.node.nat;

import static io.pitchlake.common.wire.FrameAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.node.sim.TwoLans;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Stations in front reach the network behind under the node's address there.
class MasqueradeTest {
  private final TwoLans lans = new TwoLans();
  private final SimHost client = lans.client;
  private final SimHost target = lans.target;
  private String gateway;
  private String back;

  private void start(String more) {
    lans.start(TwoLans.networks("nat enable", "") + more);
    gateway = lans.resolve(client, "192.168.2.5");
    back = lans.resolve(target, "10.0.0.5");
    lans.resolve(target, "2001:db8:2::5");
  }

  @AfterEach
  void stop() {
    lans.close();
  }

  private PacketBuilder out(String source) {
    return PacketBuilder.ethernet(TwoLans.CLIENT_MAC, gateway).ipv4(source, "10.0.0.30");
  }

  private PacketBuilder back() {
    return PacketBuilder.ethernet(TwoLans.TARGET_MAC, back).ipv4("10.0.0.30", "10.0.0.5");
  }

  private static int u16(byte[] frame, int at) {
    return (frame[at] & 0xff) << 8 | frame[at + 1] & 0xff;
  }

  @Test
  void aConnectionLeavesAndItsAnswersComeBack() {
    start("");
    byte[] seen = lans.through(client, target, out("192.168.2.66").tcp(40_000, 80).syn().build());
    assertThat(seen).reads("* IP 10.0.0.5.40000 > 10.0.0.30.80*").hasByte(22, 63);
    byte[] answer =
        lans.through(target, client, back().tcp(80, 40_000).syn().ack(1).payload("x").build());
    assertThat(answer).reads("* IP 10.0.0.30.80 > 192.168.2.66.40000*").hasByte(22, 63);
    assertEquals(1, lans.count(Gauge.NAT_SESSIONS));
  }

  @Test
  void twoStationsWithOnePortAreToldApart() {
    start("");
    byte[] one = lans.through(client, target, out("192.168.2.66").udp(40_000, 53).build());
    byte[] other = lans.through(client, target, out("192.168.2.67").udp(40_000, 53).build());
    assertEquals(40_000, u16(one, 34));
    int port = u16(other, 34);
    assertNotEquals(40_000, port);
    assertThat(lans.through(target, client, back().udp(53, port).payload("x").build()))
        .reads("* IP 10.0.0.30.53 > 192.168.2.67.40000*");
    assertThat(lans.through(target, client, back().udp(53, 40_000).payload("x").build()))
        .reads("* IP 10.0.0.30.53 > 192.168.2.66.40000*");
  }

  @Test
  void pingsAreToldApartByTheirIdentifiers() {
    start("");
    byte[] one = lans.through(client, target, out("192.168.2.66").echoRequest(7, 1).build());
    byte[] other = lans.through(client, target, out("192.168.2.67").echoRequest(7, 1).build());
    int identifier = u16(one, 38);
    assertNotEquals(identifier, u16(other, 38));
    assertThat(lans.through(target, client, back().echoReply(identifier, 1).build()))
        .hasBytes(
            PacketBuilder.ethernet(TwoLans.FRONT_MAC, TwoLans.CLIENT_MAC)
                .ipv4("10.0.0.30", "192.168.2.66")
                .timeToLive(63)
                .echoReply(7, 1)
                .build());
  }

  @Test
  void aLongPingLeavesInPiecesThatStayTogether() {
    start("");
    byte[] first =
        lans.pieceThrough(
            client,
            target,
            out("192.168.2.66").identification(5).fragment(0, true).echoRequest(7, 1).build());
    byte[] rest =
        lans.pieceThrough(
            client,
            target,
            out("192.168.2.66")
                .identification(5)
                .fragment(8, false)
                .protocol(1)
                .payload("the rest")
                .build());
    assertThat(first).reads("* IP 10.0.0.5* > 10.0.0.30*");
    assertThat(rest).reads("* IP 10.0.0.5* > 10.0.0.30*");
    int identifier = u16(first, 38);
    byte[] answer =
        lans.pieceThrough(
            target,
            client,
            back().identification(6).fragment(0, true).echoReply(identifier, 1).build());
    assertEquals(7, u16(answer, 38), "identifier");
    lans.pieceThrough(
        target,
        client,
        back().identification(6).fragment(8, false).protocol(1).payload("the rest").build());
  }

  @Test
  void ipv6IsHiddenTheSameWay() {
    start("");
    byte[] seen =
        lans.through(
            client,
            target,
            PacketBuilder.ethernet(TwoLans.CLIENT_MAC, lans.resolve(client, "2001:db8:1::5"))
                .ipv6("2001:db8:1::66", "2001:db8:2::30")
                .echoRequest(40_007, 1)
                .build());
    assertThat(seen).reads("* IP6 2001:db8:2::5 > 2001:db8:2::30*");
  }

  @Test
  void anErrorAboutWhatLeftReachesItsStation() {
    start("");
    byte[] syn = out("192.168.2.66").tcp(1234, 80).syn().build();
    byte[] seen = lans.through(client, target, syn);
    byte[] quote = new byte[4 + 28];
    System.arraycopy(seen, 14, quote, 4, 28);
    PacketBuilder router = PacketBuilder.ethernet(TwoLans.TARGET_MAC, back);
    byte[] told =
        lans.through(target, client, router.ipv4("10.0.0.1", "10.0.0.5").icmp(3, 4, quote).build());
    assertThat(told).reads("* IP 10.0.0.1 > 192.168.2.66: ICMP type 3 code 4*");
    for (int i = 26; i < 38; i++) {
      assertEquals(syn[i], told[i + 28], "byte " + i + " of what the station had sent");
    }
  }

  @Test
  void aStationIsToldAboutItsPacketAsItSentIt() {
    start("");
    byte[] probe = out("192.168.2.66").timeToLive(1).udp(40_000, 33_434).build();
    byte[] told = lans.through(client, client, probe);
    assertThat(told).reads("* IP 192.168.2.5 > 192.168.2.66: ICMP type 11 code 0*");
    for (int i = 14; i < 42; i++) {
      assertEquals(probe[i], told[i + 28], "byte " + i + " of what the station had sent");
    }
    assertEquals(0, lans.count(Gauge.NAT_SESSIONS));
  }

  @Test
  void nobodyBehindReachesAStationByItself() {
    start("");
    lans.nothingThrough(
        target,
        client,
        PacketBuilder.ethernet(TwoLans.TARGET_MAC, back)
            .ipv4("10.0.0.30", "192.168.2.66")
            .tcp(1, 2)
            .syn()
            .build());
    lans.nothingThrough(target, client, back().tcp(80, 40_000).syn().build());
  }

  @Test
  void whatCannotBeTranslatedStays() {
    start("");
    lans.nothingThrough(client, target, out("192.168.2.66").protocol(47).payload("tunnel").build());
    assertEquals(1, lans.count(DropReason.UNSUPPORTED_PROTOCOL));
    lans.nothingThrough(
        client,
        target,
        out("192.168.2.66")
            .identification(5)
            .fragment(64, false)
            .protocol(17)
            .payload("x")
            .build());
    assertEquals(1, lans.count(DropReason.FRAGMENT_WITHOUT_FIRST));
  }

  @Test
  void theInternetIsReachedThroughAGateway() {
    start("gateway 1 { ipaddr 10.0.0.30 } register gateways 1 enable gateways 1");
    byte[] seen =
        lans.through(
            client,
            target,
            PacketBuilder.ethernet(TwoLans.CLIENT_MAC, gateway)
                .ipv4("192.168.2.66", "8.8.8.8")
                .udp(40_000, 53)
                .build());
    assertThat(seen).reads("* IP 10.0.0.5.40000 > 8.8.8.8.53*");
    byte[] answer =
        lans.through(
            target,
            client,
            PacketBuilder.ethernet(TwoLans.TARGET_MAC, back)
                .ipv4("8.8.8.8", "10.0.0.5")
                .udp(53, 40_000)
                .payload("x")
                .build());
    assertThat(answer).reads("* IP 8.8.8.8.53 > 192.168.2.66.40000*");
  }

  @Test
  void thePoolIsBoundedAndItsPortsComeBack() {
    start("set natports 1024 set sessionopento 5");
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 1400; i++) {
      client.sendRaw(
          PacketBuilder.ethernet(TwoLans.CLIENT_MAC, gateway)
              .ipv4("192.168.2." + (66 + i / 900), "10.0.0.30")
              .udp(2000 + i % 900, 53)
              .build());
    }
    lans.clock.advanceMillis(10);
    for (byte[] frame : target.frames()) {
      if (frame[23] == 17) {
        assertTrue(u16(frame, 34) >= 65_536 - 1024, "port " + u16(frame, 34));
        ports.add(u16(frame, 34));
      }
    }
    assertEquals(lans.count(Counter.NAT_SESSIONS_STARTED), ports.size(), "each port once");
    assertTrue(ports.size() > 900, ports.size() + " of 1024 ports in use");
    assertEquals(1400, ports.size() + lans.count(DropReason.NAT_PORTS_USED_UP));
    lans.clock.advanceSeconds(7);
    assertEquals(0, lans.count(Gauge.NAT_SESSIONS));
  }
}
