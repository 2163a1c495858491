package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Events of a node that runs, as others read them: rsyslog over TCP, OpenSSL over TLS, nft, and
/// whoever reads files.
@RequiresRoot
@BesideOthers
class EventsIT {
  @RegisterExtension
  static final NetnsLab LAB =
      NetnsLab.segment()
          .withHost("scanner", "192.168.2.66/24")
          .withHost("office", "192.168.2.20/24")
          .withHost("colleague", "192.168.2.21/24")
          .withHostBehind("collector", "10.0.0.9/24")
          .withHostBetween("node-a");

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String PLAIN_PORT = "601";
  private static final String TLS_PORT = "6514";

  private static LabHost scanner;
  private static LabHost office;
  private static LabHost collector;

  @BeforeAll
  static void prepare() {
    scanner = LAB.host("scanner");
    office = LAB.host("office");
    collector = LAB.host("collector");
    LAB.host("node-a").run("ip", "addr", "replace", "10.0.0.1/24", "dev", "eth1").expectSuccess();
    collector
        .run(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=collector",
            "-addext",
            "subjectAltName=IP:10.0.0.9",
            "-keyout",
            record("collector.key"),
            "-out",
            record("collector.pem"))
        .expectSuccess();
  }

  private static String record(String name) {
    return LAB.record(name).toString();
  }

  private static String configuration(String threshold) {
    return """
    hostname  node-a
    interface 1 { name eth0 }
    network   1 { addr 192.168.2.0 mask 24 real 192.168.2.4 tarpit enable interface 1 }
    syslog    off
    admin     { socket "%s" listen off }
    events    {
              file    "%s"
              syslog  10.0.0.9:%s transport tcp
              syslog  10.0.0.9:%s transport tls format json ca "%s"
              nftset  "%s" threshold %s traps arp,tcp timeout 5m
              stix    "%s" threshold 1
    }
    register  networks 1
    enable    networks 1
    """
        .formatted(
            record("admin.sock"),
            record("events.json"),
            PLAIN_PORT,
            TLS_PORT,
            record("collector.pem"),
            record("attackers.nft"),
            threshold,
            record("bundle.json"));
  }

  /// What rsyslog has understood: host, program, identifier and message.
  private static LabProcess startRsyslog() {
    Path conf =
        LAB.writeRecord(
            "rsyslog.conf",
            """
            module(load="imtcp")
            input(type="imtcp" port="%s")
            template(name="parts" type="string" string="%%hostname%% %%app-name%% %%msgid%%|%%msg%%\\n")
            action(type="omfile" file="%s" template="parts")
            """
                .formatted(PLAIN_PORT, record("collected")));
    LabProcess rsyslog =
        collector.start("rsyslogd", "-n", "-f", conf.toString(), "-i", record("rsyslog.pid"));
    collector.runUntil(
        "rsyslog at its port",
        outcome -> outcome.stdout().contains(":" + PLAIN_PORT),
        PATIENCE,
        "ss",
        "-Hltn");
    return rsyslog;
  }

  private static LabProcess startTlsServer() {
    LabProcess server =
        collector.start(
            "sh",
            "-c",
            "tail -f /dev/null | openssl s_server -quiet -accept %s -cert %s -key %s > %s"
                .formatted(
                    TLS_PORT,
                    record("collector.pem"),
                    record("collector.key"),
                    record("collected-tls")));
    collector.runUntil(
        "OpenSSL at its port",
        outcome -> outcome.stdout().contains(":" + TLS_PORT),
        PATIENCE,
        "ss",
        "-Hltn");
    return server;
  }

  private static void connectTo(String decoy) {
    scanner.runUntil(
        "a connection to " + decoy + " that hangs",
        outcome -> outcome.exitCode() == 28 && outcome.stderr().contains("0 bytes received"),
        PATIENCE,
        "curl",
        "-sS",
        "--max-time",
        "1",
        "http://" + decoy + "/");
  }

  private static void awaitInFile(String file, String pattern) {
    collector.runUntil(
        "'%s' in %s".formatted(pattern, file),
        outcome -> outcome.exitCode() == 0,
        PATIENCE,
        "grep",
        "-aqE",
        pattern,
        record(file));
  }

