package io.pitchlake.it.bench.rate;

import io.pitchlake.it.bench.rate.Contestant.Idle;
import io.pitchlake.it.bench.rate.Contestant.Place;
import io.pitchlake.it.bench.rate.Contestant.Running;
import io.pitchlake.it.bench.rate.PingPong.Latency;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Runs the contestants in turn and reports; `deploy/bench.sh` makes the namespaces and calls this.
public final class Bench {
  private static final long SECOND = 1_000_000_000L;
  private static final int LEAST_WARM_UP_SECONDS = 3;
  private static final int MOST_WARM_UP_SECONDS = 15;

  /// Warm is who has become no better than this in a second.
  private static final double STEADY = 0.97;

  /// Time for what is on the way to arrive, before counters are read.
  private static final long SETTLE_MILLIS = 200;

  private static final int LATENCY_PER_SECOND = 10_000;
  private static final int FIRST_ANSWERS = 20;

  private final Options options;
  private final Place place;
  private final LinkCounter link;
  private final Watcher watcher;
  private final KernelFlood saturation;
  private final PacedFlood paced;
  private final PingPong pingPong;
  private final Results results = new Results();
  private final Set<String> leftOut = new HashSet<>();

  private Bench(Options options) throws IOException {
    this.options = options;
    place =
        new Place(
            options.engineNamespace(),
            options.engineLink(),
            options.engineCore(),
            options.launcher(),
            Files.createDirectories(options.out().resolve("logs")));
    Kernel kernel = new Kernel();
    int index = kernel.interfaceIndex(options.link());
    link = new LinkCounter(options.link());
    watcher = new Watcher(kernel, index);
    saturation = new KernelFlood(kernel, index);
    paced = new PacedFlood(kernel, index);
    pingPong = new PingPong(kernel, index);
  }

  /// `Bench tarpit|latency|all SECONDS REPEATS OUT LINK ENGINE_NAMESPACE ENGINE_LINK ENGINE_CORE
  /// LAUNCHER`, all given by `deploy/bench.sh`.
  public static void main(String[] arguments) throws IOException, InterruptedException {
    try {
      new Bench(Options.of(arguments)).run();
    } catch (BenchException e) {
      System.err.println("bench: " + e.getMessage());
      System.exit(70);
    }
  }

  private void run() throws IOException, InterruptedException {
    List<Contestant> contestants = contestants();
    for (int repeat = 1; repeat <= options.repeats(); repeat++) {
      // The other way round every second time, so that nobody always runs on a warmer machine.
      List<Contestant> order = repeat % 2 == 1 ? contestants : contestants.reversed();
      for (Contestant contestant : order) {
        if (!leftOut.contains(contestant.name())) {
          measure(contestant, repeat);
        }
      }
    }
    if (results.contestants().isEmpty()) {
      throw new BenchException("no contestant could run; the reasons are above");
    }
    Report report = new Report(results, options);
    report.print(System.out);
    report.write();
  }

  private List<Contestant> contestants() {
    List<Contestant> all = new ArrayList<>();
    all.add(Contestant.pen());
    all.add(Contestant.pitchlake("pcap", Idle.ADAPTIVE, place));
    for (String access : List.of("ring", "xdp")) {
      all.add(Contestant.pitchlake(access, Idle.ADAPTIVE, place));
      if (options.latency()) {
        all.add(Contestant.pitchlake(access, Idle.BUSY, place));
        all.add(Contestant.pitchlake(access, Idle.POLL, place));
      }
    }
    if (options.only().isEmpty()) {
      return all;
    }
    List<String> names = all.stream().map(Contestant::name).toList();
    for (String name : options.only()) {
      if (!names.contains(name)) {
        throw new BenchException(
            "there is no contestant '" + name + "'; there are: " + String.join(", ", names));
      }
    }
    return all.stream().filter(contestant -> options.only().contains(contestant.name())).toList();
  }

  private void measure(Contestant contestant, int repeat) throws IOException, InterruptedException {
    say("%d/%d %s: starting", repeat, options.repeats(), contestant.name());
    try (Running running = contestant.start(place)) {
      long mac;
      try {
        mac = watcher.awaitTraps(running);
        running.requireItself();
      } catch (BenchException e) {
        leaveOut(contestant, e);
        return;
      }
      Latency first = pingPong.run(mac, FIRST_ANSWERS, 100);
      if (first.lost() == FIRST_ANSWERS) {
        leaveOut(contestant, new BenchException("answers ARP but no SYN"));
        return;
      }
      saturation.aim(mac);
      paced.aim(mac);
      flooded(contestant, running);
      if (options.tarpit() && !contestant.latencyOnly()) {
        atRate(running, 100_000, Metric.LOST_100K, Metric.CPU_100K);
        atRate(running, 200_000, Metric.LOST_200K, Metric.CPU_200K);
        quiet(running);
      }
      if (options.latency()) {
        latency(running, mac);
      }
      record(running, Metric.RESIDENT, running.residentBytes() / 1048576.0);
    }
  }

  private void leaveOut(Contestant contestant, BenchException reason) {
    leftOut.add(contestant.name());
    say("%s is left out: %s", contestant.name(), reason.getMessage());
  }

