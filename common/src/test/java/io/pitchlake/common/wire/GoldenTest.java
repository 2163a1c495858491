package io.pitchlake.common.wire;

import static io.pitchlake.common.wire.FrameAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The golden frames against the test tools themselves: what [CaptureLine] reads in them, and that
/// [PacketBuilder] makes the same bytes.
final class GoldenTest {
  private static final String CLIENT = "02:00:00:00:00:09";
  private static final String NODE = "00:00:5e:00:01:32";

  @ParameterizedTest
  @EnumSource
  void checksumsAreGood(Golden golden) {
    assertThat(golden.frame()).hasGoodChecksums();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "VLAN_ARP_REQUEST | vlan 7 p 5 ARP who-has 192.168.2.77 tell 192.168.2.9",
        "ARP_REPLY | ARP reply 192.168.2.77 is-at 00:00:5e:00:01:32 to 192.168.2.9",
        "ECHO | IP 192.168.2.9 > 192.168.2.77: echo request id 1234 seq 3 length 9",
        "FRAGMENT | IP 192.168.2.9 > 192.168.2.77: protocol 17 length 8 fragment 1480+",
        "SYN | IP 192.168.2.9.40000 > 192.168.2.77.80: TCP [SEW] seq 3735928559 win 64240"
            + " options [mss 1460,sackOK,TS 16909060 0,nop,wscale 7] length 0",
        "TCP_IPV6 | IP6 2001:db8::9.40000 > 2001:db8::77.443: TCP [P.] seq 1 ack 4294967280"
            + " win 1000 length 3",
        "UDP | IP 192.168.2.9.5353 > 192.168.2.77.53: UDP length 5",
        "UDP_EXTENSIONS | IP6 2001:db8::9.5353 > 2001:db8::77.53: UDP length 5 ext 0 ext 60"
            + " fragment 0+",
        "SOLICITATION | IP6 fe80::9 > ff02::1:ff00:77: NS who-has 2001:db8::77 source-mac"
            + " 02:00:00:00:00:09",
        "ADVERTISEMENT | IP6 2001:db8::77 > fe80::9: NA 2001:db8::77 [S] target-mac"
            + " 00:00:5e:00:01:32",
        "ECHO_IPV6 | IP6 2001:db8::9 > 2001:db8::77: echo request id 1234 seq 3 length 9",
        "VRRP_V3 | IP 192.168.2.4 > 224.0.0.18: VRRPv3 vrid 50 prio 200 interval 10cs addrs"
            + " [192.168.2.5,192.168.2.6]",
        "VRRP_V2 | IP 192.168.2.4 > 224.0.0.18: VRRPv2 vrid 50 prio 100 interval 1s addrs"
            + " [192.168.2.5]",
        "VRRP_IPV6 | IP6 fe80::4 > ff02::12: VRRPv3 vrid 50 prio 200 interval 10cs addrs"
            + " [fe80::5,2001:db8::5]",
        "DHCP_OFFER | IP 192.168.2.1.67 > 255.255.255.255.68: DHCP reply type 2 yiaddr"
            + " 192.168.2.77 chaddr 02:00:00:00:00:09",
      })
  void readsAs(Golden golden, String line) {
    assertThat(golden.frame()).reads("* > * " + line);
  }

  @Test
  void theBuilderMakesTheSameBytes() {
    assertThat(
            PacketBuilder.ethernet(CLIENT, NODE)
                .tag(0x8100, 0xb007)
                .arpRequest("192.168.2.9", "192.168.2.77")
                .build())
        .hasBytes(Golden.VLAN_ARP_REQUEST.frame());
    assertThat(PacketBuilder.ethernet(NODE, CLIENT).arpReply("192.168.2.77", "192.168.2.9").build())
        .hasBytes(Golden.ARP_REPLY.frame());
    assertThat(
            ipv4()
                .identification(0x1234)
                .dontFragment()
                .timeToLive(61)
                .typeOfService(0x10)
                .echoRequest(1234, 3)
                .payload("pitchlake")
                .build())
        .hasBytes(Golden.ECHO.frame());
    assertThat(
            ipv4()
                .identification(0x1234)
                .timeToLive(61)
                .ipOptions(
                    (byte) 7, (byte) 7, (byte) 4, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0)
                .fragment(1480, true)
                .protocol(17)
                .payload("12345678")
                .build())
        .hasBytes(Golden.FRAGMENT.frame());
    assertThat(
            ipv4()
                .identification(1)
                .dontFragment()
                .tcp(40000, 80)
                .flags(0xc2)
                .sequence(0xdeadbeef)
                .mss(1460)
                .sackPermitted()
                .timestamps(0x01020304, 0)
                .noOperation()
                .windowScale(7)
                .build())
        .hasBytes(Golden.SYN.frame());
    assertThat(
            PacketBuilder.ethernet("02:00:00:00:00:09", "33:33:ff:00:00:77")
                .ipv6("fe80::9", "ff02::1:ff00:77")
                .neighborSolicitation("2001:db8::77")
                .sourceLinkLayer(CLIENT)
                .build())
        .hasBytes(Golden.SOLICITATION.frame());
    assertThat(
            PacketBuilder.ethernet(NODE, CLIENT)
                .ipv6("2001:db8::77", "fe80::9")
                .neighborAdvertisement("2001:db8::77", "S")
                .targetLinkLayer(NODE)
                .build())
        .hasBytes(Golden.ADVERTISEMENT.frame());
    assertThat(
            PacketBuilder.ethernet(NODE, "01:00:5e:00:00:12")
                .ipv4("192.168.2.4", "224.0.0.18")
                .vrrp(3, 50, 200, 10, "192.168.2.5", "192.168.2.6")
                .build())
        .hasBytes(Golden.VRRP_V3.frame());
    assertThat(
            PacketBuilder.ethernet(NODE, "01:00:5e:00:00:12")
                .ipv4("192.168.2.4", "224.0.0.18")
                .vrrp(2, 50, 100, 100, "192.168.2.5")
                .build())
        .hasBytes(Golden.VRRP_V2.frame());
    assertThat(
            PacketBuilder.ethernet("00:00:5e:00:02:32", "33:33:00:00:00:12")
                .ipv6("fe80::4", "ff02::12")
                .vrrp(3, 50, 200, 10, "fe80::5", "2001:db8::5")
                .build())
        .hasBytes(Golden.VRRP_IPV6.frame());
    assertThat(
            PacketBuilder.ethernet(CLIENT, NODE)
                .ipv6("2001:db8::9", "2001:db8::77")
                .identification(0xabcdef01)
                .extension(0, (byte) 1, (byte) 4, (byte) 0, (byte) 0, (byte) 0, (byte) 0)
                .extension(60, padN(12))
                .fragment(0, true)
                .udp(5353, 53)
                .payload("hello")
                .build())
        .hasBytes(Golden.UDP_EXTENSIONS.frame());
  }

  @Test
  void breakageShowsInTheLine() {
    assertThat(ipv4().badIpChecksum().udp(1, 2).build()).reads("*UDP length 0 bad-ip-checksum");
    assertThat(ipv4().tcp(1, 2).syn().badChecksum().build()).reads("*length 0 bad-checksum");
    assertThat(ipv4().tcp(1, 2).syn().partialChecksum().build()).reads("*partial-checksum");
    assertThat(ipv4().udp(1, 2).padTo(60).build()).reads("*UDP length 0").hasLength(60);
    assertThat(ipv4().udp(1, 2).padTo(60, 7).build()).reads("*UDP length 0 padding-not-zero");
    assertThat(ipv4().udp(1, 2).cutTo(30).build()).reads("*IP ? header 20 total 28");
    assertEquals(
        "02:00:00:00:00:09 > 00:00:5e:00:01:32 ? cut off after 13 bytes",
        CaptureLine.of(ipv4().cutTo(13).build()));
  }

  private static PacketBuilder ipv4() {
    return PacketBuilder.ethernet(CLIENT, NODE).ipv4("192.168.2.9", "192.168.2.77");
  }

  /// A PadN option of 14 bytes: what fills a destination options header of 16.
  private static byte[] padN(int length) {
    byte[] bytes = new byte[2 + length];
    bytes[0] = 1;
    bytes[1] = (byte) length;
    return bytes;
  }
}
