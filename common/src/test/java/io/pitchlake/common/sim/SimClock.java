package io.pitchlake.common.sim;

import io.pitchlake.common.time.Clock;
import java.util.Arrays;

/// Time that stands still until told, and what is to happen when. Events of the same instant run in
/// the order they were scheduled. One thread.
public final class SimClock implements Clock {
  /// 2026-01-01T00:00:00Z
  private static final long WALL_ORIGIN_MILLIS = 1_767_225_600_000L;

  /// A heap of four children a node, by time and then by order: the times, the orders and the
  /// actions of what is to happen. Histories spend much of their time in it.
  private long[] times = new long[64];

  private long[] orders = new long[64];
  private Runnable[] actions = new Runnable[64];
  private int count;
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
    if (count == times.length) {
      times = Arrays.copyOf(times, 2 * count);
      orders = Arrays.copyOf(orders, 2 * count);
      actions = Arrays.copyOf(actions, 2 * count);
    }
    rise(count++, nowNanos + delayNanos, order++, action);
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
    while (count > 0 && times[0] <= until) {
      nowNanos = times[0];
      removeFirst().run();
    }
    nowNanos = until;
  }

  private Runnable removeFirst() {
    Runnable first = actions[0];
    count--;
    long time = times[count];
    long number = orders[count];
    Runnable last = actions[count];
    actions[count] = null;
    if (count > 0) {
      sink(time, number, last);
    }
    return first;
  }

  /// Puts an event into the hole at `place`, or further up.
  private void rise(int place, long time, long number, Runnable action) {
    int hole = place;
    while (hole > 0) {
      int parent = hole - 1 >> 2;
      if (!isBefore(time, number, parent)) {
        break;
      }
      move(parent, hole);
      hole = parent;
    }
    put(hole, time, number, action);
  }

  /// Puts an event into the hole at the top, or further down.
  private void sink(long time, long number, Runnable action) {
    int hole = 0;
    for (int child = 1; child < count; child = 4 * hole + 1) {
      int least = child;
      for (int other = child + 1; other < Math.min(child + 4, count); other++) {
        if (isBefore(times[other], orders[other], least)) {
          least = other;
        }
      }
      if (isBefore(time, number, least)) {
        break;
      }
      move(least, hole);
      hole = least;
    }
    put(hole, time, number, action);
  }

  private boolean isBefore(long time, long number, int place) {
    return time != times[place] ? time < times[place] : number < orders[place];
  }

  private void move(int from, int to) {
    put(to, times[from], orders[from], actions[from]);
  }

  private void put(int place, long time, long number, Runnable action) {
    times[place] = time;
    orders[place] = number;
    actions[place] = action;
  }

  public void advanceMillis(long millis) {
    advance(millis * 1_000_000);
  }

  public void advanceSeconds(long seconds) {
    advance(seconds * 1_000_000_000);
  }
}
