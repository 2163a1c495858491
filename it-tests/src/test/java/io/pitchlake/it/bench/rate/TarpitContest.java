package io.pitchlake.it.bench.rate;

import io.pitchlake.it.bench.rate.Contestant.Step;
import io.pitchlake.it.bench.rate.PingPong.Latency;
import io.pitchlake.it.bench.rate.Pitchlake.Idle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// SYNs to simulated addresses, and their answers: how many, at what cost, and how soon.
final class TarpitContest implements Contest {
  private static final int LATENCY_PER_SECOND = 10_000;
  private static final int FIRST_ANSWERS = 20;

  private final Options options;
  private final Place place;
  private final Wire wire;
  private final RateMeter meter;
  private final Results results;
  private final Set<Step> steps = EnumSet.noneOf(Step.class);

  TarpitContest(Options options, Place place, Wire wire, Results results) {
    this.options = options;
    this.place = place;
    this.wire = wire;
    this.results = results;
    meter = new RateMeter(wire, results, options.seconds());
    if (options.parts().contains(Part.TARPIT)) {
      steps.addAll(EnumSet.of(Step.FLOOD, Step.RATES, Step.QUIET));
    }
    if (options.parts().contains(Part.LATENCY)) {
      steps.add(Step.LATENCY);
    }
  }

  @Override
  public List<Contestant> contestants() {
    List<Contestant> all = new ArrayList<>(Yardstick.all(options, false));
    all.add(new Pen());
    all.add(Pitchlake.tarpit(options.launcher(), "pcap", Idle.ADAPTIVE));
    for (String access : List.of("ring", "xdp")) {
      all.add(Pitchlake.tarpit(options.launcher(), access, Idle.ADAPTIVE));
      if (steps.contains(Step.LATENCY)) {
        all.add(Pitchlake.tarpit(options.launcher(), access, Idle.BUSY));
        all.add(Pitchlake.tarpit(options.launcher(), access, Idle.POLL));
      }
    }
    all.add(Pitchlake.tarpitOfEngines(options.launcher(), "ring", 2));
    // Where an answer costs least, a list weighs most.
    all.add(Pitchlake.withAccessList(options.launcher(), "xdp", "acl10", 10));
    all.add(Pitchlake.withAccessList(options.launcher(), "xdp", "acl10k", 10_000));
    return all.stream().filter(contestant -> !steps(contestant).isEmpty()).toList();
  }

  private Set<Step> steps(Contestant contestant) {
    Set<Step> common = EnumSet.copyOf(contestant.steps());
    common.retainAll(steps);
    return common;
  }

  @Override
  public void measure(Contestant contestant) throws IOException, InterruptedException {
    Set<Step> due = steps(contestant);
    try (Running running = contestant.start(place)) {
      long mac = awaitAnswers(wire, contestant, running);
      wire.aim(Traffic.SYNS_TO_TRAPS, mac);
      meter.warmUp(running);
      if (due.contains(Step.FLOOD)) {
        meter.flood(Part.TARPIT, running);
      }
      if (due.contains(Step.RATES)) {
        meter.fixedRates(Part.TARPIT, running);
      }
      if (due.contains(Step.QUIET)) {
        meter.quiet(Part.TARPIT, running);
      }
      if (due.contains(Step.LATENCY)) {
        latency(running, mac);
      }
    }
  }

  /// Waits until it traps; returns the MAC that answers.
  static long awaitAnswers(Wire wire, Contestant contestant, Running running)
      throws InterruptedException {
    long mac = wire.awaitMac(contestant, running, Segment.FIRST_TRAP, Segment.TRAPS);
    Latency first = wire.pingPong().run(mac, FIRST_ANSWERS, 100);
    if (first.lost() == FIRST_ANSWERS) {
      running.requireAlive();
      throw new BenchException("answers no SYN; its log: " + running.log());
    }
    return mac;
  }

  private void latency(Running running, long mac) {
    Latency latency =
        wire.pingPong().run(mac, options.seconds() * LATENCY_PER_SECOND, LATENCY_PER_SECOND);
    record(running, Metric.LATENCY_P50, latency.p50Nanos() / 1e3);
    record(running, Metric.LATENCY_P99, latency.p99Nanos() / 1e3);
    record(running, Metric.LATENCY_P999, latency.p999Nanos() / 1e3);
    record(running, Metric.LATENCY_MAX, latency.maxNanos() / 1e3);
    record(running, Metric.LATENCY_LOST, 1e6 * latency.lost() / latency.sent());
    Bench.say(
        "  %s: p50 %.1f us, p99 %.1f us, p99.9 %.1f us, longest %.1f us, %d of %d lost",
        running.name(),
        latency.p50Nanos() / 1e3,
        latency.p99Nanos() / 1e3,
        latency.p999Nanos() / 1e3,
        latency.maxNanos() / 1e3,
        latency.lost(),
        latency.sent());
  }

  private void record(Running running, Metric metric, double value) {
    results.add(Part.LATENCY, running.name(), metric, value);
  }
}
