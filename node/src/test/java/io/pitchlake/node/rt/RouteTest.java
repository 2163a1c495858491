package io.pitchlake.node.rt;

import static io.pitchlake.common.wire.FrameAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.node.sim.TwoLans;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Packets between two networks through the node, and what senders are told.
class RouteTest {
  private final TwoLans lans = new TwoLans();
  private final SimClock clock = lans.clock;
  private final SimHost client = lans.client;
  private final SimHost target = lans.target;
  private String gateway;
  private String gateway6;

  private void start(String text) {
    start(text, 1500);
  }

  private void start(String text, int mtuBehindBytes) {
    lans.start(text, mtuBehindBytes);
    gateway = lans.resolve(client, "192.168.2.5");
    gateway6 = lans.resolve(client, "2001:db8:1::5");
    // Who has asked the node for something is known to it.
    lans.resolve(target, "10.0.0.5");
    lans.resolve(target, "2001:db8:2::5");
  }

  private void start() {
    start(TwoLans.networks("route enable", "route enable"));
  }

  @AfterEach
  void stop() {
    lans.close();
  }

  private PacketBuilder fromClient() {
    return PacketBuilder.ethernet(TwoLans.CLIENT_MAC, gateway);
  }

  private PacketBuilder toTarget() {
    return fromClient().ipv4("192.168.2.66", "10.0.0.30");
  }

  private PacketBuilder toTarget6() {
    return PacketBuilder.ethernet(TwoLans.CLIENT_MAC, gateway6)
        .ipv6("2001:db8:1::66", "2001:db8:2::30");
  }

  @Test
  void packetsPassWithAHopLess() {
    start();
    assertThat(lans.through(client, target, toTarget().echoRequest(7, 1).payload("abc").build()))
        .hasBytes(
            PacketBuilder.ethernet(TwoLans.BACK_MAC, TwoLans.TARGET_MAC)
                .ipv4("192.168.2.66", "10.0.0.30")
                .timeToLive(63)
                .echoRequest(7, 1)
                .payload("abc")
                .build());
    assertThat(lans.through(client, target, toTarget6().tcp(1, 2).syn().build()))
        .hasBytes(
            PacketBuilder.ethernet(TwoLans.BACK_MAC, TwoLans.TARGET_MAC)
                .ipv6("2001:db8:1::66", "2001:db8:2::30")
                .timeToLive(63)
                .tcp(1, 2)
                .syn()
                .build());
    assertEquals(2, lans.count(Counter.ROUTED));
  }

  @Test
  void protocolsAndFragmentsNobodyKnowsPassToo() {
    start();
    lans.through(client, target, toTarget().protocol(47).payload("tunnel").build());
    lans.pieceThrough(
        client, target, toTarget().fragment(64, false).protocol(17).payload("rest").build());
  }

  @Test
  void aNetworkThatDoesNotRouteKeepsItsStationsIn() {
    start(TwoLans.networks("", "route enable"));
    lans.nothingThrough(client, target, toTarget().echoRequest(7, 1).build());
    assertEquals(1, lans.count(DropReason.NOBODY));
  }

  @Test
  void aVlanIsLeftAndEntered() {
    start(TwoLans.networks("route enable", "route enable vlan 7"));
    target.sendRaw(
        PacketBuilder.ethernet(TwoLans.TARGET_MAC, "ff:ff:ff:ff:ff:ff")
            .vlan(7)
            .arpRequest("10.0.0.30", "10.0.0.5")
            .build());
    clock.advanceMillis(10);
    byte[] seen = lans.pieceThrough(client, target, toTarget().udp(1, 2).payload("x").build());
    assertThat(seen)
        .hasBytes(
            PacketBuilder.ethernet(TwoLans.BACK_MAC, TwoLans.TARGET_MAC)
                .vlan(7)
                .ipv4("192.168.2.66", "10.0.0.30")
                .timeToLive(63)
                .udp(1, 2)
                .payload("x")
                .build());
  }

  @Test
  void aSenderIsToldThatItsHopsAreUsedUp() {
    start();
    assertThat(lans.through(client, client, toTarget().timeToLive(1).udp(40_000, 33_434).build()))
        .reads("* IP 192.168.2.5 > 192.168.2.66: ICMP type 11 code 0*");
    assertThat(lans.through(client, client, toTarget6().timeToLive(1).udp(40_000, 1).build()))
        .reads("* IP6 2001:db8:1::5 > 2001:db8:1::66: ICMP type 3 code 0*");
    assertEquals(2, lans.count(DropReason.HOP_LIMIT));
  }

  @Test
  void nothingIsToldAboutErrorsLaterFragmentsAndGroups() {
    start();
    byte[] quote = new byte[4 + 28];
    quote[4] = 0x45;
    lans.nothingThrough(client, client, toTarget().timeToLive(1).icmp(3, 3, quote).build());
    lans.nothingThrough(
        client,
        client,
        toTarget().timeToLive(1).fragment(64, false).protocol(17).payload("rest").build());
    lans.nothingThrough(
        client,
        client,
        fromClient().ipv4("224.0.0.9", "10.0.0.30").timeToLive(1).udp(1, 2).build());
    lans.nothingThrough(
        client,
        client,
        fromClient().ipv4("192.168.2.66", "239.1.1.1").timeToLive(1).udp(1, 2).build());
    assertEquals(0, lans.count(Counter.ICMP_ERRORS_SENT));
  }

