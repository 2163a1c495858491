package io.pitchlake.node.arp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.wire.Golden;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.MldReport;
import io.pitchlake.node.sim.SimNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What a node tells switches of the groups it listens to, and when.
class MulticastListenerTest {
  private static final int VLAN_TAG = 4;
  private static final String REAL = "ff02::1:ff00:4";
  private static final String VIRT = "ff02::1:ff00:5";
  private static final int JOIN = MldReport.CHANGE_TO_EXCLUDE;
  private static final int LISTEN = MldReport.MODE_IS_EXCLUDE;
  private static final int LEAVE = MldReport.CHANGE_TO_INCLUDE;

  /// What was said of a group: a record's type of version 2, or a message's of version 1.
  private record Said(long nanos, int type, String group) {}

  private final SimClock clock = new SimClock();
  private final SimLan lan = new SimLan(clock, new Random(1));
  private final SimHost host =
      new SimHost(clock, lan, "host", 0x0200_0000_0066L)
          .own(IpAddress.parse("192.168.2.66"))
          .own(IpAddress.parse("2001:db8:1::66"));
  private final List<Said> said = new ArrayList<>();
  private final List<byte[]> reports = new ArrayList<>();

  private SimNode start(SimNode.Options options) {
    lan.monitor((from, frame) -> {
      if (from.name().equals("node")) {
        read(frame);
      }
    });
    return new SimNode(clock, lan, options.set(Setting.TARPITSWEEPRATE, 0));
  }

  private void read(byte[] frame) {
    ByteBuffer bytes = ByteBuffer.wrap(frame);
    int ip = bytes.getShort(12) == (short) 0x8100 ? 14 + VLAN_TAG : 14;
    if (bytes.getShort(ip - 2) != (short) 0x86dd || bytes.get(ip + 6) != 0) {
      return;
    }
    reports.add(frame);
    int message = ip + 48;
    int type = bytes.get(message) & 0xff;
    if (type == MldReport.TYPE) {
      for (int i = 0; i < bytes.getShort(message + MldReport.RECORDS); i++) {
        int record = message + MldReport.length(i);
        assertEquals(0, bytes.getShort(record + 2), "sources");
        say(bytes.get(record), bytes, record + 4);
      }
    } else {
      say(type, bytes, message + Icmpv6Header.TARGET);
    }
  }

  private void say(int type, ByteBuffer bytes, int group) {
    String text = new IpAddress(bytes.getLong(group), bytes.getLong(group + 8)).toString();
    said.add(new Said(clock.nanoTime(), type, text));
  }

