package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// [Icmpv6Header] and [NdpOptions].
final class Icmpv6HeaderTest {
  private static final int OFFSET = 54;
  private static final long CLIENT = 0x0200_0000_0009L;
  private static final long NODE = 0x0000_5e00_0132L;
  private static final long HIGH = 0x2001_0db8_0000_0000L;
  private static final long LINK_LOCAL_HIGH = 0xfe80_0000_0000_0000L;

  private final NativeBuffer buffer = new NativeBuffer(512);
  private final Icmpv6Header header = new Icmpv6Header();
  private final NdpOptions options = new NdpOptions();
  private final ParsedFrame parsed = new ParsedFrame();

  @AfterEach
  void free() {
    buffer.close();
  }

  @Test
  void deconstructSolicitation() {
    assertTrue(header.wrap(buffer.put(Golden.SOLICITATION.from(OFFSET)), 32));
    assertEquals(Icmpv6Header.NEIGHBOR_SOLICITATION, header.type());
    assertEquals(0, header.code());
    assertEquals(0x4a65, header.checksum());
    assertEquals(HIGH, header.targetHigh());
    assertEquals(0x77, header.targetLow());
    assertEquals(8, header.optionsLength());
    assertTrue(options.wrap(header.optionsAddress(), header.optionsLength()));
    assertTrue(options.hasSourceLinkLayerAddress());
    assertEquals(CLIENT, options.sourceLinkLayerAddress());
    assertFalse(options.hasTargetLinkLayerAddress());
  }

  @Test
  void deconstructAdvertisement() {
    assertTrue(header.wrap(buffer.put(Golden.ADVERTISEMENT.from(OFFSET)), 32));
    assertEquals(Icmpv6Header.NEIGHBOR_ADVERTISEMENT, header.type());
    assertFalse(header.isRouter());
    assertTrue(header.isSolicited());
    assertFalse(header.isOverride());
    assertTrue(options.wrap(header.optionsAddress(), header.optionsLength()));
    assertFalse(options.hasSourceLinkLayerAddress());
    assertEquals(NODE, options.targetLinkLayerAddress());
  }

  @Test
  void deconstructEcho() {
    assertTrue(header.wrap(buffer.put(Golden.ECHO_IPV6.from(OFFSET)), 17));
    assertEquals(Icmpv6Header.ECHO_REQUEST, header.type());
    assertEquals(1234, header.identifier());
    assertEquals(3, header.sequence());
    assertEquals(9, header.dataLength());
    assertEquals(buffer.address() + 8, header.dataAddress());
  }

  @Test
  void constructAndEmitAnAdvertisement() {
    byte[] expected = Golden.ADVERTISEMENT.frame();
    Frame frame = new Frame().wrap(buffer.refill().address(), expected.length, 200);
    EthernetHeader ethernet = new EthernetHeader();
    ethernet
        .create(frame.address(), frame.length())
        .destination(CLIENT)
        .source(NODE)
        .etherType(Ipv6Header.ETHER_TYPE);
    Ipv6Header ip = new Ipv6Header();
    ip.create(ethernet.payloadAddress(), ethernet.payloadLength(), Icmpv6Header.PROTOCOL)
        .hopLimit(Icmpv6Header.NDP_HOP_LIMIT)
        .source(HIGH, 0x77)
        .destination(LINK_LOCAL_HIGH, 9);
    header
        .create(ip.upperAddress(), ip.upperLength(), Icmpv6Header.NEIGHBOR_ADVERTISEMENT)
        .flags(false, true, false)
        .target(HIGH, 0x77);
    options.create(
        header.optionsAddress(),
        header.optionsLength(),
        NdpOptions.TARGET_LINK_LAYER_ADDRESS,
        NODE);
    header.updateChecksum(ip);
    FrameAssert.assertThat(frame).hasBytes(expected);
    buffer.assertUntouchedOutside(0, expected.length);
    assertEquals(NODE, options.targetLinkLayerAddress());
    assertFalse(options.hasSourceLinkLayerAddress());
  }

  @Test
  void constructAndEmitASolicitation() {
    byte[] expected = Golden.SOLICITATION.frame();
    Frame frame = new Frame().wrap(buffer.refill().address(), expected.length, 200);
    EthernetHeader ethernet = new EthernetHeader();
    long group = Icmpv6Header.solicitedNodeLow(0x77);
    ethernet
        .create(frame.address(), frame.length())
        .destination(Ipv6Header.multicastMac(group))
        .source(CLIENT)
        .etherType(Ipv6Header.ETHER_TYPE);
    Ipv6Header ip = new Ipv6Header();
    ip.create(ethernet.payloadAddress(), ethernet.payloadLength(), Icmpv6Header.PROTOCOL)
        .hopLimit(Icmpv6Header.NDP_HOP_LIMIT)
        .source(LINK_LOCAL_HIGH, 9)
        .destination(Icmpv6Header.LINK_GROUP_HIGH, group);
    header
        .create(ip.upperAddress(), ip.upperLength(), Icmpv6Header.NEIGHBOR_SOLICITATION)
        .target(HIGH, 0x77);
    options.create(
        header.optionsAddress(),
        header.optionsLength(),
        NdpOptions.SOURCE_LINK_LAYER_ADDRESS,
        CLIENT);
    header.updateChecksum(ip);
    FrameAssert.assertThat(frame).hasBytes(expected);
    assertEquals(CLIENT, options.sourceLinkLayerAddress());
  }

