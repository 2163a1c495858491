package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.NodeSocket;
import io.pitchlake.it.lab.Outcome;
import io.pitchlake.it.lab.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What an operator does at a terminal, on real ones: flows traced, decoys' traffic captured and
/// read by tshark, the full screen, and the interactive shell. One pair serves all tests.
@RequiresRoot
@BesideOthers
class CommandLineIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("scanner", "192.168.2.66/24", "2001:db8:1::66/64")
          .withHost("backend-1", "192.168.2.30/24")
          .withHost("backend-2", "192.168.2.31/24")
          .withHostBetween("node-a")
          .withHostBetween("node-b");

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String DECOY = "192.168.2.77";

  private static LabHost scanner;
  private static LabProcess a;
  private static LabProcess b;

  @BeforeAll
  static void startBoth() {
    scanner = LAB.host("scanner");
    LAB.writeRecord("cluster.key", "a key for the lab, long enough to be one");
    a = start("node-a", "a", 1, 2);
    b = start("node-b", "b", 2, 1);
    a.awaitLine("IPv4) BACKUP -> ACTIVE", PATIENCE);
    b.awaitLine("sync: has taken over what", PATIENCE);
    awaitShown("node-a", " simulated ", "addresses?address=" + DECOY);
    for (String node : List.of("node-a", "node-b")) {
      for (String target : List.of("192.168.2.30", "192.168.2.31")) {
        awaitShown(node, target + "  ready  no           yes", "targets");
      }
    }
  }

  @BeforeEach
  void forgetNeighbors() {
    scanner.forgetNeighbors();
  }

  private static LabProcess start(String host, String which, int own, int other) {
    LAB.host(host)
        .run("ip", "addr", "replace", "10.0.0." + own + "/24", "dev", "eth1")
        .expectSuccess();
    return LAB.host(host)
        .startPitchlake(
            NetnsLab.deployed("examples/pair-" + which + ".conf")
                    .replace("arp 1,3", "arp 1,3 aliascheck off")
                + "sync { bind 10.0.0.%d peers 10.0.0.%d key \"%s\" }%n"
                    .formatted(own, other, LAB.record("cluster.key"))
                + "admin { socket \"%s\" }%n".formatted(socket(host)));
  }

  private static Path socket(String host) {
    return LAB.record(host + ".sock");
  }

  @AfterAll
  static void stopBoth() {
    for (LabProcess node : new LabProcess[] {a, b}) {
      if (node != null) {
        node.close();
      }
    }
  }

  private static Outcome command(String host, String... words) {
    return LAB.host(host)
        .pitchlake(
            Stream.concat(Arrays.stream(words), Stream.of("-s", socket(host).toString()))
                .toArray(String[]::new));
  }

  private static void awaitShown(String host, String wanted, String page) {
    new NodeSocket(socket(host)).await(page, seen -> seen.contains(wanted), PATIENCE);
  }

  /// Values of a page that is one below the other.
  private static String fact(Outcome page, String name) {
    return page.expectSuccess()
        .stdout()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> line.substring(name.length()).strip())
        .findFirst()
        .orElse("-");
  }

  @Test
  void aFlowIsTracedOnBothNodesAndComesWhereItWasSaid() {
    for (String name : List.of("backend-1", "backend-2")) {
      LAB.host(name).run("ip", "addr", "add", "192.168.2.10/32", "dev", "lo");
      LAB.host(name).sysctl("net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2");
    }
    try (LabProcess _ = LAB.host("backend-1").startWebServer();
        LabProcess _ = LAB.host("backend-2").startWebServer()) {
      for (int port = 50_001; port <= 50_008; port++) {
        String[] trace =
            ("trace flow tcp 192.168.2.66:%d 192.168.2.10:80".formatted(port)).split(" ");
        Outcome before = command("node-a", trace);
        assertEquals("balanced", fact(before, "fate"), before::stdout);
        assertEquals("this node", fact(before, "active"));
        String target = fact(before, "target");
        // The backup says the same of it, by the same table, and who is active.
        Outcome there = command("node-b", trace);
        assertEquals(target, fact(there, "target"), there::stdout);
        assertEquals("192.168.2.4", fact(there, "active"));
        assertEquals("no", fact(there, "here"));

        String page =
            scanner
                .run("curl", "-sS", "--local-port", Integer.toString(port), "http://192.168.2.10/")
                .expectSuccess()
                .stdout();
        assertTrue(page.contains("I am backend-" + target), () -> "target " + target + ": " + page);
        Outcome after = command("node-a", trace);
        assertEquals(target, fact(after, "target"));
        assertTrue(after.stdout().contains("the flow is known"), after::stdout);
      }
    }
    Outcome trapped = command("node-a", "trace", "flow", "tcp", "192.168.2.66/1", DECOY + "/22");
    assertEquals("trapped", fact(trapped, "fate"));
    Outcome living =
        command("node-a", "trace", "flow", "tcp", "192.168.2.30", "1", "192.168.2.66", "22");
    assertEquals("owner", fact(living, "fate"), living::stdout);
    assertEquals(scanner.mac(), fact(living, "mac"));
  }

  @Test
  void whatDecoysAreSentAndAnswerIsCaptured() throws IOException {
    Path file = LAB.record("trapped.pcap");
    LabProcess capture =
        LAB.host("node-a")
            .start(
                NetnsLab.launcher().toString(),
                "capture",
                "-w",
                file.toString(),
                "-s",
                socket("node-a").toString());
    long untilNanos = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.exists(file)) {
      assertTrue(System.nanoTime() < untilNanos, capture::output);
    }
    scanner.run("ping", "-c", "2", "-i", "0.2", "-w", "5", DECOY).expectSuccess();
    scanner.run("curl", "-sS", "--max-time", "2", "http://" + DECOY + "/").expectExit(28);
    // A machine that lives is none of it.
    scanner.run("ping", "-c", "1", "-w", "5", "192.168.2.30").expectSuccess();
    assertEquals(0, capture.stop(), capture::output);
    assertTrue(capture.line(", 0 lost to " + file).isPresent(), capture::output);

    List<String> frames = tshark(file, "");
    assertTrue(frames.stream().anyMatch(line -> line.contains("ARP")), frames::toString);
    assertEquals(2, tshark(file, "icmp.type == 8").size());
    assertEquals(2, tshark(file, "icmp.type == 0 && ip.src == " + DECOY).size());
    assertTrue(tshark(file, "tcp.flags.syn == 1 && tcp.flags.ack == 0").size() >= 1);
    assertTrue(tshark(file, "tcp.flags == 0x12 && ip.src == " + DECOY).size() >= 1);
    assertTrue(tshark(file, "http.request && ip.dst == " + DECOY).size() >= 1, frames::toString);
    assertEquals(List.of(), tshark(file, "ip.addr == 192.168.2.30"));
    assertEquals(List.of(), tshark(file, "_ws.malformed || vrrp"));
  }

  private List<String> tshark(Path file, String filter) {
    return scanner
        .run("tshark", "-n", "-r", file.toString(), "-Y", filter.isEmpty() ? "frame" : filter)
        .expectSuccess()
        .stdout()
        .lines()
        .toList();
  }

  @Test
  void aCaptureIsHandedOnAndEndsWithItsReader() {
    LabProcess pings = scanner.start("ping", "-i", "0.1", "-c", "300", DECOY);
    Outcome read =
        LAB.host("node-a")
            .run(
                "bash",
                "-c",
                "%s capture --for 30 -s %s | tshark -n -l -c 6 -r - -Y icmp"
                    .formatted(NetnsLab.launcher(), socket("node-a")))
            .expectSuccess();
    pings.close();
    assertTrue(read.stdout().contains("Echo (ping) reply"), read::stdout);
    // The one that has lost its reader has made room for another.
    LAB.host("node-a")
        .runUntil(
            "a capture that is let in",
            outcome -> outcome.exitCode() == 0,
            PATIENCE,
            NetnsLab.launcher().toString(),
            "capture",
            "--for",
            "1",
            "-w",
            LAB.record("next.pcap").toString(),
            "-s",
            socket("node-a").toString());
  }

  // ---- terminals

  private static Outcome terminal(String size, List<String> steps, String... words) {
    List<String> command = new ArrayList<>();
    command.add("python3");
    command.add(Path.of("src/test/resources/on_terminal.py").toAbsolutePath().toString());
    command.add(size);
    command.addAll(steps);
    command.add("--");
    command.add("env");
    command.add("TERM=" + (words[0].equals("dumb") ? "dumb" : "xterm-256color"));
    command.add("HOME=" + LAB.record("home"));
    command.add(NetnsLab.launcher().toString());
    command.addAll(Arrays.asList(words).subList(words[0].equals("dumb") ? 1 : 0, words.length));
    command.add("-s");
    command.add(socket("node-a").toString());
    return LAB.host("node-a").runFor(PATIENCE.multipliedBy(4), command.toArray(String[]::new));
  }

  /// What was drawn, without what moves the cursor and colours.
  private static String plain(String drawn) {
    return drawn.replaceAll("\u001b\\[[0-9;?]*[a-zA-Z]|\u001b[()=>][0-9A-B]?|\u000f", "");
  }

  @Test
  void theFullScreenFitsTheTerminalAndLeavesItAsItWas() {
    LabProcess pings = scanner.start("ping", "-i", "0.1", "-c", "600", DECOY);
    Outcome screen =
        terminal(
            "24x80",
            List.of(
                "expect pitchlake node-a  active",
                "expect ATTACKER",
                "expect 192.168.2.66",
                "expect TARGET",
                "expect trapped/s  arp",
                "size 50x120",
                // Only a title of the new width has so much room behind its words.
                "expect " + " ".repeat(60),
                "type q"),
            "top",
            "--interval",
            "1");
    pings.close();
    assertEquals(0, screen.exitCode(), screen::stdout);
    String drawn = screen.stdout();
    assertTrue(drawn.contains("\u001b[?1049h"), "it draws on a screen of its own");
    assertTrue(drawn.contains("\u001b[?1049l"), "and gives the user's back");
    // Each screen begins where the cursor goes home.
    List<String> screens = List.of(drawn.split("\u001b\\[H"));
    List<String> lines = plain(screens.get(1)).lines().toList();
    assertTrue(lines.size() <= 24, () -> lines.size() + " lines:\n" + screens.get(1));
    lines.forEach(line -> assertTrue(line.length() <= 80, () -> "wider than the screen: " + line));
    assertTrue(
        plain(screens.getLast()).lines().anyMatch(line -> line.length() == 120),
        () -> "not as wide as the new size:\n" + plain(screens.getLast()));
  }

  @Test
  void aPageOfItGoesToAFile() {
    Outcome page = command("node-a", "top", "--interval", "1").expectSuccess();
    assertTrue(page.stdout().startsWith("pitchlake node-a  active  up "), page::stdout);
    assertFalse(page.stdout().contains("\u001b"), "no colours in a file");
  }

  @Test
  void theShellCompletesKnowsBeginningsAndItsPast() throws IOException {
    Files.createDirectories(LAB.record("home"));
    Outcome session =
        terminal(
            "24x80",
            List.of(
                "expect pitchlake> ",
                "type sh st\\r",
                "expect role                 active",
                "expect pitchlake> ",
                // Tab completes the command, then what it shows.
                "type dra\\t",
                "expect drain",
                "type tar\\t2\\r",
                "expect target 2 keeps its flows and gets no new ones",
                "expect pitchlake> ",
                "type en ta 2\\r",
                "expect target 2 gets flows while it is healthy",
                "expect pitchlake> ",
                "type re\\r",
                "expect 're' is not unique",
                "expect pitchlake> ",
                "type show nothing\\r",
                "expect 'nothing' cannot be shown",
                "expect pitchlake> ",
                // Ctrl-C ends what goes on, and not the shell.
                "type capture -w %s\\r".formatted(LAB.record("shell.pcap")),
                "expect frames (",
                "type \\x03",
                "expect captured ",
                "expect pitchlake> ",
                "type top -i 1\\r",
                "expect frames/s",
                "type q",
                "expect pitchlake> ",
                "type exit\\r"),
            "control");
    assertEquals(0, session.exitCode(), session::stdout);
    String history = Files.readString(LAB.record("home").resolve(".pitchlake_history"));
    assertTrue(history.contains("sh st"), history);
    // The line before, by Ctrl-P, in the next session.
    Outcome again =
        terminal(
            "24x80",
            List.of("expect pitchlake> ", "type \\x10", "expect exit", "type \\r"),
            "control");
    assertEquals(0, again.exitCode(), again::stdout);
  }

  @Test
  void theShellIsThereOnADumbTerminalToo() {
    Outcome session =
        terminal(
            "24x80",
            List.of(
                "expect pitchlake> ",
                "type sh st\\r",
                "expect role                 active",
                "expect pitchlake> ",
                "type \\x04"),
            "dumb",
            "control");
    assertEquals(0, session.exitCode(), session::stdout);
    assertFalse(session.stdout().contains("\u001b"), session::stdout);
  }

  /// As on a serial line.
  @Test
  void theShellIsThereWhereTheTerminalDoesNotKnowItsSize() {
    Outcome session =
        terminal(
            "0x0",
            List.of("expect pitchlake> ", "type sh st\\r", "expect role ", "type exit\\r"),
            "control");
    assertEquals(0, session.exitCode(), session::stdout);
  }

  @Test
  void aTerminalSeesWhatIsWaitedFor() {
    Outcome waiting =
        terminal(
            "24x80",
            List.of("expect waiting for frames, 1 s"),
            "trace",
            "--for",
            "3",
            "--address",
            "192.168.2.199");
    assertEquals(0, waiting.exitCode(), waiting::stdout);
  }
}
