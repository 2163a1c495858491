package io.pitchlake.node.event.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.SinkPlan.Topic;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.event.Occurrence;
import io.pitchlake.node.event.SecurityEvent;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What reaches a collector and the host's daemon, through real sockets.
@Timeout(90)
class SyslogTest {
  /// RFC 5424 section 6, as far as this program uses it: no structured data.
  private static final Pattern RFC5424 =
      Pattern.compile(
          "<(?<priority>0|[1-9]\\d{0,2})>1"
              + " (?<timestamp>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?Z)"
              + " (?<host>[!-~]{1,255}) (?<app>[!-~]{1,48}) (?<process>[!-~]{1,128})"
              + " (?<id>[!-~]{1,32}) - (?<message>.*)");

  private static final String LINE =
      "TARPIT IPv4 ARP_REPLY for 192.168.2.77 sent to 192.168.2.66 [02:00:00:00:00:42]";
  private static final SecurityEvent EVENT =
      Samples.trapped(EventKind.ARP_REPLY, "192.168.2.66", 1);

  @TempDir Path folder;

  private static String receive(DatagramSocket socket) throws Exception {
    socket.setSoTimeout(10_000);
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    socket.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
  }

  private SyslogFormat format(String hostName) {
    return new SyslogFormat(hostName, ProcessHandle.current().pid(), ZoneId.systemDefault());
  }

  private static SyslogSink lines(SyslogWire wire) {
    return new SyslogSink(wire, event -> event.event().line());
  }

