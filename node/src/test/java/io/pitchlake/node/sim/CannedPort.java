package io.pitchlake.node.sim;

import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.common.wire.NativeBuffer;
import io.pitchlake.node.port.Batch;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortStatistics;
import java.util.List;

/// Delivers the same frames over and over from native memory and swallows what is sent; allocates
/// nothing once it is made, so that what is measured behind it is the engine's own.
public final class CannedPort implements Port {
  private static final int SLOT_BYTES = 2048;

  private final NativeBuffer[] templates;
  private final int[] lengths;
  private final NativeBuffer[] slots = new NativeBuffer[64];
  private final NativeBuffer[] transmitSlots = new NativeBuffer[64];
  private final Frame[] transmitFrames = new Frame[64];
  private int next;
  private int used;
  private int queued;
  private long transmitted;

  public CannedPort(List<byte[]> frames) {
    templates = new NativeBuffer[frames.size()];
    lengths = new int[frames.size()];
    for (int i = 0; i < templates.length; i++) {
      templates[i] = new NativeBuffer(SLOT_BYTES);
      templates[i].put(frames.get(i));
      lengths[i] = frames.get(i).length;
    }
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new NativeBuffer(SLOT_BYTES);
      transmitSlots[i] = new NativeBuffer(SLOT_BYTES);
      transmitFrames[i] = new Frame();
    }
  }

  @Override
  public String name() {
    return "canned";
  }

  @Override
  public String access() {
    return "sim";
  }

  @Override
  public long mac() {
    return SimNode.MAC;
  }

  @Override
  public int mtuBytes() {
    return 1500;
  }

  @Override
  public int receive(Batch into) {
    into.clear();
    while (!into.isFull()) {
      NativeBuffer slot = slots[into.count()];
      Memory.copy(templates[next].address(), slot.address(), lengths[next]);
      into.add().wrap(slot.address(), lengths[next], SLOT_BYTES);
      next = next + 1 < templates.length ? next + 1 : 0;
    }
    return into.count();
  }

  @Override
  public Frame newFrame() {
    if (used == transmitFrames.length) {
      flush();
    }
    Frame frame = transmitFrames[used].wrap(transmitSlots[used].address(), 0, SLOT_BYTES);
    used++;
    return frame;
  }

  @Override
  public void transmit(Frame frame) {
    queued++;
  }

  @Override
  public int flush() {
    int sent = queued;
    queued = 0;
    used = 0;
    transmitted += sent;
    return sent;
  }

  @Override
  public void awaitInput(long timeoutNanos) {}

  @Override
  public PortStatistics statistics() {
    return new PortStatistics(0, transmitted, 0, 0, 0);
  }

  @Override
  public void close() {}
}
