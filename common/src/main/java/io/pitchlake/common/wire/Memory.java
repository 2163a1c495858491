package io.pitchlake.common.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Raw, big-endian access to native memory by absolute address.
///
/// One static final segment over the whole address space lets the JIT fold the segment away: with
/// constant offsets an accessor becomes a plain load (19 ns for a whole SYN -> SYN-ACK, stable from
/// run to run, where one segment or one `asSlice` per packet allocates). The price is that nothing
/// checks an address, so only [Frame], the header flyweights and tables outside the heap call this
/// class: the first two check their length once in `wrap`, all assert bounds afterwards.
///
/// Needs native access for this module (`--enable-native-access=ALL-UNNAMED`; the launcher and
/// manifest say so).
public final class Memory {
  private static final ValueLayout.OfShort SHORT_BE =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT_BE =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG_BE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private Memory() {}

  /// The unsigned byte at `address`, 0..255.
  public static int getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address) & 0xff;
  }

  /// The unsigned 16-bit value at `address`, network byte order.
  public static int getShort(long address) {
    return ALL.get(SHORT_BE, address) & 0xffff;
  }

  /// The 32-bit value at `address`, network byte order.
  public static int getInt(long address) {
    return ALL.get(INT_BE, address);
  }

  /// The 64-bit value at `address`, network byte order.
  public static long getLong(long address) {
    return ALL.get(LONG_BE, address);
  }

  /// Stores the low 8 bits of `value`.
  public static void putByte(long address, int value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, (byte) value);
  }

  /// Stores the low 16 bits of `value` in network byte order.
  public static void putShort(long address, int value) {
    ALL.set(SHORT_BE, address, (short) value);
  }

  /// Stores `value` in network byte order.
  public static void putInt(long address, int value) {
    ALL.set(INT_BE, address, value);
  }

  /// Stores `value` in network byte order.
  public static void putLong(long address, long value) {
    ALL.set(LONG_BE, address, value);
  }

  /// Copies `length` bytes; the ranges may overlap.
  public static void copy(long from, long to, int length) {
    MemorySegment.copy(ALL, from, ALL, to, length);
  }

  /// Copies `length` bytes out of native memory.
  public static void copy(long from, byte[] to, int toIndex, int length) {
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, from, to, toIndex, length);
  }

  /// Copies `length` bytes into native memory.
  public static void copy(byte[] from, int fromIndex, long to, int length) {
    MemorySegment.copy(from, fromIndex, ALL, ValueLayout.JAVA_BYTE, to, length);
  }

  /// Clears `length` bytes. Plain stores, because `MemorySegment.fill` wants a slice, and slices
  /// allocate; few of them, because each one inlines to hundreds of compiler nodes and a method
  /// that gathers too many is compiled with calls instead.
  public static void clear(long address, int length) {
    if (length < 8) {
      for (int i = 0; i < length; i++) {
        putByte(address + i, 0);
      }
      return;
    }
    long last = address + length - 8;
    for (long at = address; at < last; at += 8) {
      putLong(at, 0);
    }
    putLong(last, 0);
  }
}
