package io.pitchlake.node.event;

import io.pitchlake.common.time.ThreadEnd;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// Carries events from the rings to a consumer, on a thread of its own. It looks every 100 ms, so
/// that the engine never has to wake it, and so seldom because on a small machine each look takes
/// the engine's core for a moment. A platform thread: a virtual one wakes two others each time.
public final class EventPump implements AutoCloseable {
  private static final long LOOK_NANOS = 100_000_000;

  private final List<EventRing> rings;
  private final Consumer<SecurityEvent> consumer;
  private final Thread thread;
  private volatile boolean stopping;

  /// Starts at once.
  ///
  /// @param rings one for each engine; this is the only reader of all of them
  public EventPump(List<EventRing> rings, Consumer<SecurityEvent> consumer) {
    this.rings = List.copyOf(rings);
    this.consumer = consumer;
    this.thread = Thread.ofPlatform().name("events").daemon().start(this::run);
  }

  private void run() {
    boolean last;
    do {
      last = stopping;
      for (EventRing ring : rings) {
        ring.drainTo(consumer);
      }
      if (!last) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
    } while (!last);
  }

  /// Hands over what is left, then ends.
  @Override
  public void close() {
    stopping = true;
    LockSupport.unpark(thread);
    ThreadEnd.await(thread);
  }
}
