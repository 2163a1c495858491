package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.NodeSocket;
import io.pitchlake.it.lab.Outcome;
import io.pitchlake.it.lab.RequiresRoot;
import io.pitchlake.it.lab.StandstillMeter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// An operator before a pair that runs: the commands, the metrics, and a thousand hostile requests
/// that the engine must not feel.
@RequiresRoot
class OperatorIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("scanner", "192.168.2.66/24", "2001:db8:1::66/64")
          .withHost("backend-1", "192.168.2.30/24")
          .withHost("backend-2", "192.168.2.31/24")
          .withHostBetween("node-a")
          .withHostBetween("node-b");

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String VIRT = "192.168.2.5";
  private static final String DECOY = "192.168.2.77";
  private static final Pattern ROUND_TRIP = Pattern.compile("time=([0-9.]+) ms");

  /// Far above what a quiet machine shows, for tests share theirs.
  private static final double MOST_MILLIS_MORE = 20;

  /// A machine that stood still for longer has kept adverts back, whoever asked what.
  private static final Duration ADVERT = Duration.ofMillis(100);

  private LabHost scanner;
  private LabProcess a;
  private LabProcess b;

  @BeforeEach
  void startBoth() {
    scanner = LAB.host("scanner");
    LAB.writeRecord("cluster.key", "a key for the lab, long enough to be one");
    a = start("node-a", "a", 1, 2);
    b = start("node-b", "b", 2, 1);
    a.awaitLine("IPv4) BACKUP -> ACTIVE", PATIENCE);
    a.awaitLine("IPv6) BACKUP -> ACTIVE", PATIENCE);
    b.awaitLine("sync: has taken over what", PATIENCE);
    scanner.forgetNeighbors();
  }

  private static String configuration(String which, int own, int other) {
    return NetnsLab.deployed("examples/pair-" + which + ".conf")
            .replace("arp 1,3", "arp 1,3 aliascheck off")
        + "sync { bind 10.0.0.%d peers 10.0.0.%d key \"%s\" }%n"
            .formatted(own, other, LAB.record("cluster.key"))
        + "admin { socket \"%s\" }%n".formatted(socket("node-" + which));
  }

  private static Path socket(String host) {
    return LAB.record(host + ".sock");
  }

  private static LabProcess start(String host, String which, int own, int other) {
    LAB.host(host)
        .run("ip", "addr", "replace", "10.0.0." + own + "/24", "dev", "eth1")
        .expectSuccess();
    return LAB.host(host).startPitchlake(configuration(which, own, other));
  }

  @AfterEach
  void stopBoth() {
    a.close();
    b.close();
  }

  private static Outcome command(String host, String... words) {
    return LAB.host(host)
        .pitchlake(
            Stream.concat(Arrays.stream(words), Stream.of("-s", socket(host).toString()))
                .toArray(String[]::new));
  }

  private static String show(String host, String... words) {
    return command(
            host, Stream.concat(Stream.of("show"), Arrays.stream(words)).toArray(String[]::new))
        .expectSuccess()
        .stdout();
  }

  private static void awaitShown(String host, String page, Predicate<String> wanted) {
    new NodeSocket(socket(host)).await(page, wanted, PATIENCE);
  }

  @Test
  void anOperatorSeesAPairAndTellsItWhatToDo() {
    String status = show("node-a", "status");
    assertTrue(status.contains("role                 active"), status);
    assertTrue(show("node-b", "status").contains("role                 backup"));
    awaitShown("node-a", "vrrp", seen -> seen.contains("10.0.0.2  node  yes"));

    // What is wanted of a target is known to both.
    awaitShown("node-a", "targets", seen -> seen.contains("192.168.2.31  ready  no           yes"));
    command("node-a", "drain", "target", "2").expectSuccess();
    assertTrue(show("node-a", "targets").contains("192.168.2.31  drain  yes          yes"));
    awaitShown("node-b", "targets", seen -> seen.contains("192.168.2.31  drain  yes"));
    command("node-b", "enable", "target", "2").expectSuccess();
    awaitShown("node-a", "targets", seen -> seen.contains("192.168.2.31  ready  yes"));
    command("node-a", "drain", "target", "7").expectExit(2);

    // A decoy answers until it is let go.
    awaitShown("node-a", "addresses?address=" + DECOY, seen -> seen.contains(" simulated "));
    scanner.run("ping", "-c", "1", "-w", "5", DECOY).expectSuccess();
    command("node-a", "release", DECOY).expectSuccess().expectOutput("is silent now");
    scanner.run("ping", "-c", "1", "-w", "1", DECOY).expectExit(1);
    assertTrue(show("node-a", "addresses", "--address", DECOY).contains(" held "));
    assertTrue(show("node-a", "events").contains("ECHO_REPLY for " + DECOY));

    // What becomes of frames.
    LabProcess pings = scanner.start("ping", "-i", "0.1", "-c", "100", "192.168.2.78");
    String trace =
        command("node-a", "trace", "-n", "3", "--for", "10", "--address", "192.168.2.78")
            .expectSuccess()
            .stdout();
    pings.close();
    assertTrue(
        trace.lines().anyMatch(line -> line.matches(".* ICMP type 8 .* tarpit +consumed .*")),
        trace);

    // The other node takes over, and this one does not want its place back.
    command("node-a", "failover", "--for", "600").expectSuccess();
    b.awaitLine("IPv4) BACKUP -> ACTIVE: the active router has left", PATIENCE);
    a.awaitLine("IPv4) ACTIVE -> BACKUP: an operator has asked it to step down", PATIENCE);
    scanner.run("ping", "-c", "5", "-i", "0.2", VIRT).expectSuccess();
    assertTrue(show("node-a", "status").contains("role                 backup"));
    assertTrue(show("node-b", "status", "--json").contains("\"role\": \"active\""));
    command("node-b", "failover").expectSuccess();
    a.awaitLine("IPv4) BACKUP -> ACTIVE: the active router has left", PATIENCE);
    assertFalse((a.output() + b.output()).contains("ALARM"));

    // Another configuration, and one that is refused.
    String file = configuration("a", 1, 2);
    LAB.writeRecord("node-a.conf", file + "set drainto 5\n");
    command("node-a", "reload").expectSuccess().expectOutput("'set drainto 5' is new");
    LAB.writeRecord("node-a.conf", file.replace("vrid 50", "vrid 51"));
    Outcome refused = command("node-a", "reload").expectExit(10);
    assertTrue(refused.stderr().contains("routers are set up at the start"), refused::stderr);

    LAB.host("node-a")
        .run("curl", "-sS", "http://127.0.0.1:7802/metrics")
        .expectSuccess()
        .expectOutput("pitchlake_vrrp_stepped_down_total %d.0".formatted(steppedDown(a)));
    LAB.host("node-a")
        .run("curl", "-sS", "-X", "POST", "http://127.0.0.1:7802/api/v1/failover")
        .expectOutput("needs the unix socket");
    assertEquals(0, a.stop(), a::output);
    command("node-a", "show", "status").expectExit(9);
  }

  /// How often routers of a node gave their place up, by what it logged: both of a pair when it was
  /// asked to, and again where the machine under it stood still.
  private static long steppedDown(LabProcess node) {
    long times = node.output().lines().filter(line -> line.contains("ACTIVE -> BACKUP: ")).count();
    assertTrue(times >= 2, node::output);
    return times;
  }

  private double[] roundTrips(int seconds) {
    Outcome pings =
        scanner.runFor(
            PATIENCE.plusSeconds(seconds),
            "ping",
            "-n",
            "-i",
            "0.002",
            "-w",
            Integer.toString(seconds),
            VIRT);
    return sorted(pings.stdout());
  }

  private static double[] sorted(String pings) {
    return ROUND_TRIP
        .matcher(pings)
        .results()
        .mapToDouble(reply -> Double.parseDouble(reply.group(1)))
        .sorted()
        .toArray();
  }

  private static double percentile(double[] sorted, double share) {
    return sorted[(int) Math.min(sorted.length - 1, sorted.length * share)];
  }

  private static void print(String when, double[] sorted) {
    System.out.printf(
        "%s: %d echoes, median %.3f ms, 99 %% %.3f ms, 99.9 %% %.3f ms, longest %.3f ms%n",
        when,
        sorted.length,
        percentile(sorted, 0.5),
        percentile(sorted, 0.99),
        percentile(sorted, 0.999),
        sorted[sorted.length - 1]);
  }

  /// What a pair felt of hostile requests to its active node.
  ///
  /// @param moreMillis how much longer 99 % of echoes took at most
  /// @param steppedDown what the active node said when it gave its place up meanwhile, or nothing
  /// @param standstill of the machine under both
  private record Felt(double moreMillis, String steppedDown, String counters, Duration standstill) {
    boolean isNothing() {
      return moreMillis < MOST_MILLIS_MORE
          && steppedDown.isEmpty()
          && counters.lines().anyMatch(line -> line.matches(" *0  vrrp_late .*"));
    }
  }

  private Felt hostileRequests() {
    roundTrips(5); // both have seen what is usual
    double[] before = roundTrips(10);
    int from = a.lineCount();
    String script = Path.of("src/test/resources/hostile.py").toAbsolutePath().toString();
    try (StandstillMeter machine = new StandstillMeter()) {
      LabProcess probe = scanner.start("ping", "-n", "-i", "0.002", "-w", "60", VIRT);
      LabProcess hostile = LAB.host("node-a").start("python3", script);
      hostile.awaitLine("done after", Duration.ofSeconds(90));
      probe.signal("INT");
      probe.awaitLine("packets transmitted", PATIENCE);
      double[] during = sorted(probe.output());
      print("before", before);
      print("during", during);
      return new Felt(
          percentile(during, 0.99) - percentile(before, 0.99),
          a.output()
              .lines()
              .skip(from)
              .filter(line -> line.contains("ACTIVE -> BACKUP"))
              .collect(Collectors.joining("; ")),
          show("node-a", "counters"),
          machine.longest());
    }
  }

  @Test
  void aThousandHostileRequestsAreNotFelt() {
    Felt felt = hostileRequests();
    for (int more = 0;
        more < 2 && !felt.isNothing() && felt.standstill().compareTo(ADVERT) > 0;
        more++) {
      System.out.println("the machine stood still meanwhile, so it is tried again: " + felt);
      stopBoth();
      startBoth();
      felt = hostileRequests();
    }
    assertTrue(felt.isNothing(), felt::toString);
    assertTrue(show("node-a", "status").contains("role                 active"));
    String metrics =
        LAB.host("node-a").run("curl", "-sS", "http://127.0.0.1:7802/metrics").stdout();
    metrics
        .lines()
        .filter(line -> line.startsWith("pitchlake_admin_"))
        .forEach(System.out::println);
  }
}
