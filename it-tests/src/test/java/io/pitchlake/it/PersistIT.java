package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.Outcome;
import io.pitchlake.it.lab.RequiresRoot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How long this machine's own kernel stays in a trap, on the real clock, for a kernel's timers
/// cannot be hurried: 100 s here, longer with `-Dpitchlake.hold.seconds=1860`.
@RequiresRoot
@BesideOthers
class PersistIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("scanner", "192.168.2.66/24", "2001:db8:1::66/64")
          .withHost("node-a");

  private static final int HOLD_SECONDS = Integer.getInteger("pitchlake.hold.seconds", 50);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Path UPLOAD = Path.of("src/test/resources/upload.py").toAbsolutePath();
  private static final Path WAIT_FOR_VERSION =
      Path.of("src/test/resources/wait_for_version.py").toAbsolutePath();
  private static final Pattern PROBE = Pattern.compile("timer:\\(persist,");
  private static final Pattern BACKOFF = Pattern.compile("backoff:(\\d+)");

  private static LabHost scanner;
  private static LabProcess pitchlake;

  @BeforeAll
  static void startTheNode() {
    scanner = LAB.host("scanner");
    pitchlake =
        LAB.host("node-a")
            .startPitchlake(
                """
                modules   arp,ping,master,tarpit
                interface 1 { name eth0 }
                network   1 {
                          addr 192.168.2.0  mask 255.255.255.0  real 192.168.2.4
                          addr6 2001:db8:1::  mask6 64  real6 2001:db8:1::4
                          tarpit enable  tarpit mode persist
                          tarpit mode throttle ports 25  tarpit mode reset ports 23
                          tarpit mode ssh ports 22  tarpit mode http ports 8080
                          interface 1
                }
                set       tarpitdripto 1
                register  networks 1
                enable    networks 1
                """);
  }

  @AfterAll
  static void theNodeHasLivedThroughAllOfIt() {
    assertTrue(pitchlake.isAlive(), pitchlake::output);
    assertEquals(0, pitchlake.stop(), "exit code after SIGTERM; output:\n" + pitchlake.output());
  }

  private static LabProcess upload(String address, int port, int seconds) {
    LabProcess upload =
        scanner.start(
            "python3",
            UPLOAD.toString(),
            address,
            Integer.toString(port),
            Integer.toString(seconds));
    upload.awaitLine("connected", PATIENCE);
    return upload;
  }

  /// The kernel's view of its connections to an address.
  private static Outcome connections(String address) {
    return scanner.run(question(address)).expectSuccess();
  }

  private static String[] question(String address) {
    String quoted = address.contains(":") ? "[" + address + "]" : address;
    return new String[] {"ss", "-Htnoi", "dst", quoted};
  }

  /// How often the time between two probes has doubled.
  private static int backoff(String connection) {
    Matcher doubled = BACKOFF.matcher(connection);
    return doubled.find() ? Integer.parseInt(doubled.group(1)) : 0;
  }

  /// One peer lives on, one is killed: the kernel goes on probing for it as long as it thinks fit.
  @Test
  void aLinuxKernelIsHeldByItsClosedWindow() throws InterruptedException {
    try (LabProcess living = upload("192.168.2.77", 80, HOLD_SECONDS);
        LabProcess sixth = upload("2001:db8:1::77", 443, HOLD_SECONDS);
        LabProcess dying = upload("192.168.2.78", 80, HOLD_SECONDS)) {
      for (String address : List.of("192.168.2.77", "2001:db8:1::77", "192.168.2.78")) {
        scanner.runUntil(
            "the window is closed",
            outcome -> PROBE.matcher(outcome.stdout()).find(),
            PATIENCE,
            question(address));
      }
      dying.close();
      List<Integer> backoffs = new ArrayList<>();
      long deadline = System.nanoTime() + Duration.ofSeconds(HOLD_SECONDS).toNanos();
      StringBuilder record = new StringBuilder();
      while (living.isAlive() && System.nanoTime() < deadline + PATIENCE.toNanos()) {
        String seen = connections("192.168.2.77").stdout();
        if (!seen.isEmpty()) {
          record.append(seen).append(connections("192.168.2.78").stdout());
          backoffs.add(backoff(seen));
        }
        // Nothing to wait for: this is how long a kernel is watched.
        Thread.sleep(2000);
      }
      LAB.writeRecord("held.txt", record.toString());
      living.awaitLine("held;", PATIENCE);
      sixth.awaitLine("held;", PATIENCE);
      assertTrue(
          backoffs.getLast() > backoffs.getFirst() && backoffs.getLast() >= 5,
          "the kernel probes ever less often: " + backoffs);
      assertTrue(
          record.toString().contains("FIN-WAIT-1"),
          () -> "a connection whose process is gone:\n" + record);
    }
  }

  /// curl shows the header as it comes, and waits for its end.
  @ParameterizedTest
  @ValueSource(strings = {"192.168.2.80", "[2001:db8:1::80]"})
  void anHttpClientWaitsForTheEndOfAHeader(String decoy) {
    Outcome asked =
        scanner.run("curl", "-sS", "-g", "-i", "-N", "-m", "8", "http://" + decoy + ":8080/");
    asked.expectExit(28);
    assertTrue(asked.stdout().startsWith("HTTP/1.1 200 OK\r\nETag: "), asked::toString);
    long fields = asked.stdout().lines().filter(line -> line.startsWith("X-")).count();
    assertTrue(fields >= 4 && fields <= 8, () -> fields + " fields in 8 s: " + asked);
  }

  /// As an SSH client does: it takes lines until one is a version.
  @Test
  void anSshClientWaitsForAVersion() {
    try (LabProcess client =
        scanner.start("python3", WAIT_FOR_VERSION.toString(), "192.168.2.81", "8")) {
      String last = client.awaitLine("lines, no version", PATIENCE);
      int lines = Integer.parseInt(last.split(" ")[0]);
      assertTrue(lines >= 5 && lines <= 9, last);
    }
  }

  @Test
  void throttleLetsAnUploadCrawl() {
    try (LabProcess upload = upload("192.168.2.79", 25, 8)) {
      upload.awaitLine("held;", PATIENCE);
      Outcome last = connections("192.168.2.79");
      Matcher acked = Pattern.compile("bytes_acked:(\\d+)").matcher(last.stdout());
      assertTrue(acked.find(), last::toString);
      long bytes = Long.parseLong(acked.group(1));
      assertTrue(bytes > 100 && bytes < 200_000, "bytes in 8 s: " + bytes + " in " + last.stdout());
    }
  }

  @Test
  void resetRefuses() {
    Path script = Path.of("src/test/resources/connect.py").toAbsolutePath();
    scanner
        .run("python3", script.toString(), "23", "192.168.2.80")
        .expectSuccess()
        .expectOutput("Connection refused");
  }
}
