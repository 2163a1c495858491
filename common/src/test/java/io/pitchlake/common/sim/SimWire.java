package io.pitchlake.common.sim;

import java.util.random.RandomGenerator;

/// One direction of a cable or a path, and what goes wrong on it: frames are lost, late, doubled,
/// overtaken by later ones, or all of them vanish. What is on its way when a wire is cut arrives.
public final class SimWire {
  private final SimClock clock;
  private final RandomGenerator random;
  private final long latencyNanos;
  private boolean cut;
  private double lossRate;
  private double duplicateRate;
  private long jitterNanos;
  private long healedNanos = Long.MIN_VALUE / 2;

  /// A wire without faults.
  ///
  /// @param latencyNanos what it always takes; 0: arrivals happen at once
  public SimWire(SimClock clock, RandomGenerator random, long latencyNanos) {
    this.clock = clock;
    this.random = random;
    this.latencyNanos = latencyNanos;
  }

  /// Nothing passes, until [#heal].
  public void cut() {
    cut = true;
  }

  public boolean isCut() {
    return cut;
  }

  /// The share that is lost, 0 to 1.
  public void lossRate(double rate) {
    lossRate = rate;
  }

  /// The share that arrives twice, 0 to 1.
  public void duplicateRate(double rate) {
    duplicateRate = rate;
  }

  /// Each passage takes up to so much longer, by chance; so one frame may overtake another.
  public void jitterNanos(long nanos) {
    jitterNanos = nanos;
  }

  /// Whether it does anything but carry.
  public boolean isFaulty() {
    return cut || lossRate > 0 || duplicateRate > 0 || jitterNanos > 0;
  }

  /// How long it has been without a fault; 0 while it has one.
  public long faultlessNanos() {
    return isFaulty() ? 0 : clock.nanoTime() - healedNanos;
  }

  /// Ends every fault.
  public void heal() {
    if (isFaulty()) {
      healedNanos = clock.nanoTime();
    }
    cut = false;
    lossRate = 0;
    duplicateRate = 0;
    jitterNanos = 0;
  }

  /// Runs `arrival` when what is sent now has arrived: once, twice or never.
  public void carry(Runnable arrival) {
    if (cut || lossRate > 0 && random.nextDouble() < lossRate) {
      return;
    }
    pass(arrival);
    if (duplicateRate > 0 && random.nextDouble() < duplicateRate) {
      pass(arrival);
    }
  }

  private void pass(Runnable arrival) {
    long nanos = latencyNanos + (jitterNanos > 0 ? random.nextLong(jitterNanos) : 0);
    if (nanos == 0) {
      arrival.run();
    } else {
      clock.after(nanos, arrival);
    }
  }
}
