package io.pitchlake.common.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/// Vectors of the reference implementation: key 00..0f, message 00 01 02 ..., length 16, 24, 40.
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
  void sixteenBytes() {
    assertEquals(0x3f2acc7f57c29bdbL, hash.hash(word(0), word(1)));
  }

  @Test
  void twentyFourBytes() {
    assertEquals(0xb8ad50c6f649af94L, hash.hash(word(0), word(1), word(2)));
  }

  @Test
  void fortyBytes() {
    assertEquals(0x0e3ea96b5304a7d0L, hash.hash(word(0), word(1), word(2), word(3), word(4)));
  }
}
