package io.pitchlake.it.bench.rate;

import io.pitchlake.it.bench.rate.Pitchlake.Idle;
import io.pitchlake.it.bench.rate.Wire.Mark;
import java.io.IOException;
import java.util.List;

/// A tarpit under a flood for minutes: whether it stays as fast and as small as it was.
final class EnduranceContest implements Contest {
  private static final long MINUTE = 60_000_000_000L;

  private final Options options;
  private final Place place;
  private final Wire wire;
  private final RateMeter meter;
  private final Results results;

  EnduranceContest(Options options, Place place, Wire wire, Results results) {
    this.options = options;
    this.place = place;
    this.wire = wire;
    this.results = results;
    meter = new RateMeter(wire, results, options.seconds());
  }

  @Override
  public List<Contestant> contestants() {
    return List.of(
        Pitchlake.tarpit(options.launcher(), "xdp", Idle.ADAPTIVE),
        Pitchlake.tarpit(options.launcher(), "ring", Idle.ADAPTIVE),
        Pitchlake.tarpit(options.launcher(), "pcap", Idle.ADAPTIVE),
        new Pen());
  }

  @Override
  public void measure(Contestant contestant) throws IOException, InterruptedException {
    try (Running running = contestant.start(place)) {
      wire.aim(Traffic.SYNS_TO_TRAPS, TarpitContest.awaitAnswers(wire, contestant, running));
      meter.warmUp(running);
      record(running, Metric.MINUTES, options.minutes());
      record(running, Metric.RESIDENT_BEFORE, running.residentMebibytes());
      long collections = running.collections();
      wire.grouping(true);
      for (int minute = 1; minute <= options.minutes(); minute++) {
        minute(running, minute);
      }
      wire.grouping(false);
      record(running, Metric.RESIDENT, running.residentMebibytes());
      record(running, Metric.COLLECTIONS, (double) (running.collections() - collections));
    }
  }

  private void minute(Running running, int minute) {
    Mark from = wire.mark(running);
    wire.flood(MINUTE);
    double perSecond = from.perSecond(wire.mark(running));
    running.requireAlive();
    if (minute == 1) {
      record(running, Metric.FIRST_MINUTE, perSecond);
    }
    if (minute == options.minutes()) {
      record(running, Metric.LAST_MINUTE, perSecond);
    }
    Bench.say(
        "  %s: minute %d, %,.0f answers/s, %.0f MiB, %d collections since its start",
        running.name(), minute, perSecond, running.residentMebibytes(), running.collections());
  }

  private void record(Running running, Metric metric, double value) {
    results.add(Part.ENDURANCE, running.name(), metric, value);
  }
}
