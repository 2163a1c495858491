package io.pitchlake.node.drill;

import io.pitchlake.node.drill.RunResult.Kept;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What the runs came to, as lines for a terminal: one for each run while it goes on, a table at
/// the end.
final class TextReport {
  private static final double MILLION = 1_000_000;

  private TextReport() {}

  /// One run in one line.
  static String line(RunResult result, int runs) {
    String lanes =
        result.fault().entrySet().stream()
            .map(entry ->
                entry.getKey().title() + " " + millis(entry.getValue().outageNanos()) + " ms")
            .collect(Collectors.joining(", "));
    return "%-10s %-10s run %d of %d: without %s; two owners %s ms"
        .formatted(
            result.drill().word(),
            result.pair(),
            result.run(),
            runs,
            lanes,
            millis(result.twoOwnersNanos()));
  }

  static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.1f", (double) nanos / MILLION);
  }

  /// All runs of one drill with one pair.
  private record Row(Drill drill, String pair, List<RunResult> runs) {
    Spread spread(Lane.Kind kind, Function<RunResult, Map<Lane.Kind, Outcome>> phase) {
      return Spread.of(
          runs.stream()
              .filter(run -> phase.apply(run).containsKey(kind))
              .map(run -> phase.apply(run).get(kind).outageNanos())
              .toList());
    }

    long lost(Lane.Kind kind, Function<RunResult, Map<Lane.Kind, Outcome>> phase) {
      return runs.stream()
          .filter(run -> phase.apply(run).containsKey(kind))
          .mapToLong(run -> phase.apply(run).get(kind).lost())
          .max()
          .orElse(0);
    }
  }

  private static List<Row> rows(List<RunResult> results) {
    return results.stream()
        .collect(
            Collectors.groupingBy(
                run -> List.of(run.drill().ordinal(), run.pair()),
                LinkedHashMap::new,
                Collectors.toList()))
        .values()
        .stream()
        .map(runs -> new Row(runs.getFirst().drill(), runs.getFirst().pair(), runs))
        .toList();
  }

  /// The table of all runs.
  static List<String> table(List<RunResult> results) {
    List<String> lines = new ArrayList<>();
    lines.add("Milliseconds without an answer, and requests lost in the worst run");
    lines.add("");
    lines.add(
        "%-11s%-12s%-16s%9s%9s%9s%7s%17s"
            .formatted(
                "drill", "pair", "asked", "median", "p99", "worst", "lost", "worst, mended"));
    for (Row row : rows(results)) {
      String drill = row.drill().word();
      String pair = row.pair();
      for (Lane.Kind kind : row.runs().getFirst().fault().keySet()) {
        Spread fault = row.spread(kind, RunResult::fault);
        boolean mended = row.runs().stream().anyMatch(run -> !run.back().isEmpty());
        lines.add(
            "%-11s%-12s%-16s%9s%9s%9s%7d%17s"
                .formatted(
                    drill,
                    pair,
                    kind.title(),
                    millis(Math.round(fault.median())),
                    millis(Math.round(fault.p99())),
                    millis(Math.round(fault.worst())),
                    row.lost(kind, RunResult::fault),
                    mended ? millis(Math.round(row.spread(kind, RunResult::back).worst())) : "-"));
        drill = "";
        pair = "";
      }
      lines.addAll(notes(row));
    }
    return lines;
  }

  private static List<String> notes(Row row) {
    List<String> notes = new ArrayList<>();
    List<RunResult> runs = row.runs();
    notes.add(
        "two owners at once: %s ms in the worst of %d run%s; the active node changed %s"
            .formatted(
                millis(runs.stream().mapToLong(RunResult::twoOwnersNanos).max().orElse(0)),
                runs.size(),
                runs.size() == 1 ? "" : "s",
                changes(runs)));
    List<Long> takeovers =
        runs.stream().flatMapToLong(run -> run.takeoverNanos().stream()).boxed().toList();
    if (!takeovers.isEmpty()) {
      Spread spread = Spread.of(takeovers);
      notes.add(
          "the other node's first answer: median %s ms after the fault, worst %s ms"
              .formatted(millis(Math.round(spread.median())), millis(Math.round(spread.worst()))));
    }
    long vain =
        runs.stream().flatMap(TextReport::outcomes).mapToLong(Outcome::vainNanos).max().orElse(0);
    if (vain > 0) {
      notes.add("both answered, and one was heard, for up to " + millis(vain) + " ms");
    }
    long stale =
        runs.stream().flatMap(TextReport::outcomes).mapToLong(Outcome::stale).max().orElse(0);
    if (stale > 0) {
      notes.add("answers that came more than 100 ms late: " + stale + " in the worst run");
    }
    if (runs.stream().anyMatch(run -> run.flows().before() > 0)) {
      notes.add(
          "flows that kept their target: %s; trapped peers still held: %s"
              .formatted(kept(runs, RunResult::flows), kept(runs, RunResult::trapped)));
    }
    if (runs.stream()
        .anyMatch(run -> run.sessionsBefore().stream().anyMatch(OptionalLong::isPresent))) {
      RunResult last = runs.getLast();
      notes.add(
          "sessions in the last run, by node: %s before, %s after"
              .formatted(sessions(last.sessionsBefore()), sessions(last.sessionsAfter())));
    }
    long late =
        runs.stream()
            .flatMap(TextReport::outcomes)
            .mapToLong(Outcome::probeLateNanos)
            .max()
            .orElse(0);
    if (late > 5 * Prober.INTERVAL_NANOS) {
      notes.add(
          "the probe itself stood still for up to %s ms: this machine is busy, and figures are that"
                  .formatted(millis(late))
              + " uncertain");
    }
    return notes.stream().map(note -> " ".repeat(11) + note).toList();
  }

  private static Stream<Outcome> outcomes(RunResult run) {
    return Stream.concat(run.fault().values().stream(), run.back().values().stream());
  }

  private static String changes(List<RunResult> runs) {
    String to = span(runs.stream().mapToInt(RunResult::changes).summaryStatistics());
    return runs.stream().allMatch(run -> run.back().isEmpty())
        ? to + " times"
        : to
            + " times, and coming back "
            + span(runs.stream().mapToInt(RunResult::changesBack).summaryStatistics());
  }

  private static String span(IntSummaryStatistics numbers) {
    return numbers.getMin() == numbers.getMax()
        ? Integer.toString(numbers.getMin())
        : numbers.getMin() + " to " + numbers.getMax();
  }

  private static String kept(List<RunResult> runs, Function<RunResult, Kept> what) {
    int before = runs.stream().map(what).mapToInt(Kept::before).sum();
    int after = runs.stream().map(what).mapToInt(Kept::after).sum();
    return before == 0 ? "none there" : after + " of " + before;
  }

  private static String sessions(List<OptionalLong> sessions) {
    return sessions.stream()
        .map(count -> count.isPresent() ? Long.toString(count.getAsLong()) : "-")
        .collect(Collectors.joining(" and "));
  }
}
