package io.pitchlake.node.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Every alert says what it means and where to read on, is tried by a test of promtool's, and has
/// its place in `docs/metrics.md`. That the rules load and hold is Prometheus' to say, in the lab.
class AlertRulesTest {
  private static final Path RULES = Path.of("../deploy/prometheus/pitchlake.rules.yml");
  private static final Path TRIALS = Path.of("../deploy/prometheus/pitchlake.rules.test.yml");
  private static final Path DOCUMENT = Path.of("../docs/metrics.md");

  private record Alert(String name, String text) {}

  private static List<Alert> alerts() throws IOException {
    List<Alert> alerts =
        Pattern.compile(
                "- alert: (\\w+)\\n(.*?)(?=\\n      - alert: |\\n  - name: |\\z)", Pattern.DOTALL)
            .matcher(Files.readString(RULES))
            .results()
            .map(match -> new Alert(match.group(1), match.group(2)))
            .toList();
    assertTrue(alerts.size() > 20, alerts::toString);
    return alerts;
  }

  private static Set<String> names() throws IOException {
    return alerts().stream().map(Alert::name).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> found(String pattern, Path file) throws IOException {
    return Pattern.compile(pattern, Pattern.MULTILINE)
        .matcher(Files.readString(file))
        .results()
        .map((MatchResult match) -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void eachSaysWhatItMeansAndWhereToReadOn() throws IOException {
    for (Alert alert : alerts()) {
      assertTrue(alert.name().startsWith("Pitchlake"), alert.name());
      assertTrue(
          alert.text().matches("(?s).*labels: \\{ severity: (critical|warning) \\}.*"),
          alert::toString);
      for (String annotation : List.of("summary", "description")) {
        assertTrue(alert.text().contains("\n          " + annotation + ": \""), alert::toString);
      }
      String place = "docs/metrics.md#" + alert.name().toLowerCase(Locale.ROOT);
      assertTrue(alert.text().contains("\n          runbook: " + place), alert::toString);
    }
  }

  @Test
  void eachHasItsPlaceInTheDocument() throws IOException {
    assertEquals(names(), found("^#### (Pitchlake\\w+)$", DOCUMENT));
  }

  @Test
  void eachIsTried() throws IOException {
    assertEquals(names(), found("ALERTS\\{alertname=\"(\\w+)\"", TRIALS));
  }
}
