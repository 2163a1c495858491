package io.pitchlake.node.vrrp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pitchlake.node.engine.RoleCause;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.vrrp.RouterMachine.Step;
import java.nio.ByteBuffer;

/// Whatever happens to a virtual router in whatever order: only the active router speaks, and
/// nothing but its timer makes a backup active.
///
/// The input is the machine's priority (1 byte), how it is configured (1), and a sequence of what
/// happens (1), a priority (1) and a time in milliseconds (2), which is the interval that a peer
/// names and how long it takes until the next.
class RouterMachineFuzzTest {
  private static final long MILLI = 1_000_000;
  private static final int MOST_STEPS = 256;

  @FuzzTest
  void anyHistory(byte[] data) {
    ByteBuffer in = ByteBuffer.wrap(data);
    if (in.remaining() < 2) {
      return;
    }
    int priority = Math.max(1, in.get() & 0xff);
    int flags = in.get();
    RouterMachine machine =
        new RouterMachine(
            priority,
            100 * MILLI,
            (flags & 1) != 0,
            (flags & 2) != 0 ? 500 * MILLI : 0,
            (flags & 4) != 0);
    long now = 7_000 * MILLI;
    RouterState state = RouterState.initialize(RoleCause.STOPPED, now);
    for (int i = 0; i < MOST_STEPS && in.remaining() >= 4; i++) {
      int what = in.get();
      int theirs = in.get() & 0xff;
      long nanos = Math.max(1, Short.toUnsignedInt(in.getShort())) * MILLI;
      RouterInput input = input(what, theirs, nanos);
      Step step = machine.step(state, input, now);
      judge(machine, state, input, step);
      state = step.state();
      now += nanos;
    }
  }

  private static RouterInput input(int what, int theirs, long nanos) {
    boolean bit = (what & 0x80) != 0;
    return switch ((what & 0x7f) % 11) {
      case 0 -> new RouterInput.Start();
      case 1 -> new RouterInput.Stop();
      case 2 -> new RouterInput.TimerFired();
      case 3 -> new RouterInput.Late();
      case 4 -> new RouterInput.Unfit(RoleCause.LINK_DOWN);
      case 5 -> new RouterInput.Withdrawn();
      case 6 -> new RouterInput.Granted();
      case 7 -> new RouterInput.Left(bit);
      case 8 -> new RouterInput.Claimed(theirs, nanos, bit);
      case 9 -> new RouterInput.Conceded(nanos);
      default -> new RouterInput.Heard(theirs, nanos, bit);
    };
  }

  private static void judge(
      RouterMachine machine, RouterState before, RouterInput input, Step step) {
    String story = before + ", then " + input + ": " + step;
    RouterRole role = step.state().role();
    boolean speaks =
        step.outputs().contains(RouterOutput.ADVERTISE)
            || step.outputs().contains(RouterOutput.ANNOUNCE);
    assertFalse(speaks && role != RouterRole.ACTIVE, story);
    assertFalse(
        step.outputs().contains(RouterOutput.RESIGN) && before.role() != RouterRole.ACTIVE, story);
    if (before.role() == RouterRole.BACKUP && role == RouterRole.ACTIVE) {
      assertTrue(input instanceof RouterInput.TimerFired, story);
      assertTrue(speaks, story);
    }
    if (before.role() == RouterRole.INITIALIZE && role != RouterRole.INITIALIZE) {
      assertTrue(input instanceof RouterInput.Start, story);
      boolean owns = machine.priority() == RouterMachine.OWNER;
      assertEquals(owns ? RouterRole.ACTIVE : RouterRole.BACKUP, role, story);
    }
    if (input instanceof RouterInput.Stop) {
      assertEquals(RouterRole.INITIALIZE, role, story);
    } else if (role == RouterRole.INITIALIZE) {
      assertEquals(RouterRole.INITIALIZE, before.role(), story);
    }
  }
}
