package io.pitchlake.node.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.EventKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventThrottleTest {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final IpAddress DECOY = IpAddress.parse("192.168.2.77");
  private static final int PER_MINUTE = 6;
  private static final int PER_SECOND = 20;

  private final EventRing ring = new EventRing(1024);
  private final CounterBank counters = new CounterBank();
  private final EventThrottle throttle =
      new EventThrottle(ring, counters, new TableHash(3), PER_MINUTE, PER_SECOND, 0);

  private void happens(EventKind kind, int attacker, long nanos) {
    throttle.event(
        kind,
        DECOY.high(),
        DECOY.low(),
        80,
        0,
        IpAddress.mappedLow(0x0a00_0000 + attacker),
        4000,
        0x0200_0000_0066L,
        nanos);
  }

  private List<SecurityEvent> told() {
    List<SecurityEvent> events = new ArrayList<>();
    ring.drainTo(events::add);
    return events;
  }

  private void pass(long fromNanos, long untilNanos) {
    for (long nanos = fromNanos; nanos < untilNanos; nanos += 10_000_000) {
      throttle.onTick(nanos);
    }
  }

  @Test
  void anAttackerHasSoManyLinesAMinuteAndThenASum() {
    for (int i = 0; i < 100; i++) {
      happens(EventKind.TCP_SYNACK, 1, i);
    }
    assertEquals(PER_MINUTE, told().size());
    assertEquals(100 - PER_MINUTE, counters.get(Counter.LOG_HELD_BACK));
    pass(0, 70 * SECOND_NANOS);
    List<SecurityEvent> sums = told();
    assertEquals(1, sums.size());
    assertEquals(100 - PER_MINUTE, sums.getFirst().times());
  }

  @Test
  void allAttackersTogetherHaveSoManyLinesASecondAndNothingIsLost() {
    int attackers = 10_000;
    for (int i = 0; i < attackers; i++) {
      happens(EventKind.TCP_SYNACK, i, i);
    }
    List<SecurityEvent> first = told();
    assertEquals(PER_SECOND, first.size());
    long sum = PER_SECOND;
    for (long second = 0; second < 200; second++) {
      pass(second * SECOND_NANOS, (second + 1) * SECOND_NANOS);
      sum += told().stream().mapToLong(SecurityEvent::times).sum();
    }
    throttle.finish(200 * SECOND_NANOS);
    sum += told().stream().mapToLong(SecurityEvent::times).sum();
    assertEquals(attackers, sum);
  }

  /// Found by a drill under a flood of SYNs from everywhere: the line that the old active node was
  /// back never came.
  @Test
  void noFloodHidesWhatBecomesOfThePair() {
    for (int i = 0; i < 10_000; i++) {
      happens(EventKind.TCP_SYNACK, i, i);
    }
    told();
    for (EventKind kind :
        List.of(EventKind.ROUTER_CHANGED, EventKind.SYNC_LOST, EventKind.SYNC_HEARD)) {
      happens(kind, 7, 10_000);
      happens(kind, 7, 10_001);
      assertEquals(
          List.of(kind, kind), told().stream().map(SecurityEvent::kind).toList(), kind.name());
    }
  }

  @Test
  void whatBecomesOfThePairIsBoundedToo() {
    for (int i = 0; i < 1_000; i++) {
      happens(EventKind.SYNC_LOST, 1, i);
    }
    assertEquals(100, told().size());
  }
}
