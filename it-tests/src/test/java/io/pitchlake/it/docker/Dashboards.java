package io.pitchlake.it.docker;

import io.pitchlake.common.text.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The queries of Grafana's dashboards.
final class Dashboards {
  private static final Pattern METRIC = Pattern.compile("\\bpitchlake_[a-z0-9_]+");

  private Dashboards() {}

  /// All of them, with the variables that Grafana would fill in: everything, over a minute.
  static List<String> queries(Path folder) throws IOException {
    List<String> queries = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        collect(JsonReader.read(Files.readString(file)), queries);
      }
    }
    return queries.stream()
        .map(query ->
            query
                .replace("$__rate_interval", "1m")
                .replace("$cluster", ".*")
                .replace("$node", ".*"))
        .toList();
  }

  private static void collect(Object json, List<String> queries) {
    switch (json) {
      case Map<?, ?> object ->
          object.forEach((name, value) -> {
            if (name.equals("expr")) {
              queries.add(value.toString());
            } else {
              collect(value, queries);
            }
          });
      case List<?> list -> list.forEach(value -> collect(value, queries));
      case null, default -> {}
    }
  }

  /// The metrics of ours that a query names and nobody knows.
  static List<String> unknown(String query, Set<String> known) {
    return METRIC
        .matcher(query)
        .results()
        .map(MatchResult::group)
        .filter(name -> !known.contains(name))
        .toList();
  }
}