  @Test
  void emitAnEchoReplyInPlace() {
    byte[] frame = Golden.ECHO_IPV6.frame();
    assertTrue(parsed.parse(buffer.put(frame), frame.length));
    parsed.ipv6.source(HIGH, 0x77).destination(HIGH, 9);
    long data = Checksum.sum(parsed.icmpv6.dataAddress(), parsed.icmpv6.dataLength());
    parsed
        .icmpv6
        .create(parsed.ipv6.upperAddress(), parsed.ipv6.upperLength(), Icmpv6Header.ECHO_REPLY)
        .identifier(1234)
        .sequence(3)
        .updateChecksum(parsed.ipv6);
    assertEquals(
        data, Checksum.sum(parsed.icmpv6.dataAddress(), parsed.icmpv6.dataLength()), "data stays");
    FrameAssert.assertThat(buffer.get(frame.length))
        .reads("* > * IP6 2001:db8::77 > 2001:db8::9: echo reply id 1234 seq 3 length 9")
        .hasGoodChecksums();
  }

  @Test
  void parse() {
    byte[] frame =
        PacketBuilder.ethernet("02:00:00:00:00:09", "33:33:ff:00:00:77")
            .ipv6("::", "ff02::1:ff00:77")
            .neighborSolicitation("fe80::77")
            .option(new byte[] {14, 1, 1, 2, 3, 4, 5, 6})
            .build();
    assertTrue(parsed.parse(buffer.put(frame), frame.length));
    assertTrue(parsed.ipv6.isSourceUnspecified());
    assertEquals(LINK_LOCAL_HIGH, parsed.icmpv6.targetHigh());
    assertEquals(0x77, parsed.icmpv6.targetLow());
    assertFalse(parsed.ndpOptions.hasSourceLinkLayerAddress());
    assertTrue(parsed.ndpOptions.next());
    assertEquals(NdpOptions.NONCE, parsed.ndpOptions.type());
    assertEquals(6, parsed.ndpOptions.dataLength());
    assertEquals(0x0102, Memory.getShort(parsed.ndpOptions.dataAddress()));
    assertFalse(parsed.ndpOptions.next());
    assertEquals(
        Checksum.Verdict.GOOD,
        parsed.icmpv6.verifyChecksum(Frame.ChecksumState.COMPLETE, parsed.ipv6));
  }

  @ParameterizedTest
  @CsvSource({"R, true, false, false", "S, false, true, false", "O, false, false, true"})
  void flags(String name, boolean router, boolean solicited, boolean override) {
    byte[] frame =
        PacketBuilder.ethernet("00:00:5e:00:01:32", "02:00:00:00:00:09")
            .ipv6("fe80::77", "fe80::9")
            .neighborAdvertisement("fe80::77", name)
            .build();
    assertTrue(parsed.parse(buffer.put(frame), frame.length));
    assertEquals(router, parsed.icmpv6.isRouter());
    assertEquals(solicited, parsed.icmpv6.isSolicited());
    assertEquals(override, parsed.icmpv6.isOverride());
    parsed.icmpv6.flags(router, solicited, override);
    FrameAssert.assertThat(buffer.get(frame.length)).hasBytes(frame);
  }

  @ParameterizedTest
  @CsvSource({"128, 8", "133, 8", "134, 16", "135, 24", "136, 24", "137, 40", "1, 8"})
  void truncatedAtEveryLength(int type, int needed) {
    byte[] message = new byte[48];
    message[0] = (byte) type;
    long address = buffer.put(message);
    for (int length = 0; length < message.length; length++) {
      assertEquals(length >= needed, header.wrap(address, length), "length " + length);
      if (length < needed) {
        assertThrows(AssertionError.class, header::type);
      } else {
        assertEquals(length - needed, header.optionsLength());
      }
    }
  }

  @Test
  void anEmptyOptionListIsWhole() {
    assertTrue(options.wrap(buffer.address(), 0));
    assertFalse(options.next());
  }

  @Test
  void malformedOptionsAreRefused() {
    assertFalse(wrapOptions(1, 0, 0, 0, 0, 0, 0, 0), "length 0");
    assertFalse(wrapOptions(14, 2, 0, 0, 0, 0, 0, 0), "cut off");
    assertFalse(wrapOptions(14, 1, 0, 0, 0, 0, 0), "7 bytes");
    assertFalse(wrapOptions(1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), "long MAC");
    assertFalse(wrapOptions(1, 1, 2, 0, 0, 0, 0, 9, 3, 0, 0, 0, 0, 0, 0, 0), "0 behind a good one");
    assertFalse(options.hasSourceLinkLayerAddress());
    assertFalse(options.next());
  }

  @Test
  void ofTwoAddressesTheFirstCounts() {
    assertTrue(wrapOptions(1, 1, 2, 0, 0, 0, 0, 9, 1, 1, 6, 6, 6, 6, 6, 6));
    assertEquals(CLIENT, options.sourceLinkLayerAddress());
    assertTrue(options.next());
    assertTrue(options.next());
    assertFalse(options.next());
  }

  private boolean wrapOptions(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return options.wrap(buffer.put(bytes), bytes.length);
  }
}
