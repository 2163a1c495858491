package io.pitchlake.sync;

import io.pitchlake.common.time.Clock;
import io.pitchlake.common.time.ThreadEnd;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/// The thread that steps a [Replicator] in a running node: a platform thread, because it waits for
/// fractions of a millisecond. It looks at the engine's ring every 200 µs while anything happens,
/// every millisecond otherwise; the link wakes it.
public final class ReplicationThread implements AutoCloseable {
  private static final long SHORT_WAIT_NANOS = 200_000;
  private static final long LONG_WAIT_NANOS = 1_000_000;
  private static final long QUIET_NANOS = 100_000_000;

  private final Replicator replicator;
  private final Clock clock;
  private final Thread thread;
  private IntSupplier link;
  private volatile boolean closing;

  public ReplicationThread(Replicator replicator, Clock clock) {
    this.replicator = replicator;
    this.clock = clock;
    thread = Thread.ofPlatform().name("sync").daemon().unstarted(this::run);
  }

  /// Starts it; the link must be attached to the replicator.
  ///
  /// @param arrivals hands over what has arrived, on the thread that calls it, and says how much
  public void start(IntSupplier arrivals) {
    link = arrivals;
    thread.start();
  }

  /// Something has arrived. Any thread; never blocks.
  public void wake() {
    LockSupport.unpark(thread);
  }

  private void run() {
    long busyNanos = clock.nanoTime();
    while (!closing) {
      long nowNanos = clock.nanoTime();
      if (link.getAsInt() + replicator.step(nowNanos) > 0) {
        busyNanos = nowNanos;
      } else {
        LockSupport.parkNanos(
            this, nowNanos - busyNanos < QUIET_NANOS ? SHORT_WAIT_NANOS : LONG_WAIT_NANOS);
      }
    }
  }

  /// Ends it after the step it is at. The replicator stays its maker's to close.
  @Override
  public void close() {
    closing = true;
    wake();
    ThreadEnd.await(thread);
  }
}
