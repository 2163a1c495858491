package io.pitchlake.node.tnat;

import static io.pitchlake.common.wire.FrameAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.common.wire.Property;
import io.pitchlake.node.sim.TwoLans;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Clients and targets on two LANs, and on one, around a node that translates a server's address.
class TranslatedServerTest {
  private static final String NETWORKS =
      TwoLans.networks("", "")
          + """
          register servers 1,2,3 enable servers 1,2,3
          register targets 1,2,3 enable targets 1,2,3
          """;

  private static final String SERVERS =
      """
      server 1 { ipaddr 192.168.2.10 port 80 targets 1 %s }
      server 2 { ipaddr 192.168.2.10 port any protocol udp targets 1 }
      server 3 { ipaddr 2001:db8:1::10 port 80 targets 2 }
      target 1 { ipaddr 10.0.0.30 port 8080 }
      target 2 { ipaddr 2001:db8:2::30 port 8080 }
      target 3 { ipaddr 10.0.0.31 }
      """;

  private final TwoLans lans = new TwoLans();
  private final SimClock clock = lans.clock;
  private final SimHost client = lans.client;
  private final SimHost target = lans.target;
  private String serverMac;
  private String serverMac6;
  private String gatewayMac;
  private String gatewayMac6;

  private void start(String text) {
    lans.start(text);
    serverMac = lans.resolve(client, "192.168.2.10");
    serverMac6 = lans.resolve(client, "2001:db8:1::10");
    gatewayMac = lans.resolve(target, "10.0.0.5");
    gatewayMac6 = lans.resolve(target, "2001:db8:2::5");
  }

  private void start() {
    start(NETWORKS + SERVERS.formatted(""));
    assertEquals(3, lans.count(Gauge.TARGETS_READY));
  }

  @AfterEach
  void stop() {
    lans.close();
  }

  private byte[] through(SimHost from, SimHost to, byte[] frame) {
    return lans.through(from, to, frame);
  }

  private PacketBuilder fromClient() {
    return PacketBuilder.ethernet(TwoLans.CLIENT_MAC, serverMac);
  }

  private PacketBuilder fromTarget() {
    return PacketBuilder.ethernet(TwoLans.TARGET_MAC, gatewayMac);
  }

  @Test
  void aConnectionIsTranslatedBothWays() {
    start();
    byte[] syn =
        fromClient().ipv4("172.16.0.9", "192.168.2.10").tcp(40_000, 80).syn().mss(1460).build();
    byte[] wanted =
        PacketBuilder.ethernet(TwoLans.BACK_MAC, TwoLans.TARGET_MAC)
            .ipv4("172.16.0.9", "10.0.0.30")
            .timeToLive(63)
            .tcp(40_000, 8080)
            .syn()
            .mss(1460)
            .build();
    assertThat(through(client, target, syn)).hasBytes(wanted);
    byte[] answer =
        fromTarget()
            .ipv4("10.0.0.30", "172.16.0.9")
            .tcp(8080, 40_000)
            .syn()
            .ack(1)
            .payload("hello")
            .build();
    byte[] back =
        PacketBuilder.ethernet(TwoLans.FRONT_MAC, TwoLans.CLIENT_MAC)
            .ipv4("192.168.2.10", "172.16.0.9")
            .timeToLive(63)
            .tcp(80, 40_000)
            .syn()
            .ack(1)
            .payload("hello")
            .build();
    assertThat(through(target, client, answer)).hasBytes(back);
    assertEquals(1, lans.count(Gauge.NAT_SESSIONS));
    assertEquals(1, lans.count(Counter.NAT_OUT));
    assertEquals(1, lans.count(Counter.NAT_BACK));
  }

