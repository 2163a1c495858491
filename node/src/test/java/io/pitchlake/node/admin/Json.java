package io.pitchlake.node.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads JSON strictly, for tests: objects as maps, arrays as lists, whole and other numbers as
/// doubles. What is no JSON is an error.
public final class Json {
  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  public static Object read(String text) {
    Json json = new Json(text);
    Object value = json.value();
    json.space();
    json.must(json.at == text.length(), "the end");
    return value;
  }

  @SuppressWarnings("unchecked")
  public static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked")
  public static List<Object> list(Object value) {
    return (List<Object>) value;
  }

  private void must(boolean holds, String wanted) {
    if (!holds) {
      throw new AssertionError(wanted + " at " + at + " of: " + text);
    }
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean takes(String word) {
    space();
    boolean is = text.startsWith(word, at);
    at += is ? word.length() : 0;
    return is;
  }

  private Object value() {
    space();
    if (takes("{")) {
      Map<String, Object> map = new LinkedHashMap<>();
      while (!takes("}")) {
        must(map.isEmpty() || takes(","), "a comma");
        space();
        String name = string();
        must(takes(":"), "a colon");
        must(!map.containsKey(name), "another name than " + name);
        map.put(name, value());
      }
      return map;
    }
    if (takes("[")) {
      List<Object> list = new ArrayList<>();
      while (!takes("]")) {
        must(list.isEmpty() || takes(","), "a comma");
        list.add(value());
      }
      return list;
    }
    if (takes("true")) {
      return true;
    }
    if (takes("false")) {
      return false;
    }
    if (takes("null")) {
      return null;
    }
    if (at < text.length() && text.charAt(at) == '"') {
      return string();
    }
    int begin = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    must(at > begin, "a value");
    return Double.valueOf(text.substring(begin, at));
  }

  private String string() {
    must(text.charAt(at) == '"', "a string");
    StringBuilder read = new StringBuilder();
    for (at++; text.charAt(at) != '"'; at++) {
      char c = text.charAt(at);
      must(c >= ' ', "no control character");
      if (c != '\\') {
        read.append(c);
        continue;
      }
      at++;
      switch (text.charAt(at)) {
        case 'n' -> read.append('\n');
        case 't' -> read.append('\t');
        case 'u' -> {
          read.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
          at += 4;
        }
        default -> read.append(text.charAt(at));
      }
    }
    at++;
    return read.toString();
  }
}
