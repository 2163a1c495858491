package io.pitchlake.common.text;

import java.util.List;
import java.util.Map;

/// Values as JSON (RFC 8259) on one line: maps, lists, text, numbers, yes and no; anything else as
/// its `toString`. Control characters, `<`, `>` and what ends lines in other languages are escaped,
/// so that what came from the network stays text wherever it is put. Maps keep their order. One
/// thread.
public final class Json {
  private final StringBuilder text;

  private Json(StringBuilder text) {
    this.text = text;
  }

  /// The value as one line, without a line end.
  public static String of(Object value) {
    StringBuilder text = new StringBuilder();
    append(text, value);
    return text.toString();
  }

  /// Appends a value.
  public static void append(StringBuilder text, Object value) {
    new Json(text).value(value);
  }

  /// Appends `"name": value`, a member of an object.
  public static void appendMember(StringBuilder text, String name, Object value) {
    new Json(text).member(name, value);
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
          if (mustBeEscaped(c)) {
            text.append("\\u%04x".formatted((int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }

  /// A half of a surrogate pair may stand alone in what came from elsewhere; escaped, it stays
  /// readable in every encoding.
  private static boolean mustBeEscaped(char c) {
    return Character.isISOControl(c)
        || c == '<'
        || c == '>'
        || c == 0x2028
        || c == 0x2029
        || Character.isSurrogate(c);
  }
}
