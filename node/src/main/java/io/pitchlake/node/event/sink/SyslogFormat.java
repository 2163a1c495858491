package io.pitchlake.node.event.sink;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/// How a line is wrapped for syslog: facility daemon, severity warning, this program's name.
///
/// [#rfc5424] is what travels to a collector:
///
///     <28>1 2026-11-22T10:00:00.123Z node-a pitchlake 4711 TARPIT - TARPIT IPv4 ARP_REPLY ...
///
/// [#local] is what the daemons of a host expect on their own socket. They all read the older form
/// there (RFC 3164 without the host), and neither journald nor rsyslog's imuxsock understands RFC
/// 5424 in that place: they would take its version for the program's name.
///
///     <28>Nov 22 10:00:00 pitchlake[4711]: TARPIT IPv4 ARP_REPLY ...
///
/// Immutable; any thread.
final class SyslogFormat {
  private static final int DAEMON = 3;
  private static final int WARNING = 4;
  private static final String PRIORITY = "<" + (DAEMON << 3 | WARNING) + ">";
  private static final String PROGRAM = "pitchlake";
  private static final String MESSAGE_ID = "TARPIT";
  private static final String NIL = "-";
  private static final int LONGEST_HOST_NAME = 255;
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter OLD_TIMESTAMP =
      DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ENGLISH);

  private final String hostName;
  private final long processId;
  private final ZoneId zone;

  /// @param hostName the HOSTNAME field; what RFC 5424 does not allow in it is left out
  /// @param zone of the host, for the local form
  SyslogFormat(String hostName, long processId, ZoneId zone) {
    this.hostName = printable(hostName);
    this.processId = processId;
    this.zone = zone;
  }

  /// PRINTUSASCII of RFC 5424 section 6: 33 to 126; nothing left gives the nil value.
  private static String printable(String text) {
    StringBuilder clean = new StringBuilder();
    text.chars().filter(c -> c > ' ' && c < 0x7f).forEach(c -> clean.append((char) c));
    if (clean.length() > LONGEST_HOST_NAME) {
      clean.setLength(LONGEST_HOST_NAME);
    }
    return clean.isEmpty() ? NIL : clean.toString();
  }

  /// A whole message for a collector.
  byte[] rfc5424(String line, long wallMillis) {
    return octets(
        PRIORITY
            + "1 "
            + TIMESTAMP.format(Instant.ofEpochMilli(wallMillis))
            + " "
            + hostName
            + " "
            + PROGRAM
            + " "
            + processId
            + " "
            + MESSAGE_ID
            + " "
            + NIL
            + " "
            + line);
  }

  /// A whole message for the daemon of this host.
  byte[] local(String line, long wallMillis) {
    Instant second = Instant.ofEpochMilli(wallMillis).truncatedTo(ChronoUnit.SECONDS);
    return octets(
        PRIORITY
            + OLD_TIMESTAMP.format(second.atZone(zone))
            + " "
            + PROGRAM
            + "["
            + processId
            + "]: "
            + line);
  }

  /// UTF-8, in which only what is written as JSON has more than ASCII. A control character would
  /// end a line or a message for some collectors (RFC 5424 section 6.4).
  private static byte[] octets(String message) {
    StringBuilder clean = new StringBuilder(message.length());
    message
        .codePoints()
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .forEach(clean::appendCodePoint);
    return clean.toString().getBytes(StandardCharsets.UTF_8);
  }

  /// `192.0.2.9:514`, `[2001:db8::9]:514`
  static String place(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (address.getAddress() instanceof Inet4Address ? host : "[" + host + "]")
        + ":"
        + address.getPort();
  }
}
