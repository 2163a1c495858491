package io.pitchlake.sync;

import io.pitchlake.common.wire.Memory;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Records on their way between the engine and the replication thread: a bounded ring with one
/// writer and one reader, outside the heap. A slot is a word that says which peer is meant, and a
/// record behind it. The writer never waits; a full ring is its own business.
final class RecordRing implements AutoCloseable {
  /// Every peer.
  static final int ALL = 0xff;

  /// Where the record lies in a slot.
  static final int RECORD = 8;

  private static final int SLOT_BYTES = RECORD + Records.MAX_BYTES;
  private static final VarHandle POSITION = MethodHandles.arrayElementVarHandle(long[].class);

  // Each on a cache line of its own.
  private static final int WRITTEN = 8;
  private static final int READ = 24;

  private final Arena arena = Arena.ofShared();
  private final long slots;
  private final int mask;
  private final long[] positions = new long[40];
  private long writing;
  private long readSeen;
  private long reading;
  private long writtenSeen;

  /// @param capacity a power of two
  RecordRing(int capacity) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException(
          "the capacity of a ring is a power of two, not " + capacity);
    }
    mask = capacity - 1;
    slots = arena.allocate((long) capacity * SLOT_BYTES, 64).address();
  }

  int capacity() {
    return mask + 1;
  }

  /// How many more records fit now; where that is more than half of all, it may be more still. The
  /// writer's.
  int free() {
    int free = mask + 1 - (int) (writing - readSeen);
    if (free <= capacity() / 2) {
      readSeen = (long) POSITION.getAcquire(positions, READ);
      free = mask + 1 - (int) (writing - readSeen);
    }
    return free;
  }

  /// The slot to write next; only where [#free] is not 0, and nothing has happened before
  /// [#publish].
  long claim() {
    return slots + (writing & mask) * SLOT_BYTES;
  }

  /// Hands the claimed slot over.
  ///
  /// @param peer its number, or [#ALL]
  /// @param generation what tells the peer from the one that had the number before
  void publish(int peer, int generation) {
    Memory.putLong(claim(), (long) peer << 32 | generation & 0xffff_ffffL);
    writing++;
    POSITION.setRelease(positions, WRITTEN, writing);
  }

  /// The oldest slot, or 0 when there is none. The reader's.
  long peek() {
    if (reading == writtenSeen) {
      writtenSeen = (long) POSITION.getAcquire(positions, WRITTEN);
      if (reading == writtenSeen) {
        return 0;
      }
    }
    return slots + (reading & mask) * SLOT_BYTES;
  }

  /// Gives the oldest slot back.
  void release() {
    reading++;
    POSITION.setRelease(positions, READ, reading);
  }

  /// The peer that a slot is meant for.
  static int peer(long slot) {
    return (int) (Memory.getLong(slot) >>> 32);
  }

  static int generation(long slot) {
    return (int) Memory.getLong(slot);
  }

  @Override
  public void close() {
    arena.close();
  }
}
