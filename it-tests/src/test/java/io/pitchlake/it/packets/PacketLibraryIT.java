package io.pitchlake.it.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.pcap.PcapReader;
import io.pitchlake.common.pcap.PcapWriter;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.wire.CaptureLine;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.RequiresRoot;
import io.pitchlake.node.sim.SimNode;
import io.pitchlake.node.sim.TwoLans;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Frames that the program writes, judged by tshark: nothing malformed, every checksum good, every
/// field what the flyweights read; and frames that scapy writes, read by the flyweights.
@RequiresRoot
@BesideOthers
class PacketLibraryIT {
  @RegisterExtension static final NetnsLab LAB = NetnsLab.segment().withHost("judge");

  private static final String NODE_VIRTUAL = "00:00:5e:00:01:32";
  private static final String NODE_VIRTUAL6 = "00:00:5e:00:02:32";
  private static final String STATION = "02:00:00:00:00:66";
  private static final List<Integer> PORTS = List.of(22, 23, 80, 443, 445, 4444);
  private static final String NOTHING = "";

  /// Has tshark read frames that were sent, and compares its reading with the program's.
  private static List<Map<String, String>> judge(
      String name, List<byte[]> frames, String... preferences) throws IOException {
    Path capture = LAB.record(name + ".pcap");
    try (PcapWriter writer = PcapWriter.create(capture)) {
      for (byte[] frame : frames) {
        writer.write(0, frame, 0, frame.length);
      }
    }
    List<Tshark.Row> rows = new Tshark(LAB.host("judge")).read(capture, preferences);
    assertEquals(frames.size(), rows.size(), "frames that tshark has read in " + capture);
    List<Map<String, String>> read = new ArrayList<>();
    try (FrameFields reader = new FrameFields()) {
      for (int i = 0; i < rows.size(); i++) {
        Tshark.Row row = rows.get(i);
        Map<String, String> ours = reader.of(frames.get(i));
        String which = "frame " + (i + 1) + " of " + capture + ": " + CaptureLine.of(frames.get(i));
        Map<String, String> theirs = new TreeMap<>(row.fields());
        if (reader.quotes()) {
          theirs.keySet().retainAll(ours.keySet());
        }
        assertEquals(theirs, ours, which);
        String checksum = checksumOf(ours);
        assertTrue(
            checksum.equals(NOTHING) ? !row.malformed() : row.isGood(checksum),
            () -> which + ": " + row);
        read.add(ours);
      }
    }
    return read;
  }

  /// The verification that must have been done.
  private static String checksumOf(Map<String, String> fields) {
    for (String protocol : List.of("tcp", "udp", "icmp", "icmpv6", "vrrp")) {
      if (fields.containsKey(protocol + ".checksum")) {
        return protocol + ".checksum.status";
      }
    }
    return fields.containsKey("ip.checksum") ? "ip.checksum.status" : NOTHING;
  }

  private static void assertSeen(List<Map<String, String>> read, String... fieldsAndValues) {
    assertTrue(
        read.stream()
            .anyMatch(fields -> {
              for (int i = 0; i < fieldsAndValues.length; i += 2) {
                if (!fieldsAndValues[i + 1].equals(fields.get(fieldsAndValues[i]))) {
                  return false;
                }
              }
              return true;
            }),
        () -> "no frame with " + Arrays.toString(fieldsAndValues) + " among " + read.size());
  }

  /// Proofs, answers, SYN-ACKs with every mixture of options, resets.
  @ParameterizedTest
  @EnumSource(Persona.class)
  void whatADecoySays(Persona persona) throws IOException {
    SimClock clock = new SimClock();
    SimLan lan = new SimLan(clock, new Random(1));
    List<byte[]> sent = new ArrayList<>();
    lan.monitor((from, frame) -> {
      if (from.name().equals("node")) {
        sent.add(frame.clone());
      }
    });
    SimNode node =
        new SimNode(
            clock,
            lan,
            new SimNode.Options()
                .persona(persona, 1)
                .set(Setting.TARPITSWEEPRATE, 0)
                .set(Setting.TARPITRSTRATE, 1_000_000));
    SimHost station =
        new SimHost(clock, lan, "station", 0x0200_0000_0066L)
            .own(IpAddress.parse("192.168.2.66"))
            .own(IpAddress.parse("2001:db8:1::66"));
    station.resolve(IpAddress.parse("192.168.2.77"));
    station.resolve(IpAddress.parse("2001:db8:1::77"));
    station.resolve(SimNode.VIRT);
    station.resolve(SimNode.VIRT6);
    clock.advanceSeconds(1);
    int from = 40_000;
    for (boolean ipv4 : new boolean[] {true, false}) {
      for (int port : PORTS) {
        for (int options = 0; options < 16; options++) {
          PacketBuilder syn = toDecoy(ipv4).tcp(from++, port).syn().sequence(0x1234_5678 + from);
          station.sendRaw(withOptions(syn, options).build());
          clock.advanceMillis(5);
        }
        station.sendRaw(toDecoy(ipv4).tcp(from++, port).sequence(1).ack(2).payload("x").build());
        clock.advanceMillis(5);
      }
      for (int length = 0; length < 9; length++) {
        station.sendRaw(
            toDecoy(ipv4).echoRequest(length, 2).payload("pitchlake".substring(length)).build());
        clock.advanceMillis(5);
      }
    }
    List<Map<String, String>> read = judge("decoy-" + persona, sent);
    assertSeen(read, "arp.opcode", "1", "arp.src.proto_ipv4", "192.168.2.4");
    assertSeen(read, "arp.opcode", "2", "arp.src.proto_ipv4", "192.168.2.77");
    assertSeen(read, "icmpv6.nd.ns.target_address", "2001:db8:1::77");
    assertSeen(
        read,
        "icmpv6.nd.na.target_address",
        "2001:db8:1::77",
        "icmpv6.nd.na.flag.s",
        "1",
        "icmpv6.nd.na.flag.o",
        "0");
    assertSeen(read, "ip.src", "192.168.2.77", "tcp.flags", "18");
    assertSeen(read, "ipv6.src", "2001:db8:1::77", "tcp.flags", "18");
    assertSeen(read, "ip.src", "192.168.2.77", "tcp.flags", "20");
    assertSeen(read, "icmp.type", "0");
    assertSeen(read, "icmpv6.type", "129");
    node.port().close();
  }

