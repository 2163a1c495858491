package io.pitchlake.it.bench.rate;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Samples by contestant and metric, one for each repeat.
final class Results {
  private final Map<String, Map<Metric, List<Double>>> samples = new LinkedHashMap<>();

  /// The median and the extremes of some samples.
  record Figure(double median, double least, double most, int samples) {
    static Figure of(List<Double> samples) {
      double[] sorted = samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      int middle = sorted.length / 2;
      double median =
          sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
      return new Figure(median, sorted[0], sorted[sorted.length - 1], sorted.length);
    }
  }

  void add(String contestant, Metric metric, double value) {
    samples
        .computeIfAbsent(contestant, name -> new EnumMap<>(Metric.class))
        .computeIfAbsent(metric, name -> new ArrayList<>())
        .add(value);
  }

  /// In the order in which they first ran.
  List<String> contestants() {
    return List.copyOf(samples.keySet());
  }

  Optional<Figure> figure(String contestant, Metric metric) {
    return Optional.of(samples(contestant, metric)).filter(list -> !list.isEmpty()).map(Figure::of);
  }

  /// In the order of the repeats.
  List<Double> samples(String contestant, Metric metric) {
    return samples.getOrDefault(contestant, Map.of()).getOrDefault(metric, List.of());
  }
}
