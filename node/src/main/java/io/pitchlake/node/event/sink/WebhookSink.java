package io.pitchlake.node.event.sink;

import io.pitchlake.common.config.SinkPlan.ToWebhook;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.event.Occurrence;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Events as POSTs of JSON, one each, an attacker once in a time. An answer of 2xx is a success;
/// 408, 429, 5xx and no answer are tried again with the same `webhook-id`; anything else, redirects
/// too, is a refusal. Waits for the receiver, for [#PATIENCE] at most.
final class WebhookSink implements Sink {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LONGEST_ASKED = Duration.ofMinutes(10);
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");
  private static final long MILLIS = 1000;
  private static final int TIMEOUT = 408;
  private static final int TOO_MANY = 429;
  private static final int SERVER_ERROR = 500;

  private final URI url;
  private final long patienceNanos;
  private final Optional<Signature> signature;
  private final EventText text;
  private final Clock clock;
  private final String start;
  private final HttpClient client;
  private final Debounce debounce;

  /// What is being told, so that it goes through again when it is given again; or null.
  private Occurrence failed;

  /// Sums that are due and not told yet.
  private final Deque<Occurrence> sums = new ArrayDeque<>();

  /// @param start a random number that tells this start's events from those of another
  WebhookSink(
      ToWebhook plan,
      Optional<Signature> signature,
      TlsClient tls,
      EventText text,
      Clock clock,
      long start) {
    this.url = plan.url();
    this.patienceNanos = plan.giveUp().toNanos();
    this.signature = signature;
    this.text = text;
    this.clock = clock;
    this.start = HexFormat.of().toHexDigits(start);
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .sslContext(tls.context())
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    this.debounce = new Debounce(plan.debounce().toNanos());
  }

  /// The host alone, for the rest of an address is often a secret.
  @Override
  public String name() {
    return "webhook " + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
  }

  @Override
  public int most() {
    return 1;
  }

  @Override
  public long patienceNanos() {
    return patienceNanos;
  }

  @Override
  public void deliver(List<Occurrence> events) throws IOException, InterruptedException {
    Occurrence event = events.getFirst();
    boolean again = event.equals(failed);
    failed = null;
    if (again || debounce.offer(event, clock.nanoTime()).isPresent()) {
      failed = event;
      post(event);
      failed = null;
    }
  }

  @Override
  public long tick(boolean last) throws IOException, InterruptedException {
    sums.addAll(debounce.due(clock.nanoTime(), last));
    while (!sums.isEmpty()) {
      try {
        post(sums.getFirst());
      } catch (RefusedException e) {
        sums.removeFirst();
        throw e;
      }
      sums.removeFirst();
    }
    return debounce.nextNanos(clock.nanoTime());
  }

  private void post(Occurrence event) throws IOException, InterruptedException {
    String body = text.of(event);
    String id = "msg_" + start + "_" + event.number();
    long seconds = clock.wallMillis() / MILLIS;
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .header("User-Agent", "Pitchlake")
            .header("webhook-id", id)
            .header("webhook-timestamp", Long.toString(seconds))
            .POST(BodyPublishers.ofString(body));
    signature.ifPresent(key -> request.header("webhook-signature", key.sign(id, seconds, body)));
    HttpResponse<Void> response = client.send(request.build(), BodyHandlers.discarding());
    judge(response);
  }

  private static void judge(HttpResponse<Void> response) throws IOException {
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      return;
    }
    String answer = "the receiver answered " + status;
    if (status == TIMEOUT || status == TOO_MANY || status >= SERVER_ERROR) {
      Duration asked =
          response
              .headers()
              .firstValue("Retry-After")
              .filter(value -> SECONDS.matcher(value).matches())
              .map(value -> Duration.ofSeconds(Long.parseLong(value)))
              .orElse(Duration.ZERO);
      throw new LaterException(answer, asked.compareTo(LONGEST_ASKED) < 0 ? asked : LONGEST_ASKED);
    }
    throw new RefusedException(answer);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
