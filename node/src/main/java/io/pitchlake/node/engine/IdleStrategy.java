package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Idle;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortsWait;
import java.util.List;

/// What the engine does between turns: look again at once, give way to other threads, or wait in
/// the kernel until a frame comes on any port or the longest wait has passed, so that commands and
/// timers are never later than that.
public final class IdleStrategy {
  /// Some tens of microseconds of turns: the next frame of a busy moment is met awake.
  private static final int ADAPTIVE_SPINS = 200;

  private static final int ADAPTIVE_YIELDS = 20;

  private final PortsWait ports;
  private final int spins;
  private final int yields;
  private final long waitNanos;
  private int idleTurns;

  private IdleStrategy(List<Port> ports, int spins, int yields, long waitNanos) {
    this.ports = PortsWait.on(ports);
    this.spins = spins;
    this.yields = yields;
    this.waitNanos = waitNanos;
  }

  /// What the configuration asks for, over these ports, waiting for at most `waitNanos`.
  public static IdleStrategy of(Idle idle, List<Port> ports, long waitNanos) {
    return switch (idle) {
      case BUSY -> busy();
      case ADAPTIVE -> new IdleStrategy(ports, ADAPTIVE_SPINS, ADAPTIVE_YIELDS, waitNanos);
      case POLL -> new IdleStrategy(ports, 0, 0, waitNanos);
    };
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
      ports.await(waitNanos);
    }
  }
}
