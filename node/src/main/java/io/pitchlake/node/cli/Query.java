package io.pitchlake.node.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// What a node is asked for: a path, and behind its `?` the values that the user has given.
final class Query {
  private final StringBuilder target;
  private char separator = '?';

  Query(String path) {
    target = new StringBuilder(path);
  }

  /// Adds a value; null, an option that was not given, adds nothing.
  Query with(String name, Object value) {
    if (value != null) {
      target
          .append(separator)
          .append(name)
          .append('=')
          .append(URLEncoder.encode(value.toString(), StandardCharsets.UTF_8));
      separator = '&';
    }
    return this;
  }

  /// Path and values, as they stand in a request.
  @Override
  public String toString() {
    return target.toString();
  }
}
