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
  private final Results results;
  private final Options options;

  Report(Results results, Options options) {
    this.results = results;
    this.options = options;
  }

  void print(PrintStream out) {
    out.println();
    out.printf(
        "Medians of %d runs of %d %s each, least and most in brackets; (x) are ratios to others'"
            + " medians.%n",
        options.repeats(),
        options.what().equals("endurance") ? options.minutes() : options.seconds(),
        options.what().equals("endurance") ? "min" : "s");
    for (Part part : results.parts()) {
      out.printf("%n%s:%n%s", part.title(), table(part));
    }
  }

  /// Writes `bench.json` and `bench.svg`.
  void write() throws IOException {
    Files.writeString(options.out().resolve("bench.json"), json());
    Files.writeString(options.out().resolve("bench.svg"), new Chart(results).svg());
  }

  private String table(Part part) {
    List<String> names = results.contestants(part);
    List<Metric> metrics =
        part.columns().stream()
            .filter(metric ->
                names.stream().anyMatch(name -> results.figure(part, name, metric).isPresent()))
            .toList();
    List<String[]> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of(""));
    metrics.forEach(metric -> head.add(metric.label()));
    rows.add(head.toArray(String[]::new));
    for (String name : names) {
      List<String> row = new ArrayList<>(List.of(name));
      metrics.forEach(metric -> row.add(cell(part, name, metric)));
      rows.add(row.toArray(String[]::new));
    }
    return aligned(rows);
  }

  private String cell(Part part, String contestant, Metric metric) {
    Optional<Figure> figure = results.figure(part, contestant, metric);
    if (figure.isEmpty()) {
      return "-";
    }
    String format = "%,." + metric.decimals() + "f";
    String cell = format(format, figure.get().median());
    if (figure.get().least() != figure.get().most()) {
      cell += format(" [" + format + " " + format + "]", figure.get().least(), figure.get().most());
    }
    String ratios =
        results.ratios(part, contestant, metric).stream()
            .map(ratio -> format("%.2fx %s", ratio.value(), ratio.peer()))
            .collect(Collectors.joining(", "));
    return ratios.isEmpty() ? cell : cell + " (" + ratios + ")";
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
    String parts =
        results.parts().stream()
            .map(part -> "    %s: {\n%s\n    }".formatted(quoted(part.key()), json(part)))
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
      "parts": {
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
            parts);
  }

  private String json(Part part) {
    return results.contestants(part).stream()
        .map(name ->
            "      %s: {\n%s\n      }"
                .formatted(
                    quoted(name),
                    Arrays.stream(Metric.values())
                        .flatMap(metric -> json(part, name, metric).stream())
                        .collect(Collectors.joining(",\n"))))
        .collect(Collectors.joining(",\n"));
  }

  private Optional<String> json(Part part, String contestant, Metric metric) {
    return results
        .figure(part, contestant, metric)
        .map(figure ->
            format(
                "        \"%s\": { \"median\": %.3f, \"least\": %.3f, \"most\": %.3f, \"samples\": %s%s }",
                metric.key(),
                figure.median(),
                figure.least(),
                figure.most(),
                results.samples(part, contestant, metric).stream()
                    .map(value -> format("%.3f", value))
                    .toList(),
                ratios(part, contestant, metric)));
  }

  private String ratios(Part part, String contestant, Metric metric) {
    String ratios =
        results.ratios(part, contestant, metric).stream()
            .map(ratio -> format("%s: %.3f", quoted(ratio.peer()), ratio.value()))
            .collect(Collectors.joining(", "));
    return ratios.isEmpty() ? "" : ", \"ratios\": { " + ratios + " }";
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
