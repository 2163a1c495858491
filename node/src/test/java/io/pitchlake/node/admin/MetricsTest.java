package io.pitchlake.node.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Admin;
import io.pitchlake.common.config.Configuration.AdminListen;
import io.pitchlake.common.config.Configuration.AdminSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a node that runs says at `/metrics`, held against the conventions of the field, the list in
/// `docs/metrics.md`, and whatever in `deploy` asks for it.
@Timeout(60)
class MetricsTest {
  /// Whatever gives a metric labels is in it: a router, both families, a quorum, a limit.
  private static final String CONFIGURATION =
      """
      hostname node-a
      interface 1 { name eth0 access ring }
      network 1 { addr 10.0.0.0 mask 24 real 10.0.0.4 virt 10.0.0.5
                  addr6 2001:db8:1:: mask6 64 real6 2001:db8:1::4 virt6 2001:db8:1::5
                  tarpit enable interface 1 }
      vrrp 7 { vrid 50 priority 200 network 1 advert 10ms }
      server 1 { ipaddr 10.0.0.10 port 80 dsr enable targets 1,2 quorum 2,1 }
      target 1 { ipaddr 10.0.0.20 maxsessions 100 }
      target 2 { ipaddr 10.0.0.21 }
      set tarpitmax6 77 set addresses 2048 set sessionrate 1234
      register networks 1 register servers 1 register targets 1,2
      enable networks 1 enable servers 1 enable targets 1,2
      """;

  private static final String ACTIVE =
      "\npitchlake_router_active{family=\"ipv4\",network=\"1\",router=\"7\",vrid=\"50\"} 1.0\n";

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Path DOCUMENT = Path.of("../docs/metrics.md");
  private static final Path DEPLOY = Path.of("../deploy");

  /// What may be a label: numbers of the file, its interfaces, and lists of the program's own.
  private static final Set<String> LABELS =
      Set.of(
          "router", "vrid", "family", "network", "server", "target", "port", "reason", "version");

  private static final Pattern NAME = Pattern.compile("\\bpitchlake_[a-z0-9_]+");

  @TempDir static Path folder;

  private static TurningNode turning;
  private static AdminServer server;
  private static AdminClient client;

