package io.pitchlake.node.slb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Duty;
import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Configuration.Scheduler;
import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.wire.Property;
import io.pitchlake.node.sim.SimNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Who gets a new flow, by each scheduler, and who keeps a known one.
class SchedulingTest extends BalancedSegment {
  /// What a chi-square of three degrees of freedom exceeds once in a thousand times.
  private static final double CRITICAL = 16.27;

  private void start(Scheduler scheduler, int... weights) {
    int count = weights.length;
    start(
        options(count, weights)
            .server("192.168.2.10", Protocol.TCP, 80, plan(scheduler, numbers(1, count))));
    assertEquals(count, node.counters().get(Gauge.TARGETS_READY), "targets ready after a second");
  }

  private int[] spread(int flows) {
    int[] spread = new int[targets.size()];
    for (int i = 0; i < flows; i++) {
      int target = syn(i);
      assertTrue(target >= 0, "flow " + i + " reached no target");
      spread[target]++;
    }
    return spread;
  }

  @ParameterizedTest
  @EnumSource(names = {"MAGLEV", "HASH", "RANDOM", "RR", "LEASTSESSION", "WRR"})
  void flowsAreSpreadEvenly(Scheduler scheduler) {
    start(scheduler, 1, 1, 1, 1);
    double chiSquare = 0;
    int[] spread = spread(1000);
    for (int flows : spread) {
      chiSquare += (flows - 250.0) * (flows - 250.0) / 250;
    }
    assertTrue(
        chiSquare < CRITICAL,
        scheduler
            + " spread 1000 flows as "
            + Arrays.toString(spread)
            + ", chi-square "
            + chiSquare);
    if (scheduler == Scheduler.RR || scheduler == Scheduler.LEASTSESSION) {
      assertArrayEquals(new int[] {250, 250, 250, 250}, spread);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MAGLEV", "HASH", "RANDOM", "WRR", "LEASTSESSION"})
  void weightsShareOutNewFlows(Scheduler scheduler) {
    start(scheduler, 1, 3);
    int second = spread(400)[1];
    // 300 of 400; five standard deviations are 43.
    boolean exact = scheduler == Scheduler.WRR || scheduler == Scheduler.LEASTSESSION;
    assertEquals(300, second, exact ? 0 : 43, "flows of the target with weight 3 beside weight 1");
  }

  @Test
  void roundRobinDoesNotAskForWeights() {
    start(Scheduler.RR, 1, 3);
    assertArrayEquals(new int[] {50, 50}, spread(100));
  }

  @Test
  void weightedRoundRobinSpreadsTurnsOut() {
    start(Scheduler.WRR, 1, 3);
    assertArrayEquals(
        new int[] {1, 0, 1, 1, 1, 0, 1, 1}, IntStream.range(0, 8).map(this::syn).toArray());
  }

  @Test
  void hashSendsAllFlowsOfAClientOneWay() {
    start(Scheduler.HASH, 1, 1, 1, 1);
    for (int client = 0; client < 20; client++) {
      int first = send(tcp(client, 1000).syn().build());
      for (int port = 1001; port < 1010; port++) {
        assertEquals(first, send(tcp(client, port).syn().build()), "client " + client);
      }
    }
  }

  @Test
  void firstIsTheFirstThatIsReady() {
    start(Scheduler.FIRST, 1, 1, 1);
    assertArrayEquals(new int[] {20, 0, 0}, spread(20));
    targets.get(0).attachment().connected(false);
    clock.advanceSeconds(9);
    assertEquals(1, syn(100));
    targets.get(0).attachment().connected(true);
    clock.advanceSeconds(9);
    assertEquals(0, syn(101));
  }

  @Test
  void leastSessionsCountsWhatIsOpen() {
    start(Scheduler.LEASTSESSION, 1, 1);
    int[] first = IntStream.range(0, 20).map(this::syn).toArray();
    IntStream.range(0, 20)
        .filter(i -> first[i] == 0)
        .forEach(i -> send(tcp(i, 40_000).ack(2).fin().build()));
    for (int i = 100; i < 110; i++) {
      assertEquals(0, syn(i), "the target whose ten sessions have ended gets new ones");
    }
    // What has expired is not counted either.
    clock.advanceSeconds(100);
    assertEquals(0, node.flows().size());
    int[] then = IntStream.range(200, 220).map(this::syn).toArray();
    assertEquals(10, Arrays.stream(then).sum(), "sessions of the second target");
  }

  @Test
  void leastBandwidthAvoidsWhoIsSentMuch() {
    start(Scheduler.LEASTBANDWIDTH, 1, 1);
    int busy = syn(1);
    int atOther = 0;
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 20; i++) {
        send(tcp(1, 40_000).ack(1).payload("x".repeat(1000)).build());
      }
      clock.advanceMillis(250);
      atOther += syn(100 + round) == busy ? 0 : 1;
    }
    assertTrue(atOther >= 18, atOther + " of 20 flows went to the target that is sent little");
    // Forgotten after a while: then both get flows again.
    clock.advanceSeconds(25);
    int[] spread = IntStream.range(30, 50).map(this::syn).toArray();
    assertEquals(10, Arrays.stream(spread).sum(), 1);
  }