  /// A flood that nobody can answer in full: first unmeasured, so that code is compiled and tables
  /// are warm, then measured from within, while it goes on.
  private void flooded(Contestant contestant, Running running)
      throws IOException, InterruptedException {
    grouping(true);
    warmUp(running);
    if (options.tarpit() && !contestant.latencyOnly()) {
      long collections = running.collections();
      Mark from = mark(running);
      long offered = saturation.run(options.seconds() * SECOND);
      Mark to = mark(running);
      double seconds = (to.nanos - from.nanos) / 1e9;
      long answers = to.answers - from.answers;
      record(running, Metric.ANSWERS, answers / seconds);
      record(running, Metric.OFFERED, offered / seconds);
      record(running, Metric.CPU_PER_ANSWER, (double) (to.cpuNanos - from.cpuNanos) / answers);
      record(running, Metric.COLLECTIONS, (double) (running.collections() - collections));
      say(
          "  %s: %,.0f answers/s of %,.0f, %.0f ns each",
          running.name(),
          answers / seconds,
          offered / seconds,
          (double) (to.cpuNanos - from.cpuNanos) / answers);
    }
    Thread.sleep(SETTLE_MILLIS);
    grouping(false);
    running.requireAlive();
  }

  /// Until an answer costs no less than it did a second ago: compilers share the engine's core.
  private void warmUp(Running running) {
    double before = Double.MAX_VALUE;
    for (int second = 1; second <= MOST_WARM_UP_SECONDS; second++) {
      Mark from = mark(running);
      saturation.run(SECOND);
      Mark to = mark(running);
      double cost = (double) (to.cpuNanos - from.cpuNanos) / (to.answers - from.answers);
      if (second >= LEAST_WARM_UP_SECONDS && cost > before * STEADY) {
        return;
      }
      before = cost;
    }
  }

  private void quiet(Running running) throws InterruptedException {
    Mark from = mark(running);
    Thread.sleep(options.seconds() * 1000L);
    Mark to = mark(running);
    double percent = 100.0 * (to.cpuNanos - from.cpuNanos) / (to.nanos - from.nanos);
    record(running, Metric.CPU_QUIET, percent);
    say("  %s: quiet, %.1f %% of a core", running.name(), percent);
  }

  private void atRate(Running running, int perSecond, Metric lost, Metric cpu)
      throws InterruptedException {
    Mark from = mark(running);
    long sent = paced.run(perSecond, options.seconds() * SECOND);
    long nanos = System.nanoTime() - from.nanos;
    long cpuNanos = running.cpuNanos() - from.cpuNanos;
    Thread.sleep(SETTLE_MILLIS);
    long answers = mark(running).answers - from.answers;
    record(running, lost, 1e6 * Math.max(0, sent - answers) / sent);
    record(running, cpu, 100.0 * cpuNanos / nanos);
    say(
        "  %s: %,d/s offered, %,d of %,d lost, %.1f %% of a core",
        running.name(),
        (long) (sent * 1e9 / nanos),
        sent - answers,
        sent,
        100.0 * cpuNanos / nanos);
  }

  private void latency(Running running, long mac) {
    Latency latency = pingPong.run(mac, options.seconds() * LATENCY_PER_SECOND, LATENCY_PER_SECOND);
    record(running, Metric.LATENCY_P50, latency.p50Nanos() / 1e3);
    record(running, Metric.LATENCY_P99, latency.p99Nanos() / 1e3);
    record(running, Metric.LATENCY_P999, latency.p999Nanos() / 1e3);
    record(running, Metric.LATENCY_MAX, latency.maxNanos() / 1e3);
    record(running, Metric.LATENCY_LOST, 1e6 * latency.lost() / latency.sent());
    say(
        "  %s: p50 %.1f us, p99 %.1f us, p99.9 %.1f us, longest %.1f us, %d of %d lost",
        running.name(),
        latency.p50Nanos() / 1e3,
        latency.p99Nanos() / 1e3,
        latency.p999Nanos() / 1e3,
        latency.maxNanos() / 1e3,
        latency.lost(),
        latency.sent());
  }

  /// What the counters said at one moment.
  private record Mark(long nanos, long answers, long cpuNanos) {}

  private Mark mark(Running running) {
    return new Mark(
        System.nanoTime(), link.receivedFrames() - watcher.arpFrames(), running.cpuNanos());
  }

  private void record(Running running, Metric metric, double value) {
    results.add(running.name(), metric, value);
  }

  /// A veth takes frames from an XDP program only when its peer has GRO on. Off at all other times,
  /// as a veth is by default.
  private void grouping(boolean on) throws IOException, InterruptedException {
    Process ethtool =
        new ProcessBuilder(
                List.of(
                    "ip",
                    "netns",
                    "exec",
                    place.namespace(),
                    "ethtool",
                    "-K",
                    place.link(),
                    "gro",
                    on ? "on" : "off"))
            .inheritIO()
            .start();
    if (ethtool.waitFor() != 0) {
      throw new BenchException("ethtool cannot switch GRO on " + place.link());
    }
  }

  private static void say(String format, Object... arguments) {
    System.out.println(format.formatted(arguments));
  }
}
