package io.pitchlake.common.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerWheelTest {
  private static final long MILLI = 1_000_000;
  private static final long TICK = 1L << 20;

  @Test
  void firesOnceAtItsDeadlineAndNotBefore() {
    TimerWheel wheel = new TimerWheel(4, 1000);
    List<Integer> fired = new ArrayList<>();
    wheel.schedule(2, 1000 + 10 * MILLI);
    wheel.advance(1000 + 9 * MILLI, 100, fired::add);
    assertEquals(List.of(), fired);
    wheel.advance(1000 + 10 * MILLI + TICK, 100, fired::add);
    assertEquals(List.of(2), fired);
    assertFalse(wheel.isScheduled(2));
    wheel.advance(1000 + 10_000 * MILLI, 100, fired::add);
    assertEquals(List.of(2), fired);
  }

  @Test
  void aMovedTimerFiresAtItsNewTimeAndACancelledOneNever() {
    TimerWheel wheel = new TimerWheel(4, 0);
    List<Integer> fired = new ArrayList<>();
    wheel.schedule(0, 5 * MILLI);
    wheel.schedule(0, 500 * MILLI);
    wheel.schedule(1, 5 * MILLI);
    wheel.cancel(1);
    wheel.advance(400 * MILLI, 100, fired::add);
    assertEquals(List.of(), fired);
    wheel.advance(502 * MILLI, 100, fired::add);
    assertEquals(List.of(0), fired);
    assertEquals(0, wheel.pending());
  }

  @Test
  void aBudgetSpreadsOneBucketOverSeveralTurns() {
    TimerWheel wheel = new TimerWheel(1000, 0);
    List<Integer> fired = new ArrayList<>();
    for (int id = 0; id < 1000; id++) {
      wheel.schedule(id, 50 * MILLI);
    }
    wheel.advance(60 * MILLI, 300, fired::add);
    assertTrue(fired.size() <= 300, "fired " + fired.size());
    for (int turn = 0; turn < 4; turn++) {
      wheel.advance(60 * MILLI, 300, fired::add);
    }
    assertEquals(1000, fired.size());
  }

  /// Against a sorted map, over all four levels; the seed is in the name of the run.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void agreesWithASortedMap(long seed) {
    Random random = new Random(seed);
    int capacity = 500;
    TimerWheel wheel = new TimerWheel(capacity, 77);
    TreeMap<Integer, Long> model = new TreeMap<>();
    long now = 77;
    for (int step = 0; step < 4000; step++) {
      int id = random.nextInt(capacity);
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          long at = now + (long) Math.pow(10, random.nextDouble() * 16);
          wheel.schedule(id, at);
          model.put(id, at);
        }
        case 2 -> {
          wheel.cancel(id);
          model.remove(id);
        }
        default -> {
          now += (long) Math.pow(10, random.nextDouble() * 12);
          long at = now;
          wheel.advance(
              now,
              Integer.MAX_VALUE,
              fired -> {
                Long deadline = model.remove(fired);
                assertTrue(
                    deadline != null && deadline <= at,
                    "seed "
                        + seed
                        + ": timer "
                        + fired
                        + " fired at "
                        + at
                        + " but was set to "
                        + deadline);
              });
          for (var entry : model.entrySet()) {
            assertTrue(
                entry.getValue() > now - TICK,
                "seed " + seed + ": timer " + entry + " is late at " + now);
          }
        }
      }
      assertEquals(model.size(), wheel.pending(), "seed " + seed + " step " + step);
    }
  }
}
