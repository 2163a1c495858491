package io.pitchlake.it.bench.rate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Runs the contestants in turn and reports; `deploy/bench.sh` makes the namespaces and calls this.
public final class Bench {
  /// Time for the kernel to take down what the one before has left.
  private static final long BREATHER_MILLIS = 300;

  private final Options options;
  private final Results results = new Results();
  private final List<Contest> contests = new ArrayList<>();
  private final Set<Entry> leftOut = new HashSet<>();

  /// The same contestant may take part in several contests.
  private record Entry(Contest contest, Contestant contestant) {}

  private Bench(Options options) throws IOException {
    this.options = options;
    Path logs = Files.createDirectories(options.out().resolve("logs"));
    Place engine = options.engine(logs);
    Wire wire = new Wire(engine);
    Set<Part> parts = options.parts();
    if (parts.contains(Part.TARPIT) || parts.contains(Part.LATENCY)) {
      contests.add(new TarpitContest(options, engine, wire, results));
    }
    if (parts.contains(Part.FORWARD)) {
      contests.add(new ForwardContest(options, engine, wire, results));
    }
    if (parts.contains(Part.BULK)) {
      contests.add(new BulkContest(options, options.bridgedNode(logs), results));
    }
    if (parts.contains(Part.ENDURANCE)) {
      contests.add(new EnduranceContest(options, engine, wire, results));
    }
  }

  /// `Bench NAME=VALUE ...`, all given by `deploy/bench.sh`.
  public static void main(String[] arguments) throws IOException, InterruptedException {
    try {
      new Bench(Options.of(arguments)).run();
    } catch (BenchException e) {
      System.err.println("bench: " + e.getMessage());
      System.exit(70);
    }
  }

  private void run() throws IOException, InterruptedException {
    requireKnown(options.only());
    for (int repeat = 1; repeat <= options.repeats(); repeat++) {
      for (Contest contest : contests) {
        // The other way round every second time, so that nobody always runs on a warmer machine.
        List<Contestant> order = contest.contestants();
        for (Contestant contestant : repeat % 2 == 1 ? order : order.reversed()) {
          Entry entry = new Entry(contest, contestant);
          if (isChosen(contestant) && !leftOut.contains(entry)) {
            measure(entry, repeat);
          }
        }
      }
    }
    if (results.parts().isEmpty()) {
      throw new BenchException("no contestant could run; the reasons are above");
    }
    Report report = new Report(results, options);
    report.print(System.out);
    report.write();
  }

  private boolean isChosen(Contestant contestant) {
    return options.only().isEmpty() || options.only().contains(contestant.name());
  }

  private void requireKnown(List<String> names) {
    List<String> all =
        contests.stream()
            .flatMap(contest -> contest.contestants().stream())
            .map(Contestant::name)
            .distinct()
            .toList();
    for (String name : names) {
      if (!all.contains(name)) {
        throw new BenchException(
            "there is no contestant '" + name + "'; there are: " + String.join(", ", all));
      }
    }
  }

  private void measure(Entry entry, int repeat) throws IOException, InterruptedException {
    String name = entry.contestant().name();
    say("%d/%d %s: starting", repeat, options.repeats(), name);
    try {
      Thread.sleep(BREATHER_MILLIS);
      entry.contest().measure(entry.contestant());
    } catch (BenchException e) {
      leftOut.add(entry);
      say("%s is left out: %s", name, e.getMessage());
    }
  }

  static void say(String format, Object... arguments) {
    System.out.println(format.formatted(arguments));
  }
}
