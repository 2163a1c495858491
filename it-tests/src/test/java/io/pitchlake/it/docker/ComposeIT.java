package io.pitchlake.it.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.it.docker.Machine.Plug;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.ComposeContainer;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.junit.jupiter.Container;

/// The lab of `docker-compose.yml`, started once as users start it, with Prometheus beside it. Each
/// drill breaks something in it and mends it again; the outages it measured are printed.
@RequiresDocker
class ComposeIT {
  private static final Duration START = Duration.ofMinutes(3);
  private static final String ACTIVE = "IPv4) BACKUP -> ACTIVE";
  private static final List<String> NODES = List.of("node-a", "node-b");
  private static final String[] SERVICES = {
    "node-a", "node-b", "backend-1", "backend-2", "host-a", "scanner", "prometheus"
  };

  /// With adverts every 100 ms a dead node is missed after 300 and a bit; the rest is for a busy
  /// machine.
  private static final int LONGEST_OUTAGE_MILLIS = 2_000;

  /// Other networks than a lab's that somebody plays with on this machine, and any ports.
  private static final String LAN = "172.31.12.";

  private static final String LAN6 = "fd31:12::";
  private static final String SYNC = "172.31.13.";
  private static final String ADMIN = "172.31.14.";

  private static final int SYNC_PORT = 7800;
  private static final int API_PORT = 7802;
  private static final int PROMETHEUS_PORT = 9090;
  private static final Path COMPOSE = Path.of(System.getProperty("pitchlake.compose"));

  /// All of the file but Grafana, of which there is no package; Prometheus is Debian's.
  @Container
  private static final ComposeContainer LAB =
      new ComposeContainer(
              COMPOSE.toFile(), COMPOSE.resolveSibling("deploy/docker/no-registry.yaml").toFile())
          .withServices(SERVICES)
          .withEnv("JAR_FROM", "host")
          // Or what belongs to a profile would be left behind at the end.
          .withEnv("COMPOSE_PROFILES", "monitoring")
          .withEnv("PITCHLAKE_LAN", withoutEnd(LAN, "."))
          .withEnv("PITCHLAKE_LAN6", withoutEnd(LAN6, "::"))
          .withEnv("PITCHLAKE_SYNC", withoutEnd(SYNC, "."))
          .withEnv("PITCHLAKE_ADMIN", withoutEnd(ADMIN, "."))
          .withEnv("PITCHLAKE_ADMIN6", "fd31:14")
          .withEnv("PITCHLAKE_PORT_A", "0")
          .withEnv("PITCHLAKE_PORT_B", "0")
          .withEnv("PITCHLAKE_PORT_PROMETHEUS", "0")
          .withBuild(true)
          .withPull(false)
          .waitingFor("node-a", Wait.forHealthcheck().withStartupTimeout(START))
          .waitingFor("node-b", Wait.forHealthcheck().withStartupTimeout(START))
          .waitingFor("prometheus", Wait.forHealthcheck().withStartupTimeout(START));

  private final Machine nodeA = machine("node-a");
  private final Machine nodeB = machine("node-b");
  private final Machine scanner = machine("scanner");

  private static String withoutEnd(String prefix, String end) {
    return prefix.substring(0, prefix.length() - end.length());
  }

  private static Machine machine(String service) {
    // With the number of the container: without, backend-2 would be the second one of "backend".
    return new Machine(service, LAB.getContainerByServiceName(service + "-1").orElseThrow());
  }

  /// Every test begins with node A active, B behind it, and all backends ready on both.
  @BeforeEach
  void settle() {
    for (Machine node : List.of(nodeA, nodeB)) {
      node.awaitHealth("healthy");
    }
    Machine.await(
        () -> role(nodeA).equals("ACTIVE") && role(nodeB).equals("BACKUP"),
        () -> "node A active before node B: " + role(nodeA) + ", " + role(nodeB));
    for (Machine node : List.of(nodeA, nodeB)) {
      for (String backend : List.of(LAN + "30", LAN + "31")) {
        Machine.await(
            () -> isReady(node, backend), () -> backend + " is not ready on " + node.service());
      }
    }
  }

  private static String role(Machine node) {
    String log = node.log();
    int at = log.lastIndexOf("IPv4) ");
    return at < 0 ? "" : log.substring(log.indexOf("-> ", at) + 3).split("[^A-Z]", 2)[0];
  }

  private static boolean isReady(Machine node, String address) {
    String log = node.log();
    int started = log.lastIndexOf("ready: node");
    return log.lastIndexOf("target " + address + " is ready [")
        > Math.max(started, log.lastIndexOf("target " + address + " is not ready"));
  }

