package io.pitchlake.node.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Small jobs beside the engine, each again and again on a virtual thread of its own. A chore that
/// throws is tried again at its next turn.
final class Chores implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");

  private final List<Thread> threads = new ArrayList<>();

  /// Runs `chore` after each `interval`.
  void every(Duration interval, Runnable chore) {
    threads.add(Thread.ofVirtual().name("chores").start(() -> repeat(interval, chore)));
  }

  private static void repeat(Duration interval, Runnable chore) {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(interval);
        chore.run();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.warn("a chore beside the engine failed and will be tried again: {}", e.toString());
        LOG.debug("its stack trace", e);
      }
    }
  }

  /// Ends them all; one that is at work finishes first.
  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
