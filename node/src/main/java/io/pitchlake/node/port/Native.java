package io.pitchlake.node.port;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// Structures shared with the kernel, by absolute address, in the machine's byte order; `Memory` of
/// `common` is for frames, in network order. The acquire and release accesses are for words that
/// the other side writes: what was written before a release is seen after the acquire that reads
/// it.
final class Native {
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  private static final VarHandle INT = JAVA_INT.varHandle();

  private Native() {}

  static int getInt(long address) {
    return ALL.get(JAVA_INT, address);
  }

  static int getShort(long address) {
    return ALL.get(JAVA_SHORT, address) & 0xffff;
  }

  static long getLong(long address) {
    return ALL.get(JAVA_LONG, address);
  }

  static void putInt(long address, int value) {
    ALL.set(JAVA_INT, address, value);
  }

  static void putShort(long address, int value) {
    ALL.set(JAVA_SHORT, address, (short) value);
  }

  static void putLong(long address, long value) {
    ALL.set(JAVA_LONG, address, value);
  }

  static int getIntAcquire(long address) {
    return (int) INT.getAcquire(ALL, address);
  }

  static void putIntRelease(long address, int value) {
    INT.setRelease(ALL, address, value);
  }
}