  @BeforeAll
  static void open() throws AdminException {
    turning = new TurningNode(CONFIGURATION);
    server =
        AdminServer.open(
            new Operated(
                List.of(turning.node),
                "node-a",
                "1.2",
                turning.clock,
                () -> new Reloaded(true, List.of()),
                new RecentEvents(),
                List::of),
            new Admin(
                new AdminSocket.Auto(),
                new AdminListen.Off(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                5,
                10_000),
            folder.resolve("admin.sock"),
            10_000);
    client = new AdminClient(server.socket().orElseThrow());
  }

  @AfterAll
  static void close() throws InterruptedException {
    server.close();
    turning.close();
  }

  private static String text() throws IOException {
    AdminClient.Answer answer = client.ask("GET", "/metrics", false);
    assertEquals(200, answer.status(), answer::body);
    return answer.body();
  }

  private static Map<String, Scrape.Family> scrape() throws IOException {
    return new Scrape(await(seen -> seen.contains(ACTIVE))).families();
  }

  private static String await(Predicate<String> wanted) throws IOException {
    long untilNanos = System.nanoTime() + PATIENCE.toNanos();
    String seen = text();
    while (!wanted.test(seen)) {
      assertTrue(System.nanoTime() < untilNanos, "last seen: " + seen);
      seen = text();
    }
    return seen;
  }

  /// Prometheus' own linter, `promtool check metrics`, looks at the same in the lab.
  @Test
  void conventionsAreKept() throws IOException {
    scrape()
        .forEach((name, family) -> {
          assertTrue(name.startsWith("pitchlake_"), name);
          assertNotNull(family.help, name);
          assertFalse(family.help.isBlank(), name);
          assertTrue(Set.of("counter", "gauge").contains(family.type), name + ": " + family.type);
          assertEquals(family.type.equals("counter"), name.endsWith("_total"), name);
          assertTrue(family.samples > 0, name);
          for (String unit :
              List.of("_micros", "_millis", "_nanos", "_minutes", "_percent", "_ms")) {
            assertFalse(name.contains(unit), name + " has no base unit");
          }
          assertTrue(
              LABELS.containsAll(family.labels.keySet()), name + ": " + family.labels.keySet());
        });
  }

  @Test
  void noLabelIsAnAddress() throws IOException {
    scrape()
        .forEach((name, family) ->
            family.labels.forEach((label, values) -> {
              for (String value : values) {
                assertFalse(
                    value.contains("10.0.0.") || value.contains("2001:db8"),
                    name + ": " + label + "=" + value);
              }
            }));
  }

  @Test
  void limitsStandBesideUses() throws IOException {
    String seen = await(text -> text.contains(ACTIVE));
    for (String line :
        List.of(
            "pitchlake_addresses_limit 2048.0",
            "pitchlake_network_addresses_simulated_limit{family=\"ipv6\",network=\"1\"} 77.0",
            "pitchlake_server_targets_quorum{server=\"1\"} 2.0",
            "pitchlake_target_sessions_limit{target=\"1\"} 100.0",
            "pitchlake_sessions_started_per_second_limit 1234.0",
            "pitchlake_admin_open_limit 5.0")) {
      assertTrue(seen.contains("\n" + line + "\n"), () -> line + " in " + seen);
    }
    assertFalse(seen.contains("pitchlake_target_sessions_limit{target=\"2\"}"), seen);
    Set<String> names = new Scrape(seen).families().keySet();
    for (String name : names) {
      if (name.endsWith("_per_second_limit")) {
        assertTrue(names.contains(name.replace("_per_second_limit", "_total")), name);
      } else if (name.endsWith("_limit")) {
        assertTrue(names.contains(name.substring(0, name.length() - "_limit".length())), name);
      }
    }
  }

  @Test
  void whatAnEngineThatHangsLastSaidIsNotSaidAgain() throws IOException {
    await(seen -> seen.contains(ACTIVE));
    turning.hang(true);
    try {
      String hanging = text();
      for (String name : List.of("router_active", "network_master", "server_", "target_")) {
        assertFalse(hanging.contains("\npitchlake_" + name), hanging);
      }
      assertTrue(hanging.contains("\npitchlake_engine_answer_seconds NaN\n"), hanging);
      assertTrue(hanging.contains("\npitchlake_frames_received_total "), hanging);
    } finally {
      turning.hang(false);
    }
    await(seen -> seen.contains(ACTIVE));
  }

  // ---- who relies on it

  private static String row(String name, Scrape.Family family) {
    return "| `%s` | %s | %s | %s |"
        .formatted(
            name,
            family.type,
            family.labels.keySet().stream()
                .map(label -> "`" + label + "`")
                .collect(Collectors.joining(", ")),
            family.help);
  }

  @Test
  void theDocumentListsThemAll() throws IOException {
    Set<String> wanted = new TreeSet<>();
    scrape().forEach((name, family) -> wanted.add(row(name, family)));
    Set<String> listed =
        Files.readAllLines(DOCUMENT).stream()
            .filter(line -> line.startsWith("| `pitchlake_"))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> missing = new TreeSet<>(wanted);
    missing.removeAll(listed);
    Set<String> surplus = new TreeSet<>(listed);
    surplus.removeAll(wanted);
    assertTrue(
        missing.isEmpty() && surplus.isEmpty(),
        () ->
            "%s lacks these lines:%n%s%nand has these that no node says:%n%s"
                .formatted(DOCUMENT, String.join("\n", missing), String.join("\n", surplus)));
  }

  /// Each file with the metrics that it names.
  private static Map<Path, Set<String>> named() throws IOException {
    Map<Path, Set<String>> named = new TreeMap<>();
    for (Path folder : List.of(DEPLOY.resolve("prometheus"), DEPLOY.resolve("grafana"))) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          named.put(
              file,
              NAME.matcher(Files.readString(file))
                  .results()
                  .map(MatchResult::group)
                  .collect(Collectors.toCollection(TreeSet::new)));
        }
      }
    }
    return named;
  }

  @Test
  void whateverIsAskedForIsThere() throws IOException {
    Set<String> there = scrape().keySet();
    Map<Path, Set<String>> named = named();
    assertTrue(named.values().stream().mapToInt(Set::size).sum() > 100, named::toString);
    named.forEach((file, names) -> {
      names.removeAll(there);
      assertEquals(Set.of(), names, () -> file + " names what no node says");
    });
  }
}
