package io.pitchlake.node.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// That the process is asked to end is heard once; here whoever runs then, or begins to run later,
/// hears of it.
final class OneEnd implements Surroundings.Ending {
  private final CountDownLatch asked = new CountDownLatch(1);
  private Runnable stop = () -> {};

  OneEnd(Surroundings.Ending ending) {
    ending.whenAsked(this::ask);
  }

  private void ask() {
    Runnable now;
    synchronized (this) {
      asked.countDown();
      now = stop;
    }
    now.run();
  }

  /// Calls `stop` when that happens, in place of what was said before; at once if it has happened.
  @Override
  public void whenAsked(Runnable stop) {
    synchronized (this) {
      this.stop = stop;
      if (asked.getCount() > 0) {
        return;
      }
    }
    stop.run();
  }

  /// Waits until then, but no longer than a time; whether it has happened.
  boolean within(Duration time) {
    try {
      return asked.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
