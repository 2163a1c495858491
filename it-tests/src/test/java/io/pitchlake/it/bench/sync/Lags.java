package io.pitchlake.it.bench.sync;

import java.util.Arrays;

/// Counts by microsecond, up to a second. One thread.
final class Lags {
  private static final int MOST_MICROS = 1_000_000;

  private final int[] counts = new int[MOST_MICROS + 1];
  private long all;

  void add(long micros) {
    counts[(int) Math.clamp(micros, 0, MOST_MICROS)]++;
    all++;
  }

  /// The least that a share of all did not exceed, in milliseconds; a second stands for all above.
  double quantileMillis(double share) {
    long wanted = (long) Math.ceil(all * share);
    long seen = 0;
    for (int micros = 0; micros <= MOST_MICROS; micros++) {
      seen += counts[micros];
      if (seen >= wanted && seen > 0) {
        return micros / 1e3;
      }
    }
    return 0;
  }

  void clear() {
    Arrays.fill(counts, 0);
    all = 0;
  }
}
