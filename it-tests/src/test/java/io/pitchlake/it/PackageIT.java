package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.Debian;
import io.pitchlake.it.lab.DeployScript;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.Outcome;
import io.pitchlake.it.lab.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The life of the Debian package on a machine with systemd and nothing but what the package
/// depends on: each test goes on where the one before it has stopped.
@RequiresRoot
@BesideOthers
@TestMethodOrder(OrderAnnotation.class)
class PackageIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment().withHost("scanner", "192.168.2.66/24").withHost("node-a");

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String CONF = "/etc/pitchlake/pitchlake.conf";
  private static final String UNIT = "pitchlake.service";
  private static final String TRAPS =
      """
      interface 1 { name eth0 }
      network 1 { addr 192.168.2.0 mask 24 real 192.168.2.4 tarpit enable interface 1 }
      register networks 1 enable networks 1
      """;

  /// CAP_NET_RAW and CAP_SYS_NICE, as /proc/PID/status writes them.
  private static final String CAPABILITIES = "0000000000802000";

  /// More than it takes, so that a busy machine passes; the figure is printed.
  private static final long START_MICROS = 8_000_000;

  private static Path packages;
  private static Path deb;
  private static Debian machine;

  @BeforeAll
  static void makeThePackageAndBoot() throws IOException {
    packages = LAB.record("package");
    CompletableFuture<Outcome> packed =
        CompletableFuture.supplyAsync(
            () -> DeployScript.named("package.sh").run("--out", packages.toString()));
    machine = Debian.boot(LAB.host("node-a"));
    packed.join().expectSuccess();
    deb = only(".deb");
    machine.copy(deb);
  }

  @AfterAll
  static void powerOff() {
    if (machine != null) {
      machine.close();
    }
  }

  private static Path only(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(packages)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(suffix)).toList();
      assertEquals(1, found.size(), "files *" + suffix + " in " + packages + ": " + found);
      return found.getFirst();
    }
  }

  private static Outcome install() {
    return machine.run("dpkg", "-i", "/root/" + deb.getFileName()).expectSuccess();
  }

  private static void trapAnswers(boolean wanted) {
    LAB.host("scanner")
        .runUntil(
            wanted ? "an answer from a simulated address" : "silence at simulated addresses",
            outcome -> outcome.exitCode() == (wanted ? 0 : 1),
            PATIENCE,
            "ping",
            "-c",
            "1",
            "-W",
            "1",
            "192.168.2.77");
  }

  private static String text(String path) {
    return machine.run("cat", path).expectSuccess().stdout();
  }

  @Test
  @Order(1)
  void isInstalledAndStartsNothing() {
    install().expectOutput("nothing was started");
    machine.run("dpkg", "--verify", "pitchlake").expectSuccess();
    machine
        .run("dpkg-query", "-W", "-f", "${Status}\n${Conffiles}", "pitchlake")
        .expectOutput("install ok installed\n " + CONF);
    machine.run("getent", "passwd", "pitchlake").expectOutput("/usr/sbin/nologin");
    machine
        .run("stat", "-c", "%U:%G %a", "/etc/pitchlake", CONF)
        .expectOutput("root:pitchlake 750\nroot:pitchlake 640\n");
    machine.run("systemctl", "is-enabled", UNIT).expectOutput("disabled");
    machine.run("systemctl", "is-active", UNIT).expectOutput("inactive");
  }

  @Test
  @Order(2)
  void bringsItsOwnJavaAndSaysWhatIsInside() {
    machine.run("which", "java").expectExit(1);
    Outcome version = machine.run("pitchlake", "version").expectSuccess().expectOutput("Java 25");
    assertEquals("", version.stderr());
    machine
        .run("env", "PITCHLAKE_JAVA_OPTS=-XX:AOTMode=on -Xlog:aot", "pitchlake", "version")
        .expectSuccess()
        .expectOutput("Opened AOT cache");
    String docs = "/usr/share/doc/pitchlake/";
    machine.run("cat", docs + "copyright").expectSuccess();
    machine.run("cat", docs + "pitchlake.rules.yml").expectOutput("alert: PitchlakeNoMaster");
    machine.run("ls", docs + "dashboards").expectOutput("balancer.json\npair.json\ntarpit.json");
    machine
        .run("cat", docs + "THIRD-PARTY.txt")
        .expectOutput("org.jgroups:jgroups:")
        .expectOutput("Apache License")
        .expectOutput("GNU LESSER GENERAL PUBLIC LICENSE");
    machine.run("cat", docs + "bom.json").expectOutput("\"CycloneDX\"").expectOutput("\"jgroups\"");
    machine.run("cat", "/usr/lib/pitchlake/runtime/legal/java.base/LICENSE").expectSuccess();
    String manual =
        machine
            .run("zcat", "/usr/share/man/man8/pitchlake.8.gz")
            .expectSuccess()
            .expectOutput(".Dt PITCHLAKE 8")
            .stdout();
    String help = machine.run("pitchlake", "--help").expectSuccess().stdout();
    List<String> words =
        help.substring(help.indexOf("Commands:"), help.indexOf("Examples:"))
            .lines()
            .filter(line -> line.matches("  [a-z0-9]+ .*"))
            .map(line -> line.strip().split(" ", 2)[0])
            .toList();
    assertTrue(words.containsAll(List.of("run", "witness", "0", "70")), help);
    for (String word : words) {
      assertTrue(
          manual.contains(".It Cm " + word + "\n") || manual.contains(".It " + word + "\n"),
          word + " is not in the manual page");
    }
  }

  @Test
  @Order(2)
  void shellsFindTheirCompletion() {
    machine
        .run(
            "bash",
            "-c",
            "source /usr/share/bash-completion/completions/pitchlake; COMP_WORDS=(pitchlake sh);"
                + " COMP_CWORD=1; _pitchlake; echo \"${COMPREPLY[*]}\"")
        .expectSuccess()
        .expectOutput("show");
    machine
        .run(
            "head",
            "-n",
            "1",
            "/usr/share/zsh/vendor-completions/_pitchlake",
            "/usr/share/fish/vendor_completions.d/pitchlake.fish")
        .expectSuccess()
        .expectOutput("#compdef pitchlake")
        .expectOutput("# fish completion for pitchlake");
  }

  @Test
  @Order(3)
  void theUnitIsSoundAndHardened() {
    Outcome verified = machine.run("systemd-analyze", "verify", "--man=no", UNIT).expectSuccess();
    assertEquals("", verified.stdout() + verified.stderr());
    machine
        .run("systemd-analyze", "security", "--no-pager", "--threshold=25", UNIT)
        .expectSuccess();
  }

  @Test
  @Order(4)
  void theConfigurationItComesWithIsRefusedAndNotTriedAgain() {
    machine.run("systemctl", "start", UNIT).expectExit(1);
    assertTrue(machine.journal(UNIT).contains("no network is both registered and enabled"));
    assertEquals("3", machine.property(UNIT, "ExecMainStatus"));
    assertEquals("failed", machine.property(UNIT, "ActiveState"));
    assertEquals("0", machine.property(UNIT, "NRestarts"));
  }

  @Test
  @Order(5)
  void runsAsAUserOfItsOwnWithTwoCapabilities() {
    machine.write(CONF, TRAPS);
    machine.run("systemctl", "enable", "--now", UNIT).expectSuccess();
    String status = machine.property(UNIT, "StatusText");
    assertTrue(status.startsWith("ready: "), status);
    trapAnswers(true);
    String process = machine.property(UNIT, "MainPID");
    machine.run("stat", "-c", "%U", "/proc/" + process).expectOutput("pitchlake");
    machine
        .run("bash", "-c", "printf 'show status\\nexit\\n' | pitchlake control")
        .expectSuccess()
        .expectOutput("role ");
    machine
        .run("cat", "/proc/" + process + "/status")
        .expectOutput("CapEff:\t" + CAPABILITIES)
        .expectOutput("CapBnd:\t" + CAPABILITIES)
        .expectOutput("NoNewPrivs:\t1")
        .expectOutput("Seccomp:\t2");
    String journal = machine.journal(UNIT);
    assertTrue(journal.contains("the engine thread runs in real time"), journal);
    long micros =
        Long.parseLong(machine.property(UNIT, "ActiveEnterTimestampMonotonic"))
            - Long.parseLong(machine.property(UNIT, "ExecMainStartTimestampMonotonic"));
    System.out.printf("from the start to forwarding: %d ms%n", micros / 1000);
    assertTrue(micros < START_MICROS, "from the start to forwarding: " + micros + " us");
  }

  @Test
  @Order(6)
  void aBrokenFileNeverReachesTheNode() {
    String process = machine.property(UNIT, "MainPID");
    machine.write(CONF, TRAPS + "server x\n");
    machine.run("systemctl", "reload", UNIT).expectExit(1);
    assertTrue(machine.journal(UNIT).contains(CONF + ":4:"), machine.journal(UNIT));
    assertEquals("active", machine.property(UNIT, "ActiveState"));
    machine.write(CONF, TRAPS + "arp 192.168.2.9\n");
    machine.run("systemctl", "reload", UNIT).expectSuccess();
    machine.runUntil(
        "the change in the journal",
        outcome -> outcome.stdout().contains("192.168.2.9"),
        PATIENCE,
        "journalctl",
        "-o",
        "cat",
        "-u",
        UNIT);
    assertEquals(process, machine.property(UNIT, "MainPID"), "the same process goes on");
  }

  @Test
  @Order(7)
  void aNodeThatHangsIsKilledAndStartedAgain() {
    String process = machine.property(UNIT, "MainPID");
    String fed = machine.property(UNIT, "WatchdogTimestampMonotonic");
    machine.runUntil(
        "a watchdog that is fed again",
        outcome -> !outcome.stdout().strip().equals(fed),
        PATIENCE,
        "systemctl",
        "show",
        "-P",
        "WatchdogTimestampMonotonic",
        UNIT);
    machine.run("sh", "-c", "kill -STOP " + process).expectSuccess();
    machine.runUntil(
        "another process that is ready",
        outcome -> outcome.stdout().equals("1\nactive\n"),
        PATIENCE,
        "systemctl",
        "show",
        "--value",
        "-p",
        "NRestarts,ActiveState",
        UNIT);
    assertTrue(machine.journal(UNIT).contains("Watchdog timeout"), machine.journal(UNIT));
    assertNotEquals(process, machine.property(UNIT, "MainPID"));
  }

  @Test
  @Order(8)
  void theDropInLetsItReadByXdp() {
    String status = machine.property(UNIT, "StatusText");
    assertTrue(status.contains("eth0 (ring,"), status);
    String folder = "/etc/systemd/system/" + UNIT + ".d";
    machine.run("mkdir", folder).expectSuccess();
    machine.run("cp", "/usr/share/doc/pitchlake/xdp.conf", folder).expectSuccess();
    machine.run("systemctl", "daemon-reload").expectSuccess();
    machine.run("systemctl", "restart", UNIT).expectSuccess();
    status = machine.property(UNIT, "StatusText");
    assertTrue(status.contains("eth0 (xdp,"), status);
  }

  @Test
  @Order(9)
  void anUpgradeKeepsTheFileAndStartsANodeThatRunsAgain() {
    String process = machine.property(UNIT, "MainPID");
    install();
    assertTrue(text(CONF).contains("192.168.2.9"), "the configuration is the user's");
    assertEquals("active", machine.property(UNIT, "ActiveState"));
    assertNotEquals(process, machine.property(UNIT, "MainPID"));
    machine.write(CONF, "server x\n");
    String now = machine.property(UNIT, "MainPID");
    assertTrue(install().stderr().contains("was not restarted"));
    assertEquals(now, machine.property(UNIT, "MainPID"));
    machine.write(CONF, TRAPS);
  }

  @Test
  @Order(10)
  void isRemovedWithTheConfigurationKept() {
    machine.run("dpkg", "-r", "pitchlake").expectSuccess();
    assertEquals(TRAPS, text(CONF));
    assertEquals("not-found", machine.property(UNIT, "LoadState"));
    Outcome running =
        machine.run("find", "/proc", "-maxdepth", "2", "-name", "exe", "-lname", "*java*");
    assertEquals("", running.stdout(), "processes that run Java");
    LAB.host("scanner").forgetNeighbors();
    trapAnswers(false);
  }

  @Test
  @Order(11)
  void isPurgedAndNothingIsLeft() {
    machine.run("rm", "/root/" + deb.getFileName()).expectSuccess();
    machine.run("dpkg", "-P", "pitchlake").expectSuccess();
    Outcome left = machine.run("find", "/", "-xdev", "-name", "*pitchlake*").expectSuccess();
    assertEquals("", left.stdout());
    machine.run("getent", "passwd", "pitchlake").expectExit(2);
    machine.run("getent", "group", "pitchlake").expectExit(2);
  }

  @Test
  void theTarballRunsWhereItIsUnpacked() throws IOException {
    Path folder = LAB.record("unpacked");
    LabHost scanner = LAB.host("scanner");
    scanner.run("rm", "-rf", folder.toString()).expectSuccess();
    Files.createDirectories(folder);
    scanner
        .run("tar", "-C", folder.toString(), "--strip-components=1", "-xf", only(".gz").toString())
        .expectSuccess();
    scanner
        .run("env", "-i", folder.resolve("bin/pitchlake").toString(), "version")
        .expectSuccess()
        .expectOutput("Java 25");
    assertTrue(Files.size(folder.resolve("doc/THIRD-PARTY.txt")) > 0);
    assertTrue(Files.exists(folder.resolve("doc/bom.json")));
    assertTrue(Files.exists(folder.resolve("doc/LICENSE")));
  }
}
