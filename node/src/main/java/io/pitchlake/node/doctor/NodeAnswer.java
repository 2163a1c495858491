package io.pitchlake.node.doctor;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What became of asking the node that runs.
public sealed interface NodeAnswer {
  /// Nobody is there.
  ///
  /// @param why in words
  record Absent(String why) implements NodeAnswer {}

  /// The file says that it is not to be asked.
  record Unasked(String why) implements NodeAnswer {}

  /// Somebody is there and does not answer.
  record Hanging(String why) implements NodeAnswer {}

  /// It has answered.
  ///
  /// @param pages what it said, by the last word of what was asked for, as JSON
  record Running(Map<String, Map<String, Object>> pages) implements NodeAnswer {
    public Running {
      pages = Map.copyOf(pages);
    }

    /// A single value; empty where it is not known.
    Optional<Object> fact(String page, String name) {
      return Optional.ofNullable(pages.getOrDefault(page, Map.of()).get(name));
    }

    /// The rows of a table.
    List<Row> rows(String page, String table) {
      return pages.getOrDefault(page, Map.of()).get(table) instanceof List<?> rows
          ? rows.stream()
              .filter(Map.class::isInstance)
              .map(row -> new Row((Map<?, ?>) row))
              .toList()
          : List.of();
    }

    /// The number beside a name in one of its tables of counts, 0 without.
    long count(String page, String table, String key, String name, String value) {
      return rows(page, table).stream()
          .filter(row -> row.text(key).equals(name))
          .mapToLong(row -> row.number(value))
          .findFirst()
          .orElse(0);
    }

    /// One of everything that it counts.
    long counter(String name) {
      return count("counters", "counters", "name", name, "value");
    }
  }

  /// A row of a table. What is not known is an empty text, 0 or no.
  record Row(Map<?, ?> values) {
    String text(String name) {
      return Objects.toString(values.get(name), "");
    }

    long number(String name) {
      return values.get(name) instanceof Number number ? number.longValue() : 0;
    }

    boolean flag(String name) {
      return Boolean.TRUE.equals(values.get(name));
    }
  }

  /// The answer of a node that runs.
  default Optional<Running> running() {
    return this instanceof Running running ? Optional.of(running) : Optional.empty();
  }
}
