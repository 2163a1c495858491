package io.pitchlake.node.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.node.engine.IdleStrategy.Rest;
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

  private void turns(Rest rest, int fromMillis, int toMillis) {
    for (int at = fromMillis; at <= toMillis; at++) {
      realTime.afterTurn(rest, T0 + at * MILLI);
    }
    assertEquals(kernel.isRealTime ? 1 : 0, counters.get(Gauge.REAL_TIME));
  }

  private void naps(int perMilli, int fromMillis, int toMillis) {
    for (int at = fromMillis; at <= toMillis; at++) {
      for (int nap = 0; nap < perMilli; nap++) {
        realTime.afterTurn(Rest.NAP, T0 + at * MILLI);
      }
    }
  }

  @Test
  void aThreadThatSleepsStaysRealTime() {
    realTime.begin(T0);
    turns(Rest.WAIT, 0, 1000);
    assertEquals(true, kernel.isRealTime);
    assertEquals(1, kernel.asked);
    turns(Rest.NONE, 1001, 1049);
    turns(Rest.WAIT, 1050, 1050);
    turns(Rest.NONE, 1051, 1099);
    assertEquals(true, kernel.isRealTime, "a burst of less than 50 ms");
  }

  @Test
  void aThreadThatDoesNotSleepGivesItUpAndGetsItBackOnceItHasSleptForAWhile() {
    realTime.begin(T0);
    turns(Rest.NONE, 1, 50);
    assertEquals(false, kernel.isRealTime);
    assertEquals(1, counters.get(Counter.REAL_TIME_GIVEN_UP));
    turns(Rest.NONE, 51, 500);
    assertEquals(1, counters.get(Counter.REAL_TIME_GIVEN_UP));
    turns(Rest.WAIT, 501, 599);
    assertEquals(false, kernel.isRealTime);
    turns(Rest.WAIT, 600, 601);
    assertEquals(true, kernel.isRealTime);
    assertEquals(2, kernel.asked);
  }

  @Test
  void napsCountOnceTheyLeaveTheOthersAQuarterOfTheTime() {
    realTime.begin(T0);
    naps(6, 0, 1000);
    assertEquals(true, kernel.isRealTime, "six naps of 50 us are 30 % of each millisecond");
    assertEquals(1, kernel.asked);
  }

  @Test
  void aThreadThatOnlyNapsNowAndThenGivesItUpAndGetsItBack() {
    realTime.begin(T0);
    naps(4, 0, 1000);
    assertEquals(false, kernel.isRealTime);
    assertEquals(1, counters.get(Counter.REAL_TIME_GIVEN_UP));
    naps(8, 1001, 1200);
    assertEquals(true, kernel.isRealTime);
  }

  @Test
  void oneThatIsRefusedAsksOnce() {
    kernel.permits = false;
    realTime.begin(T0);
    turns(Rest.WAIT, 0, 300);
    turns(Rest.NONE, 301, 600);
    turns(Rest.WAIT, 601, 900);
    assertEquals(1, kernel.asked);
    assertEquals(0, counters.get(Counter.REAL_TIME_GIVEN_UP));
  }
}
