package io.pitchlake.it.packets;

import io.pitchlake.it.lab.LabHost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Wireshark's dissectors, with every checksum verified.
///
/// Needs tshark(1).
final class Tshark {
  /// What is compared with the program's own reading.
  static final List<String> FIELDS =
      List.of(
          "eth.dst",
          "eth.src",
          "vlan.id",
          "arp.opcode",
          "arp.src.hw_mac",
          "arp.src.proto_ipv4",
          "arp.dst.hw_mac",
          "arp.dst.proto_ipv4",
          "ip.src",
          "ip.dst",
          "ip.ttl",
          "ip.id",
          "ip.len",
          "ip.proto",
          "ip.checksum",
          "ipv6.src",
          "ipv6.dst",
          "ipv6.hlim",
          "ipv6.plen",
          "ipv6.flow",
          "icmp.type",
          "icmp.code",
          "icmp.checksum",
          "icmp.ident",
          "icmp.seq",
          "icmpv6.type",
          "icmpv6.code",
          "icmpv6.checksum",
          "icmpv6.echo.identifier",
          "icmpv6.echo.sequence_number",
          "icmpv6.nd.ns.target_address",
          "icmpv6.nd.na.target_address",
          "icmpv6.nd.na.flag.r",
          "icmpv6.nd.na.flag.s",
          "icmpv6.nd.na.flag.o",
          "icmpv6.opt.src_linkaddr",
          "icmpv6.opt.target_linkaddr",
          "tcp.srcport",
          "tcp.dstport",
          "tcp.seq_raw",
          "tcp.ack_raw",
          "tcp.hdr_len",
          "tcp.flags",
          "tcp.window_size_value",
          "tcp.checksum",
          "tcp.options.mss_val",
          "tcp.options.wscale.shift",
          "tcp.options.timestamp.tsval",
          "tcp.options.timestamp.tsecr",
          "udp.srcport",
          "udp.dstport",
          "udp.length",
          "udp.checksum",
          "vrrp.version",
          "vrrp.type",
          "vrrp.virt_rtr_id",
          "vrrp.prio",
          "vrrp.addr_count",
          "vrrp.checksum",
          "vrrp.adver_int",
          "vrrp.short_adver_int",
          "vrrp.ip_addr",
          "vrrp.ipv6_addr");

  /// What is wrong with a frame: 1 is good, 2 unverified.
  private static final List<String> STATUS =
      List.of(
          "ip.checksum.status",
          "icmp.checksum.status",
          "icmpv6.checksum.status",
          "tcp.checksum.status",
          "udp.checksum.status",
          "vrrp.checksum.status");

  private static final String MALFORMED = "_ws.malformed";

  /// A frame as it was dissected.
  ///
  /// @param fields without those that it does not have
  /// @param checksums the outcome of each verification, by the field's name
  record Row(Map<String, String> fields, Map<String, String> checksums, boolean malformed) {
    /// Whether no checksum is bad and at least `wanted` was found good.
    boolean isGood(String wanted) {
      return !malformed
          && !checksums.containsValue("0")
          && !checksums.containsValue("bad")
          && List.of("1", "good").contains(checksums.getOrDefault(wanted, "none"));
    }
  }

  private final LabHost host;

  Tshark(LabHost host) {
    this.host = host;
  }

  /// Dissects a capture file, frame by frame.
  ///
  /// @param preferences such as `vrrp.v3_checksum_as_in_v2:TRUE`
  List<Row> read(Path capture, String... preferences) {
    List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", capture.toString()));
    for (String protocol : List.of("ip", "tcp", "udp")) {
      command.addAll(List.of("-o", protocol + ".check_checksum:TRUE"));
    }
    for (String preference : preferences) {
      command.addAll(List.of("-o", preference));
    }
    command.addAll(List.of("-T", "fields", "-E", "occurrence=f"));
    List<String> names = new ArrayList<>(FIELDS);
    names.addAll(STATUS);
    names.add(MALFORMED);
    names.forEach(name -> command.addAll(List.of("-e", name)));
    List<Row> rows = new ArrayList<>();
    host.run(command.toArray(String[]::new))
        .expectSuccess()
        .stdout()
        .lines()
        .forEach(line -> rows.add(row(names, line.split("\t", -1))));
    return rows;
  }

  private static Row row(List<String> names, String[] values) {
    Map<String, String> fields = new TreeMap<>();
    Map<String, String> checksums = new TreeMap<>();
    boolean malformed = false;
    for (int i = 0; i < values.length; i++) {
      String name = names.get(i);
      if (values[i].isEmpty()) {
        continue;
      }
      if (name.equals(MALFORMED)) {
        malformed = true;
      } else if (STATUS.contains(name)) {
        checksums.put(name, FrameFields.plain(values[i]));
      } else {
        fields.put(name, FrameFields.plain(values[i]));
      }
    }
    return new Row(fields, checksums, malformed);
  }
}
