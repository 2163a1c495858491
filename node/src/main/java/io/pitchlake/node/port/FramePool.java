package io.pitchlake.node.port;

import io.pitchlake.common.wire.Frame;
import java.lang.foreign.Arena;

/// Native memory cut into equal buffers, with one [Frame] object for each. Confined to the engine
/// thread.
final class FramePool implements AutoCloseable {
  private static final int CACHE_LINE_BYTES = 64;

  private final Arena arena = Arena.ofShared();
  private final Frame[] frames;
  private final long base;
  private final int strideBytes;
  private final int headroomBytes;
  private int next;

  /// `count` buffers of `capacityBytes` each, and `headroomBytes` in front of each that the port
  /// may write.
  FramePool(int count, int headroomBytes, int capacityBytes) {
    this.headroomBytes = headroomBytes;
    strideBytes = (headroomBytes + capacityBytes + CACHE_LINE_BYTES - 1) & -CACHE_LINE_BYTES;
    base = arena.allocate((long) count * strideBytes, CACHE_LINE_BYTES).address();
    frames = new Frame[count];
    for (int i = 0; i < count; i++) {
      frames[i] = new Frame();
    }
  }

  /// Number of buffers.
  int count() {
    return frames.length;
  }

  /// Address of the frame in buffer `index`.
  long address(int index) {
    return base + (long) index * strideBytes + headroomBytes;
  }

  /// Bytes a frame may have.
  int capacityBytes() {
    return strideBytes - headroomBytes;
  }

  /// Whether every buffer is taken.
  boolean isUsedUp() {
    return next == frames.length;
  }

  /// Takes the next buffer as an empty frame; the pool must not be used up. A frame built here has
  /// a checksum that its builder has finished.
  Frame take() {
    Frame frame = frames[next];
    frame.wrap(address(next), 0, capacityBytes()).checksumState(Frame.ChecksumState.COMPLETE);
    next++;
    return frame;
  }

  /// Gives every buffer back.
  void reset() {
    next = 0;
  }

  @Override
  public void close() {
    arena.close();
  }
}