  private Set<String> groups(int type) {
    return said.stream()
        .filter(one -> one.type() == type)
        .map(Said::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private long times(int type, String group) {
    return said.stream().filter(one -> one.type() == type && one.group().equals(group)).count();
  }

  private void hear(Golden query) {
    said.clear();
    host.sendRaw(query.frame());
  }

  @Test
  void whatIsItsOwnIsToldThreeTimesAtTheStartAndAgainAndAgain() {
    SimNode node =
        start(
            new SimNode.Options()
                .target("2001:db8:1::30", 1)
                .server("2001:db8:1::aa:10", Protocol.TCP, 80, 1));
    clock.advanceMillis(20);
    assertEquals(Set.of(REAL, VIRT, "ff02::1:ffaa:10"), groups(JOIN));
    clock.advanceSeconds(10);
    assertEquals(SegmentListener.ANNOUNCEMENTS, times(JOIN, REAL));
    assertEquals(Set.of(), groups(LISTEN));
    clock.advanceSeconds(60);
    assertEquals(SegmentListener.ANNOUNCEMENTS, times(JOIN, REAL));
    assertEquals(3, times(LISTEN, REAL));
    assertEquals(3, node.counters().get(Gauge.MLD_GROUPS));
    assertEquals(reports.size(), node.counters().get(Counter.MLD_REPORTS_SENT));
  }

  @Test
  void aReportIsWhatTheKernelOfTheSameMacWouldSend() {
    start(new SimNode.Options());
    clock.advanceMillis(20);
    byte[] seen = reports.getFirst();
    byte[] kernels = Golden.MLD_REPORT.frame();
    assertEquals(kernels.length, seen.length);
    // Up to the message: addresses, hop limit, router alert.
    assertEquals(-1, Arrays.mismatch(Arrays.copyOf(kernels, 62), Arrays.copyOf(seen, 62)));
  }

  @Test
  void aBackupTellsTheSame() {
    start(new SimNode.Options().backup());
    clock.advanceMillis(20);
    assertEquals(Set.of(REAL, VIRT), groups(JOIN));
  }

  @Test
  void aReportBearsTheVlansTag() {
    start(new SimNode.Options().vlan(7));
    clock.advanceMillis(20);
    ByteBuffer frame = ByteBuffer.wrap(reports.getFirst());
    assertEquals(0x8100_0007, frame.getInt(12));
    assertEquals(Set.of(REAL, VIRT), groups(JOIN));
  }

  @Test
  void aGeneralQueryIsAnsweredWithinItsTime() {
    start(new SimNode.Options());
    clock.advanceSeconds(10);
    hear(Golden.MLD_QUERY);
    clock.advanceMillis(1_010);
    assertEquals(Set.of(REAL, VIRT), groups(LISTEN));
    assertEquals(1, times(LISTEN, REAL));
  }

  @Test
  void aQueryForAGroupIsAnsweredForItAloneAndOnlyByAListener() {
    SimNode node = start(new SimNode.Options());
    clock.advanceSeconds(10);
    hear(Golden.MLD_GROUP_QUERY);
    clock.advanceSeconds(2);
    assertEquals(List.of(), said, "nobody here listens to adverts");
    assertEquals(1, node.counters().get(Counter.MLD_QUERIES_HEARD));

    said.clear();
    host.sendRaw(groupQuery(4, 1_000));
    clock.advanceMillis(1_010);
    assertEquals(List.of(REAL), said.stream().map(Said::group).toList());
    assertEquals(Set.of(REAL), groups(LISTEN));
  }

  /// Who listens to the solicited-node group of an address with this last number?
  private static byte[] groupQuery(long addressLow, int millis) {
    byte[] frame = Golden.MLD_GROUP_QUERY.frame();
    ByteBuffer bytes = ByteBuffer.wrap(frame);
    long group = Icmpv6Header.solicitedNodeLow(addressLow);
    // It stands in the pseudo-header and in the message.
    bytes.putInt(2, (int) group).putLong(14 + 32, group).putLong(62 + 16, group);
    bytes.putShort(62 + 4, (short) millis);
    bytes.putShort(62 + 2, (short) 0).putShort(62 + 2, sum(bytes));
    return frame;
  }

  /// RFC 1071 over pseudo-header and message, word by word.
  private static short sum(ByteBuffer frame) {
    int message = 62;
    long sum = (long) Icmpv6Header.PROTOCOL + frame.capacity() - message;
    for (int at = 14 + 8; at < 14 + 40; at += 2) {
      sum += frame.getShort(at) & 0xffff;
    }
    for (int at = message; at < frame.capacity(); at += 2) {
      sum += frame.getShort(at) & 0xffff;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (short) ~sum;
  }

  @Test
  void queriesThatAreNotOfTheLinkAreIgnored() {
    SimNode node = start(new SimNode.Options());
    clock.advanceSeconds(10);
    for (int offset : new int[] {14 + 7, 14 + 8, 62 + 1, 62 + 2}) {
      byte[] query = Golden.MLD_QUERY.frame();
      query[offset] ^= 0x41; // hop limit, source, code, checksum
      said.clear();
      host.sendRaw(query);
      clock.advanceSeconds(2);
      assertEquals(List.of(), said, "altered at " + offset);
    }
    assertEquals(0, node.counters().get(Counter.MLD_QUERIES_HEARD));
  }

  @Test
  void aFloodOfQueriesIsAnsweredFiveTimesASecond() {
    start(new SimNode.Options());
    clock.advanceSeconds(10);
    said.clear();
    byte[] query = Golden.MLD_QUERY.frame();
    query[62 + 4] = 0; // answer at once
    query[62 + 5] = 0;
    ByteBuffer.wrap(query).putShort(64, (short) 0).putShort(64, sum(ByteBuffer.wrap(query)));
    for (int i = 0; i < 400; i++) {
      host.sendRaw(query);
      clock.advanceMillis(5);
    }
    long answers = times(LISTEN, REAL);
    assertTrue(answers >= 9 && answers <= 11, "10 answers expected in 2 s, seen " + answers);
  }

  @Test
  void aFloodOfQueriesForAGroupIsAnsweredFiveTimesASecond() {
    start(new SimNode.Options());
    clock.advanceSeconds(10);
    said.clear();
    byte[] query = groupQuery(4, 0);
    for (int i = 0; i < 400; i++) {
      host.sendRaw(query);
      clock.advanceMillis(5);
    }
    long answers = times(LISTEN, REAL);
    assertTrue(answers >= 9 && answers <= 11, "10 answers expected in 2 s, seen " + answers);
  }

  @Test
  void aSecondGroupIsAnsweredForWithAllOthers() {
    start(new SimNode.Options());
    clock.advanceSeconds(10);
    said.clear();
    host.sendRaw(groupQuery(4, 1_000));
    host.sendRaw(groupQuery(5, 1_000));
    clock.advanceMillis(1_010);
    assertEquals(Set.of(REAL, VIRT), groups(LISTEN));
    assertEquals(1, times(LISTEN, VIRT));
  }

  @Test
  void whatHasALengthOfNeitherVersionIsNoQuery() {
    SimNode node = start(new SimNode.Options());
    clock.advanceSeconds(10);
    said.clear();
    byte[] query = Arrays.copyOf(Golden.MLD_QUERY.frame(), 62 + 26);
    ByteBuffer bytes = ByteBuffer.wrap(query);
    bytes.putShort(14 + 4, (short) (8 + 26));
    bytes.putShort(62 + 2, (short) 0).putShort(62 + 2, sum(bytes));
    host.sendRaw(query);
    clock.advanceSeconds(2);
    assertEquals(List.of(), said);
    assertEquals(0, node.counters().get(Counter.MLD_QUERIES_HEARD));
  }

  @Test
  void aQuerierOfVersion1IsAnsweredInItsWordsUntilItIsForgotten() {
    start(new SimNode.Options());
    clock.advanceSeconds(10);
    hear(Golden.MLD_OLD_QUERY);
    clock.advanceMillis(1_010);
    assertEquals(Set.of(REAL, VIRT), groups(Icmpv6Header.LISTENER_REPORT));
    assertEquals(Set.of(), groups(LISTEN));
    clock.advanceSeconds(240);
    assertEquals(Set.of(), groups(LISTEN));
    clock.advanceSeconds(60);
    assertEquals(Set.of(REAL, VIRT), groups(LISTEN));
  }

  @Test
  void groupsOfDecoysAreJoinedOnlyWhereAskedFor() {
    SimNode node = start(new SimNode.Options());
    host.resolve(IpAddress.parse("2001:db8:1::77"));
    clock.advanceSeconds(5);
    assertEquals(1, node.table().simulated(0, false));
    assertEquals(Set.of(REAL, VIRT), groups(JOIN));
  }

  @Test
  void theLowestAddressesAndThoseSimulatedAreJoinedAndLeftWhenReleased() {
    SimNode node = start(new SimNode.Options().set(Setting.TARPITMLD, 100));
    clock.advanceSeconds(5);
    Set<String> lowest =
        IntStream.rangeClosed(1, 100)
            .mapToObj(i -> "ff02::1:ff00:" + Integer.toHexString(i))
            .collect(Collectors.toSet());
    assertEquals(lowest, groups(JOIN));
    IpAddress decoy = IpAddress.parse("2001:db8:1::12:3456");
    said.clear();
    host.resolve(decoy);
    clock.advanceSeconds(6);
    assertEquals(1, node.table().simulated(0, false));
    assertEquals(SegmentListener.ANNOUNCEMENTS, times(JOIN, "ff02::1:ff12:3456"), said::toString);
    new SimHost(clock, lan, "owner", 0x0200_0000_0077L).announce(decoy);
    clock.advanceSeconds(2);
    assertEquals(Set.of("ff02::1:ff12:3456"), groups(LEAVE));
    said.clear();
    clock.advanceSeconds(30);
    assertEquals(lowest, groups(LISTEN));
  }

  @Test
  void simulatedAddressesBeyondTheBoundAreNotJoined() {
    SimNode node = start(new SimNode.Options().set(Setting.TARPITMLD, 3));
    clock.advanceSeconds(5);
    for (int i = 0; i < 10; i++) {
      host.resolve(IpAddress.parse("2001:db8:1::ff:" + Integer.toHexString(0x100 + i)));
    }
    clock.advanceSeconds(5);
    assertEquals(10, node.table().simulated(0, false));
    assertEquals(5 + 3, node.counters().get(Gauge.MLD_GROUPS), "1 to 5, and three of ten");
    assertEquals(
        Stream.of("1", "2", "3", "4", "5").map("ff02::1:ff00:"::concat).collect(Collectors.toSet()),
        groups(JOIN).stream()
            .filter(group -> group.startsWith("ff02::1:ff00:"))
            .collect(Collectors.toSet()));
  }
}