  private static PacketBuilder toDecoy(boolean ipv4) {
    return ipv4
        ? PacketBuilder.ethernet(STATION, NODE_VIRTUAL).ipv4("192.168.2.66", "192.168.2.77")
        : PacketBuilder.ethernet(STATION, NODE_VIRTUAL6).ipv6("2001:db8:1::66", "2001:db8:1::77");
  }

  private static PacketBuilder withOptions(PacketBuilder syn, int options) {
    PacketBuilder with = syn;
    with = (options & 1) != 0 ? with.mss(1400) : with;
    with = (options & 2) != 0 ? with.sackPermitted() : with;
    with = (options & 4) != 0 ? with.timestamps(0x8000_0001, 0) : with;
    return (options & 8) != 0 ? with.noOperation().windowScale(7) : with;
  }

  /// Adverts and announcements of both families.
  @ParameterizedTest
  @CsvSource({
    "'', vrrp.v3_checksum_as_in_v2:FALSE, 3",
    "checksum message, vrrp.v3_checksum_as_in_v2:TRUE, 3",
    "version 2 advert 1s, vrrp.v3_checksum_as_in_v2:FALSE, 2"
  })
  void whatAnActiveRouterSays(String words, String preference, String version) throws IOException {
    try (TwoLans lans = new TwoLans()) {
      List<byte[]> sent = watch(lans.front);
      lans.start(
          TwoLans.networks("", "") + "vrrp 1 { vrid 50 network 1 priority 253 " + words + " }");
      lans.clock.advanceSeconds(6);
      List<Map<String, String>> read =
          judge("adverts-" + words.replace(' ', '-'), sent, preference);
      assertSeen(
          read,
          "vrrp.version",
          version,
          "vrrp.prio",
          "253",
          "vrrp.ip_addr",
          "192.168.2.5",
          "ip.ttl",
          "255");
      assertSeen(read, "arp.opcode", "1", "arp.src.proto_ipv4", "192.168.2.5");
      assertSeen(read, "vrrp.version", "3", "ipv6.hlim", "255", "ipv6.dst", "ff02::12");
      assertSeen(read, "icmpv6.nd.na.target_address", "2001:db8:1::5");
    }
  }

