package io.pitchlake.sync.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.sim.SimClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  private final SimClock clock = new SimClock();
  private final List<String> told = new ArrayList<>();
  private final Refusals refusals = new Refusals(clock, (who, why) -> told.add(who + " " + why));

  @Test
  void theSameIsToldOnceAMinuteWithItsNumber() {
    for (int i = 0; i < 10; i++) {
      refusals.add("10.0.0.9", "is late");
    }
    assertEquals(List.of("10.0.0.9 is late"), told);
    clock.advanceSeconds(61);
    refusals.add("10.0.0.9", "is late");
    assertEquals("10.0.0.9 is late (seen 10 times)", told.getLast());
    assertEquals(2, told.size());
    assertEquals(11, refusals.count());
  }

  @Test
  void anotherReasonIsAnotherLine() {
    refusals.add("10.0.0.9", "is late");
    refusals.add("10.0.0.9", "is early");
    assertEquals(List.of("10.0.0.9 is late", "10.0.0.9 is early"), told);
  }

  /// A stranger with very many addresses makes no more lines than one with two.
  @Test
  void manyStrangersMakeFewLines() {
    for (int second = 0; second < 100; second++) {
      for (int i = 0; i < 1_000; i++) {
        refusals.add("10.0." + second + "." + i, "is a crowd");
      }
      clock.advanceSeconds(1);
    }
    assertTrue(told.size() <= 505, () -> told.size() + " lines");
    assertEquals(100_000, refusals.count());
  }
}
