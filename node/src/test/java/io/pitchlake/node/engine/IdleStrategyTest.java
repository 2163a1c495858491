package io.pitchlake.node.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Idle;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.node.engine.IdleStrategy.Rest;
import io.pitchlake.node.port.Batch;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortStatistics;
import io.pitchlake.node.port.PortsWait;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// When each strategy gives up the core, and for how long.
class IdleStrategyTest {
  private static final long WAIT_NANOS = 1_000_000;
  private static final int MANY_TURNS = 10_000;

  private final List<Long> waits = new ArrayList<>();
  private final List<Long> naps = new ArrayList<>();
  private long nowNanos = 9_000_000_000L;
  private long nanosPerTurn = 5_000;
  private final Port port = new WaitingPort();

  /// Notes how long it is waited for.
  private final class WaitingPort implements Port {
    @Override
    public String name() {
      return "idle0";
    }

    @Override
    public String access() {
      return "test";
    }

    @Override
    public long mac() {
      return 0x0200_0000_0001L;
    }

    @Override
    public int mtuBytes() {
      return 1500;
    }

    @Override
    public int receive(Batch into) {
      throw new AssertionError("an idle strategy must not receive");
    }

    @Override
    public Frame newFrame() {
      throw new AssertionError("an idle strategy must not send");
    }

    @Override
    public void transmit(Frame frame) {
      throw new AssertionError("an idle strategy must not send");
    }

    @Override
    public int flush() {
      throw new AssertionError("an idle strategy must not send");
    }

    @Override
    public void awaitInput(long timeoutNanos) {
      waits.add(timeoutNanos);
    }

    @Override
    public PortStatistics statistics() {
      throw new AssertionError("an idle strategy must not count");
    }

    @Override
    public void close() {}
  }

  @Test
  void busyNeverWaits() {
    IdleStrategy idle = over(Idle.BUSY, port);
    for (int turn = 0; turn < MANY_TURNS; turn++) {
      turn(idle, 0, Long.MAX_VALUE);
    }
    assertEquals(List.of(), waits);
  }

  @Test
  void pollWaitsAfterEveryTurnWithoutWork() {
    IdleStrategy idle = over(Idle.POLL, port);
    turn(idle, 0, Long.MAX_VALUE);
    turn(idle, 5, Long.MAX_VALUE);
    turn(idle, 0, Long.MAX_VALUE);
    assertEquals(List.of(WAIT_NANOS, WAIT_NANOS), waits);
  }

  @Test
  void adaptiveWaitsOnlyAfterAWhileWithoutWork() {
    IdleStrategy idle = over(Idle.ADAPTIVE, port);
    int first = turnsToWait(idle);
    assertTrue(first > 100, "waited after only " + first + " turns");
    turn(idle, 0, Long.MAX_VALUE);
    assertEquals(2, waits.size(), "goes on waiting while there is nothing");
  }

  @Test
  void adaptiveSpinsLessBetweenSparseFramesAndMoreBetweenDenseOnes() {
    IdleStrategy idle = over(Idle.ADAPTIVE, port);
    int most = turnsToWait(idle);
    int turns = most;
    for (int frame = 0; frame < 20; frame++) {
      turn(idle, 1, Long.MAX_VALUE);
      int next = turnsToWait(idle);
      assertTrue(next <= turns, "spins in vain grew from " + turns + " to " + next);
      turns = next;
    }
    assertTrue(turns < most / 4 && turns > 1, turns + " turns between sparse frames of " + most);
    int fewest = turns;
    assertEquals(fewest, turnsToWaitAfterFrames(idle, fewest / 4), "turns after a burst");
    int grown = turnsToWaitAfterFrames(idle, fewest - 1);
    assertTrue(grown > fewest, grown + " turns after frames that were met just in time");
  }

  @Test
  void framesThatComeCloseTogetherAreNappedThrough() {
    IdleStrategy idle = napping();
    assertEquals(1 + IdleStrategy.FEWEST_MET, framesMetUntilNap(idle));
    for (int nap = 0; nap < 100; nap++) {
      assertEquals(Rest.NONE, turn(idle, IdleStrategy.FEWEST_AFTER_NAP, Long.MAX_VALUE));
      assertEquals(Rest.NAP, turn(idle, 0, Long.MAX_VALUE), "after nap " + nap);
    }
    assertEquals(Collections.nCopies(101, IdleStrategy.NAP_NANOS), naps);
    assertEquals(List.of(), waits);
  }