  @Test
  void flowsThatBeginTogetherDoNotAllGoToWhoIsSentLeast() {
    start(Scheduler.LEASTBANDWIDTH, 1, 1, 1, 1);
    int[] spread = spread(400);
    Arrays.stream(spread).forEach(flows -> assertEquals(100, flows, 20, Arrays.toString(spread)));
  }

  @ParameterizedTest
  @EnumSource(Scheduler.class)
  void aFlowKeepsItsTargetUntilThatIsLost(Scheduler scheduler) {
    start(scheduler, 1, 1, 1, 1);
    int[] first = IntStream.range(0, 100).map(this::syn).toArray();
    for (int i = 0; i < 100; i++) {
      assertEquals(first[i], ack(i), "flow " + i);
    }
    int lost = first[0];
    targets.get(lost).attachment().connected(false);
    clock.advanceSeconds(9);
    for (int i = 0; i < 100; i++) {
      int now = ack(i);
      assertTrue(now >= 0 && now != lost, "flow " + i + " is at " + now);
      assertTrue(first[i] == lost || first[i] == now, "flow " + i + " moved without need");
      assertEquals(now, ack(i), "flow " + i + " moved again");
    }
    long moved = Arrays.stream(first).filter(target -> target == lost).count();
    assertEquals(moved, node.counters().get(Counter.SESSIONS_MOVED));
  }

  @ParameterizedTest
  @EnumSource(Scheduler.class)
  void anUntrackedFlowGoesByHashWhateverTheScheduler(Scheduler scheduler) {
    start(
        options(4)
            .server("192.168.2.10", Protocol.TCP, 80, plan(scheduler, numbers(1, 4)))
            .sessions(16));
    IntStream.range(0, 16).forEach(this::syn);
    int[] first = IntStream.range(16, 60).map(this::syn).toArray();
    assertEquals(44, node.counters().get(Counter.UNTRACKED_TABLE_FULL));
    assertArrayEquals(first, IntStream.range(16, 60).map(this::ack).toArray());
    // Room again: a flow met in its middle is where its untracked half was.
    clock.advanceSeconds(40);
    assertEquals(0, node.flows().size());
    assertArrayEquals(Arrays.copyOf(first, 16), IntStream.range(16, 32).map(this::ack).toArray());
    assertEquals(16, node.flows().size());
  }

