package io.pitchlake.common.wire;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Runs a check many times with random input that one seed per run reproduces.
///
/// Runs are the same each time, because their seeds come from the property's name. A failure names
/// the seed; `-Dpitchlake.seed=SEED` replays that one run. `-Dpitchlake.runs=N` runs more (or
/// fewer) than the test says.
public final class Property {
  /// System property that replays one run.
  public static final String SEED = "pitchlake.seed";

  /// System property that overrides the number of runs.
  public static final String RUNS = "pitchlake.runs";

  /// What must hold for every random input.
  @FunctionalInterface
  public interface Check {
    void run(RandomGenerator random) throws Exception;
  }

  private Property() {}

  /// Runs the check `runs` times; the first failure ends it.
  public static void forAll(String name, int runs, Check check) {
    String replay = System.getProperty(SEED);
    if (replay != null) {
      run(name, Long.decode(replay), "replayed", check);
      return;
    }
    int wanted = Integer.getInteger(RUNS, runs);
    SplittableRandom seeds = new SplittableRandom(name.hashCode());
    for (int i = 1; i <= wanted; i++) {
      run(name, seeds.nextLong(), "run " + i + " of " + wanted, check);
    }
  }

  private static void run(String name, long seed, String which, Check check) {
    try {
      check.run(new SplittableRandom(seed));
    } catch (Exception | AssertionError e) {
      throw new AssertionError(
          "property '%s' does not hold (%s); replay with -D%s=%d%n%s"
              .formatted(name, which, SEED, seed, e),
          e);
    }
  }
}
