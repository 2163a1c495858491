package io.pitchlake.node.event.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.pitchlake.common.config.SinkPlan.Intake;
import io.pitchlake.common.config.SinkPlan.ToWebhook;
import io.pitchlake.common.config.SinkPlan.Topic;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.text.JsonReader;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.event.Occurrence;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a receiver of a webhook gets, and what its answers cause; over real sockets.
@Timeout(60)
class WebhookSinkTest {
  /// What a request was.
  private record Received(Map<String, List<String>> headers, String body) {
    String header(String name) {
      return headers.entrySet().stream()
          .filter(header -> header.getKey().equalsIgnoreCase(name))
          .map(header -> header.getValue().getFirst())
          .findFirst()
          .orElse("");
    }
  }

  @TempDir Path folder;
  private final SimClock clock = new SimClock();
  private final List<Received> received = new ArrayList<>();
  private final Deque<Integer> answers = new ArrayDeque<>();
  private HttpServer receiver;

  @BeforeEach
  void open() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    serve(receiver);
  }

  private void serve(HttpServer server) {
    server.createContext(
        "/hook",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          int status;
          synchronized (received) {
            received.add(new Received(Map.copyOf(exchange.getRequestHeaders()), body));
            status = answers.isEmpty() ? 204 : answers.removeFirst();
          }
          if (status == 503) {
            exchange.getResponseHeaders().set("Retry-After", "17");
          }
          if (status == 302) {
            exchange.getResponseHeaders().set("Location", "/hook");
          }
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void close() {
    receiver.stop(0);
  }

  private URI url() {
    return URI.create(
        "http://127.0.0.1:%d/hook?token=s3cret".formatted(receiver.getAddress().getPort()));
  }

  private WebhookSink sink(URI url, Duration debounce, Optional<Signature> key, Optional<Path> ca)
      throws SinkException {
    ToWebhook plan =
        new ToWebhook(
            url,
            Optional.empty(),
            ca,
            debounce,
            Duration.ofHours(1),
            new Intake(EnumSet.allOf(Topic.class), 10));
    return new WebhookSink(
        plan,
        key,
        TlsClient.of(ca, Optional.empty(), Optional.empty(), url.getHost()),
        new EcsJson(Samples.OBSERVER),
        clock,
        0x1234);
  }

  private WebhookSink sink(Duration debounce) throws SinkException {
    return sink(url(), debounce, Optional.empty(), Optional.empty());
  }

  private static List<Occurrence> hit(long number, String attacker, long times) {
    return List.of(Samples.at(number, Samples.trapped(EventKind.TCP_SYNACK, attacker, times)));
  }

  private static long times(Received request) {
    return (Long)
        JsonReader.object(JsonReader.object(JsonReader.read(request.body())).get("pitchlake"))
            .get("times");
  }

  @Test
  void anEventIsOnePostThatIsSignedAsStandardWebhooksSays() throws Exception {
    byte[] secret = "a secret of more than sixteen bytes".getBytes(StandardCharsets.UTF_8);
    Path file =
        Files.writeString(
            folder.resolve("key"), "whsec_" + Base64.getEncoder().encodeToString(secret) + "\n");
    try (WebhookSink sink =
        sink(url(), Duration.ZERO, Optional.of(Signature.of(file)), Optional.empty())) {
      sink.deliver(hit(7, "203.0.113.5", 1));
      assertEquals("webhook 127.0.0.1:" + receiver.getAddress().getPort(), sink.name());
    }
    Received request = received.getFirst();
    assertEquals("application/json", request.header("Content-Type"));
    assertEquals("msg_0000000000001234_7", request.header("webhook-id"));
    long seconds = clock.wallMillis() / 1000;
    assertEquals("" + seconds, request.header("webhook-timestamp"));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    byte[] expected =
        mac.doFinal(
            (request.header("webhook-id") + "." + seconds + "." + request.body())
                .getBytes(StandardCharsets.UTF_8));
    assertEquals(
        "v1," + Base64.getEncoder().encodeToString(expected), request.header("webhook-signature"));
    assertEquals(
        "tcp_synack",
        JsonReader.object(JsonReader.object(JsonReader.read(request.body())).get("event"))
            .get("action"));
  }

  /// The example of the standard's own libraries.
  @Test
  void theSignatureIsTheStandards() throws Exception {
    Path file = Files.writeString(folder.resolve("key"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    assertEquals(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        Signature.of(file)
            .sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"));
  }

  @Test
  void whatIsNoKeyIsNamed() throws Exception {
    Path shorter = Files.writeString(folder.resolve("short"), "0123456789");
    Path broken = Files.writeString(folder.resolve("broken"), "whsec_!!");
    assertTrue(
        assertThrows(SinkException.class, () -> Signature.of(shorter))
            .getMessage()
            .startsWith(shorter + " has 10 bytes, but a key needs at least 16; make one with"));
    assertEquals(
        broken + " has no base64 behind whsec_",
        assertThrows(SinkException.class, () -> Signature.of(broken)).getMessage());
  }

  @Test
  void aFailureIsTriedAgainUnderTheSameIdentifierAndARefusalIsNot() throws Exception {
    answers.addAll(List.of(500, 503, 429, 408, 400, 302, 404));
    try (WebhookSink sink = sink(Duration.ofMinutes(5))) {
      for (int i = 0; i < 4; i++) {
        LaterException later =
            assertThrows(
                LaterException.class, () -> sink.deliver(hit(1, "203.0.113.5", 1)), "try " + i);
        assertEquals(i == 1 ? 17 : 0, later.pause().toSeconds(), later.getMessage());
      }
      for (int i = 0; i < 3; i++) {
        String attacker = i == 0 ? "203.0.113.5" : "203.0.113.6" + i;
        long number = 1L + i;
        RefusedException refused =
            assertThrows(RefusedException.class, () -> sink.deliver(hit(number, attacker, 1)));
        assertEquals(
            "the receiver answered " + List.of(400, 302, 404).get(i), refused.getMessage());
      }
      assertEquals(
          1,
          received.subList(0, 5).stream()
              .map(request -> request.header("webhook-id"))
              .distinct()
              .count());
      assertEquals(7, received.size(), "a redirect is not followed");
    }
    URI nobody;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = URI.create("http://127.0.0.1:" + closed.getLocalPort());
    }
    try (WebhookSink sink = sink(nobody, Duration.ZERO, Optional.empty(), Optional.empty())) {
      IOException gone =
          assertThrows(IOException.class, () -> sink.deliver(hit(1, "203.0.113.5", 1)));
      assertFalse(gone instanceof RefusedException, "nobody there is no refusal");
    }
  }

  @Test
  void anAttackerIsToldOfOnceInATimeAndWhatCameMeanwhileIsSummedUp() throws Exception {
    try (WebhookSink sink = sink(Duration.ofMinutes(5))) {
      sink.deliver(hit(1, "203.0.113.5", 1));
      for (long i = 2; i <= 9; i++) {
        sink.deliver(hit(i, "203.0.113.5", 10));
        sink.tick(false);
      }
      assertEquals(1, received.size());
      sink.deliver(hit(10, "203.0.113.6", 1));
      assertEquals(2, received.size(), "another one is told at once");
      assertEquals(Duration.ofMinutes(5).toNanos(), sink.tick(false));
      clock.advanceSeconds(300);
      assertEquals(Sink.NEVER, sink.tick(false));
      assertEquals(3, received.size(), "the other one has done nothing more");
      assertEquals(80, times(received.getLast()));
      assertEquals("msg_0000000000001234_9", received.getLast().header("webhook-id"));
      sink.deliver(hit(11, "203.0.113.5", 1));
      assertEquals(4, received.size(), "then it is told of anew");
      sink.deliver(hit(12, "203.0.113.5", 3));
      sink.tick(true);
      assertEquals(3, times(received.getLast()), "and the end sums up what is open");
    }
  }

  @Test
  void aSumThatWasNotTakenIsToldLater() throws Exception {
    try (WebhookSink sink = sink(Duration.ofMinutes(5))) {
      sink.deliver(hit(1, "203.0.113.5", 1));
      sink.deliver(hit(2, "203.0.113.5", 4));
      clock.advanceSeconds(300);
      answers.add(500);
      assertThrows(LaterException.class, () -> sink.tick(false));
      sink.tick(false);
      assertEquals(3, received.size());
      assertEquals(4, times(received.getLast()));
    }
  }

  @Test
  void overTlsTheReceiverMustBeWhoItSaysItIs() throws Exception {
    PemFiles server = PemFiles.make(folder, "server", "EC");
    PemFiles other = PemFiles.make(folder, "other", "EC");
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    https.setHttpsConfigurator(new HttpsConfigurator(server.server(other)));
    serve(https);
    try {
      URI url = URI.create("https://127.0.0.1:%d/hook".formatted(https.getAddress().getPort()));
      try (WebhookSink sink =
          sink(url, Duration.ZERO, Optional.empty(), Optional.of(server.certificate))) {
        sink.deliver(hit(1, "203.0.113.5", 1));
      }
      assertEquals(1, received.size());
      try (WebhookSink sink =
          sink(url, Duration.ZERO, Optional.empty(), Optional.of(other.certificate))) {
        assertThrows(IOException.class, () -> sink.deliver(hit(2, "203.0.113.5", 1)));
      }
      assertEquals(1, received.size(), "nothing is told to a stranger");
    } finally {
      https.stop(0);
    }
  }
}
