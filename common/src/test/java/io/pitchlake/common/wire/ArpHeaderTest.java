package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ArpHeaderTest {
  private static final long CLIENT = 0x0200_0000_0009L;
  private static final long NODE = 0x0000_5e00_0132L;
  private static final int CLIENT_IP = 0xc0a80209;
  private static final int DECOY_IP = 0xc0a8024d;

  private final NativeBuffer buffer = new NativeBuffer(128);
  private final ArpHeader header = new ArpHeader();

  @AfterEach
  void free() {
    buffer.close();
  }

  @Test
  void deconstruct() {
    assertTrue(header.wrap(buffer.put(Golden.ARP_REPLY.from(14)), 28));
    assertEquals(ArpHeader.REPLY, header.operation());
    assertEquals(NODE, header.senderMac());
    assertEquals(DECOY_IP, header.senderAddress());
    assertEquals(CLIENT, header.targetMac());
    assertEquals(CLIENT_IP, header.targetAddress());
    assertFalse(header.isProbe());
    assertFalse(header.isAnnouncement());
  }

  @Test
  void construct() {
    header
        .create(buffer.refill().address(), 28)
        .operation(ArpHeader.REPLY)
        .senderMac(NODE)
        .senderAddress(DECOY_IP)
        .targetMac(CLIENT)
        .targetAddress(CLIENT_IP);
    assertEquals(FrameAssert.dump(Golden.ARP_REPLY.from(14)), FrameAssert.dump(buffer.get(28)));
    buffer.assertUntouchedOutside(0, 28);
  }

  @Test
  void parse() {
    ParsedFrame parsed = new ParsedFrame();
    byte[] frame = Golden.VLAN_ARP_REQUEST.frame();
    assertTrue(parsed.parse(buffer.put(frame), frame.length));
    assertEquals(ArpHeader.REQUEST, parsed.arp.operation());
    assertEquals(CLIENT, parsed.arp.senderMac());
    assertEquals(0, parsed.arp.targetMac());
    assertEquals(DECOY_IP, parsed.arp.targetAddress());
  }

  @Test
  void emitInAPaddedFrame() {
    Frame frame = new Frame().wrap(buffer.refill().address(), 60, 128);
    EthernetHeader ethernet = new EthernetHeader();
    ethernet
        .create(frame.address(), frame.length())
        .destination(CLIENT)
        .source(NODE)
        .etherType(ArpHeader.ETHER_TYPE);
    header
        .create(ethernet.payloadAddress(), ethernet.payloadLength())
        .operation(ArpHeader.REPLY)
        .senderMac(NODE)
        .senderAddress(DECOY_IP)
        .targetMac(CLIENT)
        .targetAddress(CLIENT_IP);
    assertEquals(28, header.lengthBytes());
    FrameAssert.assertThat(frame.length(42)).hasBytes(Golden.ARP_REPLY.frame());
    buffer.assertUntouchedOutside(0, 42);
  }

  @Test
  void probesAndAnnouncements() {
    assertTrue(wrap(ethernet().arpProbe("192.168.2.77")).isProbe());
    assertFalse(header.isAnnouncement());
    assertTrue(wrap(ethernet().arpAnnouncement("192.168.2.77")).isAnnouncement());
    assertFalse(header.isProbe());
    assertFalse(wrap(ethernet().arpReply("0.0.0.0", "192.168.2.77")).isProbe());
  }

  @Test
  void truncatedAtEveryLength() {
    long address = buffer.put(Golden.ARP_REPLY.from(14));
    for (int length = 0; length < 28; length++) {
      assertFalse(header.wrap(address, length), "length " + length);
      assertEquals(0, header.lengthBytes());
      assertThrows(AssertionError.class, header::operation);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 6", "3, 6", "4, 8", "5, 16"})
  void otherKindsAreRefused(int offset, int value) {
    byte[] bytes = Golden.ARP_REPLY.from(14);
    bytes[offset] = (byte) value;
    assertFalse(header.wrap(buffer.put(bytes), bytes.length));
  }

  private ArpHeader wrap(PacketBuilder builder) {
    byte[] frame = builder.padTo(60).build();
    assertTrue(header.wrap(buffer.put(frame) + 14, frame.length - 14));
    assertEquals(28, header.lengthBytes(), "padding is out of bounds");
    return header;
  }

  private static PacketBuilder ethernet() {
    return PacketBuilder.ethernet("02:00:00:00:00:09", "ff:ff:ff:ff:ff:ff");
  }
}
