package io.pitchlake.node.port;

import io.pitchlake.common.wire.Frame;

/// A reusable array of frames that a port fills; the engine owns one per port.
public final class Batch {
  private final Frame[] frames;
  private int count;

  /// A batch of at most `capacity` frames.
  public Batch(int capacity) {
    frames = new Frame[capacity];
    for (int i = 0; i < capacity; i++) {
      frames[i] = new Frame();
    }
  }

  /// The most frames it holds.
  public int capacity() {
    return frames.length;
  }

  /// How many frames it holds now.
  public int count() {
    return count;
  }

  /// The frame at `index`, 0 to [#count()] - 1.
  public Frame get(int index) {
    assert index < count;
    return frames[index];
  }

  /// Empties the batch; the port calls this first.
  public void clear() {
    count = 0;
  }

  /// The next free frame, for the port to wrap; the batch must not be full.
  public Frame add() {
    return frames[count++];
  }

  /// Whether no further frame fits.
  public boolean isFull() {
    return count == frames.length;
  }
}