  @Test
  void aSenderLearnsOfANarrowWay() {
    start(TwoLans.networks("route enable", ""), 1300);
    byte[] told =
        lans.through(
            client, client, toTarget().dontFragment().udp(1, 2).payload(new byte[1300]).build());
    assertThat(told).reads("* IP 192.168.2.5 > 192.168.2.66: ICMP type 3 code 4*");
    assertEquals(1300, (told[40] & 0xff) << 8 | told[41] & 0xff, "MTU of the next hop");
    assertEquals(14 + 576, told.length, "length of the error");
    byte[] told6 =
        lans.through(client, client, toTarget6().udp(1, 2).payload(new byte[1300]).build());
    assertThat(told6).reads("* IP6 2001:db8:1::5 > 2001:db8:1::66: ICMP type 2 code 0*");
    assertEquals(1300, (told6[60] & 0xff) << 8 | told6[61] & 0xff, "MTU of the next hop");
    assertEquals(14 + 1280, told6.length, "length of the error");
    lans.nothingThrough(client, client, toTarget().udp(1, 2).payload(new byte[1300]).build());
    assertEquals(3, lans.count(DropReason.TOO_BIG));
    lans.through(
        client, target, toTarget().dontFragment().udp(1, 2).payload(new byte[1272]).build());
  }

  @Test
  void errorsAreLimited() {
    start(TwoLans.networks("route enable", "") + "set icmprate 3");
    for (int i = 0; i < 10; i++) {
      client.sendRaw(toTarget().timeToLive(1).udp(40_000, 33_434).build());
    }
    clock.advanceMillis(10);
    assertEquals(3, lans.count(Counter.ICMP_ERRORS_SENT));
    assertEquals(7, lans.count(Counter.ICMP_ERRORS_HELD_BACK));
  }

  @Test
  void whereNothingLeadsIsToldToo() {
    start();
    assertThat(
            lans.through(
                client, client, fromClient().ipv4("192.168.2.66", "8.8.8.8").udp(1, 2).build()))
        .reads("* IP 192.168.2.5 > 192.168.2.66: ICMP type 3 code 0*");
    assertEquals(1, lans.count(DropReason.NO_ROUTE));
  }

  @Test
  void aGatewayTakesWhatNobodyElseReaches() {
    SimHost far =
        new SimHost(clock, lans.back, "far", 0x0200_0000_0001L)
            .own(IpAddress.parse("10.0.0.1"))
            .own(IpAddress.parse("10.0.0.2"));
    start(
        TwoLans.networks("route enable", "")
            + """
            gateway 1 { ipaddr 10.0.0.30 } gateway 2 { ipaddr 10.0.0.1 route 172.16.0.0/12 }
            register gateways 1,2 enable gateways 1,2
            """);
    lans.resolve(far, "10.0.0.5");
    lans.through(client, target, fromClient().ipv4("192.168.2.66", "8.8.8.8").udp(1, 2).build());
    lans.through(client, far, fromClient().ipv4("192.168.2.66", "172.16.9.9").udp(1, 2).build());
  }

  @Test
  void aNextHopIsAskedForAndPacketsPassAsSoonAsItAnswers() {
    start();
    SimHost late =
        new SimHost(clock, lans.back, "late", 0x0200_0000_0032L).own(IpAddress.parse("10.0.0.32"));
    byte[] ping = fromClient().ipv4("192.168.2.66", "10.0.0.32").echoRequest(7, 1).build();
    lans.nothingThrough(client, late, ping);
    assertEquals(1, lans.count(DropReason.NEXT_HOP_ASKED));
    clock.advanceMillis(10);
    lans.through(client, late, ping);
  }

  @Test
  void aSilentNextHopIsTold() {
    start();
    byte[] ping = fromClient().ipv4("192.168.2.66", "10.0.0.99").echoRequest(7, 1).build();
    for (int i = 0; i < 3; i++) {
      lans.nothingThrough(client, client, ping);
      clock.advanceSeconds(1);
    }
    assertThat(lans.through(client, client, ping))
        .reads("* IP 192.168.2.5 > 192.168.2.66: ICMP type 3 code 1*");
    assertEquals(3, lans.count(Counter.NEXT_HOPS_ASKED));
  }

  @Test
  void aNextHopThatIsGoneIsNoticed() {
    start();
    byte[] ping = toTarget().echoRequest(7, 1).build();
    lans.through(client, target, ping);
    target.attachment().connected(false);
    clock.advanceSeconds(31);
    for (int i = 0; i < 4; i++) {
      client.sendRaw(ping);
      clock.advanceSeconds(1);
    }
    assertEquals(1, lans.count(DropReason.NEXT_HOP_SILENT));
  }

  @Test
  void aSimulatedAddressOfAnotherNetworkIsNobodys() {
    start(TwoLans.networks("route enable", "tarpit enable"));
    clock.advanceSeconds(5);
    lans.nothingThrough(
        client, client, fromClient().ipv4("192.168.2.66", "10.0.0.99").echoRequest(7, 1).build());
    assertEquals(1, lans.count(DropReason.ROUTED_TO_SIMULATED));
  }

  @Test
  void addressesOfTheNodeBroadcastsAndLinkLocalOnesAreNotRouted() {
    start();
    for (String destination :
        new String[] {
          "10.0.0.4", "10.0.0.5", "10.0.0.255", "10.0.0.0", "127.0.0.1", "169.254.1.1"
        }) {
      lans.nothingThrough(
          client, target, fromClient().ipv4("192.168.2.66", destination).udp(1, 2).build());
    }
    assertEquals(6, lans.count(DropReason.NOT_ROUTABLE));
  }
}