  @Test
  void ipv6IsTranslatedBothWays() {
    start();
    byte[] syn =
        PacketBuilder.ethernet(TwoLans.CLIENT_MAC, serverMac6)
            .ipv6("2001:db8:9::9", "2001:db8:1::10")
            .tcp(40_000, 80)
            .syn()
            .build();
    assertThat(through(client, target, syn))
        .hasBytes(
            PacketBuilder.ethernet(TwoLans.BACK_MAC, TwoLans.TARGET_MAC)
                .ipv6("2001:db8:9::9", "2001:db8:2::30")
                .timeToLive(63)
                .tcp(40_000, 8080)
                .syn()
                .build());
    byte[] answer =
        PacketBuilder.ethernet(TwoLans.TARGET_MAC, gatewayMac6)
            .ipv6("2001:db8:2::30", "2001:db8:9::9")
            .tcp(8080, 40_000)
            .syn()
            .ack(1)
            .build();
    assertThat(through(target, client, answer))
        .hasBytes(
            PacketBuilder.ethernet(TwoLans.FRONT_MAC, TwoLans.CLIENT_MAC)
                .ipv6("2001:db8:1::10", "2001:db8:9::9")
                .timeToLive(63)
                .tcp(80, 40_000)
                .syn()
                .ack(1)
                .build());
  }

  /// What an echoing target sends back is what its client sent, whatever that was, with the ends
  /// swapped.
  @Test
  void whatATargetEchoesComesBackAsItWasSent() {
    start();
    Property.forAll(
        "what a target echoes comes back as it was sent",
        300,
        random -> {
          boolean isIpv4 = random.nextBoolean();
          boolean isTcp = !isIpv4 || random.nextBoolean();
          int clientPort = 1024 + random.nextInt(60_000);
          int port = isTcp ? 80 : 1 + random.nextInt(65_535);
          byte[] payload = new byte[random.nextInt(100)];
          random.nextBytes(payload);
          String from = isIpv4 ? "172.16.0." + random.nextInt(256) : "2001:db8:9::9";
          String server = isIpv4 ? "192.168.2.10" : "2001:db8:1::10";
          byte[] sent =
              PacketBuilder.ethernet(TwoLans.CLIENT_MAC, isIpv4 ? serverMac : serverMac6)
                  .between(from, server)
                  .segment(isTcp, clientPort, port)
                  .payload(payload)
                  .build();
          byte[] seen = through(client, target, sent);
          String targetAddress = isIpv4 ? "10.0.0.30" : "2001:db8:2::30";
          int sourceAt = isIpv4 ? 34 : 54;
          byte[] echo =
              PacketBuilder.ethernet(TwoLans.TARGET_MAC, isIpv4 ? gatewayMac : gatewayMac6)
                  .between(targetAddress, from)
                  .segment(isTcp, 8080, u16(seen, sourceAt))
                  .payload(payload)
                  .build();
          assertThat(through(target, client, echo))
              .hasBytes(
                  PacketBuilder.ethernet(TwoLans.FRONT_MAC, TwoLans.CLIENT_MAC)
                      .between(server, from)
                      .timeToLive(63)
                      .segment(isTcp, port, clientPort)
                      .payload(payload)
                      .build());
        });
  }

  @Test
  void datagramsWithoutAChecksumKeepNone() {
    start(NETWORKS + SERVERS.formatted("").replace("port 8080", ""));
    byte[] query =
        fromClient().ipv4("172.16.0.9", "192.168.2.10").udp(5000, 53).noChecksum().build();
    assertThat(through(client, target, query))
        .hasBytes(
            PacketBuilder.ethernet(TwoLans.BACK_MAC, TwoLans.TARGET_MAC)
                .ipv4("172.16.0.9", "10.0.0.30")
                .timeToLive(63)
                .udp(5000, 53)
                .noChecksum()
                .build());
    byte[] answer = fromTarget().ipv4("10.0.0.30", "172.16.0.9").udp(53, 5000).payload("x").build();
    assertThat(through(target, client, answer)).reads("* 192.168.2.10.53 > 172.16.0.9.5000*");
  }

