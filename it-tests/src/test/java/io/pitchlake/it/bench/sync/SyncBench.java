package io.pitchlake.it.bench.sync;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Puts two [SyncNode]s through the steps and reports; `deploy/bench.sh sync` makes the namespaces
/// and calls `SyncBench NAMESPACE_A NAMESPACE_B CLASSPATH AOTCACHE SECONDS REPEATS OUT`.
public final class SyncBench {
  private static final int ENTRIES = 1 << 20;
  private static final long PATIENCE_SECONDS = 120;

  /// So long two nodes that share two cores take to compile what is often called.
  private static final long WARM_SECONDS = 6;

  private static final long SETTLE_SECONDS = 2;
  private static final Pattern CAUGHT_UP = Pattern.compile("has taken over what .* in (\\d+) ms");

  private final String[] namespaces;
  private final String classPath;
  private final String cache;
  private final int seconds;
  private final int repeats;

  /// By row, then by column, one sample for each repeat.
  private final Map<String, Map<String, List<Double>>> samples = new LinkedHashMap<>();

  private SyncBench(String[] arguments) {
    namespaces = new String[] {arguments[0], arguments[1]};
    classPath = arguments[2];
    cache = arguments[3];
    seconds = Integer.parseInt(arguments[4]);
    repeats = Integer.parseInt(arguments[5]);
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    SyncBench bench = new SyncBench(arguments);
    for (int repeat = 1; repeat <= bench.repeats; repeat++) {
      for (String transport : List.of("tcp", "udp")) {
        System.out.printf("%d/%d %s%n", repeat, bench.repeats, transport);
        bench.measure(transport);
      }
    }
    System.out.print(bench.table());
    Path out = Path.of(arguments[6]);
    Files.writeString(out.resolve("sync.json"), bench.json());
    Files.writeString(out.resolve("sync.svg"), bench.svg());
  }

  private void measure(String transport) throws IOException, InterruptedException {
    try (Child active = new Child(0, transport)) {
      active.say("fill");
      active.await("filled"::equals);
      try (Child backup = new Child(1, transport)) {
        snapshotMillis(backup);
        active.say("pace -1");
        TimeUnit.SECONDS.sleep(WARM_SECONDS);
        pace(transport + " at 100 k/s", "100000", active, backup);
        pace(transport + " at 1 M/s", "1000000", active, backup);
        pace(transport + " as fast as it goes", "-1", active, backup);
      }
      // A node that has served for a while, and one that has just been started.
      active.say("pace 100000");
      TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
      active.figures();
      try (Child backup = new Child(1, transport)) {
        String row = transport + " snapshot of 1 M beside 100 k/s";
        add(row, "snapshot ms", snapshotMillis(backup));
        add(row, "longest turn ms, active", active.figures().get("longestTurn"));
        add(row, "backup", backup.figures().get("longestTurn"));
      }
    }
  }

  /// Waits until a node that has come holds everything; how long it says that took.
  private static double snapshotMillis(Child backup) throws InterruptedException {
    Matcher caughtUp = CAUGHT_UP.matcher(backup.await(line -> CAUGHT_UP.matcher(line).find()));
    caughtUp.find();
    return Double.parseDouble(caughtUp.group(1));
  }