  @Test
  void aFloodIsBoundedAndHarmsNoKnownFlow() {
    start(
        options(4)
            .server("192.168.2.10", Protocol.TCP, 80, plan(Scheduler.RR, numbers(1, 4)))
            .set(Setting.SESSIONRATE, 100)
            .sessions(256));
    int[] first = IntStream.range(0, 50).map(this::syn).toArray();
    assertArrayEquals(first, IntStream.range(0, 50).map(this::ack).toArray());
    long bytes = node.flows().footprintBytes();
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < 400; i++) {
        assertTrue(syn(1000 + round * 400 + i) >= 0);
      }
      assertArrayEquals(
          first, IntStream.range(0, 50).map(this::ack).toArray(), "known flows in round " + round);
    }
    assertEquals(bytes, node.flows().footprintBytes());
    assertTrue(node.flows().size() <= 256);
    long untracked =
        node.counters().get(Counter.UNTRACKED_RATE)
            + node.counters().get(Counter.UNTRACKED_TABLE_FULL);
    assertEquals(4050, untracked + node.counters().get(Counter.SESSIONS_STARTED));
    assertTrue(untracked > 3000, untracked + " flows untracked");
    assertEquals(0, node.counters().get(Counter.SESSIONS_MOVED));
  }

  @Test
  void aDrainedTargetKeepsItsFlowsAndGetsNoNewOnes() {
    start(Scheduler.RR, 1, 1);
    int[] first = IntStream.range(0, 20).map(this::syn).toArray();
    node.administer(1, TargetState.DRAIN);
    clock.advanceMillis(10);
    assertArrayEquals(first, IntStream.range(0, 20).map(this::ack).toArray());
    IntStream.range(100, 120).forEach(i -> assertEquals(1, syn(i), "a new flow"));
    node.administer(1, TargetState.READY);
    clock.advanceMillis(10);
    assertEquals(10, IntStream.range(200, 220).map(this::syn).sum(), "flows of the second target");
    assertEquals(0, node.counters().get(Counter.SESSIONS_MOVED));
  }

  @ParameterizedTest
  @EnumSource(Scheduler.class)
  void aTargetOfWeightZeroDrains(Scheduler scheduler) {
    start(scheduler, 0, 1);
    assertArrayEquals(new int[] {0, 20}, spread(20));
  }

  @Test
  void maintenanceMovesFlowsAway() {
    start(Scheduler.MAGLEV, 1, 1, 1);
    int[] first = IntStream.range(0, 60).map(this::syn).toArray();
    node.administer(2, TargetState.MAINTENANCE);
    clock.advanceMillis(100);
    for (int i = 0; i < 60; i++) {
      int now = ack(i);
      assertTrue(first[i] == 1 ? now == 0 || now == 2 : now == first[i], "flow " + i + ": " + now);
    }
    node.administer(3, TargetState.MAINTENANCE);
    node.administer(1, TargetState.MAINTENANCE);
    clock.advanceMillis(100);
    assertEquals(-1, ack(0), "nobody is left");
  }

  @Test
  void aStateOfTheFileHoldsFromTheStart() {
    SimNode.Options options = options(1);
    target(options, 31, new Duty(TargetState.MAINTENANCE, false, Duration.ZERO, 0, 0, 0));
    target(options, 32, new Duty(TargetState.DRAIN, false, Duration.ZERO, 0, 0, 0));
    start(options.server("192.168.2.10", Protocol.TCP, 80, plan(Scheduler.RR, 1, 2, 3)));
    assertArrayEquals(new int[] {10, 0, 0}, spread(10));
    node.administer(2, TargetState.READY);
    clock.advanceMillis(10);
    assertNotEquals(syn(100), syn(101));
  }

  @Test
  void sessionsAreLimited() {
    SimNode.Options options = options(0);
    target(options, 30, limit(3));
    target(options, 31, limit(2));
    target(options, 32, limit(1));
    target(options, 33, limit(2));
    start(
        options.server(
            "192.168.2.10",
            Protocol.TCP,
            80,
            new Plan().scheduler(Scheduler.MAGLEV).tier(1, 2).tier(3).emergency(4).build()));
    int[] spread = new int[4];
    for (int i = 0; i < 8; i++) {
      spread[syn(i)]++;
      assertTrue(i >= 5 || spread[2] == 0, "a later tier gets what the first has no room for");
      assertTrue(i >= 6 || spread[3] == 0, "the emergency target gets what nobody has room for");
    }
    assertArrayEquals(new int[] {3, 2, 1, 2}, spread);
    assertEquals(-1, syn(100), "nobody has room");
    assertTrue(ack(0) >= 0, "a known flow does not ask for room");
    send(tcp(0, 40_000).ack(2).fin().build());
    assertTrue(syn(101) >= 0, "what has ended makes room");
  }

  private static Duty limit(int sessions) {
    return new Duty(TargetState.READY, false, Duration.ZERO, sessions, sessions, 0);
  }

  @Test
  void laterTiersServeOnlyWhenEarlierOnesCannot() {
    start(
        options(3)
            .server(
                "192.168.2.10",
                Protocol.TCP,
                80,
                new Plan().scheduler(Scheduler.RR).tier(1, 2).tier(3).build()));
    assertArrayEquals(new int[] {5, 5, 0}, spread(10));
    targets.get(0).attachment().connected(false);
    clock.advanceSeconds(9);
    assertEquals(1, syn(100), "one of the first tier is left");
    node.administer(2, TargetState.DRAIN);
    clock.advanceMillis(10);
    assertEquals(2, syn(101), "none of the first tier is left");
    node.administer(2, TargetState.READY);
    clock.advanceMillis(10);
    assertEquals(1, syn(102), "one of the first tier is back");
    assertEquals(2, ack(101), "and a flow of the second tier stays");
  }

  @Test
  void aSlowStartGrowsInTenSteps() {
    SimNode.Options options = options(1);
    target(options, 31, new Duty(TargetState.READY, false, Duration.ofSeconds(100), 0, 0, 0));
    start(options.server("192.168.2.10", Protocol.TCP, 80, plan(Scheduler.WRR, 1, 2)));
    assertArrayEquals(new int[] {10, 10}, spread(20), "at the start nothing is cold");
    targets.get(1).attachment().connected(false);
    clock.advanceSeconds(10);
    assertEquals(1, node.counters().get(Gauge.TARGETS_READY));
    targets.get(1).attachment().connected(true);
    clock.advanceSeconds(2);
    assertEquals(2, node.counters().get(Gauge.TARGETS_READY));
    for (int step = 1; step <= 10; step++) {
      int[] flows = new int[2];
      // The shares are 10 to `step`, so this many flows make whole turns.
      for (int i = 0; i < 10 + step; i++) {
        flows[syn(step * 1000 + i)]++;
      }
      assertArrayEquals(new int[] {10, step}, flows, "step " + step);
      clock.advanceSeconds(10);
    }
  }

  @Test
  void comingBackFromDrainIsASlowStartToo() {
    SimNode.Options options = options(1);
    target(options, 31, new Duty(TargetState.READY, false, Duration.ofSeconds(100), 0, 0, 0));
    start(options.server("192.168.2.10", Protocol.TCP, 80, plan(Scheduler.WRR, 1, 2)));
    node.administer(2, TargetState.DRAIN);
    clock.advanceMillis(10);
    node.administer(2, TargetState.READY);
    clock.advanceMillis(10);
    assertArrayEquals(new int[] {10, 1}, spread(11));
  }

  @Test
  void everyNodeChoosesTheSameByMaglev() {
    start(Scheduler.MAGLEV, 1, 2, 3);
    int[] here = IntStream.range(0, 100).map(this::syn).toArray();
    SchedulingTest other = new SchedulingTest();
    other.start(Scheduler.MAGLEV, 1, 2, 3);
    assertArrayEquals(here, IntStream.range(0, 100).map(other::syn).toArray());
    assertEquals(List.of(3L, 3L), List.of(targetsReady(node), targetsReady(other.node)));
  }

  private static long targetsReady(SimNode node) {
    return node.counters().get(Gauge.TARGETS_READY);
  }

  /// One of N targets lost: no flow of the session table moves that was not there, and of those
  /// that go by hash at most a twentieth beside the lost target's own.
  @Test
  void aLostTargetDisturbsLittle() {
    Property.forAll("a lost target disturbs little", 10, SchedulingTest::loseOne);
  }

  private static void loseOne(RandomGenerator random) {
    SchedulingTest lan = new SchedulingTest();
    int count = random.nextInt(2, 7);
    Scheduler[] all = Scheduler.values();
    Scheduler scheduler = all[random.nextInt(all.length)];
    lan.start(scheduler, random.ints(count, 1, 4).toArray());
    int[] tracked = IntStream.range(0, 200).map(lan::syn).toArray();
    int[] hashed = IntStream.range(1000, 1200).map(lan::ack).toArray();
    int lost = random.nextInt(count);
    lan.targets.get(lost).attachment().connected(false);
    lan.clock.advanceSeconds(9);
    String what = scheduler + " with " + count + " targets, " + lost + " lost: ";
    for (int i = 0; i < 200; i++) {
      int now = lan.ack(i);
      assertTrue(now >= 0 && now != lost, what + "flow " + i + " is at " + now);
      assertTrue(tracked[i] == lost || tracked[i] == now, what + "flow " + i + " moved");
    }
    // The flows met in their middle are forgotten: what follows is the hash's choice anew.
    lan.clock.advanceSeconds(40);
    long moved =
        IntStream.range(1000, 1200)
            .filter(i -> hashed[i - 1000] != lost && hashed[i - 1000] != lan.ack(i))
            .count();
    assertTrue(moved <= 10, what + moved + " of 200 flows moved that had not lost their target");
  }
}