  /// A client whose source port is taken at the target, by its own session with another server,
  /// gets another one there.
  @Test
  void twoServersOfOneTargetDoNotMixUpAClientsPorts() {
    start(NETWORKS + SERVERS.formatted("").replace("port any protocol udp", "port 81"));
    byte[] first =
        through(
            client,
            target,
            fromClient().ipv4("172.16.0.9", "192.168.2.10").tcp(40_000, 80).syn().build());
    byte[] second =
        through(
            client,
            target,
            fromClient().ipv4("172.16.0.9", "192.168.2.10").tcp(40_000, 81).syn().build());
    int port = sourcePort(second);
    assertEquals(40_000, sourcePort(first));
    assertTrue(port >= 32_768 && port != 40_000, "port " + port);
    byte[] answer =
        fromTarget().ipv4("10.0.0.30", "172.16.0.9").tcp(8080, port).syn().ack(1).build();
    assertThat(through(target, client, answer)).reads("* 192.168.2.10.81 > 172.16.0.9.40000*");
  }

  private static int sourcePort(byte[] frame) {
    return u16(frame, 34);
  }

  private static int u16(byte[] frame, int at) {
    return (frame[at] & 0xff) << 8 | frame[at + 1] & 0xff;
  }

  @Test
  void withSourceTranslationTheTargetSeesTheNode() {
    start(NETWORKS + SERVERS.formatted("snat enable"));
    byte[] seen =
        through(
            client,
            target,
            fromClient().ipv4("172.16.0.9", "192.168.2.10").tcp(1234, 80).syn().build());
    int port = sourcePort(seen);
    assertThat(seen).reads("* 10.0.0.5." + port + " > 10.0.0.30.8080*");
    assertTrue(port >= 32_768, "port " + port);
    byte[] answer = fromTarget().ipv4("10.0.0.30", "10.0.0.5").tcp(8080, port).syn().ack(1).build();
    assertThat(through(target, client, answer)).reads("* 192.168.2.10.80 > 172.16.0.9.1234*");
  }

  /// The target would answer such a client past the node.
  @Test
  void aClientBesideTheTargetIsHiddenByItself() {
    start(NETWORKS + SERVERS.formatted("").replace("192.168.2.10", "10.0.0.10"));
    String server = lans.resolve(target, "10.0.0.10");
    SimHost neighbour =
        new SimHost(clock, lans.back, "neighbour", 0x0200_0000_0077L)
            .own(IpAddress.parse("10.0.0.77"));
    byte[] syn =
        PacketBuilder.ethernet("02:00:00:00:00:77", server)
            .ipv4("10.0.0.77", "10.0.0.10")
            .tcp(40_000, 80)
            .syn()
            .build();
    assertThat(through(neighbour, target, syn)).reads("* 10.0.0.5.40000 > 10.0.0.30.8080*");
    byte[] answer =
        fromTarget().ipv4("10.0.0.30", "10.0.0.5").tcp(8080, 40_000).syn().ack(1).build();
    assertThat(through(target, neighbour, answer)).reads("* 10.0.0.10.80 > 10.0.0.77.40000*");
  }

  /// The server may have the gateway's own address; answers to the node are still told apart.
  @Test
  void aServerMayShareTheAddressThatHidesItsClients() {
    start(NETWORKS + SERVERS.formatted("").replace("192.168.2.10", "10.0.0.5"));
    SimHost neighbour =
        new SimHost(clock, lans.back, "neighbour", 0x0200_0000_0077L)
            .own(IpAddress.parse("10.0.0.77"));
    byte[] syn =
        PacketBuilder.ethernet("02:00:00:00:00:77", gatewayMac)
            .ipv4("10.0.0.77", "10.0.0.5")
            .tcp(40_000, 80)
            .syn()
            .build();
    assertThat(through(neighbour, target, syn)).reads("* 10.0.0.5.40000 > 10.0.0.30.8080*");
    byte[] answer =
        fromTarget().ipv4("10.0.0.30", "10.0.0.5").tcp(8080, 40_000).syn().ack(1).build();
    assertThat(through(target, neighbour, answer)).reads("* 10.0.0.5.80 > 10.0.0.77.40000*");
  }

