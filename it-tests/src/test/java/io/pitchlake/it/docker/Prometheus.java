package io.pitchlake.it.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.text.JsonReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The lab's Prometheus, over its HTTP API.
final class Prometheus {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final URI root;

  private Prometheus(URI root) {
    this.root = root;
  }

  static Prometheus at(InetSocketAddress address) {
    return new Prometheus(
        URI.create(
            "http://%s:%d".formatted(address.getAddress().getHostAddress(), address.getPort())));
  }

  /// One series of an answer, and its value now.
  record Sample(Map<String, Object> labels, double value) {}

  /// One alert rule as it runs.
  ///
  /// @param health `ok`, `unknown` before its first evaluation, or `err`
  record Rule(String name, String query, String health, String error) {}

  private Object ask(String path, Map<String, String> form) {
    String body =
        form.entrySet().stream()
            .map(field ->
                field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    HttpRequest.Builder request = HttpRequest.newBuilder(root.resolve(path)).timeout(PATIENCE);
    if (!form.isEmpty()) {
      request
          .header("Content-Type", "application/x-www-form-urlencoded")
          .POST(BodyPublishers.ofString(body));
    }
    try {
      HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
      assertEquals(200, answer.statusCode(), () -> form + ": " + answer.body());
      Map<String, Object> said = JsonReader.object(JsonReader.read(answer.body()));
      assertEquals("success", said.get("status"), () -> form + ": " + answer.body());
      return said.get("data");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// What an instant query that must be right is answered with, perhaps nothing.
  List<Sample> query(String expression) {
    Map<String, Object> data = JsonReader.object(ask("/api/v1/query", Map.of("query", expression)));
    assertEquals("vector", data.get("resultType"), expression);
    return JsonReader.list(data.get("result")).stream()
        .map(JsonReader::object)
        .map(series ->
            new Sample(
                JsonReader.object(series.get("metric")),
                number(JsonReader.list(series.get("value")).getLast().toString())))
        .toList();
  }

  private static double number(String value) {
    return switch (value) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(value);
    };
  }

  /// Asks again and again until the answer has exactly these values, by instance.
  void await(String expression, Map<String, Double> wanted) {
    Machine.await(
        () -> byInstance(expression).equals(wanted),
        () -> "%s is %s, not %s".formatted(expression, byInstance(expression), wanted));
  }

  private Map<String, Double> byInstance(String expression) {
    Map<String, Double> values = new TreeMap<>();
    query(expression)
        .forEach(sample -> values.put((String) sample.labels().get("instance"), sample.value()));
    return values;
  }

  /// The names of all metrics that it has read.
  Set<String> metrics() {
    return JsonReader.list(ask("/api/v1/label/__name__/values", Map.of())).stream()
        .map(Object::toString)
        .collect(Collectors.toSet());
  }

  /// The alert rules, once all have been evaluated.
  List<Rule> rules() {
    Machine.await(
        () -> loaded().stream().noneMatch(rule -> rule.health().equals("unknown")),
        () -> "rules that are evaluated: " + loaded());
    return loaded();
  }

  private List<Rule> loaded() {
    return JsonReader.list(JsonReader.object(ask("/api/v1/rules", Map.of())).get("groups")).stream()
        .flatMap(group -> JsonReader.list(JsonReader.object(group).get("rules")).stream())
        .map(JsonReader::object)
        .map(rule ->
            new Rule(
                rule.get("name").toString(),
                rule.get("query").toString(),
                rule.get("health").toString(),
                String.valueOf(rule.get("lastError"))))
        .toList();
  }
}
