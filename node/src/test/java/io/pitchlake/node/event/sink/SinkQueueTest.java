package io.pitchlake.node.event.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.SinkPlan.Topic;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.event.Occurrence;
import io.pitchlake.node.event.SecurityEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a sink that hangs, fails or refuses costs: itself, up to its bound, and nobody else.
@Timeout(60)
class SinkQueueTest {
  private static final Set<Topic> ALL = EnumSet.allOf(Topic.class);

  /// Does with each delivery what the test wants, and remembers what was taken.
  private static class Scripted implements Sink {
    final List<Long> taken = new ArrayList<>();
    final Semaphore tries = new Semaphore(0);
    int most = 4;

    @Override
    public String name() {
      return "scripted";
    }

    void before(List<Occurrence> events) throws IOException, InterruptedException {
      assertFalse(events.isEmpty(), "a delivery has events");
    }

    @Override
    public void deliver(List<Occurrence> events) throws IOException, InterruptedException {
      try {
        before(events);
        synchronized (taken) {
          events.forEach(event -> taken.add(event.number()));
        }
      } finally {
        tries.release();
      }
    }

    List<Long> taken() {
      synchronized (taken) {
        return List.copyOf(taken);
      }
    }

    @Override
    public int most() {
      return most;
    }

    @Override
    public void close() {}
  }

  private static SinkQueue started(Sink sink, int bound) {
    SinkQueue queue =
        new SinkQueue(
            sink.name(),
            sink,
            ALL,
            bound,
            new Backoff(Duration.ofMillis(1), Duration.ofMillis(5), new SplittableRandom(1)));
    queue.start();
    return queue;
  }

  private static void offer(SinkQueue queue, long from, long to) {
    LongStream.rangeClosed(from, to).forEach(i -> queue.offer(Samples.connection(i)));
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  /// Waits until the queue says so.
  private static SinkStatus await(SinkQueue queue, Predicate<SinkStatus> wanted)
      throws InterruptedException {
    SinkStatus status = queue.status();
    while (!wanted.test(status)) {
      Thread.sleep(1);
      status = queue.status();
    }
    return status;
  }

  @Test
  void aSinkThatHangsLosesNothingUpToItsBoundAndCountsTheRest() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    Scripted sink =
        new Scripted() {
          @Override
          void before(List<Occurrence> events) throws InterruptedException {
            hanging.countDown();
            released.await();
          }
        };
    Scripted other = new Scripted();
    try (SinkQueue queue = started(sink, 100);
        SinkQueue beside = started(other, 100)) {
      offer(queue, 1, 1);
      assertTrue(hanging.await(30, TimeUnit.SECONDS), "the sink was given something");

      long begunNanos = System.nanoTime();
      offer(queue, 2, 150);
      long offeredMillis = (System.nanoTime() - begunNanos) / 1_000_000;
      offer(beside, 1, 50);
      await(beside, status -> status.delivered() == 50);
      assertEquals(numbers(1, 50), other.taken(), "the sink beside it goes on");

      SinkStatus hangs = queue.status();
      assertEquals(100, hangs.waiting(), "its bound");
      assertEquals(50, hangs.dropped(), "the rest is counted");
      assertEquals(0, hangs.delivered());
      assertTrue(offeredMillis < 1000, "149 offers took " + offeredMillis + " ms");

      released.countDown();
      SinkStatus after = await(queue, status -> status.delivered() == 100);
      assertEquals(numbers(1, 100), sink.taken(), "what was up to the bound, in order");
      assertEquals(50, after.dropped());
      assertEquals(0, after.waiting());
    }
  }

  @Test
  void whatFailedIsTriedAgainAndNothingIsLost() throws Exception {
    Scripted sink =
        new Scripted() {
          private int failures = 7;

          @Override
          void before(List<Occurrence> events) throws IOException {
            if (failures-- > 0) {
              throw new IOException("nobody is there\n\u001b[2J");
            }
          }
        };
    try (SinkQueue queue = started(sink, 100)) {
      offer(queue, 1, 10);
      sink.tries.acquire();
      SinkStatus troubled =
          await(queue, status -> !status.trouble().isEmpty() || status.delivered() == 10);
      assertTrue(
          troubled.trouble().equals("nobody is there??[2J") || troubled.delivered() == 10,
          troubled.toString());
      SinkStatus after =
          await(queue, status -> status.delivered() == 10 && status.trouble().isEmpty());
      assertEquals(new SinkStatus("scripted", 10, 0, 0, 0, 100, ""), after);
      assertEquals(numbers(1, 10), sink.taken());
    }
  }

