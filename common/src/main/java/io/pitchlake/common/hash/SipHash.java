package io.pitchlake.common.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// SipHash-2-4 over a few words, without allocation. Each word is read as eight (an int: four)
/// bytes in little-endian order, so results equal the reference implementation's over the same
/// bytes. Immutable; any thread.
public final class SipHash {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long k0;
  private final long k1;

  /// A function with a 128-bit key; `k0` is the key's first eight bytes, little-endian.
  public SipHash(long k0, long k1) {
    this.k0 = k0;
    this.k1 = k1;
  }

  /// The hash of 12 bytes.
  public long hash12(long a, int b) {
    return run(1, a, length(12) | b & 0xffff_ffffL, 0, 0, 0);
  }

  /// The hash of 16 bytes.
  public long hash(long a, long b) {
    return run(2, a, b, length(16), 0, 0);
  }

  /// The hash of 36 bytes.
  public long hash36(long a, long b, long c, long d, int e) {
    return run(4, a, b, c, d, length(36) | e & 0xffff_ffffL);
  }

  /// The hash of the first `length` bytes of a message.
  public long hash(byte[] message, int length) {
    long v0 = k0 ^ 0x736f6d6570736575L;
    long v1 = k1 ^ 0x646f72616e646f6dL;
    long v2 = k0 ^ 0x6c7967656e657261L;
    long v3 = k1 ^ 0x7465646279746573L;
    int whole = length & ~7;
    for (int at = 0; at <= whole; at += 8) {
      long m = at < whole ? (long) WORD.get(message, at) : tail(message, whole, length);
      v3 ^= m;
      for (int round = 0; round < 2; round++) {
        v0 += v1;
        v2 += v3;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= m;
    }
    return finish(v0, v1, v2, v3);
  }

  /// The last block: the bytes that fill no word, and the length.
  private static long tail(byte[] message, int from, int length) {
    long block = length(length);
    for (int i = from; i < length; i++) {
      block |= (message[i] & 0xffL) << 8 * (i - from);
    }
    return block;
  }

  /// What the last block has in its highest byte.
  private static long length(int bytes) {
    return (long) bytes << 56;
  }

  /// Hashes `words` words and the last block behind them. The words move up from one round to the
  /// next, which the compiler turns into nothing, where picking one by its number would cost a
  /// branch.
  private long run(int words, long a, long b, long c, long d, long e) {
    long v0 = k0 ^ 0x736f6d6570736575L;
    long v1 = k1 ^ 0x646f72616e646f6dL;
    long v2 = k0 ^ 0x6c7967656e657261L;
    long v3 = k1 ^ 0x7465646279746573L;
    for (int left = words; left >= 0; left--) {
      long m = a;
      a = b;
      b = c;
      c = d;
      d = e;
      v3 ^= m;
      for (int round = 0; round < 2; round++) {
        v0 += v1;
        v2 += v3;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= m;
    }
    return finish(v0, v1, v2, v3);
  }

  private static long finish(long a, long b, long c, long d) {
    long v0 = a;
    long v1 = b;
    long v2 = c ^ 0xff;
    long v3 = d;
    for (int round = 0; round < 4; round++) {
      v0 += v1;
      v2 += v3;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v1;
      v0 += v3;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 = Long.rotateLeft(v2, 32);
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }
}
