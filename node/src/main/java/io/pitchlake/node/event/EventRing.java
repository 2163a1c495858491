package io.pitchlake.node.event;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.Notice;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/// A bounded hand-over from the engine thread to the event thread: one writer, one reader, records
/// of longs in one array. The writer never waits and never allocates; a full ring refuses.
public final class EventRing {
  private static final int WORDS = 8;
  private static final VarHandle POSITION = longField("written");
  private static final VarHandle TAKEN = longField("taken");

  private final long[] words;

  /// What words cannot say; null for most events.
  private final Notice[] notices;

  private final int mask;

  @SuppressWarnings("unused") // through POSITION
  private long written;

  @SuppressWarnings("unused") // through TAKEN
  private long taken;

  /// A ring for `capacity` events, a power of two.
  public EventRing(int capacity) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException(
          "the capacity of a ring is a power of two, not " + capacity);
    }
    words = new long[capacity * WORDS];
    notices = new Notice[capacity];
    mask = capacity - 1;
  }

  private static VarHandle longField(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(EventRing.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /// Hands one event over; false when the ring is full. Engine thread.
  boolean offer(
      EventKind kind,
      long targetHigh,
      long targetLow,
      int targetPort,
      long peerHigh,
      long peerLow,
      int peerPort,
      long peerMac,
      long times,
      long nanos) {
    long at = (long) POSITION.get(this);
    if (at - (long) TAKEN.getAcquire(this) > mask) {
      return false;
    }
    int base = (int) (at & mask) * WORDS;
    words[base] = targetHigh;
    words[base + 1] = targetLow;
    words[base + 2] = peerHigh;
    words[base + 3] = peerLow;
    words[base + 4] = peerMac;
    words[base + 5] = (long) kind.ordinal() << 32 | (long) targetPort << 16 | peerPort;
    words[base + 6] = times;
    words[base + 7] = nanos;
    POSITION.setRelease(this, at + 1);
    return true;
  }

  /// Hands over what has become of a target or server; false when the ring is full. Engine thread.
  boolean offer(Notice notice) {
    long at = (long) POSITION.get(this);
    if (at - (long) TAKEN.getAcquire(this) > mask) {
      return false;
    }
    notices[(int) (at & mask)] = notice;
    POSITION.setRelease(this, at + 1);
    return true;
  }

  /// Hands every event that is there to `consumer`, oldest first. Event thread.
  public void drainTo(Consumer<SecurityEvent> consumer) {
    for (SecurityEvent event = poll(); event != null; event = poll()) {
      consumer.accept(event);
    }
  }

  private SecurityEvent poll() {
    long at = (long) TAKEN.get(this);
    if (at == (long) POSITION.getAcquire(this)) {
      return null;
    }
    int slot = (int) (at & mask);
    if (notices[slot] != null) {
      SecurityEvent change = SecurityEvent.of(notices[slot]);
      notices[slot] = null;
      TAKEN.setRelease(this, at + 1);
      return change;
    }
    int base = slot * WORDS;
    long packed = words[base + 5];
    SecurityEvent event =
        SecurityEvent.of(
            EventKind.values()[(int) (packed >>> 32)],
            new IpAddress(words[base], words[base + 1]),
            (int) (packed >>> 16) & 0xffff,
            new IpAddress(words[base + 2], words[base + 3]),
            (int) packed & 0xffff,
            new MacAddress(words[base + 4]),
            words[base + 6]);
    TAKEN.setRelease(this, at + 1);
    return event;
  }
}
