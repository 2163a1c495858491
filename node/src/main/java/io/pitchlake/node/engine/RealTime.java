package io.pitchlake.node.engine;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.Gauge;

/// Keeps an engine thread in real time (SCHED_FIFO) as long as it gives its core up now and then.
///
/// Adverts that leave on time are worth being first in line; starving the machine is not. A thread
/// of real-time priority that never sleeps takes its core from everybody, until the kernel stops it
/// for 50 ms in each second, which is longer than peers wait for 10 ms adverts. So one that has not
/// waited for [#HOG_NANOS], nor napped for a quarter of that time, becomes a normal thread, if a
/// favoured one, and real-time again when it does. Engine thread.
public final class RealTime {
  /// Above threaded interrupts' helpers of user space, below the kernel's (50).
  public static final int PRIORITY = 10;

  /// Among normal threads: nine times the share of one that says nothing.
  public static final int NICE = -10;

  private static final long HOG_NANOS = 50_000_000;

  /// Naps that add up to so much leave enough to the others: they are worth a wait.
  private static final long RESTED_NANOS = HOG_NANOS / 4;

  /// So long must waits have gone on before it is trusted again.
  private static final long TRUST_NANOS = 100_000_000;

  /// What can be asked of the kernel.
  public interface Kernel {
    /// Leaves the thread as it is.
    Kernel NONE =
        new Kernel() {
          @Override
          public boolean realTime() {
            return false;
          }

          @Override
          public void normal() {}
        };

    /// Whether the thread runs in real time from now on.
    boolean realTime();

    /// Makes it a normal thread.
    void normal();
  }

  private final Kernel kernel;
  private final CounterBank counters;
  private boolean allowed;
  private boolean running;
  private long waitedNanos;
  private long nappedNanos;
  private long hoggedNanos;

  public RealTime(Kernel kernel, CounterBank counters) {
    this.kernel = kernel;
    this.counters = counters;
  }

  /// Called on the engine thread before its first turn.
  public void begin(long nowNanos) {
    waitedNanos = nowNanos;
    allowed = kernel.realTime();
    become(allowed);
  }

  private void become(boolean isRealTime) {
    running = isRealTime;
    counters.set(Gauge.REAL_TIME, isRealTime ? 1 : 0);
  }

  /// Called after each turn and the rest that followed it.
  public void afterTurn(IdleStrategy.Rest rest, long nowNanos) {
    if (!allowed) {
      return;
    }
    if (rest == IdleStrategy.Rest.NAP) {
      nappedNanos += IdleStrategy.NAP_NANOS;
    }
    if (rest == IdleStrategy.Rest.WAIT || nappedNanos >= RESTED_NANOS) {
      waitedNanos = nowNanos;
      nappedNanos = 0;
      if (!running && nowNanos - hoggedNanos >= TRUST_NANOS) {
        become(kernel.realTime());
      }
    } else if (nowNanos - waitedNanos >= HOG_NANOS) {
      hoggedNanos = nowNanos;
      waitedNanos = nowNanos;
      nappedNanos = 0;
      if (running) {
        kernel.normal();
        become(false);
        counters.count(Counter.REAL_TIME_GIVEN_UP);
      }
    }
  }
}
