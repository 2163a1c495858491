package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Idle;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortsWait;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// What the engine does between turns: look again at once; nap for some microseconds, where frames
/// come so close together that several will be there; or wait in the kernel until a frame comes on
/// any port, somebody needs the next turn, or the longest wait has passed, so that commands and
/// timers are never later than that. Engine thread.
public final class IdleStrategy {
  /// How the core was given up after a turn.
  public enum Rest {
    NONE,
    /// For [#NAP_NANOS], or until something is due.
    NAP,
    /// Until there is something to do, which may have been at once.
    WAIT
  }

  /// Sleeps for so many nanoseconds, whatever comes.
  @FunctionalInterface
  interface Sleeper {
    void sleep(long nanos);
  }

  /// As long as network cards hold back an interrupt for the frames that follow. At 100,000 a
  /// second naps of 20 us cost a quarter more of the core, those of 200 us no less.
  static final long NAP_NANOS = 50_000;

  /// A nap that meets fewer costs frames more time than it saves the core.
  static final int FEWEST_AFTER_NAP = 3;

  /// Frames that come further apart are waited for one by one.
  static final long DENSE_NANOS = NAP_NANOS / FEWEST_AFTER_NAP;

  /// So many turns with frames must have followed each other as close as that before it naps.
  /// Doubled by each time that naps then met few, as between two machines where each waits for the
  /// other's word.
  static final int FEWEST_MET = 16;

  /// Where that doubling ends: an eighth of a second of such turns.
  private static final int MOST_MET = 8192;

  /// Some tens of microseconds of turns: the next frame of a busy moment is met awake.
  private static final int MOST_SPINS = 256;

  /// Always tried, so that it shows when frames come close together again.
  private static final int FEWEST_SPINS = 16;

  private final PortsWait ports;
  private final int mostSpins;
  private final int fewestSpins;
  private final long waitNanos;
  private final Sleeper sleeper;
  private int spins;
  private int idleTurns;
  private int met;
  private long metNanos;
  private int napsAfterMet = FEWEST_MET;
  private boolean naps;
  private boolean hasNapped;
  private boolean lastNapWasPoor;

  private IdleStrategy(
      PortsWait ports, int mostSpins, int fewestSpins, long waitNanos, Sleeper sleeper) {
    this.ports = ports;
    this.mostSpins = mostSpins;
    this.fewestSpins = fewestSpins;
    this.waitNanos = waitNanos;
    this.sleeper = sleeper;
    this.spins = mostSpins;
  }

  /// What the configuration asks for, over these ports and other descriptors that end a wait when
  /// they are readable, waiting for at most `waitNanos`.
  public static IdleStrategy of(Idle idle, List<Port> ports, int[] others, long waitNanos) {
    return of(idle, PortsWait.on(ports, others), waitNanos, LockSupport::parkNanos);
  }

  static IdleStrategy of(Idle idle, PortsWait ports, long waitNanos, Sleeper sleeper) {
    return switch (idle) {
      case BUSY -> busy();
      case ADAPTIVE -> new IdleStrategy(ports, MOST_SPINS, FEWEST_SPINS, waitNanos, sleeper);
      case POLL -> new IdleStrategy(ports, 0, 0, waitNanos, sleeper);
    };
  }

  /// Never gives up the core: for lowest latency on a core of its own.
  public static IdleStrategy busy() {
    PortsWait none = PortsWait.on(List.of());
    return new IdleStrategy(none, Integer.MAX_VALUE, Integer.MAX_VALUE, 0, nanos -> {});
  }

  /// Called after each turn with the work it did, when it began, and how long after that something
  /// is due.
  Rest afterTurn(int work, long turnNanos, long untilDueNanos) {
    if (hasNapped) {
      hasNapped = false;
      judgeNap(work);
    }
    if (work > 0) {
      noteWork(turnNanos);
      return Rest.NONE;
    }
    long mostNanos = Math.min(waitNanos, untilDueNanos);
    if (naps && mostNanos > 0) {
      hasNapped = true;
      sleeper.sleep(Math.min(NAP_NANOS, mostNanos));
      return Rest.NAP;
    }
    if (idleTurns < spins) {
      idleTurns++;
      Thread.onSpinWait();
      return Rest.NONE;
    }
    if (idleTurns == spins) {
      idleTurns++;
      spins = Math.max(spins / 2, fewestSpins);
    }
    if (mostNanos <= 0) {
      return Rest.NONE;
    }
    ports.await(mostNanos);
    return Rest.WAIT;
  }

  /// Spins that met a frame just in time are doubled, spins in vain are halved: between sparse
  /// frames, or bursts of them, the core is given up almost at once.
  private void noteWork(long turnNanos) {
    if (!naps) {
      met = turnNanos - metNanos <= DENSE_NANOS ? met + 1 : 0;
      metNanos = turnNanos;
      naps = met >= napsAfterMet;
    }
    if (idleTurns > spins / 2 && idleTurns <= spins) {
      spins = (int) Math.min(2L * spins, mostSpins);
    }
    idleTurns = 0;
  }

  /// Frames do not come at even distances: one poor nap is chance, two are the end of it.
  private void judgeNap(int work) {
    if (work >= FEWEST_AFTER_NAP) {
      lastNapWasPoor = false;
      napsAfterMet = FEWEST_MET;
    } else if (lastNapWasPoor) {
      lastNapWasPoor = false;
      naps = false;
      met = 0;
      napsAfterMet = Math.min(2 * napsAfterMet, MOST_MET);
    } else {
      lastNapWasPoor = true;
    }
  }
}
