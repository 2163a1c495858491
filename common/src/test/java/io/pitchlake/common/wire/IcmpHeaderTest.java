package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class IcmpHeaderTest {
  private static final int OFFSET = 34;

  private final NativeBuffer buffer = new NativeBuffer(256);
  private final IcmpHeader header = new IcmpHeader();

  @AfterEach
  void free() {
    buffer.close();
  }

  @Test
  void deconstruct() {
    assertTrue(header.wrap(buffer.put(Golden.ECHO.from(OFFSET)), 17));
    assertEquals(IcmpHeader.ECHO_REQUEST, header.type());
    assertEquals(0, header.code());
    assertEquals(0xdf85, header.checksum());
    assertEquals(1234, header.identifier());
    assertEquals(3, header.sequence());
    assertEquals(buffer.address() + 8, header.dataAddress());
    assertEquals(9, header.dataLength());
    assertTrue(header.isChecksumGood());
  }

  @Test
  void construct() {
    byte[] expected = Golden.ECHO.from(OFFSET);
    buffer.refill();
    Memory.copy(expected, 8, buffer.address() + 8, 9);
    header
        .create(buffer.address(), 17)
        .type(IcmpHeader.ECHO_REQUEST)
        .code(0)
        .identifier(1234)
        .sequence(3)
        .updateChecksum();
    assertEquals(FrameAssert.dump(expected), FrameAssert.dump(buffer.get(17)));
    buffer.assertUntouchedOutside(0, 17);
  }

  @Test
  void parse() {
    ParsedFrame parsed = new ParsedFrame();
    byte[] frame =
        PacketBuilder.ethernet("02:00:00:00:00:09", "00:00:5e:00:01:32")
            .ipv4("192.168.2.9", "192.168.2.77")
            .echoRequest(7, 8)
            .payload("x")
            .padTo(60, 0xee)
            .build();
    assertTrue(parsed.parse(buffer.put(frame), frame.length));
    assertEquals(7, parsed.icmp.identifier());
    assertEquals(8, parsed.icmp.sequence());
    assertEquals(1, parsed.icmp.dataLength());
    assertTrue(parsed.icmp.isChecksumGood());
  }

  @Test
  void emitAReplyInPlace() {
    byte[] frame = Golden.ECHO.frame();
    ParsedFrame parsed = new ParsedFrame();
    assertTrue(parsed.parse(buffer.put(frame), frame.length));
    parsed.ethernet.destination(0x0200_0000_0009L).source(0x0000_5e00_0132L);
    parsed.ipv4.source(0xc0a8024d).destination(0xc0a80209).updateChecksum();
    parsed.icmp.type(IcmpHeader.ECHO_REPLY).updateChecksum();
    FrameAssert.assertThat(buffer.get(frame.length))
        .reads("* > * IP 192.168.2.77 > 192.168.2.9: echo reply id 1234 seq 3 length 9")
        .hasGoodChecksums();
    buffer.assertUntouchedOutside(0, frame.length);
  }

  @Test
  void damageShows() {
    byte[] message = Golden.ECHO.from(OFFSET);
    for (int i = 0; i < message.length; i++) {
      byte[] damaged = message.clone();
      damaged[i] ^= 4;
      assertTrue(header.wrap(buffer.put(damaged), damaged.length));
      assertFalse(header.isChecksumGood(), "byte " + i);
    }
  }

  @Test
  void truncatedAtEveryLength() {
    long address = buffer.put(Golden.ECHO.from(OFFSET));
    for (int length = 0; length < 8; length++) {
      assertFalse(header.wrap(address, length), "length " + length);
      assertThrows(AssertionError.class, header::type);
    }
    for (int length = 8; length < 17; length++) {
      assertTrue(header.wrap(address, length));
      assertFalse(header.isChecksumGood(), "length " + length);
    }
  }
}