  /// Sends a UDP datagram in two pieces and returns what becomes of them, put together again.
  private byte[] inPieces(SimHost from, SimHost to, byte[] whole) {
    int cut = 14 + 20 + 24;
    byte[] first = piece(Arrays.copyOf(whole, cut), 0x2000);
    byte[] rest = new byte[34 + whole.length - cut];
    System.arraycopy(whole, 0, rest, 0, 34);
    System.arraycopy(whole, cut, rest, 34, whole.length - cut);
    piece(rest, 24 / 8);
    byte[] seen = lans.pieceThrough(from, to, first);
    byte[] seenRest = lans.pieceThrough(from, to, rest);
    byte[] together = Arrays.copyOf(seen, whole.length);
    System.arraycopy(seenRest, 34, together, cut, whole.length - cut);
    assertEquals(0, Arrays.compare(seen, 26, 34, seenRest, 26, 34), "addresses of both pieces");
    return piece(together, 0);
  }

  /// Makes an IPv4 frame a piece of a packet, with its length and a good header checksum.
  private static byte[] piece(byte[] frame, int fragmentField) {
    ByteBuffer ip = ByteBuffer.wrap(frame);
    ip.putShort(16, (short) (frame.length - 14)).putShort(20, (short) fragmentField);
    ip.putShort(24, (short) 0);
    int sum = 0;
    for (int at = 14; at < 34; at += 2) {
      sum += ip.getShort(at) & 0xffff;
    }
    ip.putShort(24, (short) ~((sum & 0xffff) + (sum >>> 16)));
    return frame;
  }

  @Test
  void fragmentsFollowTheirFirstBothWays() {
    start(NETWORKS + SERVERS.formatted("").replace("port 8080", ""));
    String text = "0123456789abcdef0123456789";
    byte[] query =
        fromClient()
            .ipv4("172.16.0.9", "192.168.2.10")
            .identification(77)
            .udp(5000, 53)
            .payload(text)
            .build();
    assertThat(inPieces(client, target, query))
        .reads("* 172.16.0.9.5000 > 10.0.0.30.53*")
        .hasGoodChecksums();
    byte[] answer =
        fromTarget()
            .ipv4("10.0.0.30", "172.16.0.9")
            .identification(9)
            .udp(53, 5000)
            .payload(text)
            .build();
    assertThat(inPieces(target, client, answer))
        .reads("* 192.168.2.10.53 > 172.16.0.9.5000*")
        .hasGoodChecksums();
    assertEquals(4, lans.count(Counter.NAT_FRAGMENTS));
    client.sendRaw(
        fromClient()
            .ipv4("172.16.0.9", "192.168.2.10")
            .identification(78)
            .fragment(24, false)
            .protocol(17)
            .payload("orphan")
            .build());
    clock.advanceMillis(1);
    assertEquals(1, lans.count(DropReason.FRAGMENT_WITHOUT_FIRST));
  }

  @Test
  void errorsAboutTranslatedPacketsAreTranslated() {
    start();
    byte[] syn = fromClient().ipv4("172.16.0.9", "192.168.2.10").tcp(40_000, 80).syn().build();
    byte[] atTarget = through(client, target, syn);
    // A router behind the node cannot pass the client's packet on.
    byte[] quote = new byte[4 + 28];
    System.arraycopy(atTarget, 14, quote, 4, 28);
    byte[] toClient =
        through(
            target, client, fromTarget().ipv4("10.0.0.30", "172.16.0.9").icmp(3, 3, quote).build());
    byte[] wanted = new byte[4 + 28];
    System.arraycopy(syn, 14, wanted, 4, 28);
    assertQuotes(toClient, wanted, "192.168.2.10", "172.16.0.9");
    // A router in front of it cannot pass the target's answer on.
    byte[] answer = fromTarget().ipv4("10.0.0.30", "172.16.0.9").tcp(8080, 40_000).ack(1).build();
    byte[] atClient = through(target, client, answer);
    System.arraycopy(atClient, 14, quote, 4, 28);
    byte[] toTarget =
        through(
            client,
            target,
            fromClient().ipv4("172.16.0.1", "192.168.2.10").icmp(3, 4, quote).build());
    System.arraycopy(answer, 14, wanted, 4, 28);
    assertQuotes(toTarget, wanted, "172.16.0.1", "10.0.0.30");
    assertEquals(2, lans.count(Counter.NAT_ICMP_ERRORS));
  }

