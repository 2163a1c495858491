package io.pitchlake.it.bench.rate;

import io.pitchlake.it.bench.rate.Wire.Mark;
import java.io.IOException;

/// How much comes back, at what cost: under a flood, at fixed rates, and when nothing comes.
final class RateMeter {
  private static final long SECOND = 1_000_000_000L;
  private static final int LEAST_WARM_UP_SECONDS = 3;
  private static final int MOST_WARM_UP_SECONDS = 15;

  /// Warm is who has become no better than this in a second.
  private static final double STEADY = 0.97;

  private final Wire wire;
  private final Results results;
  private final int seconds;

  /// @param seconds length of each measurement
  RateMeter(Wire wire, Results results, int seconds) {
    this.wire = wire;
    this.results = results;
    this.seconds = seconds;
  }

  /// A flood nobody measures, so that code is compiled and tables are full: until a frame costs no
  /// less than it did a second ago, for compilers share the engine's core.
  void warmUp(Running running) throws IOException, InterruptedException {
    wire.grouping(true);
    double before = Double.MAX_VALUE;
    for (int second = 1; second <= MOST_WARM_UP_SECONDS; second++) {
      Mark from = wire.mark(running);
      wire.flood(SECOND);
      double cost = from.cpuNanosEach(wire.mark(running));
      if (second >= LEAST_WARM_UP_SECONDS && cost > before * STEADY) {
        break;
      }
      before = cost;
    }
    settle(running);
  }

  /// A flood that nobody can keep up with, measured from within, while it goes on.
  void flood(Part part, Running running) throws IOException, InterruptedException {
    wire.grouping(true);
    wire.flood(SECOND / 10);
    long collections = running.collections();
    Mark from = wire.mark(running);
    long offered = wire.flood(seconds * SECOND);
    Mark to = wire.mark(running);
    double perSecond = from.perSecond(to);
    double offeredPerSecond = offered / ((to.nanos() - from.nanos()) / 1e9);
    results.add(part, running.name(), Metric.PER_SECOND, perSecond);
    results.add(part, running.name(), Metric.OFFERED, offeredPerSecond);
    results.add(part, running.name(), Metric.CPU_EACH, from.cpuNanosEach(to));
    results.add(
        part, running.name(), Metric.COLLECTIONS, (double) (running.collections() - collections));
    results.add(part, running.name(), Metric.RESIDENT, running.residentMebibytes());
    Bench.say(
        "  %s: %,.0f/s of %,.0f/s, %.0f ns each",
        running.name(), perSecond, offeredPerSecond, from.cpuNanosEach(to));
    settle(running);
  }

  private void settle(Running running) throws IOException, InterruptedException {
    Thread.sleep(Wire.SETTLE_MILLIS);
    wire.grouping(false);
    running.requireAlive();
  }

  /// Loss and cost at 100,000 and 200,000 frames a second.
  void fixedRates(Part part, Running running) throws InterruptedException {
    atRate(part, running, 100_000, Metric.LOST_100K, Metric.CPU_100K);
    atRate(part, running, 200_000, Metric.LOST_200K, Metric.CPU_200K);
  }

  private void atRate(Part part, Running running, int perSecond, Metric lost, Metric cpu)
      throws InterruptedException {
    Mark from = wire.mark(running);
    long sent = wire.pace(perSecond, seconds * SECOND);
    long nanos = System.nanoTime() - from.nanos();
    double percent = 100.0 * (running.cpuNanos() - from.cpuNanos()) / nanos;
    Thread.sleep(Wire.SETTLE_MILLIS);
    long received = wire.mark(running).received() - from.received();
    results.add(part, running.name(), lost, 1e6 * Math.max(0, sent - received) / sent);
    results.add(part, running.name(), cpu, percent);
    Bench.say(
        "  %s: %,d/s offered, %,d of %,d lost, %.1f %% of a core",
        running.name(), (long) (sent * 1e9 / nanos), sent - received, sent, percent);
  }

  /// The cost of waiting.
  void quiet(Part part, Running running) throws InterruptedException {
    Mark from = wire.mark(running);
    Thread.sleep(seconds * 1000L);
    double percent = from.cpuPercent(wire.mark(running));
    results.add(part, running.name(), Metric.CPU_QUIET, percent);
    Bench.say("  %s: quiet, %.1f %% of a core", running.name(), percent);
  }
}
