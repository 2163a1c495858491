package io.pitchlake.it.bench.rate;

import io.pitchlake.it.bench.rate.Results.Figure;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// The results as tables for the terminal, as JSON and as a chart.
final class Report {
  private static final List<Metric> RATES =
      List.of(
          Metric.ANSWERS,
          Metric.CPU_PER_ANSWER,
          Metric.LOST_100K,
          Metric.CPU_100K,
          Metric.LOST_200K,
          Metric.CPU_200K,
          Metric.CPU_QUIET,
          Metric.RESIDENT,
          Metric.COLLECTIONS);
  private static final List<Metric> LATENCIES =
      List.of(
          Metric.LATENCY_P50,
          Metric.LATENCY_P99,
          Metric.LATENCY_P999,
          Metric.LATENCY_MAX,
          Metric.LATENCY_LOST);

  /// Metrics whose ratio to Pen is of interest.
  private static final List<Metric> COMPARED =
      List.of(Metric.ANSWERS, Metric.CPU_PER_ANSWER, Metric.CPU_100K, Metric.LATENCY_P50);

  private final Results results;
  private final Options options;

  Report(Results results, Options options) {
    this.results = results;
    this.options = options;
  }

  void print(PrintStream out) {
    out.println();
    out.printf(
        "Medians of %d runs of %d s each, least and most in brackets; (x) is the ratio to Pen.%n",
        options.repeats(), options.seconds());
    if (options.tarpit()) {
      out.printf("%nTarpit, SYN to SYN-ACK:%n%s", table(RATES));
    }
    if (options.latency()) {
      out.printf("%nLatency, SYN to SYN-ACK at 10 k/s:%n%s", table(LATENCIES));
    }
  }

  /// Writes `bench.json` and `bench.svg`.
  void write() throws IOException {
    Files.writeString(options.out().resolve("bench.json"), json());
    Files.writeString(options.out().resolve("bench.svg"), new Chart(results).svg());
  }

  private String table(List<Metric> metrics) {
    List<String[]> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of(""));
    metrics.forEach(metric -> head.add(metric.label()));
    rows.add(head.toArray(String[]::new));
    for (String contestant : results.contestants()) {
      if (metrics.stream().noneMatch(metric -> results.figure(contestant, metric).isPresent())) {
        continue;
      }
      List<String> row = new ArrayList<>(List.of(contestant));
      metrics.forEach(metric -> row.add(cell(contestant, metric)));
      rows.add(row.toArray(String[]::new));
    }
    return aligned(rows);
  }

  private String cell(String contestant, Metric metric) {
    Optional<Figure> figure = results.figure(contestant, metric);
    if (figure.isEmpty()) {
      return "-";
    }
    String format = "%,." + metric.decimals() + "f";
    String cell = format(format, figure.get().median());
    if (figure.get().least() != figure.get().most()) {
      cell += format(" [" + format + " " + format + "]", figure.get().least(), figure.get().most());
    }
    Optional<Figure> pen = results.figure(Contestant.pen().name(), metric);
    if (COMPARED.contains(metric)
        && pen.isPresent()
        && pen.get().median() > 0
        && !contestant.equals(Contestant.pen().name())) {
      cell += format(" (%.2fx)", figure.get().median() / pen.get().median());
    }
    return cell;
  }

  private static String aligned(List<String[]> rows) {
    int columns = rows.getFirst().length;
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      text.append("  ").append(pad(row[0], -widths[0]));
      for (int i = 1; i < columns; i++) {
        text.append("  ").append(pad(row[i], widths[i]));
      }
      text.append('\n');
    }
    return text.toString();
  }

  /// Pads to `width`, on the right when it is negative.
  private static String pad(String text, int width) {
    return format("%" + (width == 0 ? 1 : width) + "s", text);
  }

  private String json() {
    String contestants =
        results.contestants().stream()
            .map(name ->
                "    %s: {\n%s\n    }"
                    .formatted(
                        quoted(name),
                        Arrays.stream(Metric.values())
                            .flatMap(metric -> json(name, metric).stream())
                            .collect(Collectors.joining(",\n"))))
            .collect(Collectors.joining(",\n"));
    return """
    {
      "measured": %s,
      "seconds": %d,
      "repeats": %d,
      "machine": {
        "processors": %d,
        "processor": %s,
        "kernel": %s,
        "java": %s
      },
      "contestants": {
    %s
      }
    }
    """
        .formatted(
            quoted(options.what()),
            options.seconds(),
            options.repeats(),
            cores(),
            quoted(firstOf("/proc/cpuinfo", "model name")),
            quoted(System.getProperty("os.version")),
            quoted(Runtime.version().toString()),
            contestants);
  }

  private Optional<String> json(String contestant, Metric metric) {
    return results
        .figure(contestant, metric)
        .map(figure ->
            format(
                "      \"%s\": { \"median\": %.3f, \"least\": %.3f, \"most\": %.3f, \"samples\": %s }",
                metric.key(),
                figure.median(),
                figure.least(),
                figure.most(),
                results.samples(contestant, metric).stream()
                    .map(value -> format("%.3f", value))
                    .toList()));
  }

  /// All of the machine's; this process itself is pinned to one.
  private static int cores() {
    return (int) read("/proc/cpuinfo").lines().filter(line -> line.startsWith("processor")).count();
  }

  private static String firstOf(String file, String key) {
    return read(file)
        .lines()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      return "";
    }
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
