package io.pitchlake.sync;

import io.pitchlake.common.wire.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// The frames of one stream to one peer: the one being filled, those on their way, each kept until
/// the peer has taken it. A window of fixed size, so a peer that takes nothing costs nothing more
/// than that; memory for a frame is there from when its place is first used. One thread.
final class Outbound {
  /// Frames kept; no more than an acknowledgement has bits for.
  static final int WINDOW = 64;

  /// Records in a frame.
  static final int BATCH_RECORDS = 500;

  private static final int FRAME_BYTES = SyncFrame.HEAD_BYTES + BATCH_RECORDS * Records.MAX_BYTES;

  /// Until the peer has said how many it has room for.
  private static final int FIRST_ROOM = 8;

  private static final long FIRST_RESEND_NANOS = 30_000_000L;
  private static final long LAST_RESEND_NANOS = 500_000_000L;

  /// Over a reliable link what is late is still on its way, and sending it again makes it later.
  private static final long RELIABLE_RESEND_NANOS = 250_000_000L;

  private final SyncFrame frame = new SyncFrame();
  private final Arena arena;
  private final long[] addresses = new long[WINDOW];
  private final ByteBuffer[] buffers = new ByteBuffer[WINDOW];
  private final int[] lengths = new int[WINDOW];
  private final long[] madeNanos = new long[WINDOW];
  private final long[] sentNanos = new long[WINDOW];
  private final long[] resendNanos = new long[WINDOW];
  private long stream;
  private long acknowledged;
  private long unsent;
  private long next;
  private long takenBeyond;
  private long room;
  private long progressNanos;
  private int count;
  private int bytes;
  private int flags;
  private long openedNanos;

  Outbound(Arena arena) {
    this.arena = arena;
  }

  private void allocate(int slot) {
    MemorySegment memory = arena.allocate(FRAME_BYTES, 64);
    addresses[slot] = memory.address();
    buffers[slot] = memory.asByteBuffer();
  }

  /// Begins anew; what was on its way is forgotten.
  ///
  /// @param number of the stream, higher than that of any other to this peer: the peer takes frames
  ///   of a lower one for late
  void begin(long number, long nowNanos) {
    stream = number;
    acknowledged = 0;
    unsent = 0;
    next = 0;
    takenBeyond = 0;
    room = FIRST_ROOM;
    progressNanos = nowNanos;
    count = 0;
  }

  /// Whether another record fits, into the frame being filled or a new one.
  boolean hasRoom() {
    return count > 0 && count < BATCH_RECORDS || next - acknowledged < WINDOW;
  }

  /// Adds a record.
  void add(long record, int length, boolean inOrder, long nowNanos) {
    if (count == 0) {
      if (buffers[slot(next)] == null) {
        allocate(slot(next));
      }
      bytes = SyncFrame.HEAD_BYTES;
      flags = 0;
      openedNanos = nowNanos;
    }
    Memory.copy(record, address(next) + bytes, length);
    bytes += length;
    count++;
    flags |= inOrder ? SyncFrame.IN_ORDER : 0;
  }

  boolean isFull() {
    return count == BATCH_RECORDS;
  }

  /// Whether the frame being filled has waited for `nanos`.
  boolean isRipe(long nanos, long nowNanos) {
    return count > 0 && nowNanos - openedNanos >= nanos;
  }

  /// Finishes the frame being filled.
  void close(long sender, long receiver) {
    frame
        .create(address(next), SyncFrame.RECORDS, sender, receiver)
        .count(count)
        .flags(flags)
        .place(stream, next);
    int slot = slot(next);
    lengths[slot] = bytes;
    madeNanos[slot] = openedNanos;
    resendNanos[slot] = FIRST_RESEND_NANOS;
    next++;
    count = 0;
  }

  /// Takes an acknowledgement over; true when it is one of this stream that can be true.
  boolean acknowledge(long ofStream, long below, long beyond, long roomFor, long nowNanos) {
    if (ofStream != stream || below < acknowledged || below > unsent) {
      return false;
    }
    if (below > acknowledged) {
      progressNanos = nowNanos;
    }
    acknowledged = below;
    takenBeyond = beyond;
    room = Math.clamp(roomFor, 0, WINDOW);
    return true;
  }

  /// Whether a peer that knows this stream by this number, 0 for none, has lost what it once knew.
  boolean isForgotten(long known) {
    return known != stream && acknowledged > 0;
  }

  /// Sends what may be sent now; how many frames.
  int transmit(SyncLink link, SyncLink.Peer peer, long epoch, long nowNanos) {
    int sent = 0;
    // With no room there, one frame asks whether there is some by now.
    long limit = acknowledged + Math.max(room, unsent == acknowledged ? 1 : 0);
    while (unsent < next && unsent < limit && send(link, peer, unsent, epoch, nowNanos)) {
      unsent++;
      sent++;
    }
    return sent;
  }

  /// Sends again what has not arrived in time; how many frames.
  int resend(SyncLink link, SyncLink.Peer peer, long epoch, long nowNanos) {
    int sent = 0;
    long least = link.isReliable() ? RELIABLE_RESEND_NANOS : FIRST_RESEND_NANOS;
    for (long sequence = acknowledged; sequence < unsent; sequence++) {
      int slot = slot(sequence);
      boolean taken = (takenBeyond >>> sequence - acknowledged & 1) != 0;
      if (!taken && nowNanos - sentNanos[slot] >= Math.max(resendNanos[slot], least)) {
        if (!send(link, peer, sequence, epoch, nowNanos)) {
          break;
        }
        resendNanos[slot] = Math.min(2 * resendNanos[slot], LAST_RESEND_NANOS);
        sent++;
      }
    }
    return sent;
  }

  private boolean send(
      SyncLink link, SyncLink.Peer peer, long sequence, long epoch, long nowNanos) {
    int slot = slot(sequence);
    frame.wrap(address(sequence), lengths[slot]);
    frame.epoch(epoch);
    ByteBuffer buffer = buffers[slot];
    buffer.position(0).limit(lengths[slot]);
    if (!link.send(peer, buffer)) {
      return false;
    }
    sentNanos[slot] = nowNanos;
    return true;
  }

  /// Frames that the peer has not taken yet.
  int unacknowledged() {
    return (int) (next - acknowledged);
  }

  /// How old the oldest of them is.
  long lagNanos(long nowNanos) {
    return acknowledged == next ? 0 : nowNanos - madeNanos[slot(acknowledged)];
  }

  /// For how long the peer has taken nothing, though there is something for it.
  long silentNanos(long nowNanos) {
    return acknowledged == unsent
        ? 0
        : nowNanos - Math.max(progressNanos, madeNanos[slot(acknowledged)]);
  }

  private long address(long sequence) {
    return addresses[slot(sequence)];
  }

  private static int slot(long sequence) {
    return (int) sequence & WINDOW - 1;
  }
}
