package io.pitchlake.node.event.sink;

import io.pitchlake.common.config.SinkPlan.Topic;
import io.pitchlake.common.text.Printable;
import io.pitchlake.node.event.Occurrence;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A sink with a bounded queue before it and a virtual thread that empties it. An event stays in
/// the queue until the sink has taken it, so what is there is lost by nothing but the process's
/// end; a full queue drops what comes, and counts it. After a failure the same events are tried
/// again, later and later.
///
/// [#offer] never waits for the sink. Any thread.
final class SinkQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");

  /// How long the end waits for what is queued, and then for a sink that was interrupted.
  static final Duration DRAIN = Duration.ofSeconds(2);

  private static final Duration LET_GO = Duration.ofMillis(500);

  private final String name;
  private final Sink sink;
  private final Set<Topic> topics;
  private final int bound;
  private final Backoff backoff;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Occurrence> waiting = new ArrayDeque<>();
  private boolean closing;
  private long closingSinceNanos;
  private long delivered;
  private long dropped;
  private long failed;
  private String trouble = "";

  // The thread's own.
  private long pauseNanos = Sink.NEVER;
  private boolean retrying;
  private boolean troubled;
  private long failingSinceNanos;

  /// @param name unique among a node's sinks
  /// @param bound how many events wait at most
  SinkQueue(String name, Sink sink, Set<Topic> topics, int bound, Backoff backoff) {
    this.name = name;
    this.sink = sink;
    this.topics = EnumSet.copyOf(topics);
    this.bound = bound;
    this.backoff = backoff;
    this.thread = Thread.ofVirtual().name("sink " + name).unstarted(this::run);
  }

  /// Begins to give events to the sink; until then they wait.
  void start() {
    thread.start();
  }

  /// Takes an event in, or counts it as dropped. What the sink does not want to hear of is neither.
  void offer(Occurrence event) {
    if (!topics.contains(Topics.of(event.event().kind()))) {
      return;
    }
    lock.lock();
    try {
      if (closing || waiting.size() >= bound) {
        dropped++;
        return;
      }
      waiting.addLast(event);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  SinkStatus status() {
    lock.lock();
    try {
      return new SinkStatus(name, delivered, dropped, failed, waiting.size(), bound, trouble);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (turn()) {
        // Again and again, until the end.
      }
    } catch (InterruptedException e) {
      // The end of the node does not wait for this sink any longer.
    } finally {
      sink.close();
    }
  }

  /// Waits for events and gives them to the sink, or does what is due without; false at the end.
  private boolean turn() throws InterruptedException {
    List<Occurrence> batch = await();
    boolean last = batch.isEmpty() && isClosing();
    int open = batch.size();
    try {
      if (open > 0) {
        sink.deliver(batch);
        done(open, true);
        open = 0;
      }
      pauseNanos = sink.tick(last);
      if (troubled && (retrying || !batch.isEmpty())) {
        recovered();
      }
      retrying = false;
      return !last;
    } catch (RefusedException e) {
      done(open, false);
      trouble(e);
      retrying = false;
      pauseNanos = 0;
      return true;
    } catch (IOException e) {
      long nowNanos = System.nanoTime();
      failingSinceNanos = retrying ? failingSinceNanos : nowNanos;
      if (nowNanos - failingSinceNanos >= sink.patienceNanos()) {
        done(open, false);
        failingSinceNanos = nowNanos;
      }
      trouble(e);
      retrying = true;
      pauseNanos = pauseAfter(e);
      return !isClosing();
    } catch (RuntimeException e) {
      // A fault of the sink's own: it goes on with what comes after these events.
      done(open, false);
      trouble(e);
      LOG.warn("events: a fault in {}, {} events are lost to it", name, open, e);
      retrying = true;
      pauseNanos = backoff.failedNanos();
      return !isClosing();
    }
  }

  private long pauseAfter(IOException e) {
    long own = backoff.failedNanos();
    return e instanceof LaterException later ? Math.max(own, later.pause().toNanos()) : own;
  }

  /// The next events, after a pause where the last ones failed; none where the pause is over or the
  /// end has come first.
  private List<Occurrence> await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long untilNanos = System.nanoTime() + Math.min(pauseNanos, Long.MAX_VALUE / 2);
      while (!closing && (retrying || waiting.isEmpty())) {
        long left = untilNanos - System.nanoTime();
        if (left <= 0) {
          break;
        }
        var _ = changed.awaitNanos(left);
      }
      List<Occurrence> batch = new ArrayList<>();
      Iterator<Occurrence> oldest = waiting.iterator();
      while (oldest.hasNext() && batch.size() < sink.most()) {
        batch.add(oldest.next());
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosing() {
    lock.lock();
    try {
      return closing;
    } finally {
      lock.unlock();
    }
  }

  private void done(int events, boolean taken) {
    lock.lock();
    try {
      for (int i = 0; i < events; i++) {
        waiting.removeFirst();
      }
      if (taken) {
        delivered += events;
      } else {
        failed += events;
      }
    } finally {
      lock.unlock();
    }
  }

  private void recovered() {
    troubled = false;
    backoff.succeeded();
    setTrouble("");
    SinkStatus now = status();
    LOG.info(
        "events: {} takes events again; dropped so far {}, failed {}, waiting {}",
        name,
        now.dropped(),
        now.failed(),
        now.waiting());
  }

  private void trouble(Exception e) {
    String why = Printable.of(e.getMessage() == null ? e.toString() : e.getMessage());
    setTrouble(why);
    if (!troubled) {
      troubled = true;
      LOG.info("events: {} takes none: {}; up to {} wait for it", name, why, bound);
    }
  }

  private void setTrouble(String why) {
    lock.lock();
    try {
      trouble = why;
    } finally {
      lock.unlock();
    }
  }

  /// Takes no more events in, and wants the sink to end.
  void beginClose() {
    lock.lock();
    try {
      if (!closing) {
        closing = true;
        closingSinceNanos = System.nanoTime();
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Hands over what is queued as long as that goes on, for [#DRAIN] from the begin of the end;
  /// what is left then counts as dropped. A sink in trouble is tried once more.
  @Override
  public void close() {
    beginClose();
    if (thread.getState() == Thread.State.NEW) {
      sink.close();
    } else if (!ends(DRAIN.minusNanos(System.nanoTime() - closingSinceNanos))) {
      thread.interrupt();
      var _ = ends(LET_GO);
    }
    lock.lock();
    try {
      dropped += waiting.size();
      waiting.clear();
    } finally {
      lock.unlock();
    }
  }

  private boolean ends(Duration patience) {
    try {
      return thread.join(patience.isNegative() ? Duration.ZERO : patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
