package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class UdpHeaderTest {
  private static final int OFFSET = 34;

  private final NativeBuffer buffer = new NativeBuffer(512);
  private final UdpHeader header = new UdpHeader();

  @AfterEach
  void free() {
    buffer.close();
  }

  @Test
  void deconstruct() {
    assertTrue(header.wrap(buffer.put(Golden.UDP.from(OFFSET)), 13));
    assertEquals(5353, header.sourcePort());
    assertEquals(53, header.destinationPort());
    assertEquals(13, header.lengthBytes());
    assertEquals(0x213d, header.checksum());
    assertEquals(buffer.address() + 8, header.payloadAddress());
    assertEquals(5, header.payloadLength());
  }

  @Test
  void construct() {
    header
        .create(buffer.refill().address(), 8)
        .sourcePort(5353)
        .destinationPort(53)
        .checksum(0x213d);
    Memory.putShort(buffer.address() + UdpHeader.DATAGRAM_LENGTH, 13);
    assertEquals(FrameAssert.dump(Golden.UDP.bytes(OFFSET, 8)), FrameAssert.dump(buffer.get(8)));
    buffer.assertUntouchedOutside(0, 8);
  }

  @Test
  void parse() {
    ParsedFrame parsed = new ParsedFrame();
    byte[] frame = Golden.UDP_EXTENSIONS.frame();
    assertTrue(parsed.parse(buffer.put(frame), frame.length));
    assertEquals(53, parsed.udp.destinationPort());
    assertEquals(5, parsed.udp.payloadLength());
    assertEquals(
        Checksum.Verdict.GOOD,
        parsed.udp.verifyChecksum(Frame.ChecksumState.COMPLETE, parsed.ipv6));
  }

  @Test
  void emit() {
    byte[] expected = Golden.UDP.frame();
    Frame frame = new Frame().wrap(buffer.refill().address(), expected.length, 100);
    EthernetHeader ethernet = new EthernetHeader();
    ethernet
        .create(frame.address(), frame.length())
        .destination(0x0000_5e00_0132L)
        .source(0x0200_0000_0009L)
        .etherType(Ipv4Header.ETHER_TYPE);
    Ipv4Header ip = new Ipv4Header();
    ip.create(ethernet.payloadAddress(), ethernet.payloadLength())
        .timeToLive(64)
        .protocol(UdpHeader.PROTOCOL)
        .source(0xc0a80209)
        .destination(0xc0a8024d)
        .updateChecksum();
    header.create(ip.payloadAddress(), ip.payloadLength()).sourcePort(5353).destinationPort(53);
    Memory.copy(Golden.UDP.from(OFFSET + 8), 0, header.payloadAddress(), header.payloadLength());
    header.updateChecksum(ip);
    FrameAssert.assertThat(frame).hasBytes(expected);
    buffer.assertUntouchedOutside(0, expected.length);
  }

  @Test
  void truncatedAtEveryLength() {
    long address = buffer.put(Golden.UDP.from(OFFSET));
    for (int length = 0; length < 13; length++) {
      assertFalse(header.wrap(address, length), "length " + length);
      assertEquals(0, header.lengthBytes());
      assertThrows(AssertionError.class, header::checksum);
    }
  }

  @Test
  void theDatagramEndsAtItsOwnLength() {
    PacketBuilder builder =
        PacketBuilder.ethernet("02:00:00:00:00:09", "00:00:5e:00:01:32")
            .ipv4("192.168.2.9", "192.168.2.77")
            .udp(1, 2)
            .payload("hello");
    for (int length = 0; length < 20; length++) {
      byte[] frame = builder.udpLength(length).build();
      boolean fits = length >= 8 && length <= 13;
      assertEquals(fits, header.wrap(buffer.put(frame) + 34, 13), "length " + length);
      assertEquals(fits ? length : 0, header.lengthBytes());
    }
  }
}