  private static long counter(Machine node, String name) {
    String counters = node.say("pitchlake", "show", "counters");
    return counters
        .lines()
        .map(line -> line.strip().split(" +", 3))
        .filter(words -> words[1].equals(name))
        .mapToLong(words -> Long.parseLong(words[0]))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in\n" + counters));
  }

  @AfterAll
  static void keepLogs() throws IOException {
    Path folder = Files.createDirectories(Path.of(System.getProperty("pitchlake.records")));
    for (String node : NODES) {
      Files.writeString(folder.resolve("docker-" + node + ".log"), machine(node).log());
    }
  }

  /// The last that both nodes said of roles, targets and each other; for a failure.
  private static String whatNodesSaid() {
    return NODES.stream()
        .map(node -> {
          List<String> lines =
              machine(node)
                  .log()
                  .lines()
                  .filter(
                      line -> line.matches(".*( VRRP | SLB target | sync: |ready: |asked to).*"))
                  .toList();
          return "\n"
              + node
              + ":\n"
              + String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
        })
        .collect(Collectors.joining());
  }

  private static void report(String what, Object noticed) {
    System.out.println("in containers, " + what + ": " + noticed);
  }

  // ---- what users see

  @Test
  void aScannerFindsAFullOffice() {
    String found = scanner.say("nmap", "-n", "-sn", LAN + "0/24");
    // All 254, but for what another test holds for a machine coming up.
    assertTrue(found.matches("(?s).*\\(25[34] hosts up\\).*"), found);
    String ports = scanner.say("nmap", "-n", "-Pn", "-sS", "-p", "22,80", LAN + "77", LAN + "20");
    String[] hosts = ports.split("scan report for " + LAN + "20");
    assertTrue(hosts[0].contains("22/tcp open") && hosts[0].contains("80/tcp open"), ports);
    assertTrue(hosts[1].contains("22/tcp closed") && hosts[1].contains("80/tcp open"), ports);
  }

  @Test
  void nobodyElsesAddressIsTaken() {
    assertTrue(
        scanner.say("curl", "-sS", "-m", "5", "http://" + LAN + "20/").contains("I am host-a"));
    String asked = scanner.say("arping", "-c", "1", "-I", "eth0", LAN + "20");
    assertFalse(asked.contains("00:00:5E:00:01:32"), asked);
    ExecResult probed = scanner.exec("arping", "-D", "-c", "2", "-I", "eth0", LAN + "99");
    assertTrue(probed.getStdout().contains("Received 0 response"), probed::toString);
  }

  @Test
  void whoConnectsToATrapHangs() {
    ExecResult hung = scanner.exec("curl", "-sS", "-v", "-m", "2", "http://" + LAN + "77/");
    assertEquals(28, hung.getExitCode(), hung::toString);
    assertTrue(hung.getStderr().contains("Connected to " + LAN + "77"), hung::toString);
    assertTrue(
        scanner.say("ndisc6", "-1", LAN6 + "77", "eth0").contains("00:00:5E:00:02:32"),
        "a neighbour advertisement");
    nodeA.awaitSaying(0, "TARPIT IPv4 TCP_SYNACK for " + LAN + "77/80 sent to " + LAN + "66/");
  }

  @Test
  void backendsAnswerTheClientThemselves() {
    for (String server : List.of(LAN + "10", "[" + LAN6 + "10]")) {
      // Each is a connection of its own: the backends speak HTTP/1.0.
      List<String> answers =
          scanner
              .say("curl", "-sS", "-m", "5", "http://" + server + "/?[1-20]")
              .lines()
              .distinct()
              .sorted()
              .toList();
      String me = server.startsWith("[") ? LAN6 + "66" : LAN + "66";
      assertEquals(
          Stream.of("backend-1", "backend-2")
              .map(name -> "I am " + name + ", and I am real. You are " + me + ".")
              .toList(),
          answers);
    }
  }

  @Test
  void aNodeHasNoPrivilegesButThoseItNeeds() {
    for (String service : NODES) {
      String status = machine(service).say("sh", "-c", "cat /proc/$(pidof java)/status");
      assertTrue(status.contains("Uid:\t950\t950\t950\t950"), status);
      assertTrue(
          status.contains("CapEff:\t0000000000802000"), "CAP_NET_RAW and CAP_SYS_NICE: " + status);
    }
  }

  // ---- Prometheus

