package io.pitchlake.common.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Vectors of the reference implementation: key 00..0f, message 00 01 02 ..., length 12, 16, 36.
class SipHashTest {
  private final SipHash hash = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

  private static long word(int index) {
    byte[] bytes = new byte[8];
    for (int i = 0; i < 8; i++) {
      bytes[i] = (byte) (index * 8 + i);
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  @Test
  void twelveBytes() {
    assertEquals(0x751e8fbc860ee5fbL, hash.hash12(word(0), (int) word(1)));
  }

  @Test
  void sixteenBytes() {
    assertEquals(0x3f2acc7f57c29bdbL, hash.hash(word(0), word(1)));
  }

  @Test
  void thirtySixBytes() {
    assertEquals(
        0x314dffbe0815a3b4L, hash.hash36(word(0), word(1), word(2), word(3), (int) word(4)));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 726fdb47dd0e0e31", "1, 74f839c593dc67fd", "7, ab0200f58b01d137", "8, 93f5f5799a932462",
    "12, 751e8fbc860ee5fb", "15, a129ca6149be45e5", "16, 3f2acc7f57c29bdb", "36, 314dffbe0815a3b4"
  })
  void anyNumberOfBytes(int length, String expected) {
    byte[] message = new byte[64];
    for (int i = 0; i < message.length; i++) {
      message[i] = (byte) i;
    }
    assertEquals(Long.parseUnsignedLong(expected, 16), hash.hash(message, length));
  }
}
