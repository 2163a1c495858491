package io.pitchlake.node.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// A page for people: single values one below the other, then each table with a head. Control
/// characters of what came from the network are shown as `?`, so nothing moves a terminal's cursor.
final class PlainText {
  private static final String GAP = "  ";

  private PlainText() {}

  static String of(Page page) {
    StringBuilder text = new StringBuilder();
    facts(text, page);
    for (Shape.Rows table : page.shape().tables()) {
      if (!text.isEmpty()) {
        text.append('\n');
      }
      table(text, table, page.rows(table.name()));
    }
    return text.toString();
  }

  private static void facts(StringBuilder text, Page page) {
    int width =
        page.shape().facts().stream().mapToInt(fact -> fact.name().length()).max().orElse(0);
    for (Column fact : page.shape().facts()) {
      Object value = page.fact(fact.name());
      if (value == null) {
        continue;
      }
      String[] lines = cell(fact, value, true).split("\n", -1);
      String name = fact.name().replace('_', ' ');
      if (lines.length > 1) {
        // A text of several lines is itself what was asked for.
        text.append(String.join("\n", lines));
      } else {
        text.append(padded(name, width)).append(GAP).append(lines[0]).append('\n');
      }
    }
  }

  private static void table(StringBuilder text, Shape.Rows table, List<List<Object>> rows) {
    if (rows.isEmpty()) {
      text.append("no ").append(table.name().replace('_', ' ')).append('\n');
      return;
    }
    List<Column> columns = table.columns();
    List<List<String>> cells = new ArrayList<>();
    cells.add(
        columns.stream()
            .map(column -> column.name().replace('_', ' ').toUpperCase(Locale.ROOT))
            .toList());
    for (List<Object> row : rows) {
      cells.add(
          IntStream.range(0, columns.size())
              .mapToObj(i -> cell(columns.get(i), row.get(i), false))
              .toList());
    }
    int[] widths =
        IntStream.range(0, columns.size())
            .map(i -> cells.stream().mapToInt(row -> row.get(i).length()).max().orElse(0))
            .toArray();
    for (List<String> row : cells) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        boolean right = columns.get(i).type() == Column.Type.NUMBER;
        line.append(i == 0 ? "" : GAP)
            .append(right ? " ".repeat(widths[i] - row.get(i).length()) : "")
            .append(right ? row.get(i) : padded(row.get(i), widths[i]));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static String cell(Column column, Object value, boolean lines) {
    if (value == null) {
      return "-";
    }
    return switch (column.type()) {
      case FLAG -> Boolean.TRUE.equals(value) ? "yes" : "no";
      case NUMBER -> value.toString();
      case TEXT -> printable(value.toString(), lines);
    };
  }

  /// Control characters replaced; line ends stay where lines are wanted.
  private static String printable(String raw, boolean lines) {
    StringBuilder clean = new StringBuilder(raw.length());
    raw.codePoints()
        .map(c -> Character.isISOControl(c) && !(lines && c == '\n') ? '?' : c)
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }
}
