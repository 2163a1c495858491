package io.pitchlake.node.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One answer, filled in as its [Shape] says; becomes JSON or tables for people. One thread.
final class Page {
  private final Shape shape;
  private final Map<String, Object> facts = new LinkedHashMap<>();
  private final Map<String, List<List<Object>>> rows = new LinkedHashMap<>();

  Page(Shape shape) {
    this.shape = shape;
    shape.facts().forEach(fact -> facts.put(fact.name(), null));
    shape.tables().forEach(table -> rows.put(table.name(), new ArrayList<>()));
  }

  Shape shape() {
    return shape;
  }

  /// Sets a single value.
  Page fact(String name, Object value) {
    if (!facts.containsKey(name)) {
      throw new IllegalArgumentException("the answer has no '" + name + "'");
    }
    facts.put(name, value);
    return this;
  }

  Object fact(String name) {
    return facts.get(name);
  }

  /// Adds a row: one value for each column, null where nothing is known.
  Page row(String table, Object... values) {
    List<Column> columns = columns(table);
    if (columns.size() != values.length) {
      throw new IllegalArgumentException(
          "a row of '%s' has %d values, not %d".formatted(table, columns.size(), values.length));
    }
    List<Object> row = new ArrayList<>(values.length);
    for (Object value : values) {
      row.add(value);
    }
    rows.get(table).add(row);
    return this;
  }

  private List<Column> columns(String table) {
    return shape.tables().stream()
        .filter(one -> one.name().equals(table))
        .findFirst()
        .orElseThrow()
        .columns();
  }

  List<List<Object>> rows(String table) {
    return rows.get(table);
  }

  /// The rows of a table, each value by the name of its column; null where nothing is known.
  List<Map<String, Object>> named(String table) {
    List<Column> columns = columns(table);
    List<Map<String, Object>> all = new ArrayList<>();
    for (List<Object> row : rows.get(table)) {
      Map<String, Object> values = new LinkedHashMap<>();
      for (int i = 0; i < columns.size(); i++) {
        values.put(columns.get(i).name(), row.get(i));
      }
      all.add(values);
    }
    return all;
  }
}
