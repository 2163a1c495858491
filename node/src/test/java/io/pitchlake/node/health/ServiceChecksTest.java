package io.pitchlake.node.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.pitchlake.common.config.HealthCheck;
import io.pitchlake.common.config.HealthCheck.Request;
import io.pitchlake.common.config.HealthCheck.StatusRange;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.Command.CheckResult;
import io.pitchlake.node.engine.Command.Result;
import io.pitchlake.node.health.ServiceChecks.Watched;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Checks beside the engine, against real servers and real processes of this machine.
class ServiceChecksTest {
  private static final IpAddress HERE = IpAddress.parse("127.0.0.1");
  private static final Duration INTERVAL = Duration.ofMillis(50);
  private static final Duration TIMEOUT = Duration.ofMillis(1500);
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private static Path folder;

  private final BlockingQueue<CheckResult> results = new LinkedBlockingQueue<>();
  private final ServiceChecks checks = new ServiceChecks(results::add, new Random(1));

  @AfterEach
  void end() {
    checks.close();
  }

  private CheckResult firstResult(HealthCheck check) throws InterruptedException {
    checks.configure(List.of(new Watched(7, HERE, 80, check, 2, 2, 0)));
    CheckResult result = results.poll(20, TimeUnit.SECONDS);
    assertTrue(result != null, "no result of " + check.title() + " within 20 s");
    assertEquals(7, result.target());
    return result;
  }

  private void assertBad(String reason, HealthCheck check) throws InterruptedException {
    CheckResult result = firstResult(check);
    assertEquals(Result.BAD, result.result(), result.reason());
    assertTrue(result.reason().startsWith(reason), result.reason());
  }

  private static Request request(String path, String expect) {
    return new Request(
        path,
        Optional.of("www.example.org"),
        List.of(new StatusRange(200, 299)),
        Optional.ofNullable(expect));
  }

  private static HttpServer serve(HttpServer server) {
    server.createContext("/", ServiceChecksTest::answer);
    server.start();
    return server;
  }

  private static void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    int status = path.startsWith("/status/") ? Integer.parseInt(path.substring(8)) : 200;
    byte[] body =
        ("host " + exchange.getRequestHeaders().getFirst("Host")).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  // ---- http and https

