package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.net.IpAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// [QuotedPacket].
final class QuotedPacketTest {
  private final NativeBuffer buffer = new NativeBuffer(256);
  private final QuotedPacket quoted = new QuotedPacket();

  @AfterEach
  void free() {
    buffer.close();
  }

  @Test
  void deconstructIpv4() {
    assertTrue(quoted.wrap(buffer.put(Golden.SYN.from(14)), 28, true));
    assertEquals(TcpHeader.PROTOCOL, quoted.protocol());
    assertEquals(0, quoted.sourceHigh());
    assertEquals(IpAddress.parse("192.168.2.9").low(), quoted.sourceLow());
    assertEquals(IpAddress.parse("192.168.2.77").low(), quoted.destinationLow());
    assertEquals(40000, quoted.sourcePort());
    assertEquals(80, quoted.destinationPort());
    assertEquals(20, quoted.headerLength());
    assertEquals(buffer.address() + 20, quoted.transportAddress());
    assertEquals(8, quoted.transportLength());
    assertTrue(quoted.isFirstPiece());
    Memory.putShort(buffer.address() + Ipv4Header.FRAGMENT, 1);
    assertFalse(quoted.isFirstPiece());
  }

  @Test
  void deconstructIpv6() {
    byte[] packet = Golden.TCP_IPV6.from(14);
    assertTrue(quoted.wrap(buffer.put(packet), packet.length, false));
    assertEquals(TcpHeader.PROTOCOL, quoted.protocol());
    IpAddress source = IpAddress.parse("2001:db8::9");
    assertEquals(source.high(), quoted.sourceHigh());
    assertEquals(source.low(), quoted.sourceLow());
    assertEquals(40, quoted.headerLength());
    assertEquals(packet.length - 40, quoted.transportLength());
    assertTrue(quoted.isFirstPiece());
  }

  @Test
  void truncatedAtEveryLength() {
    long address = buffer.put(Golden.SYN.from(14));
    for (int length = 0; length < 24; length++) {
      assertFalse(quoted.wrap(address, length, true), "length " + length);
      assertThrows(AssertionError.class, quoted::protocol);
    }
    assertTrue(quoted.wrap(address, 24, true));
    for (int length = 24; length < 44; length++) {
      assertFalse(quoted.wrap(address, length, false), "length " + length);
    }
  }

  @Test
  void aHeaderThatCannotBeIsRefused() {
    long address = buffer.put(Golden.SYN.from(14));
    assertFalse(quoted.wrap(address, 60, false), "version 4 in an ICMPv6 error");
    Memory.putByte(address, 0x44);
    assertFalse(quoted.wrap(address, 60, true), "a header of 16 bytes");
    Memory.putByte(address, 0x4f);
    assertFalse(quoted.wrap(address, 60, true), "a header that ends behind the quote's ports");
    Memory.putByte(address, 0x46);
    assertTrue(quoted.wrap(address, 60, true));
    assertEquals(24, quoted.headerLength());
  }
}
