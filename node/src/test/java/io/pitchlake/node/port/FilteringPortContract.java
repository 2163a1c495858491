package io.pitchlake.node.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a port must do whose kernel can filter.
abstract class FilteringPortContract extends LivePortContract {
  @Test
  void keepsTheHostsOwnTrafficAway() {
    PortFilter filter =
        new PortFilter(
            Set.of(new MacAddress(NEAR_MAC), MacAddress.parse("00:00:5e:00:01:32")),
            Set.of(IpAddress.parse("192.0.2.9"), IpAddress.parse("2001:db8::9")));
    String near = "0200000000e0";
    String virtual = "00005e000132";
    String stranger = "0200000000bb";
    String group = "01005e000012";
    List<Sample> samples =
        List.of(
            new Sample("ARP to anyone", true, stranger, "0806", "00".repeat(28)),
            new Sample("ARP behind a tag", true, stranger, "810000050806", "00".repeat(28)),
            new Sample("ARP behind two", true, stranger, "88a80007810000050806", "00".repeat(28)),
            new Sample("broadcast of any kind", true, "ffffffffffff", "88cc", "00".repeat(46)),
            new Sample("VRRP multicast", true, group, "0800", ipv4(112, "e0000012")),
            new Sample("VRRP to the host", true, near, "0800", ipv4(112, "c0000209")),
            new Sample("the engine's", true, near, "0800", ipv4(6, "c0000205")),
            new Sample("the host's", false, near, "0800", ipv4(6, "c0000209")),
            new Sample("the host's, tagged", false, near, "810000050800", ipv4(6, "c0000209")),
            new Sample("a stranger's", true, stranger, "0800", ipv4(6, "c0000205")),
            new Sample("the virtual station's", true, virtual, "0800", ipv4(6, "c0000263")),
            new Sample("another router's", true, "00005e000133", "0800", ipv4(6, "c0000205")),
            new Sample("the engine's", true, near, "86dd", ipv6(6, "5")),
            new Sample("the host's", false, near, "86dd", ipv6(6, "9")),
            new Sample("a stranger's", true, stranger, "86dd", ipv6(6, "5")),
            new Sample("a probe's answer", true, near, "0800", answer4(6, "f000")),
            new Sample("a datagram's", true, near, "0800", answer4(17, "ffff")),
            new Sample("below them", false, near, "0800", answer4(6, "efff")),
            new Sample("another protocol", false, near, "0800", answer4(47, "f000")),
            new Sample("an echo reply to the host", true, near, "0800", answer4(1, "0000")),
            new Sample("a probe's answer", true, near, "86dd", answer6(6, "f000")),
            new Sample("a datagram's, tagged", true, near, "8100000586dd", answer6(17, "f000")),
            new Sample("below them", false, near, "86dd", answer6(17, "efff")),
            new Sample("a neighbour's ICMPv6", true, stranger, "86dd", ipv6(58, "9")),
            new Sample("other unicast to us", true, virtual, "88b5", "00".repeat(46)),
            new Sample("other unicast", false, stranger, "88b5", "00".repeat(46)));
    withPort((port, peer) -> {
      port.filter(filter);
      for (Sample sample : samples) {
        peer.send(sample.frame());
      }
      byte[] last = frame(60, 0);
      peer.send(last);
      List<String> expected = new ArrayList<>();
      for (Sample sample : samples) {
        if (sample.wanted) {
          expected.add(sample.hex());
        }
      }
      List<String> seen = new ArrayList<>();
      for (byte[] bytes : receive(port, expected.size() + 1)) {
        seen.add(HEX.formatHex(bytes));
      }
      expected.add(HEX.formatHex(last));
      assertEquals(String.join("\n", sorted(expected)), String.join("\n", sorted(seen)));
    });
  }

  @Test
  void takesAFilterOfTheGreatestSize() {
    Set<MacAddress> stations = new HashSet<>();
    Set<IpAddress> hosts = new HashSet<>();
    stations.add(new MacAddress(NEAR_MAC));
    for (int i = 0; i < PortFilter.MAX_ENTRIES; i++) {
      if (i > 0) {
        stations.add(new MacAddress(0x0000_5e00_0100L + i));
      }
      hosts.add(IpAddress.parse("2001:db8::" + Integer.toHexString(i + 1)));
    }
    withPort((port, peer) -> {
      port.filter(new PortFilter(stations, hosts));
      Sample last = new Sample("", true, "00005e00013f", "86dd", ipv6(6, "ffff"));
      peer.send(new Sample("", false, "00005e000200", "86dd", ipv6(6, "0001")).frame());
      peer.send(new Sample("", false, "0200000000e0", "86dd", ipv6(6, "0040")).frame());
      peer.send(last.frame());
      assertEquals(last.hex(), HEX.formatHex(receive(port, 1).getFirst()));
    });
  }

  private static final HexFormat HEX = HexFormat.of();

  /// A port with two lanes may change the order between them.
  private static List<String> sorted(List<String> frames) {
    return frames.stream().sorted().toList();
  }

  private record Sample(
      String what, boolean wanted, String destination, String type, String packet) {
    String hex() {
      return destination + "0200000000a0" + type + packet;
    }

    byte[] frame() {
      return HEX.parseHex(hex());
    }
  }

  private static String ipv4(int protocol, String destination) {
    return "4500002800000000"
        + "40%02x0000".formatted(protocol)
        + "c0000201"
        + destination
        + "00".repeat(26);
  }

  private static String ipv6(int nextHeader, String destinationEnd) {
    return "60000000"
        + "0014%02x40".formatted(nextHeader)
        + "20010db8000000000000000000000001"
        + "20010db800000000000000000000"
        + "0".repeat(4 - destinationEnd.length())
        + destinationEnd
        + "00".repeat(20);
  }

  private static String answer4(int protocol, String port) {
    String packet = ipv4(protocol, "c0000209");
    return packet.substring(0, 44) + port + packet.substring(48);
  }

  private static String answer6(int nextHeader, String port) {
    String packet = ipv6(nextHeader, "9");
    return packet.substring(0, 84) + port + packet.substring(88);
  }

  @Test
  void handsOutEverythingWhenAFilterIsTooLarge() {
    Set<MacAddress> stations = new HashSet<>();
    for (int i = 0; i <= PortFilter.MAX_ENTRIES; i++) {
      stations.add(new MacAddress(0x0000_5e00_0100L + i));
    }
    withPort((port, peer) -> {
      assertFalse(port.filter(new PortFilter(stations, Set.of())));
      Sample stranger = new Sample("", true, "0200000000bb", "86dd", ipv6(6, "1"));
      peer.send(stranger.frame());
      assertEquals(stranger.hex(), HEX.formatHex(receive(port, 1).getFirst()));
    });
  }
}
