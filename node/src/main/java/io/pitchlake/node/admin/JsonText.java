package io.pitchlake.node.admin;

import io.pitchlake.common.text.Json;
import java.util.List;

/// Answers as JSON, for programs and for people who look at it: each row of a table on a line.
public final class JsonText {
  private final StringBuilder text = new StringBuilder();

  private JsonText() {}

  /// One value and a line end.
  public static String of(Object value) {
    return Json.of(value) + '\n';
  }

  /// A page: its single values, then each table as a list of objects.
  static String of(Page page) {
    JsonText json = new JsonText();
    json.page(page);
    return json.text.append('\n').toString();
  }

  private void page(Page page) {
    String comma = "{\n  ";
    for (Column fact : page.shape().facts()) {
      text.append(comma);
      member(fact.name(), page.fact(fact.name()));
      comma = ",\n  ";
    }
    for (Shape.Rows table : page.shape().tables()) {
      text.append(comma);
      Json.append(text, table.name());
      text.append(": [");
      rows(table.columns(), page.rows(table.name()));
      text.append(']');
      comma = ",\n  ";
    }
    text.append("\n}");
  }

  private void rows(List<Column> columns, List<List<Object>> rows) {
    String next = "\n    {";
    for (List<Object> row : rows) {
      text.append(next);
      for (int i = 0; i < columns.size(); i++) {
        text.append(i == 0 ? "" : ", ");
        member(columns.get(i).name(), row.get(i));
      }
      text.append('}');
      next = ",\n    {";
    }
    text.append(rows.isEmpty() ? "" : "\n  ");
  }

  private void member(String name, Object value) {
    Json.appendMember(text, name, value);
  }
}
