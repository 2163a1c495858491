package io.pitchlake.it.bench.rate;

import io.pitchlake.it.bench.rate.Upload.Outcome;
import java.io.IOException;
import java.util.List;

/// One TCP connection that uploads as fast as it can to a balanced address, beside the same to the
/// backend itself, between kernels on a bridge with their default offloads. Client and backend
/// share the generator's core in both cases.
final class BulkContest implements Contest {
  /// The upload that passes no node.
  static final String DIRECT = "direct";

  private final Options options;
  private final Place place;
  private final Results results;
  private final Upload upload;

  BulkContest(Options options, Place place, Results results) {
    this.options = options;
    this.place = place;
    this.results = results;
    upload = new Upload(options, place.logs());
  }

  @Override
  public List<Contestant> contestants() {
    return List.of(
        Pitchlake.balancer(options.launcher(), "ring"),
        Pitchlake.balancer(options.launcher(), "xdp"));
  }

  @Override
  public void measure(Contestant contestant) throws IOException, InterruptedException {
    upload.awaitBackend();
    record(DIRECT, upload.run(Segment.TARGET, options.seconds()));
    try (Running running = contestant.start(place)) {
      upload.awaitServer(running);
      running.requireItself();
      long cpuNanos = running.cpuNanos();
      long start = System.nanoTime();
      record(running.name(), upload.run(Segment.SERVER, options.seconds()));
      double percent = 100.0 * (running.cpuNanos() - cpuNanos) / (System.nanoTime() - start);
      results.add(Part.BULK, running.name(), Metric.CPU, percent);
    }
  }

  private void record(String name, Outcome outcome) {
    results.add(Part.BULK, name, Metric.GIGABITS, outcome.gigabitsPerSecond());
    results.add(Part.BULK, name, Metric.RETRANSMITTED, outcome.retransmitted());
    Bench.say(
        "  %s: %.2f Gbit/s, %d segments sent again",
        name, outcome.gigabitsPerSecond(), outcome.retransmitted());
  }
}
