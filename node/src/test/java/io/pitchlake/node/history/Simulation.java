package io.pitchlake.node.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Runs histories: `Simulation --seeds N [--from S] [--workers W]`, or one of them with its
/// journal: `Simulation --seed S`. Started by `deploy/sim.sh`. Ends with 1 when an invariant was
/// broken, and with 64 when it does not understand its words.
public final class Simulation {
  private static final int USAGE = 64;
  private static final int BROKEN = 1;
  private static final int FAILURES_SHOWN = 10;
  private static final int LAST_LINES = 60;

  /// The sums over histories of one kind.
  private static final class Sums {
    private long histories;
    private long answers;
    private long traps;
    private long forwarded;
    private long takenOver;
    private long takeovers;
    private long excused;

    void add(History.Outcome outcome) {
      histories++;
      answers += outcome.answers();
      traps += outcome.traps();
      forwarded += outcome.forwarded();
      takenOver += outcome.takenOver();
      takeovers += outcome.takeovers();
      excused += outcome.excused();
    }
  }

  /// What a run of many seeds has shown.
  ///
  /// @param broken seeds and what they broke
  private record Result(Map<Long, String> broken, Map<String, Sums> sums) {}

  private Simulation() {}

  public static void main(String[] words) throws Exception {
    Long seed = null;
    long seeds = 1000;
    long from = 1;
    int workers = Math.max(1, Runtime.getRuntime().availableProcessors());
    try {
      for (int i = 0; i < words.length; i += 2) {
        long value = Long.decode(words[i + 1]);
        switch (words[i]) {
          case "--seed" -> seed = value;
          case "--seeds" -> seeds = value;
          case "--from" -> from = value;
          case "--workers" -> workers = Math.toIntExact(value);
          default -> throw new IllegalArgumentException(words[i]);
        }
      }
    } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
      System.err.println(
          "sim.sh takes --seeds N, --from S, --workers W, or --seed S, each with a number: "
              + e.getMessage());
      System.exit(USAGE);
    }
    System.exit(seed == null ? runAll(from, seeds, workers) : replay(seed));
  }

  /// One history with its journal; the whole of it.
  private static int replay(long seed) {
    try (History history = new History(seed, Sabotage.NONE, true)) {
      try {
        History.Outcome outcome = history.run();
        history.journal().forEach(System.out::println);
        System.out.println("Seed " + seed + " holds: " + outcome);
        return 0;
      } catch (BrokenInvariant broken) {
        history.journal().forEach(System.out::println);
        System.out.println("Seed " + seed + " is broken " + broken.getMessage());
        if (!(broken.getCause() instanceof BrokenInvariant)) {
          broken.getCause().printStackTrace(System.out);
        }
        return BROKEN;
      }
    }
  }

  private static int runAll(long from, long seeds, int workers) throws Exception {
    long start = System.nanoTime();
    Result result = run(from, seeds, workers);
    double seconds = (System.nanoTime() - start) / 1e9;
    result.broken.entrySet().stream().limit(FAILURES_SHOWN).forEach(Simulation::show);
    long histories = result.sums.values().stream().mapToLong(sums -> sums.histories).sum();
    System.out.printf(
        "%n%d histories in %.1f s with %d workers: %.0f seeds/s; %d broken%n",
        histories + result.broken.size(),
        seconds,
        workers,
        (histories + result.broken.size()) / seconds,
        result.broken.size());
    System.out.println(
        "what can go wrong            histories     answers       traps   forwarded  taken over   takeovers   excused");
    result.sums.forEach((kind, sums) ->
        System.out.printf(
            "%-28s %9d %11d %11d %11d %11d %11d %9d%n",
            kind,
            sums.histories,
            sums.answers,
            sums.traps,
            sums.forwarded,
            sums.takenOver,
            sums.takeovers,
            sums.excused));
    return result.broken.isEmpty() ? 0 : BROKEN;
  }

  private static void show(Map.Entry<Long, String> failure) {
    System.out.printf("%nSeed %d is broken %s%n", failure.getKey(), failure.getValue());
    try (History again = new History(failure.getKey(), Sabotage.NONE, true)) {
      try {
        again.run();
        System.out.println("  and holds when it is run again: this is a bug of the simulation");
      } catch (BrokenInvariant broken) {
        List<String> lines = again.journal();
        lines
            .subList(Math.max(0, lines.size() - LAST_LINES), lines.size())
            .forEach(line -> System.out.println("  " + line));
      }
    }
    System.out.println("Replay: deploy/sim.sh --seed " + failure.getKey());
  }

  private static Result run(long from, long seeds, int workers) throws Exception {
    AtomicLong next = new AtomicLong(from);
    List<Callable<Result>> shares = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      shares.add(() -> share(next, from + seeds));
    }
    Result whole = new Result(new TreeMap<>(), new TreeMap<>());
    try (ExecutorService threads = Executors.newFixedThreadPool(workers)) {
      for (Future<Result> share : threads.invokeAll(shares)) {
        add(whole, share.get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a worker ended early", e.getCause());
    }
    return whole;
  }

  private static void add(Result whole, Result share) {
    whole.broken.putAll(share.broken);
    share.sums.forEach((kind, sums) -> {
      Sums all = whole.sums.computeIfAbsent(kind, unused -> new Sums());
      all.histories += sums.histories;
      all.answers += sums.answers;
      all.traps += sums.traps;
      all.forwarded += sums.forwarded;
      all.takenOver += sums.takenOver;
      all.takeovers += sums.takeovers;
      all.excused += sums.excused;
    });
  }

  private static Result share(AtomicLong next, long until) {
    Result result = new Result(new TreeMap<>(), new TreeMap<>());
    for (long seed = next.getAndIncrement(); seed < until; seed = next.getAndIncrement()) {
      try (History history = new History(seed, Sabotage.NONE, false)) {
        History.Outcome outcome = history.run();
        result.sums.computeIfAbsent(outcome.kind(), unused -> new Sums()).add(outcome);
      } catch (BrokenInvariant broken) {
        result.broken.put(seed, broken.getMessage());
      }
    }
    return result;
  }
}
