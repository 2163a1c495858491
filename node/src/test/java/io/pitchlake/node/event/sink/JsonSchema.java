package io.pitchlake.node.event.sink;

import io.pitchlake.common.text.JsonReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/// Checks values against a JSON Schema (draft 2020-12), as far as our own schemas go: a keyword
/// that it does not know is an error, so nothing is passed over.
final class JsonSchema {
  private static final Set<String> REMARKS = Set.of("$schema", "title", "description");

  private final Map<String, Object> schema;

  private JsonSchema(Map<String, Object> schema) {
    this.schema = schema;
  }

  static JsonSchema read(String text) {
    return new JsonSchema(JsonReader.object(JsonReader.read(text)));
  }

  /// What is wrong with a value, place by place; empty when it is right.
  List<String> problems(Object value) {
    List<String> problems = new ArrayList<>();
    check(schema, value, "$", problems);
    return problems;
  }

  /// Every member that the schema describes, such as `event.action`.
  void members(String at, Set<String> members) {
    if (schema.get("properties") instanceof Map<?, ?> properties) {
      properties.forEach((name, of) -> {
        members.add(at + name);
        new JsonSchema(JsonReader.object(of)).members(at + name + ".", members);
      });
    }
  }

  private static void check(
      Map<String, Object> schema, Object value, String at, List<String> problems) {
    schema.forEach((keyword, wanted) -> {
      boolean holds =
          switch (keyword) {
            case "type" -> isOf((String) wanted, value);
            case "const" -> Objects.equals(wanted, value);
            case "enum" -> JsonReader.list(wanted).contains(value);
            case "pattern" ->
                value instanceof String text
                    && Pattern.compile((String) wanted).matcher(text).find();
            case "minimum" ->
                value instanceof Number number && number.doubleValue() >= number(wanted);
            case "maximum" ->
                value instanceof Number number && number.doubleValue() <= number(wanted);
            case "minItems" -> value instanceof List<?> list && list.size() >= number(wanted);
            case "items" -> {
              if (value instanceof List<?> list) {
                list.forEach(item -> check(JsonReader.object(wanted), item, at + "[]", problems));
              }
              yield true;
            }
            case "required" ->
                !(value instanceof Map<?, ?> map)
                    || map.keySet().containsAll(JsonReader.list(wanted));
            case "properties" -> {
              JsonReader.object(wanted)
                  .forEach((name, of) -> {
                    if (value instanceof Map<?, ?> map && map.containsKey(name)) {
                      check(JsonReader.object(of), map.get(name), at + "." + name, problems);
                    }
                  });
              yield true;
            }
            case "additionalProperties" -> {
              if (!Boolean.FALSE.equals(wanted)) {
                throw new AssertionError(at + ": only 'false' is understood");
              }
              yield !(value instanceof Map<?, ?> map)
                  || JsonReader.object(schema.get("properties")).keySet().containsAll(map.keySet());
            }
            default -> {
              if (!REMARKS.contains(keyword)) {
                throw new AssertionError(at + ": the keyword " + keyword + " is not understood");
              }
              yield true;
            }
          };
      if (!holds) {
        problems.add(at + " is " + value + ", against " + keyword + " " + wanted);
      }
    });
  }

  private static double number(Object wanted) {
    return ((Number) wanted).doubleValue();
  }

  private static boolean isOf(String type, Object value) {
    return switch (type) {
      case "object" -> value instanceof Map;
      case "array" -> value instanceof List;
      case "string" -> value instanceof String;
      case "boolean" -> value instanceof Boolean;
      case "number" -> value instanceof Number;
      case "integer" -> value instanceof Long;
      default -> throw new AssertionError("there is no type " + type);
    };
  }
}
