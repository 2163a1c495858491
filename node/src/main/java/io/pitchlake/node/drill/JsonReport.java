package io.pitchlake.node.drill;

import io.pitchlake.node.drill.RunResult.Kept;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// All runs as JSON, for programs: an object with `advertMillis`, and `runs`, one object each.
/// Times are milliseconds. Lanes are `arp`, `ping`, `trap` and `stream`.
final class JsonReport {
  private JsonReport() {}

  static String of(DrillPlan plan, List<RunResult> results) {
    return """
    {
      "advertMillis": %s,
      "runs": [
    %s
      ]
    }
    """
        .formatted(
            millis(plan.advertNanos()),
            results.stream().map(JsonReport::run).collect(Collectors.joining(",\n")));
  }

  private static String run(RunResult run) {
    return "    { \"drill\": \"%s\", \"pair\": %s, \"run\": %d, \"faultTookMillis\": %s,"
            .formatted(
                run.drill().word(),
                quoted(run.pair()),
                run.run(),
                millis(run.brokenNanos() - run.faultNanos()))
        + "\n      \"fault\": %s,\n      \"back\": %s,"
            .formatted(lanes(run.fault()), lanes(run.back()))
        + "\n      \"takeoverMillis\": %s,"
            .formatted(
                run.takeoverNanos().isPresent() ? millis(run.takeoverNanos().getAsLong()) : "null")
        + "\n      \"twoOwnersMillis\": %s, \"changes\": %d, \"changesBack\": %d,"
            .formatted(millis(run.twoOwnersNanos()), run.changes(), run.changesBack())
        + "\n      \"sessionsBefore\": %s, \"sessionsAfter\": %s,"
            .formatted(sessions(run.sessionsBefore()), sessions(run.sessionsAfter()))
        + "\n      \"flows\": %s, \"trapped\": %s }"
            .formatted(kept(run.flows()), kept(run.trapped()));
  }

  private static String lanes(Map<Lane.Kind, Outcome> lanes) {
    return lanes.entrySet().stream()
        .map(entry ->
            "\n        \"%s\": %s"
                .formatted(
                    entry.getKey().name().toLowerCase(Locale.ROOT), outcome(entry.getValue())))
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String outcome(Outcome outcome) {
    return ("{ \"outageMillis\": %s, \"asked\": %d, \"lost\": %d, \"twoOwnersMillis\": %s, \"vainMillis\": %s,"
            + " \"stale\": %d, \"probeLateMillis\": %s }")
        .formatted(
            millis(outcome.outageNanos()),
            outcome.asked(),
            outcome.lost(),
            millis(outcome.twoOwnersNanos()),
            millis(outcome.vainNanos()),
            outcome.stale(),
            millis(outcome.probeLateNanos()));
  }

  private static String sessions(List<OptionalLong> sessions) {
    return sessions.stream()
        .map(count -> count.isPresent() ? Long.toString(count.getAsLong()) : "null")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String kept(Kept kept) {
    return "{ \"before\": %d, \"after\": %d }".formatted(kept.before(), kept.after());
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / 1e6);
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.chars()
        .forEach(c -> {
          if (c == '"' || c == '\\') {
            quoted.append('\\').append((char) c);
          } else if (c < ' ') {
            quoted.append(String.format(Locale.ROOT, "\\u%04x", c));
          } else {
            quoted.append((char) c);
          }
        });
    return quoted.append('"').toString();
  }
}
