package io.pitchlake.node.slb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Duty;
import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Configuration.Scheduler;
import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.common.session.FlowState;
import io.pitchlake.node.engine.FlowChoice;
import io.pitchlake.node.engine.FlowChoice.Cause;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is said of a flow is what becomes of it, and saying it changes nothing.
class FlowChoiceTest extends BalancedSegment {
  private FlowChoice choice(int client) {
    IpAddress address =
        IpAddress.parse("10.%d.%d.%d".formatted(client >> 16, client >> 8 & 255, client & 255));
    return node.choice(address, 40_000);
  }

  private static AccessList except(String prefix) {
    String[] parts = prefix.split("/");
    return new AccessList(
        List.of(
            new AccessList.Entry(
                false, IpPrefix.around(IpAddress.parse(parts[0]), Integer.parseInt(parts[1])))));
  }

  private void start(Scheduler scheduler) {
    start(
        options(4, 1, 3, 2, 1)
            .server("192.168.2.10", Protocol.TCP, 80, plan(scheduler, numbers(1, 4))));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RANDOM")
  void aNewFlowGoesWhereItIsSaidToGo(Scheduler scheduler) {
    start(scheduler);
    for (int i = 0; i < 200; i++) {
      FlowChoice said = choice(i);
      assertEquals(said, choice(i), "asked twice");
      assertEquals(Cause.SCHEDULER, said.cause());
      assertNull(said.state());
      assertEquals(said.target(), syn(i), "flow " + i + " by " + scheduler);
      FlowChoice known = choice(i);
      assertEquals(Cause.KNOWN, known.cause());
      assertEquals(said.target(), known.target());
      assertEquals(FlowState.OPENING, known.state());
      // What is asked in between changes nobody's turn.
      choice(1000 + i);
    }
    assertEquals(200, node.flows().size());
  }

  @Test
  void chanceIsNotForeseen() {
    start(Scheduler.RANDOM);
    assertEquals(FlowChoice.ofNew(Cause.CHANCE, -1), choice(1));
    int target = syn(1);
    assertEquals(target, choice(1).target());
  }

  @Test
  void aFlowThatLosesItsTargetIsSaidToMove() {
    start(Scheduler.RR);
    int first = syn(1);
    node.administer(first + 1, TargetState.MAINTENANCE);
    clock.advanceMillis(10);
    FlowChoice moved = choice(1);
    assertEquals(first + 1, moved.lost());
    assertEquals(Cause.SCHEDULER, moved.cause());
    assertEquals(moved.target(), ack(1));
    node.administer(moved.target() + 1, TargetState.DRAIN);
    clock.advanceMillis(10);
    assertEquals(Cause.KNOWN, choice(1).cause(), "a draining target keeps what it has");
  }

  @Test
  void persistenceIsNotCountedForBeingAskedOf() {
    start(
        options(4)
            .server(
                "192.168.2.10",
                Protocol.TCP,
                80,
                new Plan()
                    .scheduler(Scheduler.RR)
                    .tier(1, 2, 3, 4)
                    .persistence(32, 128, 100)
                    .build()));
    int target = syn(1);
    FlowChoice said = node.choice(IpAddress.parse("10.0.0.1"), 50_000);
    assertEquals(FlowChoice.ofNew(Cause.PERSISTENCE, target), said);
    assertEquals(0, node.counters().get(Counter.PERSISTENT));
    assertEquals(target, send(tcp(1, 50_000).syn().build()));
    assertEquals(1, node.counters().get(Counter.PERSISTENT));
  }

  @Test
  void aFullTableLeavesItToTheHash() {
    start(
        options(4)
            .server("192.168.2.10", Protocol.TCP, 80, plan(Scheduler.RR, numbers(1, 4)))
            .sessions(16));
    for (int i = 0; i < 16; i++) {
      syn(i);
    }
    for (int i = 16; i < 60; i++) {
      FlowChoice said = choice(i);
      assertEquals(Cause.UNTRACKED, said.cause());
      assertEquals(said.target(), syn(i), "flow " + i);
    }
  }

  @Test
  void tiersSpecialTargetsAndNobodyAreNamed() {
    var options = options(1);
    target(options, 31, new Duty(TargetState.READY, false, Duration.ZERO, 0, 0, 0));
    target(options, 32, new Duty(TargetState.READY, false, Duration.ZERO, 0, 0, 0));
    Duty one = new Duty(TargetState.READY, false, Duration.ZERO, 1, 1, 0);
    target(options, 33, one);
    start(
        options.server(
            "192.168.2.10",
            Protocol.TCP,
            80,
            new Plan()
                .scheduler(Scheduler.FIRST)
                .tier(4)
                .tier(1)
                .emergency(2)
                .abuse(3)
                .clients(except("10.0.1.0/24"))
                .build()));
    assertEquals(FlowChoice.ofNew(Cause.ABUSE, 2), choice(256));
    assertEquals(2, syn(256));
    assertEquals(FlowChoice.ofNew(Cause.SCHEDULER, 3), choice(1));
    assertEquals(3, syn(1));
    assertEquals(FlowChoice.ofNew(Cause.LATER_TIER, 0), choice(2));
    assertEquals(0, syn(2));
    for (int number : new int[] {1, 4}) {
      node.administer(number, TargetState.DRAIN);
    }
    clock.advanceMillis(10);
    assertEquals(FlowChoice.ofNew(Cause.EMERGENCY, 1), choice(3));
    long emergencies = node.counters().get(Counter.TO_EMERGENCY);
    assertEquals(1, syn(3));
    assertTrue(node.counters().get(Counter.TO_EMERGENCY) > emergencies);
    node.administer(2, TargetState.DRAIN);
    node.administer(3, TargetState.DRAIN);
    clock.advanceMillis(10);
    assertEquals(FlowChoice.ofNew(Cause.NO_TARGET, -1), choice(4));
    assertEquals(-1, syn(4));
    assertEquals(FlowChoice.ofNew(Cause.REFUSED, -1), choice(257));
    assertEquals(-1, syn(257));
  }
}
