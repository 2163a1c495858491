package io.pitchlake.node.admin;

import io.netty.handler.codec.http.HttpMethod;
import java.util.List;

/// One thing that can be asked for.
///
/// @param path with `{name}` where a value stands
/// @param summary one sentence for the API's description
/// @param quick whether it may go before what takes long
record Route(
    HttpMethod method,
    String path,
    String summary,
    List<Parameter> parameters,
    Shape shape,
    boolean quick,
    Handler handler) {

  /// Something that a request may or must say.
  ///
  /// @param inPath whether it stands in the path; else behind the `?`, and may be left out
  record Parameter(String name, boolean inPath, Column.Type type, String meaning) {
    static Parameter query(String name, Column.Type type, String meaning) {
      return new Parameter(name, false, type, meaning);
    }

    static Parameter path(String name, Column.Type type, String meaning) {
      return new Parameter(name, true, type, meaning);
    }
  }

  /// Answers it, on a worker.
  @FunctionalInterface
  interface Handler {
    /// The answer.
    ///
    /// @throws Refusal why not
    Page answer(Request request) throws Refusal;
  }

  static Route reading(String path, String summary, Shape shape, Handler handler) {
    return new Route(HttpMethod.GET, path, summary, List.of(), shape, false, handler);
  }

  static Route changing(String path, String summary, Shape shape, Handler handler) {
    return new Route(HttpMethod.POST, path, summary, List.of(), shape, false, handler);
  }

  /// The same with parameters.
  Route with(Parameter... all) {
    return new Route(method, path, summary, List.of(all), shape, quick, handler);
  }

  /// The same, before what takes long.
  Route first() {
    return new Route(method, path, summary, parameters, shape, true, handler);
  }

  /// Whether it changes something, and so needs an operator.
  boolean changes() {
    return method.equals(HttpMethod.POST);
  }
}
