package io.pitchlake.it.bench.rate;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Samples by part, contestant and metric, one for each repeat.
final class Results {
  /// Metrics that are compared with a peer's.
  private static final Set<Metric> COMPARED =
      Set.of(
          Metric.PER_SECOND,
          Metric.CPU_EACH,
          Metric.CPU_100K,
          Metric.LATENCY_P50,
          Metric.GIGABITS,
          Metric.LAST_MINUTE);

  private final Map<Part, Map<String, Map<Metric, List<Double>>>> samples =
      new EnumMap<>(Part.class);

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

  /// A median as a multiple of the same median of `peer`.
  record Ratio(String peer, double value) {}

  void add(Part part, String contestant, Metric metric, double value) {
    samples
        .computeIfAbsent(part, name -> new LinkedHashMap<>())
        .computeIfAbsent(contestant, name -> new EnumMap<>(Metric.class))
        .computeIfAbsent(metric, name -> new ArrayList<>())
        .add(value);
  }

  /// Those measured, in the order of the report.
  Set<Part> parts() {
    return samples.keySet();
  }

  /// In the order in which they first ran.
  List<String> contestants(Part part) {
    return List.copyOf(samples.getOrDefault(part, Map.of()).keySet());
  }

  Optional<Figure> figure(Part part, String contestant, Metric metric) {
    return Optional.of(samples(part, contestant, metric))
        .filter(list -> !list.isEmpty())
        .map(Figure::of);
  }

  /// In the order of the repeats.
  List<Double> samples(Part part, String contestant, Metric metric) {
    return samples
        .getOrDefault(part, Map.of())
        .getOrDefault(contestant, Map.of())
        .getOrDefault(metric, List.of());
  }

  /// The contestant beside Pen, the yardstick of its technique or, for a variant, its plain form,
  /// and the link without a node: whichever of them there is.
  List<Ratio> ratios(Part part, String contestant, Metric metric) {
    Optional<Figure> own = figure(part, contestant, metric);
    if (!COMPARED.contains(metric) || own.isEmpty()) {
      return List.of();
    }
    String technique = contestant.split(" ", 2)[0];
    String nearest = contestant.equals(technique) ? Yardstick.nameOf(technique) : technique;
    return Stream.of(Pen.NAME, nearest, BulkContest.DIRECT)
        .filter(peer -> !peer.equals(contestant))
        .flatMap(peer ->
            figure(part, peer, metric)
                .filter(figure -> figure.median() > 0)
                .map(figure -> new Ratio(peer, own.get().median() / figure.median()))
                .stream())
        .toList();
  }
}