  @Test
  void everythingIsPublishedToThisComputerAlone() {
    List<String> elsewhere =
        Stream.of(SERVICES)
            .flatMap(service -> machine(service).published().stream())
            .filter(address -> !address.getAddress().isLoopbackAddress())
            .map(Object::toString)
            .toList();
    assertEquals(List.of(), elsewhere);
  }

  @Test
  void prometheusReadsBothNodesAndKnowsWhoIsActive() throws Exception {
    Prometheus prometheus = Prometheus.at(machine("prometheus").published(PROMETHEUS_PORT));
    prometheus.await("up{job=\"pitchlake\"}", Map.of("node-a:7802", 1.0, "node-b:7802", 1.0));
    prometheus.await(
        "pitchlake_router_active{family=\"ipv4\"}", Map.of("node-a:7802", 1.0, "node-b:7802", 0.0));
    prometheus.await(
        "sum by (instance) (pitchlake_target_healthy)",
        Map.of("node-a:7802", 4.0, "node-b:7802", 4.0));
  }

  @Test
  void everyQueryOfTheDashboardsAndRulesIsAnswered() throws Exception {
    Prometheus prometheus = Prometheus.at(machine("prometheus").published(PROMETHEUS_PORT));
    prometheus.await("up{job=\"pitchlake\"}", Map.of("node-a:7802", 1.0, "node-b:7802", 1.0));
    Set<String> known = prometheus.metrics();
    List<String> queries = Dashboards.queries(COMPOSE.resolveSibling("deploy/grafana/dashboards"));
    assertTrue(queries.size() > 80, () -> "queries: " + queries.size());
    int withData = 0;
    for (String query : queries) {
      assertEquals(List.of(), Dashboards.unknown(query, known), query);
      withData += prometheus.query(query).isEmpty() ? 0 : 1;
    }
    report("queries of dashboards, with data", withData + " of " + queries.size());
    // Those without are of what does not happen here: translation, limits of targets, alerts.
    assertTrue(withData > queries.size() * 3 / 4, () -> "queries: " + queries.size());
    for (Prometheus.Rule rule : prometheus.rules()) {
      assertEquals("ok", rule.health(), rule::toString);
      assertEquals(List.of(), Dashboards.unknown(rule.query(), known), rule::toString);
    }
  }

  @Test
  void promtoolFindsNothingWrong() throws Exception {
    Machine prometheus = machine("prometheus");
    prometheus.say("promtool", "check", "config", "/etc/prometheus/prometheus.yml");
    prometheus.say("promtool", "test", "rules", "/etc/prometheus/pitchlake.rules.test.yml");
    for (Machine node : List.of(nodeA, nodeB)) {
      String metrics =
          NodeApi.of(node.published(API_PORT), node.say("cat", "/srv/admin/node.pem"))
              .get("/metrics", node.say("cat", "/srv/admin/token"));
      prometheus
          .container()
          .copyFileToContainer(Transferable.of(metrics), "/tmp/" + node.service());
      String found =
          prometheus.say("sh", "-c", "promtool check metrics 2>&1 </tmp/" + node.service());
      assertEquals("", found);
    }
  }

  @Test
  void theApiWantsItsToken() throws Exception {
    NodeApi api = NodeApi.of(nodeA.published(API_PORT), nodeA.say("cat", "/srv/admin/node.pem"));
    assertEquals(401, api.status("/metrics", "another-token-of-many-characters"));
    assertEquals(200, api.status("/metrics", nodeA.say("cat", "/srv/admin/token")));
    // Prometheus may read the token, and not the key.
    Machine prometheus = machine("prometheus");
    prometheus.say("cat", "/srv/admin/token");
    assertNotEquals(0, prometheus.exec("cat", "/srv/admin/node.key").getExitCode());
  }

  // ---- drills

  @Test
  void whoIsKilledIsReplaced() {
    int from = nodeB.log().length();
    Client client = Client.on(scanner, LAN);
    nodeA.kill();
    nodeB.awaitSaying(from, ACTIVE);
    from = nodeA.log().length();
    nodeA.start();
    nodeA.awaitSaying(from, ACTIVE);
    report("kill and start", client.end(LONGEST_OUTAGE_MILLIS, ComposeIT::whatNodesSaid));
  }

