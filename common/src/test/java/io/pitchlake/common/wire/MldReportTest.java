package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// [MldReport], and the listener messages of [Icmpv6Header].
final class MldReportTest {
  private static final int OFFSET = 62;
  private static final long NODE = 0x0200_0000_0004L;
  private static final long LINK_LOCAL_HIGH = 0xfe80_0000_0000_0000L;
  private static final long LINK_LOCAL_LOW = 0x0000_00ff_fe00_0004L;
  private static final long GROUP_HIGH = Icmpv6Header.LINK_GROUP_HIGH;
  private static final long ADVERTS = 0x12;
  private static final long SOLICITED = 0x0000_0001_ff00_0004L;

  private final NativeBuffer buffer = new NativeBuffer(512);
  private final MldReport report = new MldReport();
  private final Icmpv6Header header = new Icmpv6Header();
  private final Ipv6Header ip = new Ipv6Header();
  private final ParsedFrame parsed = new ParsedFrame();

  @AfterEach
  void free() {
    buffer.close();
  }

  @Test
  void deconstruct() {
    byte[] frame = Golden.MLD_REPORT.frame();
    assertTrue(parsed.parse(buffer.put(frame), frame.length));
    assertEquals(MldReport.TYPE, parsed.icmpv6.type());
    assertEquals(Ipv6Header.HOP_BY_HOP, parsed.ipv6.nextHeader());
    assertTrue(report.wrap(parsed.ipv6.upperAddress(), parsed.ipv6.upperLength()));
    assertEquals(2, report.records());
    assertTrue(report.next());
    assertEquals(MldReport.MODE_IS_EXCLUDE, report.recordType());
    assertEquals(GROUP_HIGH, report.groupHigh());
    assertEquals(ADVERTS, report.groupLow());
    assertEquals(0, report.sources());
    assertTrue(report.next());
    assertEquals(SOLICITED, report.groupLow());
    assertFalse(report.next());
    assertEquals(0x72d7, report.checksum());
    assertEquals(
        Checksum.Verdict.GOOD, report.verifyChecksum(Frame.ChecksumState.COMPLETE, parsed.ipv6));
  }

  @Test
  void constructAndEmit() {
    byte[] expected = Golden.MLD_REPORT.frame();
    begin(expected.length, Icmpv6Header.MLD_ROUTERS_LOW);
    report
        .create(ip.upperAddress(), ip.upperLength(), 2)
        .record(0, MldReport.MODE_IS_EXCLUDE, GROUP_HIGH, ADVERTS)
        .record(1, MldReport.MODE_IS_EXCLUDE, GROUP_HIGH, SOLICITED)
        .updateChecksum(ip);
    emits(expected);
  }

  @Test
  void constructAndEmitAReportOfVersion1() {
    byte[] expected = Golden.MLD_OLD_REPORT.frame();
    begin(expected.length, ADVERTS);
    old(Icmpv6Header.LISTENER_REPORT);
    emits(expected);
  }

  @Test
  void constructAndEmitAGoodbyeOfVersion1() {
    byte[] expected = Golden.MLD_DONE.frame();
    begin(expected.length, Icmpv6Header.ALL_ROUTERS_LOW);
    old(Icmpv6Header.LISTENER_DONE);
    emits(expected);
  }

  private void begin(int frameLength, long destinationLow) {
    EthernetHeader ethernet = new EthernetHeader();
    ethernet
        .create(buffer.refill().address(), frameLength)
        .destination(Ipv6Header.multicastMac(destinationLow))
        .source(NODE)
        .etherType(Ipv6Header.ETHER_TYPE);
    // The kernel labels flows; the label is no part of the message.
    ip.createWithRouterAlert(
            ethernet.payloadAddress(), ethernet.payloadLength(), Icmpv6Header.PROTOCOL)
        .hopLimit(Icmpv6Header.MLD_HOP_LIMIT)
        .source(LINK_LOCAL_HIGH, LINK_LOCAL_LOW)
        .destination(GROUP_HIGH, destinationLow);
  }

  private void old(int type) {
    header
        .create(ip.upperAddress(), ip.upperLength(), type)
        .group(GROUP_HIGH, ADVERTS)
        .updateChecksum(ip);
  }

  private void emits(byte[] expected) {
    FrameAssert.assertThat(buffer.get(expected.length)).hasBytes(expected);
    buffer.assertUntouchedOutside(0, expected.length);
  }

  @Test
  void queriesOfBothVersions() {
    assertTrue(header.wrap(buffer.put(Golden.MLD_QUERY.from(OFFSET)), 28));
    assertEquals(Icmpv6Header.LISTENER_QUERY, header.type());
    assertEquals(1000, header.maxResponseMillis());
    assertEquals(0, header.groupHigh() | header.groupLow());
    assertTrue(header.wrap(buffer.put(Golden.MLD_OLD_QUERY.from(OFFSET)), 24));
    assertEquals(1000, header.maxResponseMillis());
    assertTrue(header.wrap(buffer.put(Golden.MLD_GROUP_QUERY.from(OFFSET)), 28));
    assertEquals(GROUP_HIGH, header.groupHigh());
    assertEquals(ADVERTS, header.groupLow());
    assertFalse(header.wrap(buffer.address(), 23), "cut off");
  }

  @Test
  void longResponseTimesAreFloatingPointToVersion2Alone() {
    byte[] query = Golden.MLD_QUERY.from(OFFSET);
    query[4] = (byte) 0x9a;
    query[5] = (byte) 0xbc;
    assertTrue(header.wrap(buffer.put(query), 28));
    assertEquals(0x1abc << 4, header.maxResponseMillis());
    assertTrue(header.wrap(buffer.address(), 24));
    assertEquals(0x9abc, header.maxResponseMillis());
  }

  @Test
  void sourcesAndAuxiliaryDataArePassedOver() {
    byte[] message = new byte[MldReport.LENGTH + 20 + 16 + 4 + 20];
    message[0] = (byte) MldReport.TYPE;
    message[7] = 2;
    message[8] = 1;
    message[9] = 1; // four bytes of auxiliary data
    message[11] = 1; // one source
    message[48] = MldReport.CHANGE_TO_INCLUDE;
    message[67] = 0x55;
    assertTrue(report.wrap(buffer.put(message), message.length));
    assertTrue(report.next());
    assertEquals(1, report.sources());
    assertTrue(report.next());
    assertEquals(MldReport.CHANGE_TO_INCLUDE, report.recordType());
    assertEquals(0x55, report.groupLow());
    assertFalse(report.next());
    for (int length = 0; length < message.length; length++) {
      assertFalse(report.wrap(buffer.address(), length), "length " + length);
    }
  }

  @Test
  void asManyRecordsAsSaidFitTheSmallestPacket() {
    assertEquals(61, MldReport.MOST_RECORDS);
    int packet = Ipv6Header.LENGTH + Ipv6Header.ROUTER_ALERT_LENGTH;
    assertTrue(packet + MldReport.length(MldReport.MOST_RECORDS) <= 1280);
    assertTrue(packet + MldReport.length(MldReport.MOST_RECORDS + 1) > 1280);
  }
}
