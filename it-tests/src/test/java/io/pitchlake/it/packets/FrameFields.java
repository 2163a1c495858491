package io.pitchlake.it.packets;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.wire.Flyweight;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.NativeBuffer;
import io.pitchlake.common.wire.ParsedFrame;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What the flyweights read in a frame, under the names that tshark has for it. One thread.
final class FrameFields implements AutoCloseable {
  private static final int ROOM_BYTES = 2048;

  private final NativeBuffer buffer = new NativeBuffer(ROOM_BYTES);
  private final ParsedFrame parsed = new ParsedFrame();
  private Map<String, String> fields;

  /// The fields of a frame, as [#plain] writes their values.
  Map<String, String> of(byte[] frame) {
    fields = new TreeMap<>();
    if (!parsed.parse(buffer.put(frame), frame.length)) {
      throw new AssertionError("the flyweights refuse a frame");
    }
    put("eth.dst", mac(parsed.ethernet.destination()));
    put("eth.src", mac(parsed.ethernet.source()));
    if (parsed.ethernet.isTagged()) {
      put("vlan.id", parsed.ethernet.vlanId());
    }
    if (isFound(parsed.arp)) {
      arp();
    } else if (isFound(parsed.ipv4)) {
      ipv4();
    } else if (isFound(parsed.ipv6)) {
      ipv6();
    }
    if (isFound(parsed.icmp)) {
      icmp();
    } else if (isFound(parsed.icmpv6)) {
      icmpv6();
    } else if (isFound(parsed.tcp)) {
      tcp();
    } else if (isFound(parsed.udp)) {
      udp();
    } else if (isFound(parsed.vrrp)) {
      vrrp();
    }
    return fields;
  }

  /// Whether the frame read last quotes another one, whose fields a dissector shows, too.
  boolean quotes() {
    boolean error =
        isFound(parsed.icmp)
            && parsed.icmp.type() != IcmpHeader.ECHO_REQUEST
            && parsed.icmp.type() != IcmpHeader.ECHO_REPLY;
    return error || isFound(parsed.icmpv6) && Icmpv6Header.isError(parsed.icmpv6.type());
  }

  /// One way to write a value, whoever has written it: numbers in decimal, addresses as the program
  /// does, MACs without colons.
  static String plain(String value) {
    String text = value.toLowerCase(Locale.ROOT);
    if (text.equals("true") || text.equals("false")) {
      return text.equals("true") ? "1" : "0";
    }
    if (text.matches("([0-9a-f]{2}:){5}[0-9a-f]{2}")) {
      return text.replace(":", "");
    }
    if (text.matches("0x[0-9a-f]{1,15}")) {
      return Long.toString(Long.decode(text));
    }
    return IpAddress.tryParse(text).map(IpAddress::toString).orElse(text);
  }

  private void arp() {
    put("arp.opcode", parsed.arp.operation());
    put("arp.src.hw_mac", mac(parsed.arp.senderMac()));
    put("arp.src.proto_ipv4", ipv4(parsed.arp.senderAddress()));
    put("arp.dst.hw_mac", mac(parsed.arp.targetMac()));
    put("arp.dst.proto_ipv4", ipv4(parsed.arp.targetAddress()));
  }

  private void ipv4() {
    put("ip.src", ipv4(parsed.ipv4.source()));
    put("ip.dst", ipv4(parsed.ipv4.destination()));
    put("ip.ttl", parsed.ipv4.timeToLive());
    put("ip.id", parsed.ipv4.identification());
    put("ip.len", parsed.ipv4.totalLength());
    put("ip.proto", parsed.ipv4.protocol());
    put("ip.checksum", parsed.ipv4.checksum());
  }

  private void ipv6() {
    put("ipv6.src", new IpAddress(parsed.ipv6.sourceHigh(), parsed.ipv6.sourceLow()).toString());
    put(
        "ipv6.dst",
        new IpAddress(parsed.ipv6.destinationHigh(), parsed.ipv6.destinationLow()).toString());
    put("ipv6.hlim", parsed.ipv6.hopLimit());
    put("ipv6.plen", parsed.ipv6.payloadLength());
    put("ipv6.flow", parsed.ipv6.flowLabel());
  }

  private void icmp() {
    put("icmp.type", parsed.icmp.type());
    put("icmp.code", parsed.icmp.code());
    put("icmp.checksum", parsed.icmp.checksum());
    if (!quotes()) {
      put("icmp.ident", parsed.icmp.identifier());
      put("icmp.seq", parsed.icmp.sequence());
    }
  }

