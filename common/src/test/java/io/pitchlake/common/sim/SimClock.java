package io.pitchlake.common.sim;

import io.pitchlake.common.time.Clock;
import java.util.PriorityQueue;

/// Time that stands still until told, and what is to happen when. Events of the same instant run in
/// the order they were scheduled. One thread.
public final class SimClock implements Clock {
  /// 2026-01-01T00:00:00Z
  private static final long WALL_ORIGIN_MILLIS = 1_767_225_600_000L;

  private record Event(long atNanos, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long nowNanos;
  private long order;

  /// Starts at an instant that is not 0, because code that takes 0 for "never" must be found out.
  public SimClock() {
    nowNanos = 5_000_000_000L;
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  @Override
  public long wallMillis() {
    return WALL_ORIGIN_MILLIS + nowNanos / 1_000_000;
  }

  /// Runs `action` when `delayNanos` have passed.
  public void after(long delayNanos, Runnable action) {
    events.add(new Event(nowNanos + delayNanos, order++, action));
  }

  /// Runs `action` every `periodNanos` for ever.
  public void every(long periodNanos, Runnable action) {
    after(
        periodNanos,
        () -> {
          action.run();
          every(periodNanos, action);
        });
  }

  /// Lets `durationNanos` pass and everything in them happen.
  public void advance(long durationNanos) {
    long until = nowNanos + durationNanos;
    while (!events.isEmpty() && events.peek().atNanos <= until) {
      Event event = events.poll();
      nowNanos = event.atNanos;
      event.action.run();
    }
    nowNanos = until;
  }

  public void advanceMillis(long millis) {
    advance(millis * 1_000_000);
  }

  public void advanceSeconds(long seconds) {
    advance(seconds * 1_000_000_000);
  }
}
