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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two web servers share an address behind a node with the lab's own configuration: kernels at both
/// ends, default offloads, IPv4 and IPv6. What arrives is told by its SHA-256.
@RequiresRoot
@BesideOthers
class DirectServerReturnIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("scanner", "192.168.2.66/24", "2001:db8:1::66/64")
          .withHost("backend-1", "192.168.2.30/24", "2001:db8:1::30/64")
          .withHost("backend-2", "192.168.2.31/24", "2001:db8:1::31/64")
          .withHost("node-a");

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SERVER = "http://192.168.2.10";
  private static final String SERVER6 = "http://[2001:db8:1::10]";
  private static final int UPLOAD_BYTES = 300_000;
  private static final int DOWNLOAD_BYTES = 100 << 20;

  private static LabHost scanner;

  @BeforeAll
  static void startTheBackends() {
    scanner = LAB.host("scanner");
    for (String name : List.of("backend-1", "backend-2")) {
      LabHost backend = LAB.host(name);
      backend.sysctl("net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2");
      backend.run("ip", "addr", "add", "192.168.2.10/32", "dev", "lo").expectSuccess();
      backend.run("ip", "addr", "add", "2001:db8:1::10/128", "dev", "lo", "nodad").expectSuccess();
      String script = Path.of("src/test/resources/backend.py").toAbsolutePath().toString();
      backend.start("python3", script, name);
      backend.runUntil(
          "a web server on port 80",
          outcome -> outcome.stdout().contains(":80"),
          Duration.ofSeconds(10),
          "ss",
          "-Hltn");
    }
  }

  private static LabProcess startTheNode(String access, String... directives) {
    LabProcess pitchlake =
        LAB.host("node-a")
            .startPitchlake(
                NetnsLab.deployed("lab/alone.conf")
                        .replace("name eth0", "name eth0 access " + access)
                    + String.join("\n", directives));
    for (String target :
        List.of("192.168.2.30", "2001:db8:1::30", "192.168.2.31", "2001:db8:1::31")) {
      pitchlake.awaitLine("SLB target " + target + " is ready", PATIENCE);
    }
    scanner.forgetNeighbors();
    return pitchlake;
  }

  private static Outcome curl(String... words) {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "50"));
    command.addAll(List.of(words));
    return scanner.run(command.toArray(String[]::new));
  }

  private static void everythingArrives() {
    String upload = LAB.record("upload").toString();
    for (String server : List.of(SERVER, SERVER6)) {
      String client = server.equals(SERVER) ? "192.168.2.66" : "2001:db8:1::66";
      curl(server + "/").expectSuccess().expectOutput("You are " + client + ".");
      String sent = write(upload, UPLOAD_BYTES);
      curl("-H", "Expect:", "--data-binary", "@" + upload, server + "/")
          .expectSuccess()
          .expectOutput("You are " + client + ". " + sent);
      String download = LAB.record("download").toString();
      curl("-o", download, server + "/bytes/" + DOWNLOAD_BYTES).expectSuccess();
      assertEquals(
          write(LAB.record("expected").toString(), DOWNLOAD_BYTES), sha256(download), "download");
    }
  }

  /// Writes what a backend calls N bytes, and returns their SHA-256.
  private static String write(String file, int bytes) {
    scanner
        .run(
            "python3",
            "-c",
            "import random, sys; n = int(sys.argv[2]);"
                + " open(sys.argv[1], 'wb').write(random.Random(n).randbytes(n))",
            file,
            "" + bytes)
        .expectSuccess();
    return sha256(file);
  }

  private static String sha256(String file) {
    return scanner.run("sha256sum", file).expectSuccess().stdout().split(" ", 2)[0];
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "ring"})
  void uploadAndDownloadArriveWithDefaultOffloads(String access) {
    try (LabProcess pitchlake = startTheNode(access)) {
      everythingArrives();
      assertTrue(pitchlake.isAlive(), pitchlake::output);
      assertEquals(0, pitchlake.stop(), "exit code after SIGTERM; output:\n" + pitchlake.output());
      assertTrue(pitchlake.line("frames forwarded to targets").isPresent(), pitchlake::output);
    }
  }

  /// libpcap knows nothing of super-frames: senders on the same machine must not make any.
  @Test
  void uploadAndDownloadArriveOverPcapWithoutSegmentationOffload() {
    scanner.run("ethtool", "-K", "eth0", "tso", "off", "gso", "off").expectSuccess();
    try (LabProcess _ = startTheNode("pcap")) {
      everythingArrives();
    } finally {
      scanner.run("ethtool", "-K", "eth0", "tso", "on", "gso", "on").expectSuccess();
    }
  }

  @Test
  void aBackendThatIsGoneIsTakenOutAndComesBack() {
    try (LabProcess pitchlake = startTheNode("auto")) {
      assertEquals(Set.of("backend-1", "backend-2"), whoAnswers(), "who answers");
      // Its cable is pulled: a link that is set down takes its IPv6 addresses with it.
      LAB.plug("backend-1", false);
      try {
        pitchlake.awaitLine("SLB target 192.168.2.30 is taken out", PATIENCE);
        assertEquals(Set.of("backend-2"), whoAnswers(), "who answers when backend-1 is gone");
      } finally {
        LAB.plug("backend-1", true);
      }
      scanner.runUntil(
          "backend-1 answers again",
          outcome -> outcome.stdout().contains("backend-1"),
          PATIENCE,
          "curl",
          "-sS",
          "--max-time",
          "2",
          SERVER + "/");
    }
  }

  private static Set<String> whoAnswers() {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      String said = curl(SERVER + "/").expectSuccess().stdout();
      names.add(said.replaceAll("(?s)I am (\\S+)\\. .*", "$1"));
    }
    return names;
  }

  /// Each engine has its own sessions and hears of the targets from the one that asks them.
  @Test
  void severalEnginesBalanceToo() {
    try (LabProcess pitchlake = startTheNode("ring", "set engines 3")) {
      assertEquals(Set.of("backend-1", "backend-2"), whoAnswers(), "who answers");
      for (int last = 200; last < 212; last++) {
        scanner.addAddress("192.168.2." + last + "/24");
        curl("--interface", "192.168.2." + last, SERVER + "/")
            .expectSuccess()
            .expectOutput("You are 192.168.2." + last + ".");
      }
      pitchlake.stop();
      assertTrue(pitchlake.line(" 4  targets ready").isPresent(), pitchlake::output);
      assertTrue(pitchlake.line(" 4  times a target became ready").isPresent(), pitchlake::output);
    } finally {
      scanner.run("ip", "addr", "flush", "dev", "eth0", "to", "192.168.2.200/28");
    }
  }

  @Test
  void theServersAddressAnswersPing() {
    try (LabProcess _ = startTheNode("auto")) {
      scanner.run("ping", "-c", "1", "-W", "5", "192.168.2.10").expectSuccess();
      scanner.run("ping", "-c", "1", "-W", "5", "2001:db8:1::10").expectSuccess();
    }
  }
}