  @Test
  void whatIsRefusedIsCountedAndTheNextGoesOn() throws Exception {
    Scripted sink =
        new Scripted() {
          @Override
          void before(List<Occurrence> events) throws IOException {
            if (events.getFirst().number() % 2 == 0) {
              throw new RefusedException("no even numbers");
            }
          }
        };
    sink.most = 1;
    try (SinkQueue queue = started(sink, 100)) {
      offer(queue, 1, 11);
      SinkStatus after = await(queue, status -> status.delivered() + status.failed() == 11);
      assertEquals(5, after.failed());
      assertEquals(List.of(1L, 3L, 5L, 7L, 9L, 11L), sink.taken());
    }
  }

  @Test
  void whatIsNotTakenInTimeIsGivenUp() throws Exception {
    Scripted sink =
        new Scripted() {
          @Override
          void before(List<Occurrence> events) throws IOException {
            if (events.getFirst().number() == 1) {
              throw new LaterException("busy", Duration.ofMillis(2));
            }
          }

          @Override
          public long patienceNanos() {
            return Duration.ofMillis(20).toNanos();
          }
        };
    sink.most = 1;
    try (SinkQueue queue = started(sink, 100)) {
      offer(queue, 1, 3);
      SinkStatus after = await(queue, status -> status.delivered() == 2);
      assertEquals(1, after.failed());
      assertTrue(sink.tries.availablePermits() > 3, "it was tried more than once");
    }
  }

  @Test
  void theEndHandsOverWhatIsQueued() {
    Scripted sink = new Scripted();
    SinkQueue queue = started(sink, 1000);
    offer(queue, 1, 1000);
    queue.close();
    assertEquals(numbers(1, 1000), sink.taken());
    queue.offer(Samples.connection(1001));
    assertEquals(new SinkStatus("scripted", 1000, 1, 0, 0, 1000, ""), queue.status());
  }

  @Test
  void theEndDoesNotWaitForASinkThatHangs() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    Scripted sink =
        new Scripted() {
          @Override
          void before(List<Occurrence> events) throws InterruptedException {
            hanging.countDown();
            new CountDownLatch(1).await();
          }
        };
    SinkQueue queue = started(sink, 10);
    offer(queue, 1, 10);
    hanging.await();
    long begunNanos = System.nanoTime();
    queue.close();
    long millis = (System.nanoTime() - begunNanos) / 1_000_000;
    assertTrue(millis < 10_000, "it took " + millis + " ms");
    assertEquals(10, queue.status().dropped(), "what it had not taken is counted");
  }

  @Test
  void onlyWhatASinkWantsToHearOfIsItsBusiness() {
    Scripted sink = new Scripted();
    SinkQueue queue =
        new SinkQueue(
            "some",
            sink,
            EnumSet.of(Topic.ADDRESS),
            10,
            new Backoff(Duration.ofMillis(1), Duration.ofMillis(5), new SplittableRandom(1)));
    queue.start();
    queue.offer(Samples.connection(1));
    queue.offer(Samples.at(2, new SecurityEvent.Unlisted(EventKind.OWN_CLAIMED, true, 1)));
    queue.close();
    assertEquals(List.of(2L), sink.taken());
    assertEquals(new SinkStatus("some", 1, 0, 0, 0, 10, ""), queue.status());
  }

  @Test
  void pausesGrowAreBoundedAndNeverInStep() {
    Backoff backoff =
        new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), new SplittableRandom(7));
    long whole = Duration.ofSeconds(1).toNanos();
    for (int i = 0; i < 100; i++) {
      long pause = backoff.failedNanos();
      assertTrue(pause <= whole && pause >= whole * 3 / 4, pause + " of " + whole);
      whole = Math.min(whole * 2, Duration.ofSeconds(60).toNanos());
    }
    backoff.succeeded();
    assertTrue(backoff.failedNanos() <= Duration.ofSeconds(1).toNanos(), "and begin anew");
  }
}
