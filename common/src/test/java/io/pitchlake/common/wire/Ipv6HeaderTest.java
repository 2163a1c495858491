package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class Ipv6HeaderTest {
  private static final long HIGH = 0x2001_0db8_0000_0000L;

  private final NativeBuffer buffer = new NativeBuffer(70_000);
  private final Ipv6Header header = new Ipv6Header();

  @AfterEach
  void free() {
    buffer.close();
  }

  @Test
  void deconstruct() {
    byte[] packet = Golden.TCP_IPV6.from(14);
    assertTrue(header.wrap(buffer.put(packet), packet.length));
    assertEquals(0xb8, header.trafficClass());
    assertEquals(0x12345, header.flowLabel());
    assertEquals(23, header.payloadLength());
    assertEquals(TcpHeader.PROTOCOL, header.nextHeader());
    assertEquals(64, header.hopLimit());
    assertEquals(HIGH, header.sourceHigh());
    assertEquals(9, header.sourceLow());
    assertEquals(HIGH, header.destinationHigh());
    assertEquals(0x77, header.destinationLow());
    assertFalse(header.isSourceUnspecified());
    assertEquals(TcpHeader.PROTOCOL, header.upperProtocol());
    assertEquals(40, header.upperOffset());
    assertEquals(buffer.address() + 40, header.upperAddress());
    assertEquals(23, header.upperLength());
    assertFalse(header.hasFragmentHeader());
    assertFalse(header.isFragment());
    assertFalse(header.hasRoutingHeader());
  }

  @Test
  void construct() {
    byte[] packet = Golden.TCP_IPV6.from(14);
    header
        .create(buffer.refill().address(), packet.length, TcpHeader.PROTOCOL)
        .trafficClass(0xb8)
        .flowLabel(0x12345)
        .hopLimit(64)
        .source(HIGH, 9)
        .destination(HIGH, 0x77);
    assertEquals(FrameAssert.dump(Golden.TCP_IPV6.bytes(14, 40)), FrameAssert.dump(buffer.get(40)));
    buffer.assertUntouchedOutside(0, 40);
    assertEquals(0xb8, header.flowLabel(0).trafficClass());
    assertEquals(0, header.trafficClass(0).flowLabel());
  }

  @Test
  void constructAtOnce() {
    header.create(buffer.refill().address(), 60, TcpHeader.PROTOCOL, 64, HIGH, 9, HIGH, 0x77);
    byte[] atOnce = buffer.get(40);
    buffer.assertUntouchedOutside(0, 40);
    assertEquals(TcpHeader.PROTOCOL, header.upperProtocol());
    header
        .create(buffer.refill().address(), 60, TcpHeader.PROTOCOL)
        .hopLimit(64)
        .source(HIGH, 9)
        .destination(HIGH, 0x77);
    assertEquals(FrameAssert.dump(buffer.get(40)), FrameAssert.dump(atOnce));
  }

  @Test
  void parseWalksExtensionHeaders() {
    byte[] packet = Golden.UDP_EXTENSIONS.from(14);
    assertTrue(header.wrap(buffer.put(packet), packet.length));
    assertEquals(0, header.nextHeader());
    assertEquals(UdpHeader.PROTOCOL, header.upperProtocol());
    assertEquals(40 + 8 + 16 + 8, header.upperOffset());
    assertEquals(13, header.upperLength());
    assertTrue(header.hasFragmentHeader());
    assertTrue(header.isFragment());
    assertEquals(0, header.fragmentOffset());
  }

  @Test
  void parseFindsTheUpperLayerBehindAnyChain() {
    Property.forAll(
        "ipv6 extension headers",
        500,
        random -> {
          PacketBuilder builder = ipv6();
          int count = random.nextInt(Ipv6Header.MAX_EXTENSION_HEADERS + 2);
          int offset = 40;
          boolean routing = false;
          for (int i = 0; i < count; i++) {
            int kind = new int[] {0, 43, 51, 60, 135}[random.nextInt(5)];
            int length = 8 * (1 + random.nextInt(6));
            builder.extension(kind, new byte[length - 2]);
            offset += length;
            routing |= kind == 43;
          }
          byte[] frame = builder.udp(1, 2).payload("hello").build();
          boolean accepted = header.wrap(buffer.put(frame) + 14, frame.length - 14);
          assertEquals(count <= Ipv6Header.MAX_EXTENSION_HEADERS, accepted);
          if (accepted) {
            assertEquals(UdpHeader.PROTOCOL, header.upperProtocol());
            assertEquals(offset, header.upperOffset());
            assertEquals(routing, header.hasRoutingHeader());
            assertFalse(header.hasFragmentHeader());
          }
        });
  }

  @Test
  void emitWithTcp() {
    byte[] expected = Golden.TCP_IPV6.frame();
    Frame frame = new Frame().wrap(buffer.refill().address(), expected.length, 200);
    EthernetHeader ethernet = new EthernetHeader();
    ethernet
        .create(frame.address(), frame.length())
        .destination(0x0000_5e00_0132L)
        .source(0x0200_0000_0009L)
        .etherType(Ipv6Header.ETHER_TYPE);
    header
        .create(ethernet.payloadAddress(), ethernet.payloadLength(), TcpHeader.PROTOCOL)
        .trafficClass(0xb8)
        .flowLabel(0x12345)
        .hopLimit(64)
        .source(HIGH, 9)
        .destination(HIGH, 0x77);
    TcpHeader tcp = new TcpHeader();
    tcp.create(header.upperAddress(), header.upperLength(), 20)
        .sourcePort(40000)
        .destinationPort(443)
        .sequence(1)
        .acknowledgment(0xffff_fff0)
        .flags(TcpHeader.PSH | TcpHeader.ACK)
        .window(1000)
        .urgentPointer(7);
    Memory.copy(Golden.TCP_IPV6.from(74), 0, tcp.payloadAddress(), tcp.payloadLength());
    tcp.updateChecksum(header);
    FrameAssert.assertThat(frame).hasBytes(expected);
    buffer.assertUntouchedOutside(0, expected.length);
  }

  @Test
  void fragments() {
    byte[] atomic = ipv6().fragment(0, false).udp(1, 2).build();
    assertTrue(header.wrap(buffer.put(atomic) + 14, atomic.length - 14));
    assertTrue(header.hasFragmentHeader());
    assertFalse(header.isFragment());

    // behind a later fragment's header lies payload, even where it says that headers follow
    byte[] later = ipv6().fragment(1480, false).extension(60, new byte[6]).udp(1, 2).build();
    assertTrue(header.wrap(buffer.put(later) + 14, later.length - 14));
    assertTrue(header.isFragment());
    assertEquals(1480, header.fragmentOffset());
    assertEquals(Ipv6Header.DESTINATION_OPTIONS, header.upperProtocol());
    assertEquals(48, header.upperOffset());
  }

  @Test
  void truncatedAtEveryLength() {
    byte[] packet = Golden.UDP_EXTENSIONS.from(14);
    long address = buffer.put(packet);
    for (int length = 0; length < packet.length; length++) {
      assertFalse(header.wrap(address, length), "length " + length);
      assertEquals(0, header.lengthBytes());
      assertThrows(AssertionError.class, header::hopLimit);
    }
  }

  @Test
  void aChainThatLeavesThePayloadIsRefusedAtEveryLength() {
    byte[] packet = Golden.UDP_EXTENSIONS.from(14);
    buffer.put(packet);
    for (int payload = 1; payload <= packet.length - 40; payload++) {
      Memory.putShort(buffer.address() + Ipv6Header.PAYLOAD_LENGTH, payload);
      assertEquals(
          payload >= 8 + 16 + 8,
          header.wrap(buffer.address(), packet.length),
          "payload " + payload);
    }
  }

  @Test
  void paddingIsOutOfBounds() {
    byte[] frame = ipv6().padTo(80).build();
    assertTrue(header.wrap(buffer.put(frame) + 14, frame.length - 14));
    assertEquals(Ipv6Header.NO_NEXT_HEADER, header.upperProtocol());
    assertEquals(0, header.payloadLength());
    assertEquals(40, header.lengthBytes());
  }

  @Test
  void jumbogramsAndOtherVersionsAreRefused() {
    byte[] jumbo = ipv6().udp(1, 2).ipLength(0).build();
    assertFalse(header.wrap(buffer.put(jumbo) + 14, jumbo.length - 14));
    byte[] packet = Golden.TCP_IPV6.from(14);
    packet[0] = 0x4b;
    assertFalse(header.wrap(buffer.put(packet), packet.length));
  }

  @Test
  void aSuperFrameIsTaken() {
    header.create(buffer.address(), 40 + 65_535, TcpHeader.PROTOCOL);
    assertTrue(header.wrap(buffer.address(), 40 + 65_535));
    assertEquals(65_535, header.payloadLength());
  }

  @Test
  void addressesOfGroups() {
    assertEquals(0x3333_ff00_0077L, Ipv6Header.multicastMac(Icmpv6Header.solicitedNodeLow(0x77)));
    assertEquals(0x1_ffab_cdefL, Icmpv6Header.solicitedNodeLow(0x1234_5678_90ab_cdefL));
  }

  private static PacketBuilder ipv6() {
    return PacketBuilder.ethernet("02:00:00:00:00:09", "00:00:5e:00:01:32")
        .ipv6("2001:db8::9", "2001:db8::77");
  }
}