  /// Packets with other addresses, either way, and errors that quote them. UDP has ports of no
  /// protocol: a dissector of one would call the payload malformed.
  @Test
  void whatATranslatorAndARouterSay() throws IOException {
    try (TwoLans lans = new TwoLans()) {
      List<byte[]> sent = watch(lans.front);
      List<byte[]> behind = watch(lans.back);
      lans.start(
          TwoLans.networks("route enable", "route enable")
              + """
              server 1 { ipaddr 192.168.2.10 port 80 targets 1 }
              server 2 { ipaddr 192.168.2.10 port 9053 protocol udp targets 3 }
              server 3 { ipaddr 2001:db8:1::10 port 80 targets 2 }
              target 1 { ipaddr 10.0.0.30 port 8080 }
              target 2 { ipaddr 2001:db8:2::30 port 8080 }
              target 3 { ipaddr 10.0.0.31 port 9353 }
              register servers 1,2,3 enable servers 1,2,3
              register targets 1,2,3 enable targets 1,2,3
              """);
      lans.clock.advanceSeconds(3);
      String server = lans.resolve(lans.client, "192.168.2.10");
      String server6 = lans.resolve(lans.client, "2001:db8:1::10");
      String gateway = lans.resolve(lans.client, "192.168.2.5");
      String gateway6 = lans.resolve(lans.client, "2001:db8:1::5");
      String back = lans.resolve(lans.target, "10.0.0.5");
      String back6 = lans.resolve(lans.target, "2001:db8:2::5");
      for (int port = 40_000; port < 40_032; port++) {
        send(
            lans,
            lans.client,
            PacketBuilder.ethernet(STATION, server)
                .ipv4("192.168.2.66", "192.168.2.10")
                .tcp(port, 80)
                .syn()
                .sequence(port)
                .mss(1460));
        send(
            lans,
            lans.target,
            PacketBuilder.ethernet(TwoLans.TARGET_MAC, back)
                .ipv4("10.0.0.30", "192.168.2.66")
                .tcp(8080, port)
                .syn()
                .ack(port + 1)
                .sequence(1));
        send(
            lans,
            lans.client,
            PacketBuilder.ethernet(STATION, server)
                .ipv4("192.168.2.66", "192.168.2.10")
                .udp(port, 9053)
                .payload("question " + port));
        send(
            lans,
            lans.target,
            PacketBuilder.ethernet(TwoLans.TARGET_MAC, back)
                .ipv4("10.0.0.31", "192.168.2.66")
                .udp(9353, port)
                .payload("answer " + port));
        send(
            lans,
            lans.client,
            PacketBuilder.ethernet(STATION, server6)
                .ipv6("2001:db8:1::66", "2001:db8:1::10")
                .tcp(port, 80)
                .syn()
                .sequence(port));
        send(
            lans,
            lans.target,
            PacketBuilder.ethernet(TwoLans.TARGET_MAC, back6)
                .ipv6("2001:db8:2::30", "2001:db8:1::66")
                .tcp(8080, port)
                .syn()
                .ack(port + 1));
      }
      send(
          lans,
          lans.client,
          PacketBuilder.ethernet(STATION, gateway)
              .ipv4("192.168.2.66", "10.0.0.30")
              .timeToLive(1)
              .udp(40_000, 9999)
              .payload("far"));
      send(
          lans,
          lans.client,
          PacketBuilder.ethernet(STATION, gateway6)
              .ipv6("2001:db8:1::66", "2001:db8:2::30")
              .timeToLive(1)
              .udp(40_000, 9)
              .payload("far"));
      List<Map<String, String>> front = judge("translated-front", sent);
      assertSeen(front, "ip.src", "192.168.2.10", "tcp.srcport", "80", "tcp.dstport", "40031");
      assertSeen(front, "ip.src", "192.168.2.10", "udp.srcport", "9053", "udp.dstport", "40031");
      assertSeen(front, "ipv6.src", "2001:db8:1::10", "tcp.srcport", "80");
      assertSeen(front, "ip.src", "192.168.2.5", "icmp.type", "11");
      assertSeen(front, "ipv6.src", "2001:db8:1::5", "icmpv6.type", "3");
      List<Map<String, String>> there = judge("translated-behind", behind);
      assertSeen(there, "ip.dst", "10.0.0.30", "tcp.dstport", "8080");
      assertSeen(there, "ip.dst", "10.0.0.31", "udp.dstport", "9353");
      assertSeen(there, "ipv6.dst", "2001:db8:2::30", "tcp.dstport", "8080");
    }
  }

  private static void send(TwoLans lans, SimHost from, PacketBuilder frame) {
    from.sendRaw(frame.build());
    lans.clock.advanceMillis(2);
  }

  /// What others than the two hosts send.
  private static List<byte[]> watch(SimLan lan) {
    List<byte[]> sent = new ArrayList<>();
    lan.monitor((from, frame) -> {
      if (!from.name().equals("client") && !from.name().equals("target")) {
        sent.add(frame.clone());
      }
    });
    return sent;
  }

  @Test
  void whatScapySays() throws IOException {
    Path script = LAB.record("packets.py");
    try (InputStream in = PacketLibraryIT.class.getResourceAsStream("packets.py")) {
      Files.write(script, in.readAllBytes());
    }
    Path capture = LAB.record("scapy.pcap");
    // The system's own Python, which has the packages of the system.
    List<String> meant =
        LAB.host("judge")
            .run("/usr/bin/python3", script.toString(), capture.toString())
            .expectSuccess()
            .stdout()
            .lines()
            .toList();
    assertFalse(meant.isEmpty());
    int number = 0;
    try (PcapReader reader = PcapReader.open(capture);
        FrameFields fields = new FrameFields()) {
      while (reader.next()) {
        byte[] frame = Arrays.copyOf(reader.bytes(), reader.length());
        Map<String, String> theirs = new TreeMap<>();
        for (String field : meant.get(number++).split(" ")) {
          int equals = field.indexOf('=');
          theirs.put(field.substring(0, equals), FrameFields.plain(field.substring(equals + 1)));
        }
        assertEquals(
            theirs,
            fields.of(frame),
            "frame " + number + " of " + capture + ": " + CaptureLine.of(frame));
        assertTrue(CaptureLine.hasGoodChecksums(frame), CaptureLine.of(frame));
      }
    }
    assertEquals(meant.size(), number, "frames in " + capture);
  }
}