  @ParameterizedTest
  @CsvSource({
    "/, , ",
    "/, host www.example.org, ",
    "/, no such text, 'no such text' does not stand in the answer",
    "/status/503, , status 503",
    "/status/302, , status 302"
  })
  void httpIsJudgedByStatusAndText(String path, String expect, String bad) throws Exception {
    HttpServer server = serve(HttpServer.create(new InetSocketAddress(0), 0));
    try {
      HealthCheck check =
          new HealthCheck.Http(
              server.getAddress().getPort(), INTERVAL, TIMEOUT, request(path, expect));
      if (bad == null) {
        assertEquals(Result.GOOD, firstResult(check).result());
      } else {
        assertBad(bad, check);
      }
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aClosedPortRefuses() throws Exception {
    assertBad("refused", new HealthCheck.Http(freePort(), INTERVAL, TIMEOUT, request("/", null)));
  }

  @Test
  void aServerThatAcceptsAndSaysNothingIsSilent() throws Exception {
    try (ServerSocket mute = new ServerSocket(0)) {
      CheckResult result =
          firstResult(
              new HealthCheck.Http(
                  mute.getLocalPort(), INTERVAL, Duration.ofMillis(300), request("/", null)));
      assertEquals(Result.SILENT, result.result());
      assertEquals("no answer within 300 ms", result.reason());
    }
  }

  @Test
  void anAnswerThatIsNotHttpIsBad() throws Exception {
    try (ServerSocket server = say("220 mail.example.org ESMTP\r\n\r\n")) {
      assertBad(
          "the answer is not HTTP",
          new HealthCheck.Http(server.getLocalPort(), INTERVAL, TIMEOUT, request("/", null)));
    }
  }

  private static SSLContext selfSigned() throws Exception {
    Path store = folder.resolve("self.p12");
    if (!Files.exists(store)) {
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=www.example.org",
                  "-storepass",
                  new String(PASSWORD),
                  "-keystore",
                  store.toString())
              .inheritIO()
              .start();
      assertEquals(0, keytool.waitFor(), "keytool");
    }
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  @ParameterizedTest
  @CsvSource({"false, ", "true, TLS: "})
  void aCertificateNobodyHasSignedIsTakenOnlyWhenToldSo(boolean verify, String bad)
      throws Exception {
    HttpsServer server = HttpsServer.create(new InetSocketAddress(0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(selfSigned()));
    serve(server);
    try {
      HealthCheck check =
          new HealthCheck.Https(
              server.getAddress().getPort(),
              INTERVAL,
              Duration.ofSeconds(10),
              request("/", "host"),
              Optional.of("www.example.org"),
              verify);
      if (bad == null) {
        CheckResult result = firstResult(check);
        assertEquals(Result.GOOD, result.result(), result.reason());
      } else {
        assertBad(bad, check);
      }
    } finally {
      server.stop(0);
    }
  }

  // ---- agent

  /// Says the same to everybody.
  private static ServerSocket say(String text) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    Thread.ofVirtual()
        .start(() -> {
          while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
              socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
              socket.shutdownOutput();
              socket.getInputStream().readAllBytes();
            } catch (IOException e) {
              if (!server.isClosed() && !(e instanceof java.net.SocketException)) {
                throw new UncheckedIOException(e);
              }
            }
          }
        });
    return server;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "up|GOOD|100|",
        "ready up 75%|GOOD|75|",
        "drain|GOOD|0|",
        "50%, up # all is well|GOOD|50|",
        "maint|BAD|100|says that it is in maintenance",
        "down # disk full|BAD|100|says that it is down: disk full",
        "hello|BAD|100|says 'hello', which means nothing"
      })
  void anAgentIsTakenAtItsWord(String says, Result result, int percent, String reason)
      throws Exception {
    try (ServerSocket server = say(says + "\n")) {
      CheckResult seen =
          firstResult(new HealthCheck.Agent(server.getLocalPort(), INTERVAL, TIMEOUT));
      assertEquals(result, seen.result(), seen.reason());
      assertEquals(percent, seen.percent());
      assertEquals(reason == null ? "" : reason, seen.reason());
    }
  }

  @Test
  void whatAnAgentDoesNotMentionStaysAsItWas() {
    AgentState agent = new AgentState();
    assertEquals(30, agent.said("up 30%").percent());
    assertEquals(0, agent.said("drain").percent());
    assertEquals(0, agent.said("up").percent());
    assertEquals(30, agent.said("ready").percent());
    assertEquals(Result.BAD, agent.said("down").result());
    assertEquals(Result.BAD, agent.said("80%").result());
    assertEquals(80, agent.said("up").percent());
  }

  // ---- script

  private static HealthCheck script(Duration timeout, String... command) {
    return new HealthCheck.Script(INTERVAL, timeout, List.of(command));
  }

  private static Path program(String name, String... lines) throws IOException {
    Path program = folder.resolve(name);
    Files.writeString(program, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    assertTrue(program.toFile().setExecutable(true));
    return program;
  }

  @Test
  void aScriptIsJudgedByItsExitCodeAndKnowsItsTarget() throws Exception {
    Path good =
        program(
            "good",
            "[ \"$PITCHLAKE_ADDRESS\" = 127.0.0.1 ] && [ \"$PITCHLAKE_PORT\" = 80 ] && [ \"$1\" = 'a;b *' ] && [ -z \"$HOME\" ]");
    assertEquals(
        Result.GOOD, firstResult(script(TIMEOUT, good.toString(), "a;b *")).result(), "no shell");
  }

  @Test
  void aScriptThatFailsSaysWhy() throws Exception {
    Path bad = program("bad", "echo the disk is full >&2", "exit 3");
    assertBad("ended with 3, saying: the disk is full", script(TIMEOUT, bad.toString()));
  }

  @Test
  void aScriptThatIsNotThereIsNamed() throws Exception {
    assertBad("cannot be started: ", script(TIMEOUT, "/no/such/program"));
  }

  @Test
  void aFloodOfOutputIsCutOff() throws Exception {
    Path chatty = program("chatty", "head -c 1000000 /dev/zero | tr '\\0' x", "exit 1");
    CheckResult result = firstResult(script(Duration.ofSeconds(20), chatty.toString()));
    assertEquals(Result.BAD, result.result());
    assertTrue(result.reason().length() < 200, "length " + result.reason().length());
  }

  @Test
  void aScriptThatRunsTooLongIsKilledWithItsChildren() throws Exception {
    Path pids = folder.resolve("pids");
    Path slow =
        program("slow", "sleep 600 &", "echo $$ $! > " + pids, "(sleep 601; true) &", "sleep 602");
    assertBad("ran longer than 400 ms", script(Duration.ofMillis(400), slow.toString()));
    checks.configure(List.of());
    for (String pid : Files.readString(pids).strip().split(" ")) {
      Optional<ProcessHandle> left = ProcessHandle.of(Long.parseLong(pid));
      if (left.isPresent()) {
        left.get().onExit().get(10, TimeUnit.SECONDS);
      }
    }
    assertEquals(
        0,
        ProcessHandle.current()
            .descendants()
            .filter(process -> process.info().command().orElse("").endsWith("sleep"))
            .count(),
        "sleeps left");
  }

  // ---- pace

  @Test
  void aCheckThatStaysGoesOnAndOneThatGoesEnds() throws Exception {
    Path good = program("again", "exit 0");
    firstResult(script(TIMEOUT, good.toString()));
    Watched kept = new Watched(7, HERE, 80, script(TIMEOUT, good.toString()), 2, 2, 0);
    checks.configure(List.of(kept));
    assertTrue(results.poll(20, TimeUnit.SECONDS) != null, "goes on");
    checks.close();
    results.clear();
    assertEquals(null, results.poll(300, TimeUnit.MILLISECONDS), "ended");
  }
}