  @Test
  void othersReadWhatTheNodeTells() throws IOException {
    try (LabProcess rsyslog = startRsyslog();
        LabProcess _ = startTlsServer();
        LabProcess pitchlake = LAB.host("node-a").startPitchlake(configuration("1"))) {
      connectTo("192.168.2.77");
      awaitInFile(
          "collected",
          "^node-a pitchlake TARPIT[|] ?TARPIT IPv4 TCP_SYNACK for 192.168.2.77/80 sent to 192.168.2.66/");
      awaitInFile("collected-tls", "\"action\": \"tcp_synack\"");

      // A collector that goes costs nothing that fits the queue.
      rsyslog.close();
      connectTo("192.168.2.78");
      connectTo("192.168.2.79");
      try (LabProcess _ = startRsyslog()) {
        awaitInFile("collected", "TCP_SYNACK for 192.168.2.79/80");
      }
      thePlaceOfEachSinkIsShown();
      theFileHasADocumentOnEachLine();
      nftKeepsTheScannerOut();
      assertTrue(pitchlake.isAlive());
    }
  }

  private static void thePlaceOfEachSinkIsShown() {
    String shown =
        LAB.host("node-a")
            .pitchlake("show", "events", "-s", record("admin.sock"))
            .expectSuccess()
            .stdout();
    for (String sink :
        List.of(
            "log",
            "file " + record("events.json"),
            "syslog 10.0.0.9:601/tcp",
            "syslog 10.0.0.9:6514/tls",
            "nftset " + record("attackers.nft"))) {
      assertTrue(
          shown.lines().anyMatch(line -> line.startsWith(sink + " ")), sink + " in " + shown);
    }
  }

  private static void theFileHasADocumentOnEachLine() {
    String read =
        office
            .run(
                "python3",
                "-c",
                """
                import json, sys
                events = [json.loads(line) for line in open(sys.argv[1])]
                print(len(events) > 0, {e["source"]["ip"] for e in events if "ip" in e.get("source", {})})
                kinds = [o["type"] for o in json.load(open(sys.argv[2]))["objects"]]
                print(sorted(set(kinds)))
                """,
                record("events.json"),
                record("bundle.json"))
            .expectSuccess()
            .stdout();
    assertEquals(
        """
        True {'192.168.2.66'}
        ['identity', 'indicator', 'ipv4-addr', 'observed-data', 'relationship']
        """,
        read);
  }

  /// The script is loaded twice, as a timer would; the second time finds the sets there.
  private static void nftKeepsTheScannerOut() {
    scanner.run("ping", "-c", "1", "-W", "2", "192.168.2.20").expectSuccess();
    collector.runUntil(
        "the scanner in the script",
        outcome -> outcome.stdout().contains("192.168.2.66 timeout "),
        PATIENCE,
        "cat",
        record("attackers.nft"));
    office.run("nft", "-f", record("attackers.nft")).expectSuccess();
    office
        .run(
            "nft",
            "add chain inet pitchlake input { type filter hook input priority -10; }; "
                + "add rule inet pitchlake input ip saddr @attackers4 counter drop; "
                + "add rule inet pitchlake input ip6 saddr @attackers6 counter drop")
        .expectSuccess();
    office.run("nft", "-f", record("attackers.nft")).expectSuccess();
    String set =
        office
            .run("nft", "list", "set", "inet", "pitchlake", "attackers4")
            .expectSuccess()
            .stdout();
    assertTrue(set.matches("(?s).*192\\.168\\.2\\.66 timeout [0-9ms]+ expires [0-9ms]+.*"), set);
    scanner.run("ping", "-c", "1", "-W", "2", "192.168.2.20").expectExit(1);
    LAB.host("colleague").run("ping", "-c", "1", "-W", "2", "192.168.2.20").expectSuccess();
  }

  @Test
  void aReloadBringsOtherSinksOrNone() throws IOException {
    String first = configuration("1000");
    try (LabProcess pitchlake = LAB.host("node-a").startPitchlake(first)) {
      reload(
          pitchlake, first.replace("format json ca", "format json key /none certificate /none ca"));
      pitchlake.awaitLine("reload refused: events: /none does not exist", PATIENCE);
      reload(pitchlake, first.replace("events.json\"", "others.cef\" format cef"));
      pitchlake.awaitLine("reload: done", PATIENCE);
      connectTo("192.168.2.80");
      awaitInFile(
          "others.cef", "[|]tcp_synack[|]connection to a simulated address was trapped[|]5[|]rt=");
    }
  }

  private static void reload(LabProcess pitchlake, String configuration) throws IOException {
    Files.writeString(LAB.record("node-a.conf"), configuration);
    pitchlake.hangUp();
  }
}