  /// The quote has the addresses and ports of `wanted`, and an IP header that sums up, but a hop
  /// less.
  private static void assertQuotes(byte[] frame, byte[] wanted, String source, String destination) {
    assertThat(frame).reads("* IP " + source + " > " + destination + ": ICMP*");
    byte[] quoted = Arrays.copyOfRange(frame, 14 + 20 + 8, 14 + 20 + 8 + 28);
    assertEquals(wanted[4 + 8] - 1, quoted[8], "hops left in the quote");
    for (int i = 12; i < 24; i++) {
      assertEquals(wanted[4 + i], quoted[i], "byte " + i + " of the quote");
    }
    int sum = 0;
    for (int i = 0; i < 20; i += 2) {
      sum += (quoted[i] & 0xff) << 8 | quoted[i + 1] & 0xff;
    }
    assertEquals(0xffff, (sum & 0xffff) + (sum >>> 16), "sum of the quoted header");
  }

  /// Its network has the node as its router, so the server in the other one is reached, too.
  @Test
  void aClientOfAnotherNetworkComesByItsGateway() {
    start(NETWORKS.replace("interface 2 \n", "interface 2 route enable\n") + SERVERS.formatted(""));
    SimHost neighbour =
        new SimHost(clock, lans.back, "neighbour", 0x0200_0000_0077L)
            .own(IpAddress.parse("10.0.0.77"));
    byte[] syn =
        PacketBuilder.ethernet("02:00:00:00:00:77", gatewayMac)
            .ipv4("10.0.0.77", "192.168.2.10")
            .tcp(40_000, 80)
            .syn()
            .build();
    assertThat(through(neighbour, target, syn)).reads("* 10.0.0.5.40000 > 10.0.0.30.8080*");
    byte[] answer =
        fromTarget().ipv4("10.0.0.30", "10.0.0.5").tcp(8080, 40_000).syn().ack(1).build();
    assertThat(through(target, neighbour, answer)).reads("* 192.168.2.10.80 > 10.0.0.77.40000*");
  }

  @Test
  void aNetworkThatDoesNotRouteDoesNotReachIt() {
    start();
    SimHost neighbour =
        new SimHost(clock, lans.back, "neighbour", 0x0200_0000_0077L)
            .own(IpAddress.parse("10.0.0.77"));
    lans.nothingThrough(
        neighbour,
        target,
        PacketBuilder.ethernet("02:00:00:00:00:77", gatewayMac)
            .ipv4("10.0.0.77", "192.168.2.10")
            .tcp(40_000, 80)
            .syn()
            .build());
  }

  @Test
  void whatBelongsToNoSessionIsNotTranslated() {
    start();
    target.sendRaw(
        fromTarget().ipv4("10.0.0.30", "172.16.0.9").tcp(8080, 40_000).syn().ack(1).build());
    clock.advanceMillis(1);
    assertEquals(0, lans.count(Counter.NAT_BACK));
    assertEquals(0, lans.count(Gauge.NAT_SESSIONS));
  }

  @Test
  void aPacketWithoutHopsIsAnsweredFromTheGateway() {
    start();
    int before = client.frames().size();
    client.sendRaw(
        fromClient()
            .ipv4("192.168.2.66", "192.168.2.10")
            .timeToLive(1)
            .tcp(40_000, 80)
            .syn()
            .build());
    clock.advanceMillis(1);
    byte[] told = client.frames().get(before);
    assertThat(told).hasGoodChecksums();
    assertThat(told).reads("* IP 192.168.2.5 > 192.168.2.66: ICMP type 11 code 0*");
    assertEquals(0, lans.count(Gauge.NAT_SESSIONS));
    assertEquals(1, lans.count(DropReason.HOP_LIMIT));
  }

  @Test
  void aSessionEndsAfterItsSilence() {
    start(NETWORKS + SERVERS.formatted("") + "set sessionopento 5 set sessioncloseto 5");
    through(
        client,
        target,
        fromClient().ipv4("172.16.0.9", "192.168.2.10").tcp(40_000, 80).syn().build());
    clock.advanceSeconds(7);
    assertEquals(0, lans.count(Gauge.NAT_SESSIONS));
    assertEquals(1, lans.count(Counter.NAT_SESSIONS_ENDED));
  }
}
