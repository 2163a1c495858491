package io.pitchlake.node.slb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Duty;
import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.RouteTable;
import io.pitchlake.node.engine.TargetHealth;
import io.pitchlake.node.engine.TargetView;
import io.pitchlake.node.engine.View;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a target may get, as reloads, commands and health change it.
class TargetStatesTest {
  private static final long SECOND_NANOS = 1_000_000_000L;

  /// Health as the test says.
  private static final class SaidHealth implements TargetHealth {
    private int percent = 100;
    private boolean ready = true;
    private int changes;

    @Override
    public long mac(int target) {
      return ready ? 1 : 0;
    }

    @Override
    public boolean isReady(int target) {
      return ready;
    }

    @Override
    public boolean isJudged(int target) {
      return true;
    }

    @Override
    public boolean isEachJudged() {
      return true;
    }

    @Override
    public int weightPercent(int target) {
      return percent;
    }

    @Override
    public int changes() {
      return changes;
    }
  }

  private final SaidHealth health = new SaidHealth();
  private final TargetStates states = new TargetStates(health);

  private void configure(Duty... duties) {
    List<TargetView> targets = new ArrayList<>();
    for (Duty duty : duties) {
      int number = targets.size() + 1;
      IpAddress address = IpAddress.parse("10.0.0." + number);
      targets.add(new TargetView(targets.size(), number, null, address, 0, 2, duty, null));
    }
    states.configure(
        new View(
            List.of(),
            0,
            List.of(),
            targets,
            RouteTable.EMPTY,
            List.of(),
            new Settings(Map.of()),
            Set.of()),
        0);
  }

  private static Duty duty(TargetState state) {
    return new Duty(state, false, Duration.ZERO, 0, 0, 0);
  }

  private void assertMay(boolean keep, boolean take, int target) {
    assertEquals(keep, states.keeps(target), "whether target " + target + " keeps its flows");
    assertEquals(take, states.takes(target), "whether target " + target + " takes new ones");
  }

  @Test
  void aReloadThatDoesNotTouchAStateKeepsTheCommands() {
    configure(Duty.DEFAULT, duty(TargetState.DRAIN));
    assertMay(true, true, 0);
    assertMay(true, false, 1);
    states.administer(1, TargetState.MAINTENANCE);
    states.administer(2, TargetState.READY);
    assertTrue(states.tick(0));
    assertMay(false, false, 0);
    assertMay(true, true, 1);
    configure(Duty.DEFAULT, duty(TargetState.DRAIN), Duty.DEFAULT);
    assertMay(false, false, 0);
    assertMay(true, true, 1);
    assertMay(true, true, 2);
  }

  @Test
  void aReloadThatChangesAStateHolds() {
    configure(Duty.DEFAULT);
    states.administer(1, TargetState.MAINTENANCE);
    assertTrue(states.tick(0));
    configure(duty(TargetState.DRAIN));
    assertMay(true, false, 0);
    configure(Duty.DEFAULT);
    assertMay(true, true, 0);
  }

  @Test
  void aTargetThatAReloadAddsStartsSlowly() {
    Duty slow = new Duty(TargetState.READY, false, Duration.ofSeconds(10), 0, 0, 0);
    configure(slow);
    configure(slow, slow);
    assertEquals(10 * states.weight(1), states.weight(0));
    assertFalse(states.tick(SECOND_NANOS - 1), "nothing to do before the next step");
    assertTrue(states.tick(SECOND_NANOS));
    assertEquals(5 * states.weight(1), states.weight(0));
    assertTrue(states.tick(20 * SECOND_NANOS));
    assertEquals(states.weight(1), states.weight(0));
    assertFalse(states.tick(100 * SECOND_NANOS), "nothing is left to do");
  }

  @Test
  void whatHealthAsksForCounts() {
    configure(Duty.DEFAULT);
    int whole = states.weight(0);
    health.percent = 50;
    assertFalse(states.tick(0), "health has not said that it has changed");
    health.changes++;
    assertTrue(states.tick(0));
    assertEquals(whole, 2 * states.weight(0));
    health.percent = 0;
    health.changes++;
    assertTrue(states.tick(0));
    assertMay(true, false, 0);
    health.ready = false;
    assertFalse(states.keeps(0), "no frame goes to a MAC that is not known, not even in this turn");
  }
}
