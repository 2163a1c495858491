package io.pitchlake.node.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The description of the API (OpenAPI 3.1), made of the routes themselves.
final class OpenApi {
  private final String document;

  OpenApi(List<Route> routes, String version) {
    Map<String, Object> paths = new LinkedHashMap<>();
    for (Route route : routes) {
      @SuppressWarnings("unchecked") // what this very loop has put there
      Map<String, Object> path =
          (Map<String, Object>)
              paths.computeIfAbsent(route.path(), p -> new LinkedHashMap<String, Object>());
      path.put(route.method().name().toLowerCase(Locale.ROOT), operation(route));
    }
    document =
        JsonText.of(
            map(
                "openapi",
                "3.1.0",
                "info",
                map(
                    "title",
                    "Pitchlake",
                    "version",
                    version,
                    "description",
                    "What an operator sees of a node and does to it. What changes something"
                        + " needs the unix socket, or a token over HTTP."),
                "paths",
                paths,
                "components",
                map("securitySchemes", map("token", map("type", "http", "scheme", "bearer")))));
  }

  /// As JSON.
  String document() {
    return document;
  }

  private static Map<String, Object> operation(Route route) {
    Map<String, Object> operation = new LinkedHashMap<>();
    operation.put("summary", route.summary());
    List<Object> parameters = new ArrayList<>();
    for (Route.Parameter parameter : route.parameters()) {
      parameters.add(
          map(
              "name", parameter.name(),
              "in", parameter.inPath() ? "path" : "query",
              "required", parameter.inPath(),
              "description", parameter.meaning(),
              "schema", map("type", parameter.type().schema())));
    }
    operation.put("parameters", parameters);
    operation.put(
        "responses",
        map(
            "200",
            map(
                "description",
                "done",
                "content",
                map("application/json", map("schema", schema(route.shape())))),
            "default",
            map(
                "description",
                "why not",
                "content",
                map(
                    "application/json",
                    map(
                        "schema",
                        map(
                            "type", "object",
                            "required", List.of("error"),
                            "properties", map("error", map("type", "string"))))))));
    if (route.changes()) {
      operation.put("security", List.of(map("token", List.of())));
    }
    return operation;
  }

  private static Map<String, Object> schema(Shape shape) {
    Map<String, Object> properties = properties(shape.facts());
    for (Shape.Rows table : shape.tables()) {
      properties.put(
          table.name(), map("type", "array", "items", object(properties(table.columns()))));
    }
    return object(properties);
  }

  private static Map<String, Object> object(Map<String, Object> properties) {
    return map(
        "type",
        "object",
        "required",
        List.copyOf(properties.keySet()),
        "additionalProperties",
        false,
        "properties",
        properties);
  }

  private static Map<String, Object> properties(List<Column> columns) {
    Map<String, Object> properties = new LinkedHashMap<>();
    for (Column column : columns) {
      properties.put(
          column.name(),
          map(
              "type", List.of(column.type().schema(), "null"),
              "description", column.meaning()));
    }
    return properties;
  }

  private static Map<String, Object> map(Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put(namesAndValues[i].toString(), namesAndValues[i + 1]);
    }
    return map;
  }
}