  @Test
  void whoIsPausedIsReplacedAndWakesUpAsABackup() {
    int from = nodeB.log().length();
    Client client = Client.on(scanner, LAN);
    nodeA.pause();
    nodeB.awaitSaying(from, ACTIVE);
    from = nodeA.log().length();
    nodeA.unpause();
    nodeA.awaitSaying(from, "IPv4) ACTIVE -> BACKUP: this node stood still");
    nodeA.awaitSaying(from, ACTIVE);
    assertTrue(counter(nodeA, "turns_late") > 0, "turns that came late");
    report("pause and unpause", client.end(LONGEST_OUTAGE_MILLIS, ComposeIT::whatNodesSaid));
  }

  @Test
  void whoHangsIsReplacedAndUnhealthy() {
    int from = nodeB.log().length();
    Client client = Client.on(scanner, LAN);
    nodeA.say("sh", "-c", "kill -STOP $(pidof java)");
    nodeB.awaitSaying(from, ACTIVE);
    report("hang", client.end(LONGEST_OUTAGE_MILLIS, ComposeIT::whatNodesSaid));
    nodeA.awaitHealth("unhealthy");
    nodeA.say("sh", "-c", "kill -CONT $(pidof java)");
    nodeA.awaitHealth("healthy");
  }

  @Test
  void whoIsDisconnectedComesBackWhereverItIsPluggedIn() {
    int from = nodeB.log().length();
    Client client = Client.on(scanner, LAN);
    Plug plug = nodeA.plug("lan");
    int fromA = nodeA.log().length();
    nodeA.pullOut(plug);
    nodeB.awaitSaying(from, ACTIVE);
    nodeA.awaitSaying(fromA, "no interface here has an address in " + LAN + "0/24");
    fromA = nodeA.log().length();
    nodeA.putBack(plug);
    nodeA.awaitSaying(fromA, ACTIVE);
    report("disconnect and connect", client.end(LONGEST_OUTAGE_MILLIS, ComposeIT::whatNodesSaid));
  }

  @Test
  void oneAfterTheOtherIsRestarted() {
    Client client = Client.on(scanner, LAN);
    for (Machine node : List.of(nodeB, nodeA)) {
      int from = node.log().length();
      node.restart();
      node.awaitSaying(from, "asked to stop");
      node.awaitSaying(from, "sync: has taken over what " + SYNC);
      node.awaitHealth("healthy");
    }
    nodeA.awaitSaying(nodeA.log().lastIndexOf("ready: node-a"), ACTIVE);
    report("rolling restart", client.end(LONGEST_OUTAGE_MILLIS, ComposeIT::whatNodesSaid));
  }

  // ---- a cluster whose nodes are not of one version

  /// As in an upgrade across formats: a node that holds the cluster's key, and another version.
  @Test
  void anOlderNodesEntriesAreRefusedInWords() throws Exception {
    int from = nodeA.log().length();
    int fromB = nodeB.log().length();
    ClusterKey key =
        new ClusterKey(
            Base64.getDecoder()
                .decode(nodeA.say("base64", "-w", "0", "/var/lib/pitchlake/cluster.key")));
    long boot = System.nanoTime();
    try (OlderNode older = OlderNode.join(key, boot, SYNC + "1", List.of(SYNC + "4", SYNC + "6"))) {
      older.greet(0);
      for (Machine node : List.of(nodeA, nodeB)) {
        node.awaitSaying(
            node.equals(nodeA) ? from : fromB,
            "sync: %s1 has version 0 of the entries, this node version 1; they go on without each other"
                .formatted(SYNC));
      }
      // It hears why, and gets nothing that it would misread, while there are flows to tell of.
      scanner.say("curl", "-sS", "-m", "5", "http://" + LAN + "10/?[1-5]");
      Set<String> greeting = Set.of("entries of format 1");
      assertEquals(Map.of(SYNC + "4", greeting, SYNC + "6", greeting), older.heard());
    }
    assertEquals("ACTIVE", role(nodeA));
    assertTrue(
        nodeA.say("pitchlake", "show", "sync").contains("1  sync_peers_equal"),
        "the pair's own link goes on");
    assertTrue(
        scanner.say("curl", "-sS", "-m", "5", "http://" + LAN + "10/").contains("and I am real"));
  }

  @Test
  void anOlderLinkIsRefusedInWords() throws Exception {
    int from = nodeA.log().length();
    try (Socket socket = new Socket(SYNC + "4", SYNC_PORT)) {
      socket
          .getOutputStream()
          .write(
              ByteBuffer.allocate(46).put("PLK\0\1".getBytes(StandardCharsets.US_ASCII)).array());
      nodeA.awaitSaying(
          from,
          "sync: "
              + SYNC
              + "1 was turned away: speaks version 0 of the sync link, and this node version 1");
    }
    assertEquals("ACTIVE", role(nodeA));
  }
}
