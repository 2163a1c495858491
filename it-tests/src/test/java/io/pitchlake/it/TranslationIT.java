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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two segments around a node with the example configuration `nat.conf`: kernels at both ends, with
/// the node's virt as their gateway and default offloads. What arrives is told by its SHA-256.
@RequiresRoot
@BesideOthers
class TranslationIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("client", "192.168.2.66/24", "2001:db8:1::66/64")
          .withHostBehind("backend", "10.0.0.30/24", "2001:db8:2::30/64")
          .withHostBehind("neighbour", "10.0.0.77/24")
          .withHostBetween("node-a");

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int UPLOAD_BYTES = 300_000;
  private static final int DOWNLOAD_BYTES = 100 << 20;

  private static LabHost client;

  @BeforeAll
  static void startTheBackend() {
    client = LAB.host("client");
    gateways(client, "192.168.2.5", "2001:db8:1::5");
    LabHost backend = LAB.host("backend");
    gateways(backend, "10.0.0.5", "2001:db8:2::5");
    String script = Path.of("src/test/resources/backend.py").toAbsolutePath().toString();
    backend.start("python3", script, "backend");
    backend.start(
        "dnsmasq",
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--no-resolv",
        "--no-hosts",
        "--user=root",
        "--pid-file=",
        "--address=/pitchlake.test/192.0.2.1",
        "--txt-record=long.pitchlake.test," + "x".repeat(250) + "," + "y".repeat(250));
    for (String port : List.of(":80", ":53")) {
      backend.runUntil(
          "a server on port " + port,
          outcome -> outcome.stdout().contains(port + " "),
          Duration.ofSeconds(10),
          "ss",
          "-Hltn");
    }
  }

  private static void gateways(LabHost host, String gateway, String gateway6) {
    host.run("ip", "route", "add", "default", "via", gateway).expectSuccess();
    host.run("ip", "-6", "route", "add", "default", "via", gateway6).expectSuccess();
  }

  private static LabProcess startTheNode(String access, String... changes) {
    String text =
        NetnsLab.deployed("examples/nat.conf")
            .replace("name eth0", "name eth0 access " + access)
            .replace("name eth1", "name eth1 access " + access);
    for (int i = 0; i < changes.length; i += 2) {
      assertTrue(text.contains(changes[i]), () -> "no such words in the example: " + changes[0]);
      text = text.replace(changes[i], changes[i + 1]);
    }
    LabProcess pitchlake = LAB.host("node-a").startPitchlake(text);
    for (String target : List.of("10.0.0.30", "2001:db8:2::30")) {
      pitchlake.awaitLine("SLB target " + target + " is ready", PATIENCE);
    }
    for (String host : List.of("client", "backend", "neighbour")) {
      LAB.host(host).forgetNeighbors();
      LAB.host(host).run("ip", "route", "flush", "cache");
    }
    return pitchlake;
  }

  private static Outcome curl(LabHost from, String... words) {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "50"));
    command.addAll(List.of(words));
    return from.run(command.toArray(String[]::new));
  }

  /// Writes what the backend calls N bytes, and returns their SHA-256.
  private static String write(String file, int bytes) {
    client
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
    return client.run("sha256sum", file).expectSuccess().stdout().split(" ", 2)[0];
  }

  private static void everythingArrives(String server, String seenAs, int downloadBytes) {
    curl(client, server + "/").expectSuccess().expectOutput("You are " + seenAs + ".");
    uploadArrives(server, seenAs);
    String download = LAB.record("download").toString();
    curl(client, "-o", download, server + "/bytes/" + downloadBytes).expectSuccess();
    assertEquals(
        write(LAB.record("expected").toString(), downloadBytes), sha256(download), "download");
  }

  private static void uploadArrives(String server, String seenAs) {
    String upload = LAB.record("upload").toString();
    String sent = write(upload, UPLOAD_BYTES);
    curl(client, "-H", "Expect:", "--data-binary", "@" + upload, server + "/")
        .expectSuccess()
        .expectOutput("You are " + seenAs + ". " + sent);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ring", "auto"})
  void uploadAndDownloadPassATranslatedServer(String access) {
    try (LabProcess pitchlake = startTheNode(access)) {
      everythingArrives("http://192.168.2.10", "192.168.2.66", DOWNLOAD_BYTES);
      everythingArrives("http://[2001:db8:1::10]", "2001:db8:1::66", DOWNLOAD_BYTES);
      assertTrue(pitchlake.isAlive(), pitchlake::output);
      assertEquals(0, pitchlake.stop(), "exit code after SIGTERM; output:\n" + pitchlake.output());
      assertTrue(
          pitchlake.line("frames translated on their way back").isPresent(), pitchlake::output);
    }
  }

  @Test
  void datagramsPassATranslatedServer() {
    try (LabProcess _ = startTheNode("ring")) {
      dig("+notcp", "pitchlake.test").expectOutput("192.0.2.1");
      dig("+tcp", "pitchlake.test").expectOutput("192.0.2.1");
      dig("+notcp", "+bufsize=4096", "long.pitchlake.test", "TXT").expectOutput("yyyyyy");
    }
  }

  private static Outcome dig(String... words) {
    List<String> command =
        new ArrayList<>(List.of("dig", "+short", "+time=5", "+tries=2", "@192.168.2.10"));
    command.addAll(List.of(words));
    return client.run(command.toArray(String[]::new)).expectSuccess();
  }

  @Test
  void aClientBesideTheBackendIsHidden() {
    try (LabProcess _ = startTheNode("ring")) {
      curl(LAB.host("neighbour"), "http://10.0.0.10/")
          .expectSuccess()
          .expectOutput("You are 10.0.0.5.");
    }
  }

  @Test
  void theOfficeReachesTheServersUnderTheNodesAddress() {
    try (LabProcess _ = startTheNode("ring")) {
      everythingArrives("http://10.0.0.30", "10.0.0.5", 10 << 20);
      everythingArrives("http://[2001:db8:2::30]", "2001:db8:2::5", 10 << 20);
      client.run("ping", "-c", "2", "-W", "5", "10.0.0.30").expectSuccess();
      client.run("ping", "-c", "2", "-W", "5", "-s", "4000", "10.0.0.30").expectSuccess();
      client.run("ping", "-c", "2", "-W", "5", "2001:db8:2::30").expectSuccess();
    }
  }

  @Test
  void aRouteShowsItsHops() {
    try (LabProcess _ = startTheNode("ring", "nat enable ", "route enable ")) {
      client.run("ping", "-c", "1", "-W", "5", "10.0.0.30").expectSuccess();
      client
          .run("traceroute", "-n", "-q", "1", "-w", "2", "10.0.0.30")
          .expectSuccess()
          .expectOutput(" 1  192.168.2.5 ")
          .expectOutput(" 2  10.0.0.30 ");
      client
          .run("traceroute", "-6", "-n", "-q", "1", "-w", "2", "2001:db8:2::30")
          .expectSuccess()
          .expectOutput(" 1  2001:db8:1::5 ")
          .expectOutput(" 2  2001:db8:2::30 ");
      client
          .run("ping", "-c", "1", "-W", "5", "-t", "1", "10.0.0.30")
          .expectOutput("From 192.168.2.5 icmp_seq=1 Time to live exceeded");
      client.run("ping", "-c", "1", "-W", "2", "203.0.113.9").expectOutput("0 received");
      curl(client, "http://10.0.0.30/").expectSuccess().expectOutput("You are 192.168.2.66.");
    }
  }

  @Test
  void aTracerouteLeavesAMasqueradedNetworkToo() {
    try (LabProcess _ = startTheNode("ring")) {
      client
          .run("traceroute", "-n", "-q", "1", "-w", "2", "10.0.0.30")
          .expectSuccess()
          .expectOutput(" 1  192.168.2.5 ")
          .expectOutput(" 2  10.0.0.30 ");
    }
  }

  /// The way to the servers takes less than what clients send at first.
  @Test
  void clientsLearnOfANarrowWay() {
    LabHost node = LAB.host("node-a");
    node.run("ip", "link", "set", "eth1", "mtu", "1300").expectSuccess();
    try (LabProcess _ = startTheNode("ring")) {
      client
          .run("ping", "-c", "2", "-W", "5", "-M", "do", "-s", "1400", "10.0.0.30")
          .expectOutput("mtu = 1300");
      uploadArrives("http://192.168.2.10", "192.168.2.66");
      uploadArrives("http://[2001:db8:1::10]", "2001:db8:1::66");
      uploadArrives("http://10.0.0.30", "10.0.0.5");
    } finally {
      node.run("ip", "link", "set", "eth1", "mtu", "1500").expectSuccess();
    }
  }
}
