package io.pitchlake.common.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads JSON (RFC 8259) strictly, as [Json] writes it: objects become maps in their order, arrays
/// lists, whole numbers Long, others Double, and null stays null. One thread; one text.
public final class JsonReader {
  /// Deeper than any answer is.
  private static final int DEEPEST = 32;

  private final String text;
  private int at;
  private int depth;

  private JsonReader(String text) {
    this.text = text;
  }

  /// The value that a text is.
  ///
  /// @throws IllegalArgumentException it is not JSON; the message says where
  public static Object read(String text) {
    JsonReader reader = new JsonReader(text);
    Object value = reader.value();
    reader.space();
    if (reader.at < text.length()) {
      throw reader.wrong("the end");
    }
    return value;
  }

  /// A value that must be an object.
  @SuppressWarnings("unchecked") // members of JSON objects have names
  public static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }

  /// A value that must be an array.
  @SuppressWarnings("unchecked")
  public static List<Object> list(Object value) {
    return (List<Object>) value;
  }

  private Object value() {
    space();
    char first = peek();
    return switch (first) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> quoted();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Map<String, Object> object() {
    Map<String, Object> members = new LinkedHashMap<>();
    enter('{');
    while (!ends('}', members.isEmpty())) {
      space();
      String name = quoted();
      if (members.containsKey(name)) {
        throw wrong("another name than '" + name + "' before this place,");
      }
      space();
      take(':');
      members.put(name, value());
    }
    return members;
  }

  private List<Object> array() {
    List<Object> values = new ArrayList<>();
    enter('[');
    while (!ends(']', values.isEmpty())) {
      values.add(value());
    }
    return values;
  }

  private void enter(char bracket) {
    take(bracket);
    if (++depth > DEEPEST) {
      throw wrong("less depth");
    }
  }

  /// Whether the bracket closes here; takes the comma in front of another value.
  private boolean ends(char bracket, boolean first) {
    space();
    if (peek() == bracket) {
      at++;
      depth--;
      return true;
    }
    if (!first) {
      take(',');
    }
    return false;
  }

  private String quoted() {
    take('"');
    StringBuilder raw = new StringBuilder();
    while (peek() != '"') {
      char c = text.charAt(at++);
      if (c < ' ') {
        throw wrong("no control character");
      }
      raw.append(c == '\\' ? escaped() : c);
    }
    at++;
    return raw.toString();
  }

  private char escaped() {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        if (at + 4 > text.length() || !text.substring(at, at + 4).matches("[0-9a-fA-F]{4}")) {
          throw wrong("four hexadecimal digits");
        }
        at += 4;
        yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
      }
      default -> throw wrong("an escape");
    };
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) {
      throw wrong(word);
    }
    at += word.length();
    return value;
  }

  private Object number() {
    int begin = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String digits = text.substring(begin, at);
    if (!digits.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
      at = begin;
      throw wrong("a value");
    }
    if (digits.matches("-?[0-9]{1,18}")) {
      return Long.valueOf(digits);
    }
    double number = Double.parseDouble(digits);
    if (Double.isInfinite(number)) {
      at = begin;
      throw wrong("a smaller number");
    }
    return number;
  }

  private char peek() {
    if (at >= text.length()) {
      throw wrong("more");
    }
    return text.charAt(at);
  }

  private void take(char wanted) {
    if (peek() != wanted) {
      throw wrong("'" + wanted + "'");
    }
    at++;
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private IllegalArgumentException wrong(String wanted) {
    return new IllegalArgumentException("expected " + wanted + " at character " + at);
  }
}
