package io.pitchlake.node.drill;

import java.util.Arrays;
import java.util.Collection;

/// Median, 99th percentile and worst of some figures.
record Spread(double median, double p99, double worst) {
  static Spread of(Collection<? extends Number> values) {
    double[] sorted = values.stream().mapToDouble(Number::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      return new Spread(0, 0, 0);
    }
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    // Nearest rank: of fewer than a hundred values it is the worst.
    int rank = (int) Math.ceil(0.99 * sorted.length);
    return new Spread(median, sorted[rank - 1], Arrays.stream(sorted).max().getAsDouble());
  }
}
