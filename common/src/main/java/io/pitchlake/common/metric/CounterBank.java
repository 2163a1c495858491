package io.pitchlake.common.metric;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The counters and gauges of one engine thread. The engine adds; anybody may read, at any time,
/// values that may lag by a turn.
public final class CounterBank {
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] counters = new long[Counter.values().length];
  private final long[] drops = new long[DropReason.values().length];
  private final long[] gauges = new long[Gauge.values().length];

  /// Adds one. Engine thread.
  public void count(Counter counter) {
    add(counter, 1);
  }

  /// Adds `amount`. Engine thread.
  public void add(Counter counter, long amount) {
    int slot = counter.ordinal();
    SLOT.setOpaque(counters, slot, counters[slot] + amount);
  }

  /// Counts a discarded frame. Engine thread.
  public void drop(DropReason reason) {
    int slot = reason.ordinal();
    SLOT.setOpaque(drops, slot, drops[slot] + 1);
  }

  /// Says how much is in use now. Engine thread.
  public void set(Gauge gauge, long inUse) {
    SLOT.setOpaque(gauges, gauge.ordinal(), inUse);
  }

  /// The value now. Any thread.
  public long get(Counter counter) {
    return (long) SLOT.getOpaque(counters, counter.ordinal());
  }

  /// The value now. Any thread.
  public long get(DropReason reason) {
    return (long) SLOT.getOpaque(drops, reason.ordinal());
  }

  /// The value now. Any thread.
  public long get(Gauge gauge) {
    return (long) SLOT.getOpaque(gauges, gauge.ordinal());
  }

  /// The sum over all drop reasons. Any thread.
  public long dropped() {
    long sum = 0;
    for (DropReason reason : DropReason.values()) {
      sum += get(reason);
    }
    return sum;
  }
}
