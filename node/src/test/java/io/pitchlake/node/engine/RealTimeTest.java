package io.pitchlake.node.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.Gauge;
import org.junit.jupiter.api.Test;

/// A thread is real-time while it sleeps now and then, and no longer.
class RealTimeTest {
  private static final long MILLI = 1_000_000;
  private static final long T0 = 9_000 * MILLI;

  private final CounterBank counters = new CounterBank();
  private final FakeKernel kernel = new FakeKernel();
  private final RealTime realTime = new RealTime(kernel, counters);

  private static final class FakeKernel implements RealTime.Kernel {
    private boolean permits = true;
    private boolean isRealTime;
    private int asked;

    @Override
    public boolean realTime() {
      asked++;
      isRealTime = permits;
      return permits;
    }

    @Override
    public void normal() {
      isRealTime = false;
    }
  }

  private void turns(boolean waiting, int fromMillis, int toMillis) {
    for (int at = fromMillis; at <= toMillis; at++) {
      realTime.afterTurn(waiting, T0 + at * MILLI);
    }
    assertEquals(kernel.isRealTime ? 1 : 0, counters.get(Gauge.REAL_TIME));
  }

  @Test
  void aThreadThatSleepsStaysRealTime() {
    realTime.begin(T0);
    turns(true, 0, 1000);
    assertEquals(true, kernel.isRealTime);
    assertEquals(1, kernel.asked);
    turns(false, 1001, 1049);
    turns(true, 1050, 1050);
    turns(false, 1051, 1099);
    assertEquals(true, kernel.isRealTime, "a burst of less than 50 ms");
  }

  @Test
  void aThreadThatDoesNotSleepGivesItUpAndGetsItBackOnceItHasSleptForAWhile() {
    realTime.begin(T0);
    turns(false, 1, 50);
    assertEquals(false, kernel.isRealTime);
    assertEquals(1, counters.get(Counter.REAL_TIME_GIVEN_UP));
    turns(false, 51, 500);
    assertEquals(1, counters.get(Counter.REAL_TIME_GIVEN_UP));
    turns(true, 501, 599);
    assertEquals(false, kernel.isRealTime);
    turns(true, 600, 601);
    assertEquals(true, kernel.isRealTime);
    assertEquals(2, kernel.asked);
  }

  @Test
  void oneThatIsRefusedAsksOnce() {
    kernel.permits = false;
    realTime.begin(T0);
    turns(true, 0, 300);
    turns(false, 301, 600);
    turns(true, 601, 900);
    assertEquals(1, kernel.asked);
    assertEquals(0, counters.get(Counter.REAL_TIME_GIVEN_UP));
  }
}