  private void icmpv6() {
    put("icmpv6.type", parsed.icmpv6.type());
    put("icmpv6.code", parsed.icmpv6.code());
    put("icmpv6.checksum", parsed.icmpv6.checksum());
    switch (parsed.icmpv6.type()) {
      case Icmpv6Header.ECHO_REQUEST, Icmpv6Header.ECHO_REPLY -> {
        put("icmpv6.echo.identifier", parsed.icmpv6.identifier());
        put("icmpv6.echo.sequence_number", parsed.icmpv6.sequence());
      }
      case Icmpv6Header.NEIGHBOR_SOLICITATION -> put("icmpv6.nd.ns.target_address", target());
      case Icmpv6Header.NEIGHBOR_ADVERTISEMENT -> {
        put("icmpv6.nd.na.target_address", target());
        put("icmpv6.nd.na.flag.r", parsed.icmpv6.isRouter() ? 1 : 0);
        put("icmpv6.nd.na.flag.s", parsed.icmpv6.isSolicited() ? 1 : 0);
        put("icmpv6.nd.na.flag.o", parsed.icmpv6.isOverride() ? 1 : 0);
      }
      default -> {}
    }
    if (isFound(parsed.ndpOptions)) {
      if (parsed.ndpOptions.hasSourceLinkLayerAddress()) {
        put("icmpv6.opt.src_linkaddr", mac(parsed.ndpOptions.sourceLinkLayerAddress()));
      }
      if (parsed.ndpOptions.hasTargetLinkLayerAddress()) {
        put("icmpv6.opt.target_linkaddr", mac(parsed.ndpOptions.targetLinkLayerAddress()));
      }
    }
  }

  private String target() {
    return new IpAddress(parsed.icmpv6.targetHigh(), parsed.icmpv6.targetLow()).toString();
  }

  private void tcp() {
    put("tcp.srcport", parsed.tcp.sourcePort());
    put("tcp.dstport", parsed.tcp.destinationPort());
    put("tcp.seq_raw", Integer.toUnsignedLong(parsed.tcp.sequence()));
    put("tcp.ack_raw", Integer.toUnsignedLong(parsed.tcp.acknowledgment()));
    put("tcp.hdr_len", parsed.tcp.headerLength());
    put("tcp.flags", parsed.tcp.flags());
    put("tcp.window_size_value", parsed.tcp.window());
    put("tcp.checksum", parsed.tcp.checksum());
    if (parsed.tcpOptions.hasMss()) {
      put("tcp.options.mss_val", parsed.tcpOptions.mss());
    }
    if (parsed.tcpOptions.hasWindowScale()) {
      put("tcp.options.wscale.shift", parsed.tcpOptions.windowScale());
    }
    if (parsed.tcpOptions.hasTimestamps()) {
      put(
          "tcp.options.timestamp.tsval",
          Integer.toUnsignedLong(parsed.tcpOptions.timestampValue()));
      put("tcp.options.timestamp.tsecr", Integer.toUnsignedLong(parsed.tcpOptions.timestampEcho()));
    }
  }

  private void udp() {
    put("udp.srcport", parsed.udp.sourcePort());
    put("udp.dstport", parsed.udp.destinationPort());
    put("udp.length", parsed.udp.lengthBytes());
    put("udp.checksum", parsed.udp.checksum());
    if (isFound(parsed.dhcp)) {
      put("dhcp.type", parsed.dhcp.op());
      put("dhcp.ip.your", ipv4(parsed.dhcp.yourAddress()));
      put("dhcp.hw.mac_addr", mac(parsed.dhcp.clientMac()));
      put("dhcp.option.dhcp", parsed.dhcp.messageType());
    }
  }

  private void vrrp() {
    put("vrrp.version", parsed.vrrp.version());
    put("vrrp.type", parsed.vrrp.type());
    put("vrrp.virt_rtr_id", parsed.vrrp.vrid());
    put("vrrp.prio", parsed.vrrp.priority());
    put("vrrp.addr_count", parsed.vrrp.count());
    put("vrrp.checksum", parsed.vrrp.checksum());
    if (parsed.vrrp.version() == 2) {
      put("vrrp.adver_int", parsed.vrrp.intervalCentis() / 100);
    } else {
      put("vrrp.short_adver_int", parsed.vrrp.intervalCentis());
    }
    if (parsed.vrrp.isIpv6()) {
      put(
          "vrrp.ipv6_addr",
          new IpAddress(parsed.vrrp.ipv6High(0), parsed.vrrp.ipv6Low(0)).toString());
    } else {
      put("vrrp.ip_addr", ipv4(parsed.vrrp.ipv4(0)));
    }
  }

  private void put(String name, long value) {
    fields.put(name, Long.toString(value));
  }

  private void put(String name, String value) {
    fields.put(name, plain(value));
  }

  private static boolean isFound(Flyweight header) {
    return header.address() != 0;
  }

  private static String mac(long value) {
    return new MacAddress(value).toString();
  }

  private static String ipv4(int value) {
    return IpAddress.ofIpv4(value).toString();
  }

  @Override
  public void close() {
    buffer.close();
  }
}
