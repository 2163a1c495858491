package io.pitchlake.node.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Admin;
import io.pitchlake.common.config.Configuration.AdminListen;
import io.pitchlake.common.config.Configuration.AdminSocket;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.text.JsonReader;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.RoleCause;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.event.SecurityEvent;
import io.pitchlake.node.event.sink.SinkStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What an operator asks, over real sockets; and what others try there.
@Timeout(60)
class AdminServerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long SHORT_MILLIS = 300;
  private static final String TOKEN = "a-token-of-many-characters";
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir static Path folder;

  private final TurningNode turning = new TurningNode(TurningNode.CONFIGURATION);
  private final RecentEvents events = new RecentEvents();
  private List<SinkStatus> sinks = List.of();
  private Reloaded reloaded = new Reloaded(true, List.of("'set drainto 5' is new"));
  private AdminServer server;
  private AdminClient client;

  @BeforeEach
  void open() throws AdminException {
    server = open(admin(32, 10_000, Optional.empty()), SHORT_MILLIS * 100);
    client = new AdminClient(server.socket().orElseThrow());
  }

  @AfterEach
  void close() throws InterruptedException {
    server.close();
    turning.close();
  }

  private static Admin admin(int connections, int rate, Optional<Path> token) {
    return new Admin(
        new AdminSocket.Auto(),
        // Port 0: any that is free.
        new AdminListen.At(IpAddress.parse("127.0.0.1"), 0),
        token,
        Optional.empty(),
        Optional.empty(),
        connections,
        rate);
  }

  private AdminServer open(Admin admin, long patienceMillis) throws AdminException {
    return AdminServer.open(
        operated(), admin, folder.resolve("run").resolve("admin.sock"), patienceMillis);
  }

  private Operated operated() {
    return new Operated(
        List.of(turning.node), "node-a", "1.2", turning.clock, () -> reloaded, events, () -> sinks);
  }

  private AdminClient.Answer get(String target) throws IOException {
    return client.ask("GET", target, true);
  }

  private Map<String, Object> getJson(String target) throws IOException {
    AdminClient.Answer answer = get(target);
    assertEquals(200, answer.status(), answer::body);
    return JsonReader.object(JsonReader.read(answer.body()));
  }

  private String text(String target) throws IOException {
    AdminClient.Answer answer = client.ask("GET", target, false);
    assertEquals(200, answer.status(), answer::body);
    return answer.body();
  }

  private AdminClient.Answer post(String target) throws IOException {
    return client.ask("POST", target, false);
  }

  /// Asks until the answer is as wanted.
  private String awaitText(String target, Predicate<String> wanted) throws IOException {
    long untilNanos = System.nanoTime() + PATIENCE.toNanos();
    AdminClient.Answer seen = client.ask("GET", target, false);
    while (seen.status() != 200 || !wanted.test(seen.body())) {
      assertTrue(System.nanoTime() < untilNanos, "last seen: " + seen);
      seen = client.ask("GET", target, false);
    }
    return seen.body();
  }

  private Socket http() throws IOException {
    Socket socket = new Socket("127.0.0.1", server.address().orElseThrow().getPort());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  /// Sends bytes as they are and reads until the other side closes.
  private String raw(String request) throws IOException {
    try (Socket socket = http()) {
      return raw(socket, request);
    }
  }

  private static String raw(Socket socket, String request) throws IOException {
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return rest(socket.getInputStream());
  }

  private static String rest(InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String request(String method, String target, String... headers) {
    return method
        + " "
        + target
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        + String.join("", List.of(headers).stream().map(header -> header + "\r\n").toList())
        + "\r\n";
  }

  @Test
  void theSocketIsForItsGroupAloneAndGoneAfterwards() throws IOException {
    Path path = server.socket().orElseThrow();
    assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    server.close();
    assertFalse(Files.exists(path));
  }

  @Test
  void aSocketThatAKilledProcessLeftGivesWayAndOneThatIsAnsweredDoesNot() throws Exception {
    Path path = server.socket().orElseThrow();
    // Another node of this host: it starts all the same, without a socket.
    try (AdminServer other = open(admin(1, 1, Optional.empty()), SHORT_MILLIS)) {
      assertEquals(Optional.empty(), other.socket());
    }
    Admin asked =
        new Admin(
            new AdminSocket.At(path),
            new AdminListen.Off(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            1,
            1);
    AdminException refused = assertThrows(AdminException.class, () -> open(asked, SHORT_MILLIS));
    assertEquals("another process listens at " + path, refused.getMessage());
    assertEquals(200, get("/healthz").status());

    Path kept = path.resolveSibling("kept.sock");
    Files.createLink(kept, path);
    server.close();
    Files.move(kept, path);
    try (AdminServer next = open(asked, SHORT_MILLIS)) {
      assertEquals(200, get("/healthz").status());
      assertEquals(Optional.empty(), next.address());
    }
    Files.writeString(path, "no socket");
    assertTrue(
        assertThrows(AdminException.class, () -> open(asked, SHORT_MILLIS))
            .getMessage()
            .endsWith("is there, and no socket"));
    Files.delete(path);
  }

  @Test
  void peopleSeeTables() throws IOException {
    awaitText("/api/v1/vrrp", seen -> seen.contains(" active "));
    String status = text("/api/v1/status");
    assertTrue(status.lines().anyMatch("name                 node-a"::equals), status);
    assertTrue(status.contains("role                 active"), status);
    String networks = awaitText("/api/v1/networks", seen -> seen.contains(" 248\n"));
    assertTrue(networks.startsWith("NETWORK  NAME    PORT  VLAN  FAMILY  BLOCK "), networks);
    assertTrue(networks.contains("10.0.0.0/24  10.0.0.4  10.0.0.5  master  hang"), networks);
    String targets = text("/api/v1/targets");
    assertTrue(targets.contains("tcpopen 80          no     tcpopen 80: no answer"), targets);
    assertTrue(text("/api/v1/config").startsWith("hostname node-a\n"));
    assertTrue(text("/api/v1/modules").contains("6  tarpit  the master"));
    assertEquals("no sessions\n", text("/api/v1/sessions"));
  }

  @Test
  void aLongTableIsReadInPieces() throws IOException {
    awaitText("/api/v1/networks", seen -> seen.contains(" 248\n"));
    Map<String, Object> first = getJson("/api/v1/addresses?limit=100&state=simulated");
    assertEquals(100, JsonReader.list(first.get("addresses")).size());
    Map<String, Object> second =
        getJson("/api/v1/addresses?limit=10000&state=simulated&after=" + first.get("next"));
    assertEquals(null, second.get("next"));
    Set<Object> all =
        Stream.of(first, second)
            .flatMap(part -> JsonReader.list(part.get("addresses")).stream())
            .map(row -> JsonReader.object(row).get("address"))
            .collect(Collectors.toSet());
    assertEquals(248, all.size());
    Map<String, Object> one = getJson("/api/v1/addresses?address=10.0.0.77");
    assertEquals(
        "simulated",
        JsonReader.object(JsonReader.list(one.get("addresses")).getFirst()).get("state"));
  }

  @Test
  void anOperatorReleasesAnAddress() throws IOException {
    awaitText("/api/v1/networks", seen -> seen.contains(" 248\n"));
    AdminClient.Answer done = post("/api/v1/addresses/10.0.0.77/release");
    assertEquals(200, done.status());
    assertTrue(done.body().contains("10.0.0.77 is silent now"), done.body());
    assertTrue(text("/api/v1/addresses?address=10.0.0.77").contains(" held "));
    assertEquals(404, post("/api/v1/addresses/10.0.0.4/release").status());
    assertEquals(400, post("/api/v1/addresses/nowhere/release").status());
  }

  @Test
  void anOperatorAdministersTargets() throws IOException {
    assertEquals(
        "done  target 2 keeps its flows and gets no new ones, until the file or an operator says otherwise\n",
        post("/api/v1/targets/2/drain").body());
    assertTrue(text("/api/v1/targets").contains("10.0.0.21  drain  yes "), text("/api/v1/targets"));
    post("/api/v1/targets/2/disable");
    assertTrue(text("/api/v1/targets").contains("10.0.0.21  maintenance  yes "));
    post("/api/v1/targets/2/enable");
    assertTrue(text("/api/v1/targets").contains("10.0.0.21  ready  yes "));
    AdminClient.Answer unknown = post("/api/v1/targets/9/drain");
    assertEquals(404, unknown.status());
    assertEquals("no target 9 runs here\n", unknown.body());
  }

  @Test
  void anOperatorHasAnotherNodeTakeOver() throws IOException {
    awaitText("/api/v1/vrrp", seen -> seen.contains(" active "));
    AdminClient.Answer done = post("/api/v1/failover?seconds=5");
    assertTrue(done.body().startsWith("done     left the place of 1 virtual router "), done.body());
    // Nobody else is there, so after three adverts it is active again.
    awaitText("/api/v1/vrrp", seen -> seen.contains("nothing is heard of an active router"));
    assertEquals(400, post("/api/v1/failover?seconds=0").status());
  }

  @Test
  void aReloadSaysWhatCameOfIt() throws IOException {
    assertTrue(post("/api/v1/reload").body().contains("'set drainto 5' is new"));
    reloaded = new Reloaded(false, List.of("line one", "line two"));
    AdminClient.Answer refused = post("/api/v1/reload");
    assertEquals(409, refused.status());
    assertEquals("line one\nline two\n", refused.body());
  }

  @Test
  void aTraceShowsWhichModuleHasEndedAFramesWay() throws IOException {
    awaitText("/api/v1/networks", seen -> seen.contains(" 248\n"));
    String asked = client.ask("POST", "/api/v1/trace?frames=3&address=10.0.0.77", false).body();
    List<String> rows = asked.lines().toList();
    assertEquals(4, rows.size(), asked);
    assertTrue(
        rows.get(1)
            .matches(" +0  eth0  10.0.0.66  10.0.0.77  ARP request +[0-9]+ .* tarpit +consumed  -"),
        asked);
    String silent = client.ask("POST", "/api/v1/trace?seconds=1&address=10.0.0.78", false).body();
    assertEquals("no frames\n", silent);
    assertEquals(200, get("/healthz").status());
  }

  private void assertTraced(String flow, String... facts) throws IOException {
    String seen = text("/api/v1/flows/" + flow);
    for (String fact : facts) {
      assertTrue(
          seen.lines().anyMatch(line -> line.replaceAll(" {2,}", " ").startsWith(fact)),
          () -> "'" + fact + "' for " + flow + " in:\n" + seen);
    }
  }

  @Test
  void aFlowIsTracedToItsTargetOrDecoy() throws IOException {
    awaitText("/api/v1/networks", seen -> seen.contains(" 248\n"));
    assertTraced(
        "tcp/10.0.0.66/4711/10.0.0.77/22",
        "flow tcp 10.0.0.66:4711 > 10.0.0.77:22",
        "fate trapped",
        "active this node",
        "here yes",
        "state simulated",
        "why nobody has the address, so a decoy accepts the connection and lets it hang");
    assertTraced(
        "udp/10.0.0.66/4711/10.0.0.77/53", "why nobody has the address, so a decoy takes note");
    // Nobody answers for the targets, so none of them is ready.
    assertTraced(
        "tcp/10.0.0.66/4711/10.0.0.10/80",
        "fate refused",
        "server 1",
        "why the server's quorum is not reached");
    assertTraced("tcp/10.0.0.66/4711/10.0.0.10/81", "fate refused", "why 10.0.0.10 is a server's");
    assertTraced("tcp/10.0.0.66/4711/10.0.0.5/22", "fate own", "why it is the cluster's own");
    assertTraced("tcp/10.0.0.66/4711/10.0.0.4/22", "fate own", "why it is a node's own");
    assertTraced("tcp/10.0.0.66/4711/10.0.0.20/22", "fate none", "why the address is never");
    assertTraced("tcp/10.0.0.66/4711/10.9.0.20/22", "fate none", "why stations of network 1 send");
    assertTraced("tcp/10.9.0.66/4711/10.9.0.20/22", "fate none", "why neither address");
    assertTraced("tcp/10.9.0.66/4711/10.0.0.77/22", "fate trapped");
    AdminClient.Answer mixed = get("/api/v1/flows/tcp/10.0.0.66/1/2001:db8::1/2");
    assertEquals(400, mixed.status(), mixed::body);
    AdminClient.Answer port = get("/api/v1/flows/tcp/10.0.0.66/70000/10.0.0.77/2");
    assertTrue(port.body().contains("source_port: '70000' is no number"), port::body);
    AdminClient.Answer protocol = get("/api/v1/flows/icmp/10.0.0.66/7/10.0.0.77/2");
    assertTrue(protocol.body().contains("'icmp' is none of tcp, udp"), protocol::body);
  }

  private static SecurityEvent trapped(String attacker, long times) {
    return new SecurityEvent.Trapped(
        EventKind.TCP_SYNACK,
        IpAddress.parse("10.0.0.77"),
        22,
        IpAddress.parse(attacker),
        4711,
        MacAddress.parse("02:00:00:00:00:66"),
        times);
  }

  @Test
  void whatBecameOfEventsIsShownAndCounted() throws IOException {
    SinkStatus log = new SinkStatus("log", 5, 0, 0, 0, 10, "");
    sinks = List.of(log, new SinkStatus("file /e \"x\"", 7, 2, 1, 3, 10, "no <room>"));
    Map<String, Object> shown =
        JsonReader.object(JsonReader.list(getJson("/api/v1/events").get("sinks")).get(1));
    assertEquals(7L, shown.get("delivered"));
    assertEquals(2L, shown.get("dropped"));
    assertEquals(1L, shown.get("failed"));
    assertEquals("no <room>", shown.get("trouble"));
    String metrics = text("/metrics");
    for (String line :
        List.of(
            "pitchlake_event_sink_delivered_total{sink=\"file /e \\\"x\\\"\"} 7.0",
            "pitchlake_event_sink_dropped_total{sink=\"file /e \\\"x\\\"\"} 2.0",
            "pitchlake_event_sink_failed_total{sink=\"file /e \\\"x\\\"\"} 1.0",
            "pitchlake_event_sink_waiting{sink=\"file /e \\\"x\\\"\"} 3.0",
            "pitchlake_event_sink_limit{sink=\"log\"} 10.0")) {
      assertTrue(metrics.contains(line), () -> line + " is not in " + metrics);
    }
    sinks = List.of(log);
    String after = text("/metrics");
    assertFalse(after.contains("sink=\"file"), "what is gone is not counted any more");
    assertTrue(after.contains("pitchlake_event_sink_delivered_total{sink=\"log\"} 5.0"), after);
  }

  @Test
  void eventsAreKeptSummedUpAndFollowed() throws Exception {
    events.add(trapped("10.0.0.66", 3), 1000);
    events.add(trapped("10.0.0.67", 40), 2000);
    assertTrue(text("/api/v1/events").contains("TARPIT IPv4 TCP_SYNACK for 10.0.0.77/22"));
    assertTrue(text("/api/v1/top").lines().toList().get(1).startsWith("10.0.0.67"));
    BlockingQueue<String> heard = new ArrayBlockingQueue<>(10);
    Thread follower =
        Thread.ofVirtual()
            .start(() -> {
              try {
                client.follow(end -> {}, event -> heard.add(event) && false);
              } catch (IOException e) {
                heard.add(e.toString());
              }
            });
    while (follower.isAlive()) {
      events.add(trapped("10.0.0.68", 1), 3000);
      follower.join(Duration.ofMillis(20));
    }
    String event = heard.poll(1, TimeUnit.SECONDS);
    assertTrue(
        JsonReader.object(JsonReader.read(event))
            .get("line")
            .toString()
            .contains("sent to 10.0.0.68"),
        event);
  }

  @Test
  void aNodeThatHangsIsNotHealthyAndIsStillCounted() throws IOException {
    assertEquals(200, get("/healthz").status());
    assertEquals(200, get("/readyz").status());
    turning.hang(true);
    try {
      assertEquals(503, get("/healthz").status());
      assertEquals(503, get("/api/v1/targets").status());
      assertTrue(text("/metrics").contains("pitchlake_frames_received_total"));
      // However often it is asked, the queue keeps room for others.
      for (int i = 0; i < 12; i++) {
        assertEquals(503, get("/healthz").status());
      }
      assertTrue(turning.node.whenTurning(() -> {}));
    } finally {
      turning.hang(false);
    }
    awaitText("/api/v1/targets", seen -> seen.contains("10.0.0.21"));
    awaitText("/healthz", _ -> true);
  }

  // ---- what the page asks for

  private static String states(Map<String, Object> map, int block) {
    return JsonReader.object(JsonReader.list(map.get("blocks")).get(block))
        .get("states")
        .toString();
  }

  @Test
  void aNetworkIsAPicture() throws IOException {
    awaitText("/api/v1/networks", seen -> seen.contains(" 248\n"));
    awaitText("/api/v1/asked", seen -> seen.contains("10.0.0.77 "));
    Map<String, Object> map = getJson("/api/v1/map");
    assertEquals("10.0.0.0/24", map.get("block"));
    assertEquals(null, map.get("next"));
    String states = states(map, 0);
    assertEquals(256, states.length());
    assertEquals('x', states.charAt(0), states);
    assertEquals("oo", states.substring(4, 6), states);
    assertEquals('o', states.charAt(10), states);
    assertEquals("xx", states.substring(20, 22), states);
    assertEquals('a', states.charAt(77), states);
    assertEquals('s', states.charAt(78), states);
    assertEquals('x', states.charAt(255), states);
    Map<String, Object> counts = JsonReader.object(JsonReader.list(map.get("blocks")).getFirst());
    assertEquals(248L, counts.get("simulated"));
    assertEquals(1L, counts.get("asked"));
    assertEquals(404, get("/api/v1/map?network=2").status());
    assertEquals(400, get("/api/v1/map?from=10.0.1.0").status());
    assertEquals(400, get("/api/v1/map?blocks=257").status());
  }

  @Test
  void aLargerNetworkIsReadBlockByBlock() throws Exception {
    String large =
        TurningNode.CONFIGURATION
            .replace("10.0.0.0 mask 24", "10.0.0.0 mask 22")
            .replace("register networks 1", "arp 10.0.3.0/24 register networks 1");
    try (TurningNode other = new TurningNode(large)) {
      Operated operated =
          new Operated(
              List.of(other.node), "b", "1.2", other.clock, () -> reloaded, events, List::of);
      AddressMap map = new AddressMap(List.of(new EngineReader(other.node)), operated.clock());
      Page all = map.page(new Request(Map.of()));
      assertEquals(4, all.rows("blocks").size());
      assertEquals("10.0.3.0", all.rows("blocks").getLast().getFirst());
      assertEquals("x".repeat(256), all.rows("blocks").getLast().get(1));
      Page first = map.page(new Request(Map.of("blocks", "2")));
      assertEquals(2, first.rows("blocks").size());
      assertEquals("10.0.2.0", first.fact("next"));
      Page last = map.page(new Request(Map.of("from", "10.0.3.7")));
      assertEquals(List.of("10.0.3.0"), last.rows("blocks").stream().map(List::getFirst).toList());
      assertEquals(null, last.fact("next"));
    }
  }

  private static SecurityEvent changed(int router, RouterRole to, RoleCause cause) {
    return new SecurityEvent.RouterChanged(
        router, 50, true, RouterRole.BACKUP, to, cause, IpAddress.parse("10.0.0.6"), 1);
  }

  @Test
  void takeoversAreKeptApartFromWhatAScanLeaves() throws IOException {
    events.add(changed(1, RouterRole.ACTIVE, RoleCause.SILENCE), 1000);
    for (int i = 0; i < 2000; i++) {
      events.add(trapped("10.0.0.66", 1), 2000);
    }
    events.add(changed(2, RouterRole.BACKUP, RoleCause.STARTED), 3000);
    List<String> rows = text("/api/v1/takeovers").lines().skip(1).toList();
    assertEquals(2, rows.size());
    assertTrue(rows.get(0).startsWith("1970-01-01T00:00:03Z       2    50  ipv4 "), rows.get(0));
    assertTrue(rows.get(0).matches(".* this node has started +-"), rows.get(0));
    assertTrue(
        rows.get(1).endsWith("active  nothing is heard of an active router  10.0.0.6"),
        rows.get(1));
    for (int i = 0; i < 100; i++) {
      events.add(changed(2, RouterRole.BACKUP, RoleCause.LATE), 4000 + i);
    }
    assertEquals(TakeoverHistory.KEPT, text("/api/v1/takeovers?router=2").lines().skip(1).count());
    assertEquals(1, text("/api/v1/takeovers?router=1").lines().skip(1).count());
  }

  @Test
  void whatAnAttackerDidIsToldApart() throws IOException {
    events.add(trapped("10.0.0.66", 3), 1000);
    events.add(
        new SecurityEvent.Trapped(
            EventKind.ARP_REPLY,
            IpAddress.parse("10.0.0.77"),
            0,
            IpAddress.parse("10.0.0.66"),
            0,
            MacAddress.parse("02:00:00:00:00:66"),
            40),
        2000);
    Map<String, Object> top = getJson("/api/v1/top");
    Map<String, Object> attacker =
        JsonReader.object(JsonReader.list(top.get("attackers")).getFirst());
    assertEquals(43L, attacker.get("events"));
    assertEquals(40L, attacker.get("asked"));
    assertEquals(3L, attacker.get("connected"));
    assertEquals(0L, attacker.get("pinged"));
    assertEquals("1970-01-01T00:00:01Z", attacker.get("first"));
    assertEquals("1970-01-01T00:00:02Z", attacker.get("last"));
  }

  @Test
  void ratesAreWhatWasCountedInAnInterval() throws Refusal {
    CounterBank bank = new CounterBank();
    SimClock clock = new SimClock();
    RateHistory rates = new RateHistory(clock, value -> value.applyAsLong(bank));
    bank.add(Counter.FRAMES_RECEIVED, 300);
    clock.advanceMillis(2000);
    rates.sample();
    bank.add(Counter.TARPIT_SYNACKS, 5);
    clock.advanceMillis(4000); // late
    rates.sample();
    rates.sample(); // no time has passed
    Page page = rates.page(new Request(Map.of()));
    List<Column> columns = page.shape().tables().getFirst().columns();
    int received = columns.stream().map(Column::name).toList().indexOf("received");
    int synAcks = columns.stream().map(Column::name).toList().indexOf("synacks");
    assertEquals(2, page.rows("rates").size());
    assertEquals(150.0, page.rows("rates").get(0).get(received));
    assertEquals(0.0, page.rows("rates").get(1).get(received));
    assertEquals(1.25, page.rows("rates").get(1).get(synAcks));
    for (int i = 0; i < 2 * RateHistory.KEPT; i++) {
      clock.advanceMillis(2000);
      rates.sample();
    }
    assertEquals(RateHistory.KEPT, rates.page(new Request(Map.of())).rows("rates").size());
    Page few = rates.page(new Request(Map.of("limit", "3", "after", "5")));
    assertEquals(
        List.of(900L, 901L, 902L), few.rows("rates").stream().map(List::getFirst).toList());
  }

  // ---- the page itself

  @Test
  void thePageIsThereWithItsPolicy() throws IOException {
    String page = raw(request("GET", "/"));
    assertTrue(page.startsWith("HTTP/1.1 200 OK"), page);
    assertTrue(page.contains("content-type: text/html; charset=utf-8"), page);
    assertTrue(
        page.contains("content-security-policy: default-src 'none'; script-src 'self'"), page);
    assertTrue(page.contains("frame-ancestors 'none'"), page);
    assertTrue(page.contains("<!doctype html>"), page);
    String etag = page.lines().filter(line -> line.startsWith("etag: ")).findFirst().orElseThrow();
    String again = raw(request("GET", "/", "If-None-Match: " + etag.substring("etag: ".length())));
    assertTrue(again.startsWith("HTTP/1.1 304 "), again);
    assertFalse(again.contains("<!doctype html>"), again);
    assertTrue(raw(request("GET", "/vendor/uplot.js")).contains("uPlot"));
    assertTrue(raw(request("GET", "/vendor/uplot.txt")).contains("MIT License"));
    for (String nothing : List.of("/index.html", "/js/", "/js/../index.html", "/js/nothing.js")) {
      assertTrue(raw(request("GET", nothing)).startsWith("HTTP/1.1 404 "), nothing);
    }
    assertTrue(raw(request("POST", "/")).startsWith("HTTP/1.1 403 "));
  }

  @Test
  void thePageNeedsNoTokenAndWhatItShowsDoes() throws Exception {
    reopen(admin(32, 10_000, Optional.of(tokenFile())), 30_000);
    assertTrue(raw(request("GET", "/")).startsWith("HTTP/1.1 200 OK"));
    assertTrue(raw(request("GET", "/js/main.js")).startsWith("HTTP/1.1 200 OK"));
    assertTrue(raw(request("GET", "/api/v1/map")).startsWith("HTTP/1.1 401 "));
    assertTrue(raw(request("GET", "/events")).startsWith("HTTP/1.1 401 "));
  }

  /// Nothing inline, nothing from elsewhere, nothing that parses markup; no file that is forgotten
  /// on either side.
  @Test
  void thePageIsMadeOfTheseFilesAlone() throws Exception {
    Path files = Path.of(Dashboard.class.getResource("dashboard/index.html").toURI()).getParent();
    try (Stream<Path> scripts = Files.list(files.resolve("js"))) {
      assertEquals(
          Dashboard.SCRIPTS.stream().map(name -> name + ".js").sorted().toList(),
          scripts.map(path -> path.getFileName().toString()).sorted().toList());
    }
    Dashboard dashboard = new Dashboard();
    try (Stream<Path> all = Files.walk(files)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file);
        for (String wrong :
            List.of("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")) {
          assertFalse(text.contains(wrong), () -> file + " has " + wrong);
        }
        Matcher links =
            Pattern.compile(
                    "(?:^import .* from |src=|href=)['\"]([^'\"#]+)['\"]", Pattern.MULTILINE)
                .matcher(text);
        while (links.find()) {
          String path =
              links.group(1).startsWith("./")
                  ? "/js/" + links.group(1).substring(2)
                  : links.group(1);
          assertTrue(
              path.startsWith("/api/v1/") || dashboard.at(path).isPresent(),
              () -> file + " names " + path);
        }
      }
    }
    String page = Files.readString(files.resolve("index.html"));
    assertFalse(page.contains("style="), page);
    assertFalse(Pattern.compile("\\son[a-z]+=").matcher(page).find(), page);
    assertFalse(Pattern.compile("<script(?![^>]* src=)").matcher(page).find(), page);
  }

  // ---- the description

  @Test
  void theDescriptionIsTrue() throws IOException {
    Map<String, Object> document = getJson("/api/v1/openapi.json");
    assertEquals("3.1.0", document.get("openapi"));
    events.add(trapped("10.0.0.66", 3), 1000);
    awaitText("/api/v1/networks", seen -> seen.contains(" 248\n"));
    int checked = 0;
    for (Map.Entry<String, Object> path : JsonReader.object(document.get("paths")).entrySet()) {
      for (Map.Entry<String, Object> operation : JsonReader.object(path.getValue()).entrySet()) {
        String target =
            path.getKey()
                .replace("{target}", "2")
                .replace("{address}", "10.0.0.99")
                .replace("{protocol}", "tcp")
                .replace("{source}", "10.0.0.66")
                .replace("{destination}", "10.0.0.10")
                .replaceAll("\\{[a-z]+_port\\}", "80");
        AdminClient.Answer answer =
            client.ask(operation.getKey().toUpperCase(Locale.ROOT), target, true);
        assertEquals(200, answer.status(), () -> target + ": " + answer.body());
        Object schema =
            at(operation.getValue(), "responses", "200", "content", "application/json", "schema");
        conforms(target, JsonReader.object(schema), JsonReader.read(answer.body()));
        for (Object one :
            JsonReader.list(JsonReader.object(operation.getValue()).get("parameters"))) {
          parameterIsUnderstood(target, operation.getKey(), JsonReader.object(one));
        }
        checked++;
      }
    }
    assertEquals(
        new Api(operated(), List.of(), new Captures(operated(), List.of())).routes().size(),
        checked);
  }

  /// Nonsense for a parameter that exists is refused for its value, not for its name.
  private void parameterIsUnderstood(String target, String method, Map<String, Object> parameter)
      throws IOException {
    if (parameter.get("in").equals("query") && method.equals("get")) {
      AdminClient.Answer answer = get(target + "?" + parameter.get("name") + "=%21");
      assertEquals(400, answer.status(), answer::body);
      assertFalse(answer.body().contains("there is no parameter"), answer::body);
    }
  }

  private static Object at(Object value, String... names) {
    Object found = value;
    for (String name : names) {
      found = JsonReader.object(found).get(name);
    }
    return found;
  }

  private static void conforms(String where, Map<String, Object> schema, Object value) {
    List<Object> types =
        schema.get("type") instanceof String one
            ? List.of(one)
            : JsonReader.list(schema.get("type"));
    String is =
        switch (value) {
          case null -> "null";
          case String _ -> "string";
          case Boolean _ -> "boolean";
          case Number _ -> "number";
          case List<?> _ -> "array";
          default -> "object";
        };
    assertTrue(types.contains(is), () -> where + ": " + value + " is none of " + types);
    if (is.equals("array")) {
      JsonReader.list(value)
          .forEach(one -> conforms(where + "[]", JsonReader.object(schema.get("items")), one));
    } else if (is.equals("object")) {
      Map<String, Object> properties = JsonReader.object(schema.get("properties"));
      assertEquals(properties.keySet(), JsonReader.object(value).keySet(), where);
      assertEquals(List.copyOf(properties.keySet()), schema.get("required"));
      JsonReader.object(value)
          .forEach((name, one) ->
              conforms(where + "." + name, JsonReader.object(properties.get(name)), one));
    }
  }

  // ---- who comes over HTTP

  @Test
  void overHttpWithoutATokenOneReadsAndNothingElse() throws IOException {
    assertTrue(raw(request("GET", "/api/v1/status")).startsWith("HTTP/1.1 200 OK"));
    String metrics = raw(request("GET", "/metrics"));
    assertTrue(metrics.contains("content-type: text/plain; version=0.0.4"), metrics);
    assertTrue(metrics.contains("X-Content-Type-Options: nosniff"), metrics);
    assertTrue(raw(request("POST", "/api/v1/failover")).startsWith("HTTP/1.1 403 "));
    assertTrue(raw(request("POST", "/api/v1/targets/1/drain")).startsWith("HTTP/1.1 403 "));
    String rebound =
        raw("GET /api/v1/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assertTrue(rebound.startsWith("HTTP/1.1 403 "), rebound);
  }

  private void reopen(Admin admin, long patienceMillis) throws AdminException {
    server.close();
    server = open(admin, patienceMillis);
    client = new AdminClient(server.socket().orElseThrow());
  }

  private static Path tokenFile() throws IOException {
    Path file = folder.resolve("token");
    Files.writeString(file, TOKEN + "\n");
    return file;
  }

  @Test
  void withATokenWhoKnowsItDoesEverythingAndOthersNothing() throws Exception {
    reopen(admin(32, 10_000, Optional.of(tokenFile())), 30_000);
    assertTrue(raw(request("GET", "/healthz")).startsWith("HTTP/1.1 200 "));
    String refused = raw(request("GET", "/metrics"));
    assertTrue(refused.startsWith("HTTP/1.1 401 "), refused);
    assertTrue(refused.contains("www-authenticate: Bearer"), refused);
    for (String wrong :
        List.of(
            "Bearer " + TOKEN + "x", "Bearer", "Basic " + TOKEN, "Bearer " + TOKEN.substring(1))) {
      String answer = raw(request("POST", "/api/v1/reload", "Authorization: " + wrong));
      assertTrue(answer.startsWith("HTTP/1.1 401 "), wrong + ": " + answer);
    }
    String bearer = "Authorization: Bearer " + TOKEN;
    assertTrue(raw(request("GET", "/metrics", bearer)).startsWith("HTTP/1.1 200 "));
    assertTrue(raw(request("POST", "/api/v1/reload", bearer)).startsWith("HTTP/1.1 200 "));
  }

  @Test
  void aTokenThatIsTooShortIsRefused() throws IOException {
    Path file = folder.resolve("short");
    Files.writeString(file, "short\n");
    AdminException refused =
        assertThrows(
            AdminException.class, () -> open(admin(1, 1, Optional.of(file)), SHORT_MILLIS));
    assertEquals(AdminException.Reason.FILE, refused.reason());
    assertTrue(refused.getMessage().contains("at least 16"), refused.getMessage());
  }

  @Test
  void overTlsTheSameIsSpoken() throws Exception {
    Path store = folder.resolve("self.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString())
            .inheritIO()
            .start();
    assertEquals(0, keytool.waitFor(), "keytool");
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
    Path certificate = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    Files.writeString(certificate, pem("CERTIFICATE", keys.getCertificate("mykey").getEncoded()));
    Files.writeString(key, pem("PRIVATE KEY", keys.getKey("mykey", PASSWORD).getEncoded()));
    reopen(
        new Admin(
            new AdminSocket.Auto(),
            new AdminListen.At(IpAddress.parse("127.0.0.1"), 0),
            Optional.of(tokenFile()),
            Optional.of(certificate),
            Optional.of(key),
            8,
            100),
        30_000);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("node", keys.getCertificate("mykey"));
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    try (Socket plain = http();
        SSLSocket socket =
            (SSLSocket)
                context
                    .getSocketFactory()
                    .createSocket(plain, "localhost", plain.getPort(), true)) {
      String answer =
          raw(socket, request("GET", "/api/v1/status", "Authorization: Bearer " + TOKEN));
      assertTrue(answer.startsWith("HTTP/1.1 200 OK"), answer);
    }
    assertFalse(raw(request("GET", "/healthz")).contains("200 OK"));
  }

  private static String pem(String what, byte[] bytes) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(what, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes), what);
  }

  // ---- who is no operator

  @Test
  void nonsenseGetsASentence() throws IOException {
    assertTrue(raw("nonsense\r\n\r\n").startsWith("HTTP/1.1 400 "));
    assertTrue(raw(request("GET", "/" + "x".repeat(5000))).startsWith("HTTP/1.1 414 "));
    assertTrue(
        raw(request("GET", "/healthz", "X-Long: " + "x".repeat(9000))).startsWith("HTTP/1.1 431 "));
    assertTrue(
        raw(request("GET", "/healthz", "Content-Length: 1000000")).startsWith("HTTP/1.1 413 "));
    assertTrue(raw(request("GET", "/api/v1/nothing")).startsWith("HTTP/1.1 404 "));
    assertTrue(raw(request("GET", "/api/v1/status?%zz")).startsWith("HTTP/1.1 400 "));
    assertTrue(raw(request("GET", "/../../etc/passwd")).startsWith("HTTP/1.1 404 "));
    assertTrue(raw(request("DELETE", "/api/v1/status")).startsWith("HTTP/1.1 40"));
    assertEquals(405, client.ask("DELETE", "/api/v1/status", true).status());
    AdminClient.Answer refused = get("/api/v1/addresses?limit=99999999");
    assertEquals(400, refused.status());
    assertEquals(
        "limit: '99999999' is no number from 1 to 10000",
        JsonReader.object(JsonReader.read(refused.body())).get("error"));
  }

  @Test
  void whoIsSlowIsCut() throws Exception {
    reopen(admin(32, 10_000, Optional.empty()), SHORT_MILLIS);
    long begun = System.nanoTime();
    try (Socket silent = http();
        Socket slow = http()) {
      slow.getOutputStream().write("GET /healthz HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
      assertEquals("", rest(silent.getInputStream()));
      assertEquals("", rest(slow.getInputStream()));
    }
    assertTrue(System.nanoTime() - begun < PATIENCE.toNanos());
    assertEquals(2, server.traffic().of(Traffic.Fate.SLOW));
  }

  @Test
  void whoSendsAByteNowAndThenIsCutAsWell() throws Exception {
    reopen(admin(32, 10_000, Optional.empty()), SHORT_MILLIS);
    try (Socket dripping = http()) {
      assertThrows(
          IOException.class,
          () -> {
            for (int i = 0; i < 100_000; i++) {
              dripping.getOutputStream().write('x');
              TimeUnit.MILLISECONDS.sleep(5);
            }
          });
    }
    assertEquals(1, server.traffic().of(Traffic.Fate.SLOW));
  }

  @Test
  void whoDoesNotReadIsCut() throws Exception {
    awaitText("/api/v1/networks", seen -> seen.contains(" 248\n"));
    reopen(admin(32, 10_000, Optional.empty()), SHORT_MILLIS);
    try (Socket deaf = new Socket()) {
      deaf.setReceiveBufferSize(2048);
      deaf.connect(server.address().orElseThrow());
      byte[] ask =
          "GET /api/v1/openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII);
      // One request after the other without reading, until the kernel has no more room.
      assertThrows(
          IOException.class,
          () -> {
            for (int i = 0; i < 100_000; i++) {
              deaf.getOutputStream().write(ask);
              TimeUnit.MILLISECONDS.sleep(2);
            }
          });
    }
    assertEquals(200, get("/healthz").status());
  }

  @Test
  void connectionsAreCountedAndTheSocketIsNotTheirs() throws Exception {
    reopen(admin(2, 10_000, Optional.empty()), 30_000);
    try (Socket one = http();
        Socket two = http();
        Socket three = http()) {
      assertEquals("", rest(three.getInputStream()));
      assertEquals(200, get("/healthz").status());
      assertTrue(one.isConnected() && two.isConnected());
    }
    assertEquals(1, server.traffic().of(Traffic.Fate.CONNECTIONS));
  }

  @Test
  void requestsAreCountedToo() throws Exception {
    reopen(admin(32, 5, Optional.empty()), 30_000);
    try (Socket socket = http()) {
      StringBuilder seen = new StringBuilder();
      String ask = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
      byte[] buffer = new byte[4096];
      for (int i = 0; i < 7; i++) {
        socket.getOutputStream().write(ask.getBytes(StandardCharsets.US_ASCII));
        int length = socket.getInputStream().read(buffer);
        if (length < 0) {
          break;
        }
        seen.append(new String(buffer, 0, length, StandardCharsets.US_ASCII));
      }
      assertTrue(seen.toString().contains("HTTP/1.1 429 "), seen.toString());
    }
    assertEquals(200, get("/healthz").status());
  }

  // ---- metrics

  @Test
  void metricsHaveTheirUnitsAndNobodysAddress() throws IOException {
    awaitText("/api/v1/networks", seen -> seen.contains(" 248\n"));
    events.add(trapped("10.0.0.66", 3), 1000);
    String metrics = text("/metrics");
    for (String name :
        List.of(
            "pitchlake_received_bytes_total ",
            "pitchlake_proofs_free_total 248.0",
            "pitchlake_frames_dropped_total{reason=\"nobody\"} ",
            "pitchlake_addresses 249.0",
            "pitchlake_addresses_limit 1024.0",
            "pitchlake_sync_lag_seconds 0.0",
            "pitchlake_port_frames_sent_total{port=\"eth0\"} ",
            "pitchlake_target_healthy{target=\"2\"} 0.0",
            "pitchlake_build_info{version=\"1.2\"} 1",
            "pitchlake_routers_active 1.0",
            "pitchlake_engine_answer_seconds ",
            "pitchlake_admin_answered_total ")) {
      assertTrue(metrics.contains("\n" + name), () -> name + " in " + metrics);
    }
    assertFalse(metrics.contains("10.0.0."), metrics);
    for (String line : metrics.split("\n")) {
      assertTrue(
          line.matches("# (HELP|TYPE) pitchlake_[a-z0-9_]+ .*")
              || line.matches(
                  "pitchlake_[a-z0-9_]+(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*\\})? [-+.0-9A-Za-z]+"),
          line);
    }
  }
}
