package io.pitchlake.node.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Syslog;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.Clock;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What reaches a collector and the host's daemon, through real sockets.
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
  private static final long WALL_MILLIS = Instant.parse("2026-11-02T10:00:00.123Z").toEpochMilli();

  private static final Clock CLOCK =
      new Clock() {
        @Override
        public long nanoTime() {
          return 0;
        }

        @Override
        public long wallMillis() {
          return WALL_MILLIS;
        }
      };

  @TempDir Path folder;

  private static String receive(DatagramSocket socket) throws Exception {
    socket.setSoTimeout(10_000);
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    socket.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
  }

  private SyslogSink sink(Syslog syslog, String hostName) {
    return SyslogSink.of(syslog, folder.resolve("log"), hostName, CLOCK).orElseThrow();
  }

  @Test
  void aCollectorGetsRfc5424() throws Exception {
    try (DatagramSocket collector =
            new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        SyslogSink sink =
            sink(
                new Syslog.Remote(IpAddress.parse("127.0.0.1"), collector.getLocalPort()),
                "node-a")) {
      sink.accept(LINE);
      String message = receive(collector);
      Matcher parts = RFC5424.matcher(message);
      assertTrue(parts.matches(), message);
      assertEquals(3 * 8 + 4, Integer.parseInt(parts.group("priority")), "daemon, warning");
      assertEquals("2026-11-02T10:00:00.123Z", parts.group("timestamp"));
      assertEquals("node-a", parts.group("host"));
      assertEquals("pitchlake", parts.group("app"));
      assertEquals("" + ProcessHandle.current().pid(), parts.group("process"));
      assertEquals("TARPIT", parts.group("id"));
      assertEquals(LINE, parts.group("message"));
      assertEquals(1, sink.sent());
      assertEquals(0, sink.lost());
    }
  }

  @Test
  void aHostNameThatIsNoneLeavesTheMessageWhole() throws Exception {
    try (DatagramSocket collector =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      Syslog here = new Syslog.Remote(IpAddress.parse("127.0.0.1"), collector.getLocalPort());
      for (String[] name :
          new String[][] {
            {"", "-"}, {"my node\n<0>1", "mynode<0>1"}, {"\u00fc", "-"}, {"n".repeat(300), null}
          }) {
        try (SyslogSink sink = sink(here, name[0])) {
          sink.accept(LINE);
          String message = receive(collector);
          Matcher parts = RFC5424.matcher(message);
          assertTrue(parts.matches(), message);
          assertEquals(name[1] == null ? "n".repeat(255) : name[1], parts.group("host"));
        }
      }
    }
  }

  @Test
  void nothingIsSentWhenSwitchedOff() {
    assertEquals(
        Optional.empty(), SyslogSink.of(new Syslog.Off(), folder.resolve("log"), "a", CLOCK));
  }

  @Test
  void theLocalFormIsTheOneDaemonsReadOnTheirOwnSocket() {
    SyslogFormat format = new SyslogFormat("node-a", 4711, ZoneId.of("Europe/Berlin"));
    assertEquals(
        "<28>Nov  2 11:00:00 pitchlake[4711]: " + LINE,
        new String(format.local(LINE, WALL_MILLIS), StandardCharsets.US_ASCII));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aLocalDaemonThatComesGoesAndComesBackIsCountedAndFound() throws Exception {
    Path path = folder.resolve("log");
    try (SyslogSink sink = sink(new Syslog.Local(), "node-a")) {
      sink.accept(LINE);
      assertEquals(1, sink.lost(), "no daemon yet");
      for (int start = 0; start < 2; start++) {
        try (UnixSocket daemon = UnixSocket.bind(path)) {
          sink.accept(LINE);
          String message = daemon.receive();
          assertTrue(message.matches("<28>Nov  2 \\d\\d:00:00 pitchlake\\[\\d+\\]: .*"), message);
          assertTrue(message.endsWith(": " + LINE), message);
        }
        Files.delete(path);
        sink.accept(LINE);
      }
      assertEquals(2, sink.sent());
      assertEquals(3, sink.lost());
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aLocalDaemonThatDoesNotReadNeverBlocks() throws Exception {
    try (UnixSocket _ = UnixSocket.bind(folder.resolve("log"));
        SyslogSink sink = sink(new Syslog.Local(), "node-a")) {
      for (int i = 0; i < 10_000 && sink.lost() == 0; i++) {
        sink.accept(LINE);
      }
      assertTrue(sink.sent() > 0, "some lines fit its queue");
      assertTrue(sink.lost() > 0, "and the one that did not was counted");
    }
  }
}
