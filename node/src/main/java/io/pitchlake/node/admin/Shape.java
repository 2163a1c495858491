package io.pitchlake.node.admin;

import java.util.ArrayList;
import java.util.List;

/// What an answer consists of: single values, and tables of them. The API's description, JSON and
/// tables for people are all made from it.
record Shape(List<Column> facts, List<Rows> tables) {
  /// A table.
  ///
  /// @param name its key in JSON
  record Rows(String name, List<Column> columns) {}

  Shape {
    facts = List.copyOf(facts);
    tables = List.copyOf(tables);
  }

  /// Single values alone.
  static Shape facts(Column... facts) {
    return new Shape(List.of(facts), List.of());
  }

  /// One table alone.
  static Shape table(String name, Column... columns) {
    return new Shape(List.of(), List.of(new Rows(name, List.of(columns))));
  }

  /// The same and another table.
  Shape and(String name, Column... columns) {
    List<Rows> more = new ArrayList<>(tables);
    more.add(new Rows(name, List.of(columns)));
    return new Shape(facts, more);
  }

  /// The same with single values.
  Shape with(Column... more) {
    return new Shape(List.of(more), tables);
  }
}
