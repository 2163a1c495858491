package io.pitchlake.common.wire;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Native memory for frames in tests: filled with 0xa5 beforehand, with a guard zone on both sides,
/// so that a byte that nobody set, or that somebody set outside, shows.
public final class NativeBuffer implements AutoCloseable {
  /// What every byte holds that was not written.
  public static final byte FILL = (byte) 0xa5;

  private static final int GUARD_BYTES = 64;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment memory;
  private final int capacity;

  /// Allocates `capacity` bytes between two guard zones.
  public NativeBuffer(int capacity) {
    this.capacity = capacity;
    this.memory = arena.allocate(GUARD_BYTES + capacity + GUARD_BYTES, 8);
    memory.fill(FILL);
  }

  /// Address of the first byte; 8-byte aligned.
  public long address() {
    return memory.address() + GUARD_BYTES;
  }

  /// Bytes between the guard zones.
  public int capacity() {
    return capacity;
  }

  /// Fills everything with 0xa5 again.
  public NativeBuffer refill() {
    memory.fill(FILL);
    return this;
  }

  /// Fills everything with 0xa5, puts `bytes` at the start and says where that is.
  public long put(byte[] bytes) {
    return put(0, bytes);
  }

  /// Fills everything with 0xa5, puts `bytes` at an offset and says where that is.
  public long put(int offset, byte[] bytes) {
    refill();
    if (offset < 0 || offset + bytes.length > capacity) {
      throw new IllegalArgumentException(
          bytes.length + " bytes at " + offset + " do not fit in " + capacity);
    }
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, GUARD_BYTES + offset, bytes.length);
    return address() + offset;
  }

  /// A frame over these bytes, with the whole buffer as room.
  public Frame frame(byte[] bytes) {
    return new Frame().wrap(put(bytes), bytes.length, capacity);
  }

  /// Copies out the first `length` bytes.
  public byte[] get(int length) {
    return get(0, length);
  }

  /// Copies out `length` bytes from an offset.
  public byte[] get(int offset, int length) {
    return memory.asSlice(GUARD_BYTES + offset, length).toArray(ValueLayout.JAVA_BYTE);
  }

  /// Fails when any byte outside `offset` .. `offset + length` is not 0xa5 any more.
  public void assertUntouchedOutside(int offset, int length) {
    byte[] all = memory.toArray(ValueLayout.JAVA_BYTE);
    byte[] expected = all.clone();
    Arrays.fill(expected, 0, GUARD_BYTES + offset, FILL);
    Arrays.fill(expected, GUARD_BYTES + offset + length, all.length, FILL);
    int at = Arrays.mismatch(expected, all);
    if (at >= 0) {
      throw new AssertionError(
          "byte %d of the buffer was overwritten with 0x%02x; only bytes %d to %d should be"
              .formatted(at - GUARD_BYTES, all[at], offset, offset + length - 1));
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