  @Test
  void napsThatMeetFewFramesEndAndAreTriedMoreAndMoreRarely() {
    IdleStrategy idle = napping();
    int frames = 0;
    for (int busyMoment = 1; busyMoment <= 5; busyMoment++) {
      int next = framesMetUntilNap(idle);
      assertTrue(next > frames * 3 / 2, next + " frames, and " + frames + " the time before");
      frames = next;
      turn(idle, 1, Long.MAX_VALUE);
      assertEquals(Rest.NAP, turn(idle, 0, Long.MAX_VALUE), "one poor nap is chance");
      turn(idle, 1, Long.MAX_VALUE);
      assertEquals(Rest.NONE, turn(idle, 0, Long.MAX_VALUE), "two are not");
    }
    assertTrue(frames > 15 * IdleStrategy.FEWEST_MET, frames + " frames until the fifth nap");
  }

  @Test
  void whereNothingComesAnyMoreItSpinsAndThenWaits() {
    IdleStrategy idle = napping();
    framesMetUntilNap(idle);
    assertEquals(Rest.NAP, turn(idle, 0, Long.MAX_VALUE));
    assertEquals(Rest.NONE, turn(idle, 0, Long.MAX_VALUE));
    turnsToWait(idle);
    assertEquals(2, naps.size());
  }

  @Test
  void aNapEndsWhenSomethingIsDue() {
    IdleStrategy idle = napping();
    framesMetUntilNap(idle);
    turn(idle, 5, Long.MAX_VALUE);
    assertEquals(Rest.NAP, turn(idle, 0, 7_000));
    assertEquals(7_000, naps.getLast());
    turn(idle, 5, Long.MAX_VALUE);
    assertEquals(Rest.NONE, turn(idle, 0, 0), "overdue");
  }

  @Test
  void framesThatASleepWaitedForAreNoReasonToNap() {
    IdleStrategy idle = napping();
    for (int frame = 0; frame < 1000; frame++) {
      turn(idle, 1, Long.MAX_VALUE);
      turnsToWait(idle);
    }
    assertEquals(List.of(), naps);
  }

  @Test
  void framesFurtherApartThanAThirdOfANapAreNoReasonToNap() {
    IdleStrategy idle = napping();
    nanosPerTurn = IdleStrategy.DENSE_NANOS + 1;
    for (int frame = 0; frame < 1000; frame++) {
      turn(idle, 1, Long.MAX_VALUE);
    }
    turn(idle, 0, Long.MAX_VALUE);
    assertEquals(List.of(), naps);
  }

  private IdleStrategy napping() {
    nanosPerTurn = 1_000;
    return over(Idle.ADAPTIVE, port);
  }

  private IdleStrategy over(Idle idle, Port... ports) {
    return IdleStrategy.of(idle, PortsWait.on(List.of(ports)), WAIT_NANOS, naps::add);
  }

  private Rest turn(IdleStrategy idle, int work, long untilDueNanos) {
    nowNanos += nanosPerTurn;
    return idle.afterTurn(work, nowNanos, untilDueNanos);
  }

  /// Turns with a frame, each as soon after the other as is dense, until a nap is taken.
  private int framesMetUntilNap(IdleStrategy idle) {
    for (int frames = 0; frames < MANY_TURNS; frames++) {
      if (turn(idle, 0, Long.MAX_VALUE) == Rest.NAP) {
        return frames;
      }
      turn(idle, 1, Long.MAX_VALUE);
    }
    throw new AssertionError("no nap in " + MANY_TURNS + " frames");
  }

  /// Turns to the wait that follows frames with `gap` idle turns between them.
  private int turnsToWaitAfterFrames(IdleStrategy idle, int gap) {
    for (int frame = 0; frame < 20; frame++) {
      turn(idle, 1, Long.MAX_VALUE);
      for (int turn = 0; turn < gap; turn++) {
        turn(idle, 0, Long.MAX_VALUE);
      }
    }
    turn(idle, 1, Long.MAX_VALUE);
    return turnsToWait(idle);
  }

  private int turnsToWait(IdleStrategy idle) {
    waits.clear();
    for (int turn = 1; turn <= MANY_TURNS; turn++) {
      turn(idle, 0, Long.MAX_VALUE);
      if (!waits.isEmpty()) {
        return turn;
      }
    }
    throw new AssertionError("never waited in " + MANY_TURNS + " turns");
  }

  @Test
  void portsWithoutDescriptorsShareTheTime() {
    IdleStrategy idle = over(Idle.POLL, port, port);
    turn(idle, 0, Long.MAX_VALUE);
    assertEquals(List.of(WAIT_NANOS / 2, WAIT_NANOS / 2), waits);
  }
}
