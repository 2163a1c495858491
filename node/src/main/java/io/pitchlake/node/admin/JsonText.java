package io.pitchlake.node.admin;

import java.util.List;
import java.util.Map;

/// Values as JSON (RFC 8259): maps, lists, text, numbers, yes and no. What came from the network is
/// escaped, `<` and `>` too, so that it stays text wherever it is put.
final class JsonText {
  private final StringBuilder text = new StringBuilder();

  private JsonText() {}

  static String of(Object value) {
    JsonText json = new JsonText();
    json.value(value);
    return json.text.append('\n').toString();
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
      quoted(table.name());
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
    quoted(name);
    text.append(": ");
    value(value);
  }

  private void value(Object value) {
    switch (value) {
      case null -> text.append("null");
      case Boolean flag -> text.append(flag);
      case Long number -> text.append(number);
      case Integer number -> text.append(number);
      case Double number -> text.append(number);
      case Map<?, ?> map -> {
        String comma = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          text.append(comma);
          member(entry.getKey().toString(), entry.getValue());
          comma = ", ";
        }
        text.append(map.isEmpty() ? "{}" : "}");
      }
      case List<?> list -> {
        String comma = "[";
        for (Object one : list) {
          text.append(comma);
          value(one);
          comma = ", ";
        }
        text.append(list.isEmpty() ? "[]" : "]");
      }
      default -> quoted(value.toString());
    }
  }

  private void quoted(String raw) {
    text.append('"');
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
        case '\n' -> text.append("\\n");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < ' ' || c == '<' || c == '>' || c == 0x7f || c == 0x2028 || c == 0x2029) {
            text.append("\\u%04x".formatted((int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
