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

  /// Every address a process can have has these bits. Taking them changes nothing, but tells the
  /// JIT that address and offset stay within the segment, so that it drops the check of each access
  /// and what it would have to save for the exception.
  private static final long ADDRESS_BITS = Long.MAX_VALUE >>> 1;

  private Memory() {}

  /// The unsigned byte at `address`, 0..255.
  public static int getByte(long address) {
    return getByte(address, 0);
  }

  /// The unsigned byte at `address + offset`, 0..255.
  public static int getByte(long address, int offset) {
    return ALL.get(ValueLayout.JAVA_BYTE, (address & ADDRESS_BITS) + offset) & 0xff;
  }

  /// The unsigned 16-bit value at `address`, network byte order.
  public static int getShort(long address) {
    return getShort(address, 0);
  }

  /// The unsigned 16-bit value at `address + offset`, network byte order.
  public static int getShort(long address, int offset) {
    return ALL.get(SHORT_BE, (address & ADDRESS_BITS) + offset) & 0xffff;
  }

  /// The 32-bit value at `address`, network byte order.
  public static int getInt(long address) {
    return getInt(address, 0);
  }

  /// The 32-bit value at `address + offset`, network byte order.
  public static int getInt(long address, int offset) {
    return ALL.get(INT_BE, (address & ADDRESS_BITS) + offset);
  }

  /// The 64-bit value at `address`, network byte order.
  public static long getLong(long address) {
    return getLong(address, 0);
  }

  /// The 64-bit value at `address + offset`, network byte order.
  public static long getLong(long address, int offset) {
    return ALL.get(LONG_BE, (address & ADDRESS_BITS) + offset);
  }

  /// Stores the low 8 bits of `value`.
  public static void putByte(long address, int value) {
    putByte(address, 0, value);
  }

  /// Stores the low 8 bits of `value` at `address + offset`.
  public static void putByte(long address, int offset, int value) {
    ALL.set(ValueLayout.JAVA_BYTE, (address & ADDRESS_BITS) + offset, (byte) value);
  }

  /// Stores the low 16 bits of `value` in network byte order.
  public static void putShort(long address, int value) {
    putShort(address, 0, value);
  }

  /// Stores the low 16 bits of `value` at `address + offset` in network byte order.
  public static void putShort(long address, int offset, int value) {
    ALL.set(SHORT_BE, (address & ADDRESS_BITS) + offset, (short) value);
  }

  /// Stores `value` in network byte order.
  public static void putInt(long address, int value) {
    putInt(address, 0, value);
  }

  /// Stores `value` at `address + offset` in network byte order.
  public static void putInt(long address, int offset, int value) {
    ALL.set(INT_BE, (address & ADDRESS_BITS) + offset, value);
  }

  /// Stores `value` in network byte order.
  public static void putLong(long address, long value) {
    putLong(address, 0, value);
  }

  /// Stores `value` at `address + offset` in network byte order.
  public static void putLong(long address, int offset, long value) {
    ALL.set(LONG_BE, (address & ADDRESS_BITS) + offset, value);
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
