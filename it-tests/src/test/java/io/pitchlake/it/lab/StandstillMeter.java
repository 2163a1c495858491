package io.pitchlake.it.lab;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// How long the machine under a test stands still, as its hypervisor or other tests make it: the
/// longest time that a thread which wakes up each millisecond had to wait for its next turn. What a
/// node did while nobody here got a turn says nothing of the node.
public final class StandstillMeter implements AutoCloseable {
  private static final long TURN_NANOS = 1_000_000;

  private final Thread thread;
  private volatile boolean ended;
  private volatile long longestNanos;

  /// Measures from now on, until it is closed.
  public StandstillMeter() {
    thread = Thread.ofPlatform().daemon().name("standstill-meter").start(this::measure);
  }

  private void measure() {
    long before = System.nanoTime();
    while (!ended) {
      LockSupport.parkNanos(TURN_NANOS);
      long now = System.nanoTime();
      if (now - before > longestNanos) {
        longestNanos = now - before;
      }
      before = now;
    }
  }

  /// The longest so far.
  public Duration longest() {
    return Duration.ofNanos(longestNanos);
  }

  @Override
  public void close() {
    ended = true;
    LockSupport.unpark(thread);
  }
}
