package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.tools.attach.VirtualMachine;
import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.NodeSocket;
import io.pitchlake.it.lab.Outcome;
import io.pitchlake.it.lab.RequiresRoot;
import io.pitchlake.it.lab.StandstillMeter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What the world around a node may do to it: a full disk, a clock that jumps, an interface that
/// goes. Its engine goes on as if nothing were, or the other node takes its place; never does
/// nobody answer for long.
@RequiresRoot
@BesideOthers
class FaultIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("scanner", "192.168.2.66/24")
          .withHostBetween("node-a")
          .withHostBetween("node-b");

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration ADVERT = Duration.ofMillis(200);
  private static final String VIRT = "192.168.2.5";
  private static final String DECOY = "192.168.2.77";

  /// A JVM has so many files open for as long as it lives. A limit below what is open lets nothing
  /// be opened.
  private static final int ALWAYS_OPEN = 16;

  private static final Pattern RECEIVED = Pattern.compile("(\\d+) received");

  private static LabHost scanner;
  private static LabProcess a;

  @BeforeAll
  static void startBoth() throws IOException {
    scanner = LAB.host("scanner");
    LAB.writeRecord("cluster.key", "a key for the lab, long enough to be one");
    Files.createDirectories(LAB.record("small"));
    for (String which : new String[] {"a", "b"}) {
      String own = which.equals("a") ? "10.0.0.1/24" : "10.0.0.2/24";
      LAB.host("node-" + which).run("ip", "addr", "add", own, "dev", "eth1").expectSuccess();
    }
    startA("");
    LAB.host("node-b").startPitchlake(configuration("b", ""));
    well();
  }

  private static String configuration(String which, String more) {
    int own = which.equals("a") ? 1 : 2;
    return """
    hostname  node-%s
    interface 1 { name eth0 wait on }
    vrrp      1 { vrid 50 priority %d network 1 advert 200ms }
    network   1 { addr 192.168.2.0 mask 24 real 192.168.2.%d virt 192.168.2.5 tarpit enable
                  interface 1 }
    arp       192.168.2.4,192.168.2.6
    register  networks 1
    enable    networks 1
    sync      { bind 10.0.0.%d peers 10.0.0.%d key "%s" }
    admin     { socket "%s" }
    %s
    """
        .formatted(
            which,
            own == 1 ? 254 : 100,
            own == 1 ? 4 : 6,
            own,
            3 - own,
            LAB.record("cluster.key"),
            LAB.record("node-" + which + ".sock"),
            more);
  }

  /// With a disk of its own for events, which is small.
  ///
  /// @param before what its program is started with, such as another clock
  private static void startA(String before) {
    Path file =
        LAB.writeRecord(
            "node-a.conf",
            configuration(
                "a",
                "events { file \"%s\" webhook \"https://nobody.invalid/\" }"
                    .formatted(LAB.record("small").resolve("events.json"))));
    a =
        LAB.host("node-a")
            .start(
                "sh",
                "-c",
                "mount -t tmpfs -o size=64k none '%s' && %s exec '%s' run -c '%s'"
                    .formatted(LAB.record("small"), before, NetnsLab.launcher(), file));
    a.awaitLine("ready:", PATIENCE);
  }

  private static void setClock(String offset) {
    LAB.writeRecord("clock", offset + "\n");
  }

  private static String await(String node, String page, Predicate<String> wanted) {
    return new NodeSocket(LAB.record(node + ".sock")).await(page, wanted, PATIENCE);
  }

  /// Node A is active, node B knows what it knows, and decoys are there.
  @AfterEach
  void mended() {
    well();
  }

  private static void well() {
    await(
        "node-a",
        "vrrp",
        seen -> seen.contains(" active ") && seen.contains("10.0.0.2  node  yes"));
    await(
        "node-b",
        "vrrp",
        seen -> !seen.contains(" active ") && seen.contains("10.0.0.1  node  yes"));
    await("node-a", "addresses?address=" + DECOY, seen -> seen.contains(" simulated "));
    new NodeSocket(LAB.record("node-b.sock")).awaitReady(PATIENCE);
  }

  /// How many of 50 pings within 5 s are answered.
  private static int answered(String address) {
    Outcome pings = scanner.run("ping", "-n", "-c", "50", "-i", "0.1", "-W", "1", address);
    Matcher received = RECEIVED.matcher(pings.stdout());
    assertTrue(received.find(), pings::toString);
    return Integer.parseInt(received.group(1));
  }

  /// Everybody is answered and the roles stay. Where the machine under the test stood still for
  /// longer than an advert takes, it is looked at once more.
  private static void goesOn() {
    Seen seen = look();
    for (int more = 0;
        more < 3 && !seen.isWell() && seen.standstill().compareTo(ADVERT) > 0;
        more++) {
      well();
      seen = look();
    }
    assertTrue(seen.isWell(), seen + "\n" + a.output());
  }

  /// What became of 50 pings to each.
  ///
  /// @param steppedDown how often node A gave its place up meanwhile
  /// @param standstill of the machine under the test
  private record Seen(int virt, int decoy, long steppedDown, Duration standstill) {
    boolean isWell() {
      return virt == 50 && decoy == 50 && steppedDown == 0;
    }
  }

  private static Seen look() {
    int before = a.lineCount();
    try (StandstillMeter machine = new StandstillMeter()) {
      int virt = answered(VIRT);
      int decoy = answered(DECOY);
      long steppedDown =
          a.output().lines().skip(before).filter(line -> line.contains("ACTIVE -> BACKUP")).count();
      return new Seen(virt, decoy, steppedDown, machine.longest());
    }
  }

  /// Whom the other node answers for now; one ping may be on its way while it still learns.
  private static void otherAnswers() {
    await("node-b", "vrrp", seen -> seen.contains(" active "));
    for (String address : List.of(VIRT, DECOY)) {
      scanner.runUntil(
          "an answer of " + address,
          outcome -> outcome.stdout().contains(" 0% packet loss"),
          PATIENCE,
          "ping",
          "-n",
          "-c",
          "10",
          "-i",
          "0.1",
          "-W",
          "1",
          address);
    }
  }

  /// Runs a command where node A sees its own disk.
  private static Outcome beside(String... command) {
    return LAB.host("node-a")
        .run(
            Stream.concat(
                    Stream.of("nsenter", "-t", Long.toString(a.pid()), "-m"), Stream.of(command))
                .toArray(String[]::new));
  }

  private static String sink(String kind) {
    return await("node-a", "events", _ -> true)
        .lines()
        .filter(line -> line.startsWith(kind))
        .findFirst()
        .orElseThrow();
  }

  private static void awaitTrouble(String kind, Predicate<String> wanted) {
    scanner.runUntil(
        "another state of " + kind,
        _ -> wanted.test(sink(kind)),
        PATIENCE,
        // Something to tell.
        "ping",
        "-c",
        "1",
        "-W",
        "1",
        DECOY);
  }

  @Test
  void aDiskThatIsFull() {
    String filler = LAB.record("small").resolve("filler").toString();
    beside("dd", "if=/dev/zero", "of=" + filler, "bs=4k");
    awaitTrouble("file", line -> line.contains("No space left"));
    goesOn();
    beside("rm", filler).expectSuccess();
    awaitTrouble("file", line -> line.endsWith("-"));
  }

  @Test
  void aNameThatNobodyKnows() {
    awaitTrouble("webhook", line -> line.contains("nobody.invalid:") || !line.endsWith("-"));
    goesOn();
  }

  /// The time of day alone: no kernel lets its monotonic clock jump.
  @Test
  void aClockThatJumps() {
    String library =
        scanner
            .run("dpkg", "-L", "libfaketime")
            .expectSuccess()
            .stdout()
            .lines()
            .filter(line -> line.endsWith("/libfaketimeMT.so.1"))
            .findFirst()
            .orElseThrow();
    a.stop();
    setClock("+0");
    startA(
        "FAKETIME_TIMESTAMP_FILE='%s' FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1 LD_PRELOAD='%s'"
            .formatted(LAB.record("clock"), library));
    try {
      well();
      Set<String> hours = new HashSet<>();
      for (String offset : new String[] {"+1h", "-1h", "+0"}) {
        setClock(offset);
        goesOn();
        hours.add(hourOfReport());
      }
      assertEquals(3, hours.size(), hours::toString);
    } finally {
      a.stop();
      startA("");
    }
  }

  /// Date and hour, as node A writes them now.
  private static String hourOfReport() {
    int seen = a.lineCount();
    a.signal("USR1");
    return a.awaitLine(seen, "a report", line -> line.contains(" now: "), PATIENCE)
        .substring(0, "2026-11-22 22".length());
  }

  @Test
  void anMtuThatChanges() {
    for (String mtu : new String[] {"1400", "1500"}) {
      LAB.host("node-a").run("ip", "link", "set", "eth0", "mtu", mtu).expectSuccess();
      goesOn();
    }
  }

  @Test
  void descriptorsThatRunOut() {
    String pid = Long.toString(a.pid());
    LabHost node = LAB.host("node-a");
    node.run("prlimit", "--pid", pid, "--nofile=" + ALWAYS_OPEN + ":").expectSuccess();
    try {
      Outcome asked =
          node.run("curl", "-sS", "--max-time", "3", "http://127.0.0.1:7802/api/v1/status");
      assertTrue(asked.exitCode() != 0, asked::toString);
      goesOn();
    } finally {
      node.run("prlimit", "--pid", pid, "--nofile=4096:").expectSuccess();
    }
    node.runUntil(
        "an answer of the admin server",
        outcome -> outcome.exitCode() == 0,
        PATIENCE,
        "curl",
        "-sS",
        "--max-time",
        "3",
        "http://127.0.0.1:7802/api/v1/status");
  }

  @Test
  void anInterfaceThatIsTakenOut() {
    LAB.fit("node-a", false);
    try {
      otherAnswers();
    } finally {
      LAB.fit("node-a", true);
    }
  }

  @Test
  void memoryThatRunsOutInAHelper() throws Exception {
    Path agent = LAB.record("memory-eater.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Agent-Class", MemoryEater.class.getName());
    String entry = MemoryEater.class.getName().replace('.', '/') + ".class";
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(agent), manifest);
        InputStream bytes = MemoryEater.class.getResourceAsStream("/" + entry)) {
      jar.putNextEntry(new JarEntry(entry));
      bytes.transferTo(jar);
    }
    VirtualMachine machine = VirtualMachine.attach(Long.toString(a.pid()));
    machine.loadAgent(agent.toString());
    // A node that has lost a helper may hold a place that it no longer fills: it ends as a whole,
    // with a code after which it is started anew.
    assertEquals(1, a.awaitEnd(PATIENCE), a::output);
    a.awaitLine("OutOfMemory encountered", PATIENCE);
    otherAnswers();
    startA("");
  }
}
