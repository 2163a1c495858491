package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Idle;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortsWait;
import java.util.List;

/// What the engine does between turns: look again at once, or wait in the kernel until a frame
/// comes on any port, somebody needs the next turn, or the longest wait has passed, so that
/// commands and timers are never later than that.
public final class IdleStrategy {
  /// Some tens of microseconds of turns: the next frame of a busy moment is met awake.
  private static final int MOST_SPINS = 256;

  /// Always tried, so that it shows when frames come close together again.
  private static final int FEWEST_SPINS = 16;

  private final PortsWait ports;
  private final int mostSpins;
  private final int fewestSpins;
  private final long waitNanos;
  private int spins;
  private int idleTurns;

  private IdleStrategy(
      List<Port> ports, int[] others, int mostSpins, int fewestSpins, long waitNanos) {
    this.ports = PortsWait.on(ports, others);
    this.mostSpins = mostSpins;
    this.fewestSpins = fewestSpins;
    this.waitNanos = waitNanos;
    this.spins = mostSpins;
  }

  /// What the configuration asks for, over these ports, waiting for at most `waitNanos`.
  public static IdleStrategy of(Idle idle, List<Port> ports, long waitNanos) {
    return of(idle, ports, new int[0], waitNanos);
  }

  /// As [#of(Idle, List, long)], with other descriptors that end a wait when they are readable.
  public static IdleStrategy of(Idle idle, List<Port> ports, int[] others, long waitNanos) {
    return switch (idle) {
      case BUSY -> busy();
      case ADAPTIVE -> new IdleStrategy(ports, others, MOST_SPINS, FEWEST_SPINS, waitNanos);
      case POLL -> new IdleStrategy(ports, others, 0, 0, waitNanos);
    };
  }

  /// Never gives up the core: for lowest latency on a core of its own.
  public static IdleStrategy busy() {
    return new IdleStrategy(List.of(), new int[0], Integer.MAX_VALUE, Integer.MAX_VALUE, 0);
  }

  /// Called after each turn with the work it did and how long the next may be put off. Spins that
  /// met a frame just in time are doubled, spins in vain are halved: between sparse frames, or
  /// bursts of them, the core is given up almost at once. Returns whether it was given up.
  boolean afterTurn(int work, long untilDueNanos) {
    if (work > 0) {
      if (idleTurns > spins / 2 && idleTurns <= spins) {
        spins = (int) Math.min(2L * spins, mostSpins);
      }
      idleTurns = 0;
    } else if (idleTurns < spins) {
      idleTurns++;
      Thread.onSpinWait();
    } else {
      if (idleTurns == spins) {
        idleTurns++;
        spins = Math.max(spins / 2, fewestSpins);
      }
      long mostNanos = Math.min(waitNanos, untilDueNanos);
      if (mostNanos > 0) {
        ports.await(mostNanos);
        return true;
      }
    }
    return false;
  }
}
