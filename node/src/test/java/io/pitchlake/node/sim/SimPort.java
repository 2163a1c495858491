package io.pitchlake.node.sim;

import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.NativeBuffer;
import io.pitchlake.node.port.Batch;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortStatistics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/// The simulated LAN's side of the port contract, on native buffers like the real ones: received
/// frames lie in slots that the next receive fills with garbage, so that nobody gets away with
/// keeping one.
public final class SimPort implements Port {
  private static final int SLOT_BYTES = 2048;
  private static final int SLOTS = 64;

  private final String name;
  private final long mac;
  private final Deque<byte[]> arrived = new ArrayDeque<>();
  private final List<NativeBuffer> receiveSlots = new ArrayList<>();
  private final List<NativeBuffer> transmitSlots = new ArrayList<>();
  private final List<Frame> queued = new ArrayList<>();
  private SimLan.Attachment attachment;
  private Consumer<byte[]> observer = frame -> {};
  private Consumer<byte[]> outlet = frame -> attachment.send(frame);
  private int capacity = Integer.MAX_VALUE;
  private int transmitSlot;
  private int mtuBytes = 1500;
  private long received;
  private long transmitted;
  private long overflowed;

  public SimPort(String name, long mac) {
    this.name = name;
    this.mac = mac;
  }

  /// Hangs the port on a LAN; `onArrival` runs after each frame that arrives.
  public void attach(SimLan lan, Runnable onArrival) {
    attachment =
        lan.attach(
            name,
            frame -> {
              if (arrived.size() >= capacity) {
                overflowed++;
                return;
              }
              arrived.add(frame);
              onArrival.run();
            });
  }

  /// Room for frames that nobody has read yet; those that find none are lost, as in a ring.
  public SimPort capacity(int frames) {
    capacity = frames;
    return this;
  }

  /// Frames that have arrived and that nobody has read.
  public int waiting() {
    return arrived.size();
  }

  /// Hands frames that leave to somebody else than the LAN.
  public void outlet(Consumer<byte[]> other) {
    outlet = other;
  }

  /// Loses what has arrived or was to leave, as a machine does that crashes.
  public void reset() {
    arrived.clear();
    queued.clear();
    transmitSlot = 0;
  }

  /// Shows `observer` each frame at the moment the engine reads it.
  public void onReceived(Consumer<byte[]> each) {
    observer = each;
  }

  /// Puts a frame in front of the node without a LAN.
  public void arrive(byte[] frame) {
    arrived.add(frame);
  }

  public SimLan.Attachment attachment() {
    return attachment;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String access() {
    return "sim";
  }

  @Override
  public long mac() {
    return mac;
  }

  @Override
  public int mtuBytes() {
    return mtuBytes;
  }

  /// Another MTU than 1500.
  public SimPort mtuBytes(int bytes) {
    mtuBytes = bytes;
    return this;
  }

  @Override
  public int receive(Batch into) {
    into.clear();
    while (!arrived.isEmpty() && !into.isFull()) {
      byte[] frame = arrived.poll();
      observer.accept(frame);
      NativeBuffer slot = slot(receiveSlots, into.count() % SLOTS);
      into.add().wrap(slot.put(frame), frame.length, SLOT_BYTES);
    }
    received += into.count();
    return into.count();
  }

  /// Most batches are small, and histories make many ports: memory is taken when it is first
  /// needed.
  private static NativeBuffer slot(List<NativeBuffer> slots, int number) {
    while (slots.size() <= number) {
      slots.add(new NativeBuffer(SLOT_BYTES));
    }
    return slots.get(number);
  }

  @Override
  public Frame newFrame() {
    if (transmitSlot == SLOTS) {
      flush();
    }
    NativeBuffer slot = slot(transmitSlots, transmitSlot++).refill();
    return new Frame().wrap(slot.address(), 0, SLOT_BYTES);
  }

  @Override
  public void transmit(Frame frame) {
    queued.add(frame);
  }

  @Override
  public int discard() {
    int discarded = queued.size();
    queued.clear();
    return discarded;
  }

  @Override
  public int flush() {
    int sent = queued.size();
    for (Frame frame : queued) {
      outlet.accept(frame.toByteArray());
    }
    queued.clear();
    transmitSlot = 0;
    transmitted += sent;
    return sent;
  }

  @Override
  public void awaitInput(long timeoutNanos) {}

  @Override
  public PortStatistics statistics() {
    return new PortStatistics(received, transmitted, overflowed, 0, 0);
  }

  /// Gives the slots back.
  @Override
  public void close() {
    receiveSlots.forEach(NativeBuffer::close);
    transmitSlots.forEach(NativeBuffer::close);
  }
}
