package io.pitchlake.it;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.LabProcess;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A target is replaced by another one while a download passes through it.
@RequiresRoot
@BesideOthers
class ReloadIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("client", "192.168.2.66/24")
          .withHost("backend-1", "192.168.2.30/24")
          .withHost("backend-2", "192.168.2.31/24")
          .withHost("node-a");

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String CONFIGURATION =
      """
      interface 1 { name eth0 access %s }
      network 1 { addr 192.168.2.0 mask 24 real 192.168.2.4 tarpit enable interface 1 }
      server 1 { ipaddr 192.168.2.10 port 80 dsr enable targets %d }
      target 1 { ipaddr 192.168.2.30 arp 1,3 }
      target 2 { ipaddr 192.168.2.31 arp 1,3 }
      set engines %d
      register networks 1 register servers 1 register targets %2$d
      enable networks 1 enable servers 1 enable targets %2$d
      """;

  private static LabHost client;

  @BeforeAll
  static void startTheBackends() {
    client = LAB.host("client");
    for (String name : List.of("backend-1", "backend-2")) {
      LabHost backend = LAB.host(name);
      backend.sysctl("net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2");
      backend.run("ip", "addr", "add", "192.168.2.10/32", "dev", "lo").expectSuccess();
      String script = Path.of("src/test/resources/backend.py").toAbsolutePath().toString();
      backend.start("python3", script, name);
      backend.runUntil(
          "a web server on port 80",
          outcome -> outcome.stdout().contains(":80"),
          PATIENCE,
          "ss",
          "-Hltn");
    }
  }

  private static void reload(LabProcess pitchlake, String configuration) throws IOException {
    Files.writeString(LAB.record("node-a.conf"), configuration);
    pitchlake.hangUp();
  }

  private static void awaitVoiceOf(String backend) {
    client.runUntil(
        "an answer of " + backend,
        outcome -> outcome.stdout().contains("I am " + backend),
        PATIENCE,
        "curl",
        "-sS",
        "--max-time",
        "2",
        "http://192.168.2.10/");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aDownloadOutlivesItsTargetsRemoval(int engines) throws IOException {
    String first = CONFIGURATION.formatted("ring", 1, engines);
    String second = CONFIGURATION.formatted("ring", 2, engines);
    try (LabProcess pitchlake = LAB.host("node-a").startPitchlake(first)) {
      client.forgetNeighbors();
      awaitVoiceOf("backend-1");
      LabProcess download =
          client.start(
              "curl",
              "-sS",
              "--limit-rate",
              "1M",
              "-o",
              LAB.record("download").toString(),
              "-w",
              "got %{size_download}\\n",
              "http://192.168.2.10/bytes/8000000");
      client.runUntil(
          "the download's connection",
          outcome -> outcome.stdout().contains("192.168.2.10:80"),
          PATIENCE,
          "ss",
          "-Hnt",
          "state",
          "established");

      reload(pitchlake, first.replace("access ring", "access pcap"));
      pitchlake.awaitLine("reload refused as a whole", PATIENCE);
      reload(pitchlake, second);
      pitchlake.awaitLine("target 1 (192.168.2.30) gets no new flows and keeps its own", PATIENCE);
      awaitVoiceOf("backend-2");
      download.awaitLine("got 8000000", PATIENCE);
    }
  }
}
