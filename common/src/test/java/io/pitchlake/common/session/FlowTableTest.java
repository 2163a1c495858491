package io.pitchlake.common.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.Property;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class FlowTableTest {
  private static final long MILLI_NANOS = 1_000_000L;
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final FlowHash HASH = FlowHash.drawnFrom(new SipHash(1, 2), 0);

  /// Every flow has the hash 0.
  private static final FlowHash ALL_COLLIDE = new FlowHash(0, 0, 0, 0);

  private static final long CLIENT = IpAddress.mappedLow(0x0a00_0001);
  private static final FlowTable.Visitor IGNORED = flow -> {};

  private static long tuple(int clientPort) {
    return FlowHash.tuple(1, 6, clientPort, 80);
  }

  @Test
  void tenMillionFlowsFitInto540Megabytes() {
    try (FlowTable table = new FlowTable(1000, HASH, 0)) {
      assertEquals(1000L * FlowTable.BYTES_PER_FLOW, table.footprintBytes());
    }
    assertTrue(
        FlowTable.BYTES_PER_FLOW <= 54,
        "expected at most 54 bytes per flow, seen " + FlowTable.BYTES_PER_FLOW);
    assertTrue(10_000_000L * FlowTable.BYTES_PER_FLOW <= 540_000_000L);
  }

  @Test
  void aFlowIsWhatWasInserted() {
    try (FlowTable table = new FlowTable(4, HASH, 0)) {
      long high = 0x2001_0db8_0001_0000L;
      long tuple = FlowHash.tuple(65_535, 255, 65_535, 65_534);
      int flow = table.insert(high, 0x66, tuple, 65_535, FlowState.CLOSING);
      assertEquals(flow, table.find(high, 0x66, tuple));
      assertEquals(high, table.clientHigh(flow));
      assertEquals(0x66, table.clientLow(flow));
      assertEquals(tuple, table.tuple(flow));
      assertEquals(65_535, table.target(flow));
      assertEquals(FlowState.CLOSING, table.state(flow));
      for (long other :
          new long[] {
            FlowHash.tuple(65_534, 255, 65_535, 65_534),
            FlowHash.tuple(65_535, 254, 65_535, 65_534),
            FlowHash.tuple(65_535, 255, 65_534, 65_534),
            FlowHash.tuple(65_535, 255, 65_535, 65_535)
          }) {
        assertEquals(FlowTable.NONE, table.find(high, 0x66, other));
      }
      assertEquals(FlowTable.NONE, table.find(high + 1, 0x66, tuple));
      assertEquals(FlowTable.NONE, table.find(high, 0x67, tuple));
    }
  }

  @Test
  void aFullTableRefusesUntilSomethingGoes() {
    try (FlowTable table = new FlowTable(3, HASH, 0)) {
      for (int port = 0; port < 3; port++) {
        assertNotEquals(FlowTable.NONE, table.insert(0, CLIENT, tuple(port), 1, FlowState.OPENING));
      }
      assertEquals(FlowTable.NONE, table.insert(0, CLIENT, tuple(3), 1, FlowState.OPENING));
      assertEquals(3, table.size());
      assertEquals(FlowTable.NONE, table.find(0, CLIENT, tuple(3)));
      table.remove(table.find(0, CLIENT, tuple(1)));
      assertNotEquals(FlowTable.NONE, table.insert(0, CLIENT, tuple(3), 1, FlowState.OPENING));
      assertEquals(3, table.size());
    }
  }

  @Test
  void changesAreToldAndFramesAloneAreNone() {
    try (FlowTable table = new FlowTable(1, HASH, 0)) {
      Changes changes = new Changes();
      table.changes(changes);
      int flow = table.insert(0, CLIENT, tuple(1), 7, FlowState.OPENING);
      assertEquals(List.of("changed 0"), changes.take());
      table.touch(flow);
      assertEquals(List.of(), changes.take());
      table.state(flow, FlowState.ESTABLISHED);
      assertEquals(List.of("changed 0"), changes.take());
      assertEquals(FlowState.ESTABLISHED, table.state(flow));
      table.target(flow, 8);
      assertEquals(List.of("changed 0"), changes.take());
      assertEquals(8, table.target(flow));
      assertEquals(FlowState.ESTABLISHED, table.state(flow));
      table.remove(flow);
      assertEquals(List.of("removing 0"), changes.take());
    }
  }

  /// What lives long is asked after once before it ends, in the last quarter of its time.
  @Test
  void agingIsToldOnceOrTwice() {
    try (FlowTable table = new FlowTable(8, HASH, 0)) {
      for (FlowState state : FlowState.values()) {
        table.timeout(state, 100 * SECOND_NANOS);
        table.insert(0, CLIENT, tuple(state.ordinal()), 7, state);
      }
      Changes changes = new Changes();
      table.changes(changes);
      for (int tenths = 1; tenths < 750; tenths++) {
        table.advance(tenths * SECOND_NANOS / 10, flow -> {});
      }
      assertEquals(List.of(), changes.take());
      for (int tenths = 750; tenths < 1000; tenths++) {
        table.advance(tenths * SECOND_NANOS / 10, flow -> {});
      }
      List<String> told = changes.take();
      assertEquals(Set.of("aging 1", "aging 3"), Set.copyOf(told), "ESTABLISHED and DATAGRAM");
      assertTrue(told.size() <= 4, told::toString);
    }
  }

  private static final class Changes implements TableChanges {
    private final List<String> told = new ArrayList<>();

    List<String> take() {
      List<String> taken = List.copyOf(told);
      told.clear();
      return taken;
    }

    @Override
    public void changed(int entry) {
      told.add("changed " + entry);
    }

    @Override
    public void removing(int entry) {
      told.add("removing " + entry);
    }

    @Override
    public void aging(int entry) {
      told.add("aging " + entry);
    }
  }

  @Test
  void eachStateHasItsTimeout() {
    try (FlowTable table = new FlowTable(8, HASH, 0)) {
      for (FlowState state : FlowState.values()) {
        table.timeout(state, (state.ordinal() + 1) * 60L * SECOND_NANOS);
        table.insert(0, CLIENT, tuple(state.ordinal()), 1, state);
      }
      List<FlowState> gone = new ArrayList<>();
      for (int second = 0; second < 400; second++) {
        int now = second;
        table.advance(
            second * SECOND_NANOS,
            flow -> {
              FlowState state = table.state(flow);
              long silent = now - 60L * (state.ordinal() + 1);
              assertTrue(silent >= 0 && silent <= 6, state + " went " + silent + " s too late");
              gone.add(state);
            });
      }
      assertEquals(List.of(FlowState.values()), gone);
      assertEquals(0, table.size());
    }
  }

  @Test
  void aFrameKeepsItsFlow() {
    try (FlowTable table = new FlowTable(1, HASH, 0)) {
      table.timeout(FlowState.DATAGRAM, 10 * SECOND_NANOS);
      int flow = table.insert(0, CLIENT, tuple(1), 1, FlowState.DATAGRAM);
      for (int second = 1; second < 100; second++) {
        table.advance(second * SECOND_NANOS, IGNORED);
        table.touch(flow);
      }
      assertEquals(1, table.size());
      assertEquals(0, table.ageNanos(flow));
      table.ageNanos(flow, 9 * SECOND_NANOS);
      assertEquals(9 * SECOND_NANOS, table.ageNanos(flow), 1 << 20);
      for (int second = 100; second < 107; second++) {
        table.advance(second * SECOND_NANOS, IGNORED);
      }
      assertEquals(0, table.size());
    }
  }

  /// All of a large table expires at once: no step looks at or removes more than it may, and all
  /// are gone in the end.
  @Test
  void noStepDoesMoreThanItMay() {
    int capacity = 100_000;
    try (FlowTable table = new FlowTable(capacity, HASH, 0)) {
      for (int i = 0; i < capacity; i++) {
        table.insert(0, CLIENT + i, tuple(1), 1, FlowState.OPENING);
      }
      int[] removed = new int[1];
      int steps = 0;
      long now = 3600 * SECOND_NANOS;
      while (table.size() > 0) {
        removed[0] = 0;
        int lookedAt = table.advance(now, flow -> removed[0]++);
        assertTrue(lookedAt <= FlowTable.LOOKED_AT_PER_STEP, lookedAt + " looked at in a step");
        assertTrue(removed[0] <= FlowTable.REMOVED_PER_STEP, removed[0] + " removed in a step");
        assertTrue(++steps <= capacity / 100, table.size() + " flows left after " + steps);
        now += MILLI_NANOS;
      }
    }
  }

  /// Living flows cost a walk at its pace: one round of the table in four seconds.
  @Test
  void theWalkKeepsItsPace() {
    int capacity = 40_000;
    try (FlowTable table = new FlowTable(capacity, HASH, 0)) {
      for (int i = 0; i < capacity; i++) {
        table.insert(0, CLIENT + i, tuple(1), 1, FlowState.ESTABLISHED);
      }
      long lookedAt = 0;
      for (int milli = 1; milli <= 8_001; milli++) {
        int step = table.advance(milli * MILLI_NANOS, IGNORED);
        assertTrue(step <= 20, "a millisecond is due 10 flows, not " + step);
        lookedAt += step;
      }
      assertEquals(2 * capacity, lookedAt, 20);
    }
  }

  @Test
  void lookupsAndExpiryAllocateNothing() {
    try (FlowTable table = new FlowTable(1000, HASH, 0)) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long allocated = 0;
      for (int round = 1; round <= 100; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int port = 0; port < 1000; port++) {
          int flow = table.find(0, CLIENT, tuple(port));
          if (flow == FlowTable.NONE) {
            table.insert(0, CLIENT, tuple(port), port, FlowState.OPENING);
          } else {
            table.touch(flow);
          }
        }
        table.advance(round * 31L * SECOND_NANOS, IGNORED);
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
      }
      assertEquals(0, allocated / 1024, allocated + " bytes allocated in a round");
    }
  }

  @Test
  void impossibleSizesAndTimesAreRefusedInWords() {
    assertEquals(
        "a flow table holds 1 to 536870912 flows, not 0",
        assertThrows(IllegalArgumentException.class, () -> new FlowTable(0, HASH, 0)).getMessage());
    try (FlowTable table = new FlowTable(1, HASH, 0)) {
      assertEquals(
          "a flow's timeout is 0 to 1125899906842624 ns, not -1",
          assertThrows(IllegalArgumentException.class, () -> table.timeout(FlowState.OPENING, -1))
              .getMessage());
    }
  }

  /// A flow's key as the model holds it.
  private record Key(long high, long low, long tuple) {
    static Key random(RandomGenerator random) {
      boolean ipv4 = random.nextBoolean();
      return new Key(
          ipv4 ? 0 : 0x2001_0db8L << 32,
          ipv4 ? CLIENT + random.nextInt(3) : random.nextInt(3),
          FlowHash.tuple(random.nextInt(2), random.nextBoolean() ? 6 : 17, random.nextInt(5), 80));
    }
  }

  private static final class Flow {
    int number;
    int target;
    FlowState state;
    long seenNanos;
  }

  /// Random histories beside a map; the state timeouts are short, so that much expires.
  @Test
  void theTableIsAMapWithABoundAndTimeouts() {
    Property.forAll("the table is a map with a bound and timeouts", 300, FlowTableTest::history);
  }

  private static void history(RandomGenerator random) {
    int capacity = random.nextInt(1, 40);
    FlowHash hash =
        random.nextInt(4) == 0
            ? ALL_COLLIDE
            : FlowHash.drawnFrom(new SipHash(random.nextLong(), random.nextLong()), 0);
    long start = random.nextLong();
    Map<Key, Flow> model = new HashMap<>();
    FlowState[] states = FlowState.values();
    long timeoutNanos = 10 * SECOND_NANOS;
    try (FlowTable table = new FlowTable(capacity, hash, start)) {
      for (FlowState state : states) {
        table.timeout(state, timeoutNanos * (state.ordinal() + 1));
      }
      long[] now = {start};
      FlowTable.Visitor expired =
          number -> {
            Key key =
                new Key(table.clientHigh(number), table.clientLow(number), table.tuple(number));
            Flow flow = model.remove(key);
            assertEquals(flow.number, number);
            long silent = now[0] - flow.seenNanos;
            long timeout = timeoutNanos * (flow.state.ordinal() + 1);
            assertTrue(silent >= timeout, key + " expired after " + silent + " ns");
          };
      for (int step = 0; step < 400; step++) {
        Key key = Key.random(random);
        int found = table.find(key.high, key.low, key.tuple);
        Flow flow = model.get(key);
        assertEquals(flow == null ? FlowTable.NONE : flow.number, found, "" + key);
        if (flow == null) {
          flow = new Flow();
          flow.target = random.nextInt(65_536);
          flow.state = states[random.nextInt(states.length)];
          flow.seenNanos = now[0];
          flow.number = table.insert(key.high, key.low, key.tuple, flow.target, flow.state);
          assertEquals(model.size() == capacity, flow.number == FlowTable.NONE);
          if (flow.number != FlowTable.NONE) {
            model.put(key, flow);
          }
        } else {
          switch (random.nextInt(5)) {
            case 0 -> {
              table.remove(found);
              model.remove(key);
            }
            case 1 -> {
              flow.state = states[random.nextInt(states.length)];
              table.state(found, flow.state);
            }
            case 2 -> {
              flow.target = random.nextInt(65_536);
              table.target(found, flow.target);
            }
            case 3 -> {
              table.touch(found);
              flow.seenNanos = now[0];
            }
            default -> {
              now[0] += random.nextLong(SECOND_NANOS);
              table.advance(now[0], expired);
            }
          }
        }
        assertSame(model, table);
      }
    }
  }

  private static void assertSame(Map<Key, Flow> model, FlowTable table) {
    assertEquals(model.size(), table.size());
    model.forEach((key, flow) -> {
      assertEquals(flow.number, table.find(key.high, key.low, key.tuple), "" + key);
      assertEquals(flow.target, table.target(flow.number));
      assertEquals(flow.state, table.state(flow.number));
    });
  }

  /// A snapshot in pieces, with insertions and removals in between.
  @Test
  void aFlowThatStaysIsVisitedExactlyOnce() {
    Property.forAll(
        "a flow that stays is visited exactly once",
        50,
        random -> {
          try (FlowTable table = new FlowTable(500, HASH, 0)) {
            Set<Long> staying = new HashSet<>();
            for (int port = 0; port < 300; port++) {
              int flow = table.insert(0, CLIENT, tuple(port), 1, FlowState.OPENING);
              staying.add(table.tuple(flow));
            }
            List<Long> seen = new ArrayList<>();
            int at = 0;
            int newPort = 1000;
            while (at != FlowTable.NONE) {
              at = table.visit(at, random.nextInt(1, 60), flow -> seen.add(table.tuple(flow)));
              for (int i = random.nextInt(40); i > 0; i--) {
                int leaving = table.find(0, CLIENT, tuple(random.nextInt(300)));
                if (leaving != FlowTable.NONE) {
                  staying.remove(table.tuple(leaving));
                  table.remove(leaving);
                }
                table.insert(0, CLIENT, tuple(newPort++), 1, FlowState.OPENING);
              }
            }
            for (long tuple : staying) {
              assertEquals(1, seen.stream().filter(other -> other == tuple).count());
            }
          }
        });
  }
}