  private static InetSocketAddress at(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static List<Occurrence> one(long number) {
    return List.of(Samples.at(number, EVENT));
  }

  private static Matcher assertRfc5424(String message, String hostName) {
    Matcher parts = RFC5424.matcher(message);
    assertTrue(parts.matches(), message);
    assertEquals(3 * 8 + 4, Integer.parseInt(parts.group("priority")), "daemon, warning");
    assertEquals("2026-11-02T10:00:00.123Z", parts.group("timestamp"));
    assertEquals(hostName, parts.group("host"));
    assertEquals("pitchlake", parts.group("app"));
    assertEquals("" + ProcessHandle.current().pid(), parts.group("process"));
    assertEquals("TARPIT", parts.group("id"));
    return parts;
  }

  @Test
  void aCollectorGetsRfc5424() throws Exception {
    try (DatagramSocket collector = new DatagramSocket(at(0));
        SyslogSink sink = lines(new UdpSyslog(format("node-a"), at(collector.getLocalPort())))) {
      sink.deliver(one(1));
      assertEquals(LINE, assertRfc5424(receive(collector), "node-a").group("message"));
      assertEquals("syslog 127.0.0.1:" + collector.getLocalPort() + "/udp", sink.name());
    }
  }

  @Test
  void aHostNameThatIsNoneLeavesTheMessageWhole() throws Exception {
    try (DatagramSocket collector = new DatagramSocket(at(0))) {
      for (String[] name :
          new String[][] {
            {"", "-"},
            {"my node\n<0>1", "mynode<0>1"},
            {"\u00fc", "-"},
            {"n".repeat(300), "n".repeat(255)}
          }) {
        try (SyslogSink sink =
            lines(new UdpSyslog(format(name[0]), at(collector.getLocalPort())))) {
          sink.deliver(one(1));
          assertRfc5424(receive(collector), name[1]);
        }
      }
    }
  }

  @Test
  void theLocalFormIsTheOneDaemonsReadOnTheirOwnSocket() {
    SyslogFormat format = new SyslogFormat("node-a", 4711, ZoneId.of("Europe/Berlin"));
    assertEquals(
        "<28>Nov  2 11:00:00 pitchlake[4711]: " + LINE,
        new String(format.local(LINE, Samples.WALL_MILLIS), StandardCharsets.US_ASCII));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aLocalDaemonThatComesGoesAndComesBackIsFound() throws Exception {
    Path path = folder.resolve("log");
    try (SyslogSink sink = lines(new LocalSyslog(format("node-a"), path))) {
      assertThrows(IOException.class, () -> sink.deliver(one(1)), "no daemon yet");
      for (int start = 0; start < 2; start++) {
        try (UnixSocket daemon = UnixSocket.bind(path)) {
          sink.deliver(one(1));
          String message = daemon.receive();
          assertTrue(message.matches("<28>Nov  2 \\d\\d:00:00 pitchlake\\[\\d+\\]: .*"), message);
          assertTrue(message.endsWith(": " + LINE), message);
        }
        Files.delete(path);
        assertThrows(IOException.class, () -> sink.deliver(one(1)), "the daemon has gone");
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aLocalDaemonThatDoesNotReadNeverBlocks() throws Exception {
    try (UnixSocket _ = UnixSocket.bind(folder.resolve("log"));
        SyslogSink sink = lines(new LocalSyslog(format("node-a"), folder.resolve("log")))) {
      sink.deliver(one(1));
      assertThrows(
          IOException.class,
          () -> {
            for (int i = 0; i < 10_000; i++) {
              sink.deliver(one(1));
            }
          },
          "a full socket says so");
    }
  }

  @Test
  void overTcpEachMessageStandsBehindItsLength() throws Exception {
    EventText text = event -> event.number() == 2 ? "a\nb \u00fc" : event.event().line();
    try (Collector collector = Collector.tcp(0);
        SyslogSink sink =
            new SyslogSink(
                new StreamSyslog(format("node-a"), at(collector.port()), Optional.empty()), text)) {
      sink.deliver(List.of(Samples.at(1, EVENT), Samples.at(2, EVENT), Samples.at(3, EVENT)));
      assertEquals(LINE, assertRfc5424(collector.next(), "node-a").group("message"));
      assertEquals(
          "a?b \u00fc",
          assertRfc5424(collector.next(), "node-a").group("message"),
          "its length is in octets, and nothing ends it early");
      assertEquals(LINE, assertRfc5424(collector.next(), "node-a").group("message"));
    }
  }

  /// As when a collector is restarted: its end is noticed without a message being lost to it.
  @Test
  void aCollectorThatComesBackIsFoundAgain() throws Exception {
    Collector first = Collector.tcp(0);
    int port = first.port();
    try (SyslogSink sink = lines(new StreamSyslog(format("node-a"), at(port), Optional.empty()))) {
      sink.deliver(one(1));
      first.next();
      first.close();
      assertThrows(
          IOException.class,
          () -> {
            // Until the end of the connection has been read.
            for (int i = 0; i < 10_000; i++) {
              sink.deliver(one(2));
              Thread.sleep(1);
            }
          });
      try (Collector second = Collector.tcp(port)) {
        sink.deliver(one(3));
        assertRfc5424(second.next(), "node-a");
      }
    }
  }

  /// A peer that does not read fills the socket's buffers, and then the sink waits, and its queue
  /// holds what it can.
  @Test
  void aCollectorThatDoesNotReadHoldsUpItsOwnQueueAlone() throws Exception {
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      SinkQueue queue =
          new SinkQueue(
              "deaf",
              new SyslogSink(
                  new StreamSyslog(format("node-a"), at(deaf.getLocalPort()), Optional.empty()),
                  event -> "x".repeat(100_000)),
              EnumSet.allOf(Topic.class),
              1000,
              new Backoff(Duration.ofMillis(1), Duration.ofMillis(5), new SplittableRandom(1)));
      queue.start();
      long begunNanos = System.nanoTime();
      long offered = 0;
      while (queue.status().dropped() < 10) {
        queue.offer(Samples.at(++offered, EVENT));
      }
      SinkStatus status = queue.status();
      assertEquals(offered, status.delivered() + status.dropped() + status.waiting());
      assertTrue(status.waiting() > 0 && status.waiting() <= 1000, status.toString());
      queue.close();
      long seconds = (System.nanoTime() - begunNanos) / 1_000_000_000;
      assertTrue(seconds < 30, "the end came after " + seconds + " s");
      assertEquals(offered, queue.status().delivered() + queue.status().dropped());
    }
  }

  @Test
  void overTlsBothEndsAreKnown() throws Exception {
    PemFiles server = PemFiles.make(folder, "server", "EC");
    PemFiles client = PemFiles.make(folder, "client", "RSA");
    try (Collector collector = Collector.tls(server.server(client))) {
      Optional<Path> own = Optional.of(client.certificate);
      Optional<Path> key = Optional.of(client.key);
      for (String name : List.of("127.0.0.1", "logs.example.org")) {
        TlsClient tls = TlsClient.of(Optional.of(server.certificate), own, key, name);
        try (SyslogSink sink =
            lines(new StreamSyslog(format("node-a"), at(collector.port()), Optional.of(tls)))) {
          sink.deliver(one(1));
          assertEquals(LINE, assertRfc5424(collector.next(), "node-a").group("message"));
        }
      }
      Map<String, TlsClient> strangers =
          Map.of(
              "the certificate is another machine's",
              TlsClient.of(Optional.of(server.certificate), own, key, "logs.example.com"),
              "nobody trusted has signed it",
              TlsClient.of(Optional.of(client.certificate), own, key, "127.0.0.1"));
      strangers.forEach((why, tls) -> {
        try (SyslogSink sink =
            lines(new StreamSyslog(format("node-a"), at(collector.port()), Optional.of(tls)))) {
          assertThrows(IOException.class, () -> sink.deliver(one(1)), why);
        }
      });
    }
  }

  @Test
  void aFileThatIsNoKeyOrCertificateIsNamed() throws Exception {
    Path nothing = Files.writeString(folder.resolve("nothing"), "nothing\n");
    Path missing = folder.resolve("missing");
    PemFiles good = PemFiles.make(folder, "good", "EC");
    assertSays(nothing + " has no certificate in PEM", nothing, good.certificate, good.key);
    assertSays(missing + " does not exist", missing, good.certificate, good.key);
    assertSays(missing + " does not exist", good.certificate, missing, good.key);
    assertSays(
        nothing
            + " has no private key in PEM, as PKCS #8 without a password ('openssl pkcs8 -topk8')",
        good.certificate,
        good.certificate,
        nothing);
    assertSays(folder + " is a directory", folder, good.certificate, good.key);
  }

  private static void assertSays(String sentence, Path ca, Path certificate, Path key) {
    SinkException said =
        assertThrows(
            SinkException.class,
            () -> TlsClient.of(Optional.of(ca), Optional.of(certificate), Optional.of(key), "a"));
    assertEquals(sentence, said.getMessage());
  }
}
