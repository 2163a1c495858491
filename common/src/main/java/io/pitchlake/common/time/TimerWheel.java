package io.pitchlake.common.time;

import java.util.Arrays;

/// A hierarchical timer wheel over slot numbers: one timer for each id in `0 .. capacity-1`, linked
/// through arrays, so that setting, moving and cancelling cost a few stores and nothing is ever
/// allocated.
///
/// Four levels of 256 buckets, one tick of about a millisecond (2^20 ns): reach about 52 days; a
/// longer deadline waits in the last level and is looked at again. [#advance] moves whole buckets
/// to the due list in one splice and then works that list off within a budget, so a bucket of a
/// million timers delays no turn. A timer fires at the first advance at or after its deadline,
/// rounded up to a tick. One thread.
public final class TimerWheel {
  /// Told which timer has fired; it may set that timer, or any other, again.
  @FunctionalInterface
  public interface Expiry {
    /// `id` has reached its deadline; its timer is no longer set.
    void expired(int id);
  }

  private static final int TICK_SHIFT = 20;
  private static final int LEVELS = 4;
  private static final int BUCKET_BITS = 8;
  private static final int BUCKETS = 1 << BUCKET_BITS;
  private static final long REACH_TICKS = 1L << LEVELS * BUCKET_BITS;

  private final int capacity;
  private final int due;
  private final int[] next;
  private final int[] previous;
  private final long[] deadlineNanos;
  private final long originNanos;
  private long currentTick;
  private int pending;

  /// A wheel for `capacity` timers whose time starts at `nowNanos`.
  public TimerWheel(int capacity, long nowNanos) {
    this.capacity = capacity;
    this.originNanos = nowNanos;
    due = capacity + LEVELS * BUCKETS;
    next = new int[due + 1];
    previous = new int[due + 1];
    deadlineNanos = new long[capacity];
    Arrays.fill(next, 0, capacity, -1);
    for (int head = capacity; head <= due; head++) {
      next[head] = head;
      previous[head] = head;
    }
  }

  /// Sets or moves the timer of `id`.
  public void schedule(int id, long atNanos) {
    if (next[id] >= 0) {
      unlink(id);
    } else {
      pending++;
    }
    deadlineNanos[id] = atNanos - originNanos;
    link(id);
  }

  /// Stops the timer of `id`; nothing happens when it is not set.
  public void cancel(int id) {
    if (next[id] >= 0) {
      unlink(id);
      next[id] = -1;
      pending--;
    }
  }

  /// Whether the timer of `id` is set.
  public boolean isScheduled(int id) {
    return next[id] >= 0;
  }

  /// When the timer of `id` fires, on the clock the wheel was started with; meaningful while it is
  /// set.
  public long deadlineNanos(int id) {
    return deadlineNanos[id] + originNanos;
  }

  /// How many timers are set.
  public int pending() {
    return pending;
  }

  /// Moves time to `nowNanos` and fires what is due, at most about `budget` timers; the rest fires
  /// at the next call. Returns the timers it touched.
  public int advance(long nowNanos, int budget, Expiry expiry) {
    long now = nowNanos - originNanos;
    long nowTick = now >> TICK_SHIFT;
    int left = budget;
    while (true) {
      while (next[due] != due) {
        if (left == 0) {
          return budget;
        }
        left--;
        int id = next[due];
        unlink(id);
        if (deadlineNanos[id] <= now) {
          next[id] = -1;
          pending--;
          expiry.expired(id);
        } else {
          link(id);
        }
      }
      if (pending == 0) {
        currentTick = Math.max(currentTick, nowTick);
      }
      if (currentTick >= nowTick) {
        return budget - left;
      }
      currentTick++;
      for (int level = 0; level < LEVELS; level++) {
        splice(
            capacity + level * BUCKETS + (int) (currentTick >> level * BUCKET_BITS & BUCKETS - 1));
        if ((currentTick >> level * BUCKET_BITS & BUCKETS - 1) != 0) {
          break;
        }
      }
    }
  }

  private void link(int id) {
    long tick = deadlineNanos[id] + (1L << TICK_SHIFT) - 1 >> TICK_SHIFT;
    long ahead = tick - currentTick;
    int head;
    if (ahead <= 0) {
      head = due;
    } else {
      if (ahead >= REACH_TICKS) {
        tick = currentTick + REACH_TICKS - 1;
        ahead = REACH_TICKS - 1;
      }
      int level = (63 - Long.numberOfLeadingZeros(ahead)) / BUCKET_BITS;
      head = capacity + level * BUCKETS + (int) (tick >> level * BUCKET_BITS & BUCKETS - 1);
    }
    int tail = previous[head];
    next[tail] = id;
    previous[id] = tail;
    next[id] = head;
    previous[head] = id;
  }

  private void unlink(int id) {
    next[previous[id]] = next[id];
    previous[next[id]] = previous[id];
  }

  private void splice(int head) {
    int first = next[head];
    if (first == head) {
      return;
    }
    int last = previous[head];
    next[head] = head;
    previous[head] = head;
    int tail = previous[due];
    next[tail] = first;
    previous[first] = tail;
    next[last] = due;
    previous[due] = last;
  }
}
