package io.pitchlake.node.engine;

import io.pitchlake.node.port.Port;
import java.util.List;

/// What the engine does between turns: spin while there was work a moment ago, then yield, then
/// sleep in the kernel until a frame comes or the longest wait has passed, so that commands and
/// timers are never later than that.
public final class IdleStrategy {
  private final Port[] ports;
  private final int spins;
  private final int yields;
  private final long waitNanos;
  private int idleTurns;

  private IdleStrategy(List<Port> ports, int spins, int yields, long waitNanos) {
    this.ports = ports.toArray(Port[]::new);
    this.spins = spins;
    this.yields = yields;
    this.waitNanos = waitNanos;
  }

  /// Spins and yields for a short while, then waits in the kernel for at most `waitNanos`.
  public static IdleStrategy adaptive(List<Port> ports, long waitNanos) {
    return new IdleStrategy(ports, 200, 20, waitNanos);
  }

  /// Never gives up the core: for lowest latency on a core of its own.
  public static IdleStrategy busy() {
    return new IdleStrategy(List.of(), Integer.MAX_VALUE, 0, 0);
  }

  /// Called after each turn with the work it did.
  void afterTurn(int work) {
    if (work > 0) {
      idleTurns = 0;
      return;
    }
    if (idleTurns < spins) {
      idleTurns++;
      Thread.onSpinWait();
    } else if (idleTurns < spins + yields) {
      idleTurns++;
      Thread.yield();
    } else {
      for (Port port : ports) {
        port.awaitInput(waitNanos / ports.length);
      }
    }
  }
}