  private void pace(String row, String pace, Child active, Child backup)
      throws IOException, InterruptedException {
    active.say("pace " + pace);
    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
    active.figures();
    backup.figures();
    long start = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds);
    Map<String, Double> told = active.figures();
    Map<String, Double> taken = backup.figures();
    double elapsed = (System.nanoTime() - start) / 1e9;
    add(row, "entries/s", taken.get("merged") / elapsed);
    add(row, "lag p50 ms", taken.get("p50"));
    add(row, "p99", taken.get("p99"));
    add(row, "p99.9", taken.get("p999"));
    add(row, "longest turn ms, active", told.get("longestTurn"));
    add(row, "backup", taken.get("longestTurn"));
    add(row, "CPU %, active", told.get("cpu") / elapsed / 10);
    add(row, "CPU %, backup", taken.get("cpu") / elapsed / 10);
  }

  private void add(String row, String column, double value) {
    samples
        .computeIfAbsent(row, name -> new LinkedHashMap<>())
        .computeIfAbsent(column, name -> new ArrayList<>())
        .add(value);
  }

  /// A node in its namespace.
  private final class Child implements AutoCloseable {
    private final Process process;
    private final Writer in;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    Child(int number, String transport) throws IOException {
      process =
          new ProcessBuilder(
                  "ip",
                  "netns",
                  "exec",
                  namespaces[number],
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-XX:+UseZGC",
                  "-XX:-ZProactive",
                  "-Xms64m",
                  "-Xmx512m",
                  "-XX:AOTCache=" + cache,
                  "-Xlog:aot=off",
                  "-cp",
                  classPath,
                  SyncNode.class.getName(),
                  transport,
                  "10.201.0." + (1 + number),
                  "10.201.0." + (2 - number),
                  Integer.toString(ENTRIES))
              .redirectErrorStream(true)
              .start();
      in = process.outputWriter();
      Thread.ofPlatform().daemon().start(this::collect);
    }

    private void collect() {
      try (BufferedReader reader = process.inputReader()) {
        reader.lines().forEach(lines::add);
      } catch (IOException e) {
        lines.add("its output ended: " + e.getMessage());
      }
      lines.add("ended");
    }

    void say(String command) throws IOException {
      in.write(command + "\n");
      in.flush();
    }

    String await(Predicate<String> wanted) throws InterruptedException {
      List<String> seen = new ArrayList<>();
      while (true) {
        String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (line == null || line.equals("ended")) {
          throw new IllegalStateException("a node said nothing of what was expected, but " + seen);
        }
        if (wanted.test(line)) {
          return line;
        }
        seen.add(line);
      }
    }

    Map<String, Double> figures() throws IOException, InterruptedException {
      say("figures");
      String line = await(one -> one.startsWith("figures "));
      return Pattern.compile("(\\w+)=([-\\d.]+)")
          .matcher(line)
          .results()
          .collect(
              Collectors.toMap(
                  found -> found.group(1), found -> Double.parseDouble(found.group(2))));
    }

    @Override
    public void close() throws IOException {
      in.close();
      try {
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static double least(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
  }

  private static double most(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  private String table() {
    StringBuilder text = new StringBuilder();
    text.append(
        format(
            "%nMedians of %d runs of %d s, least and most in brackets. A turn of the engine is %s"
                + "%n",
            repeats, seconds, "what its thread does for replication before it looks at frames."));
    samples.forEach((row, columns) -> {
      text.append(format("%n%s%n", row));
      columns.forEach((column, values) ->
          text.append(
              format(
                  "  %-26s %,14.2f  [%,.2f %,.2f]%n",
                  column, median(values), least(values), most(values))));
    });
    return text.toString();
  }

  private String json() {
    return samples.entrySet().stream()
        .map(row ->
            "  \"%s\": {\n%s\n  }"
                .formatted(
                    row.getKey(),
                    row.getValue().entrySet().stream()
                        .map(column ->
                            format(
                                "    \"%s\": { \"median\": %.3f, \"samples\": %s }",
                                column.getKey(), median(column.getValue()), column.getValue()))
                        .collect(Collectors.joining(",\n"))))
        .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
  }

  /// Lags as bars, p50 within p99.
  private String svg() {
    StringBuilder bars = new StringBuilder();
    int top = 50;
    for (Map.Entry<String, Map<String, List<Double>>> row : samples.entrySet()) {
      List<Double> p99 = row.getValue().get("p99");
      if (p99 == null) {
        continue;
      }
      double half = median(row.getValue().get("lag p50 ms"));
      double most = median(p99);
      bars.append(
          format(
              "<text x=\"172\" y=\"%d\" text-anchor=\"end\">%s</text>"
                  + "<rect x=\"180\" y=\"%d\" width=\"%.1f\" height=\"14\" fill=\"#9aa4ae\"/>"
                  + "<rect x=\"180\" y=\"%d\" width=\"%.1f\" height=\"14\" fill=\"#1a6fb5\"/>"
                  + "<text x=\"%.1f\" y=\"%d\">%.2f, %.2f ms at %,.0f/s</text>%n",
              top + 12,
              row.getKey(),
              top,
              length(most),
              top,
              length(half),
              190 + length(most),
              top + 12,
              half,
              most,
              median(row.getValue().get("entries/s"))));
      top += 26;
    }
    return format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"860\" height=\"%d\" role=\"img\">%n"
            + "<style>svg { font: 13px system-ui, sans-serif; }</style>%n"
            + "<rect width=\"860\" height=\"%d\" fill=\"#ffffff\"/>%n"
            + "<text x=\"12\" y=\"28\" font-weight=\"600\">From change to copy: p50 within p99,"
            + " milliseconds</text>%n%s</svg>%n",
        top + 10, top + 10, bars);
  }

  /// 20 pixels a millisecond, up to the edge.
  private static double length(double millis) {
    return Math.clamp(millis * 20, 1, 400);
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
