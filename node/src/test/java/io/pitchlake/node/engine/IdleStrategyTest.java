package io.pitchlake.node.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Idle;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.node.port.Batch;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortStatistics;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// When each strategy gives up the core, and for how long.
class IdleStrategyTest {
  private static final long WAIT_NANOS = 1_000_000;
  private static final int MANY_TURNS = 10_000;

  private final List<Long> waits = new ArrayList<>();
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
    IdleStrategy idle = IdleStrategy.of(Idle.BUSY, List.of(port), WAIT_NANOS);
    for (int turn = 0; turn < MANY_TURNS; turn++) {
      idle.afterTurn(0);
    }
    assertEquals(List.of(), waits);
  }

  @Test
  void pollWaitsAfterEveryTurnWithoutWork() {
    IdleStrategy idle = IdleStrategy.of(Idle.POLL, List.of(port), WAIT_NANOS);
    idle.afterTurn(0);
    idle.afterTurn(5);
    idle.afterTurn(0);
    assertEquals(List.of(WAIT_NANOS, WAIT_NANOS), waits);
  }

  @Test
  void adaptiveWaitsOnlyAfterAWhileWithoutWork() {
    IdleStrategy idle = IdleStrategy.of(Idle.ADAPTIVE, List.of(port), WAIT_NANOS);
    int first = turnsToWait(idle);
    assertTrue(first > 100, "waited after only " + first + " turns");
    idle.afterTurn(0);
    assertEquals(2, waits.size(), "goes on waiting while there is nothing");
    idle.afterTurn(1);
    waits.clear();
    assertEquals(first, turnsToWait(idle), "turns to the first wait, after work again");
  }

  private int turnsToWait(IdleStrategy idle) {
    for (int turn = 1; turn <= MANY_TURNS; turn++) {
      idle.afterTurn(0);
      if (!waits.isEmpty()) {
        return turn;
      }
    }
    throw new AssertionError("never waited in " + MANY_TURNS + " turns");
  }

  @Test
  void portsWithoutDescriptorsShareTheTime() {
    IdleStrategy idle = IdleStrategy.of(Idle.POLL, List.of(port, port), WAIT_NANOS);
    idle.afterTurn(0);
    assertEquals(List.of(WAIT_NANOS / 2, WAIT_NANOS / 2), waits);
  }
}
