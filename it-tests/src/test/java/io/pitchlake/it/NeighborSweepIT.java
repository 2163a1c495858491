package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.RequiresRoot;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Somebody outside sweeps through a /64 behind a router, which must ask for each address: its
/// neighbour table is what such sweeps exhaust (RFC 6583), and a tarpit must not help them.
/// Measured are the router's table and whether it still reaches a living machine, without the node
/// and with it, and what the sweep leaves in the node.
///
/// A Linux router has room for 1,024 neighbours and cannot give up one that was confirmed within 5
/// s.
///
/// Has the machine to itself: the neighbour table that it fills is one for all namespaces of a
/// kernel, and whoever else asks for a neighbour meanwhile finds no room (the doctor took it for a
/// switch that filters).
@RequiresRoot
class NeighborSweepIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHostBetween("router")
          .withHostBehind("outside", "2001:db8:2::66/64")
          .withHost("host-a", "192.168.2.20/24", "2001:db8:1::20/64")
          .withHost("node-a");

  private static final String LIVING = "2001:db8:1::20";
  private static final int PER_SECOND = 250;
  private static final int MOST_SIMULATED = 256;

  private static final int ROUTER_ROOM = 1024;
  private static final long MOST_GROWN_KIB = 64 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// Sends a datagram to each of so many addresses, so many a second.
  private static final String SWEEP =
      """
      import socket, sys, time
      first, count, rate = (int(word) for word in sys.argv[1:])
      out = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
      begun = time.monotonic()
      for i in range(count):
          n = first + i
          try:
              out.sendto(b'x', ('2001:db8:1::1:%x:%x' % (n >> 16, n & 0xffff), 9))
          except OSError:
              pass  # an error that came back for one before
          wait = begun + (i + 1) / rate - time.monotonic()
          if wait > 0:
              time.sleep(wait)
      print('swept', count, flush=True)
      """;

  private static LabHost router;
  private static LabHost outside;

  /// What a sweep did to the router.
  private record Router(int most, int answered, int living, int pings) {}

  @BeforeAll
  static void startTheRouter() {
    router = LAB.host("router");
    outside = LAB.host("outside");
    router.sysctl(
        "net.ipv6.conf.eth0.disable_ipv6=0",
        "net.ipv6.conf.eth1.disable_ipv6=0",
        "net.ipv6.conf.all.forwarding=1");
    router.run("ip", "addr", "add", "2001:db8:1::1/64", "dev", "eth0", "nodad").expectSuccess();
    router.run("ip", "addr", "add", "2001:db8:2::1/64", "dev", "eth1", "nodad").expectSuccess();
    outside.run("ip", "-6", "route", "add", "default", "via", "2001:db8:2::1").expectSuccess();
    LAB.host("host-a")
        .run("ip", "-6", "route", "add", "default", "via", "2001:db8:1::1")
        .expectSuccess();
    outside.runUntil(
        "the living machine answers",
        outcome -> outcome.exitCode() == 0,
        PATIENCE,
        "ping",
        "-c",
        "1",
        "-W",
        "1",
        LIVING);
  }

  private static Router sweep(int first, int count) {
    router.forgetNeighbors();
    int most = 0;
    int answered = 0;
    int living = 0;
    int pings = 0;
    try (LabProcess sweeper =
        outside.start(
            "python3",
            "-c",
            SWEEP,
            Integer.toString(first),
            Integer.toString(count),
            Integer.toString(PER_SECOND))) {
      while (sweeper.line("swept").isEmpty()) {
        assertTrue(sweeper.isAlive() || sweeper.line("swept").isPresent(), sweeper::output);
        // A second each, and all the clock this loop has.
        int exit = outside.run("ping", "-n", "-c", "1", "-w", "1", LIVING).exitCode();
        pings++;
        living += exit == 0 ? 1 : 0;
        String table =
            router.run("ip", "-6", "neigh", "show", "dev", "eth0", "nud", "all").stdout();
        most = Math.max(most, (int) table.lines().count());
        answered =
            Math.max(answered, (int) table.lines().filter(NeighborSweepIT::isAnswered).count());
      }
    }
    return new Router(most, answered, living, pings);
  }

  /// Groups are in the table, too, and need no answer.
  private static boolean isAnswered(String neighbor) {
    return neighbor.contains("lladdr") && !neighbor.contains("NOARP");
  }

  private static long metric(String name) {
    return metric(name, "");
  }

  private static long metric(String name, String label) {
    String all =
        LAB.host("node-a")
            .run("curl", "-sS", "http://127.0.0.1:7802/metrics")
            .expectSuccess()
            .stdout();
    Matcher line =
        Pattern.compile("(?m)^" + name + "(?:\\{[^}]*" + label + "[^}]*})? (\\S+)$").matcher(all);
    assertTrue(line.find(), () -> "no " + name + " in\n" + all);
    return (long) Double.parseDouble(line.group(1));
  }

  /// Of the largest program in the node's namespace, which is the node.
  private static long residentKib() {
    String status =
        LAB.host("node-a")
            .run(
                "sh", "-c", "ip netns pids $(ip netns identify $$) | xargs ps -o rss= -p | sort -n")
            .expectSuccess()
            .stdout();
    return Long.parseLong(status.strip().lines().toList().getLast().strip());
  }

  @Test
  void aSweepLeavesTheRouterAsSaneAsWithoutTheNodeAndTheNodeBounded() {
    Router without = sweep(0x10_0000, 3_000);
    System.out.printf("sweep of 3,000 at %d/s without a node: %s%n", PER_SECOND, without);
    try (LabProcess node =
        LAB.host("node-a")
            .startPitchlake(
                """
                hostname node-a
                interface 1 { name eth0 }
                network 1 { addr 192.168.2.0 mask 24 real 192.168.2.4 virt 192.168.2.5
                            addr6 2001:db8:1:: mask6 64 real6 2001:db8:1::4 virt6 2001:db8:1::5
                            tarpit enable interface 1 }
                arp 2001:db8:1::1
                register networks 1 enable networks 1
                set tarpitmax6 %d
                set tarpitsweeprate 0
                admin { socket "%s" }
                """
                    .formatted(MOST_SIMULATED, LAB.record("a.sock")))) {
      long before = residentKib();
      Router with = sweep(0x20_0000, 12_000);
      long after = residentKib();
      long simulated = metric("pitchlake_addresses_simulated");
      long table = metric("pitchlake_addresses");
      System.out.printf(
          "sweep of 12,000 at %d/s with the node: %s; node: %d simulated, %d in its table, %d evicted, %d held back by the proof rate, resident %d -> %d KiB%n",
          PER_SECOND,
          with,
          simulated,
          table,
          metric("pitchlake_evicted_total"),
          metric("pitchlake_frames_dropped_total", "reason=\"proof_rate\""),
          before,
          after);
      assertTrue(simulated <= MOST_SIMULATED, simulated + " simulated");
      assertTrue(table < 2 * MOST_SIMULATED + 1_000, table + " addresses in the table");
      assertTrue(after - before < MOST_GROWN_KIB, "grown by " + (after - before) + " KiB");
      // What was never answered a router gives up when it needs the room, and a sweep fills it with
      // that, node or no node; what was answered is what the node puts there.
      assertTrue(with.answered() < ROUTER_ROOM * 3 / 4, "decoys fill the router's table: " + with);
      assertTrue(with.living() == with.pings(), "the router lost a living machine: " + with);
      assertTrue(node.isAlive(), node::output);
    }
  }
}
