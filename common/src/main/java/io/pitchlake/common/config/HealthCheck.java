package io.pitchlake.common.config;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One health check of a target, as `target N { ... }` writes it. Immutable.
///
/// Whatever the kind, the target is asked every `interval`, and the check fails when nothing good
/// was heard for `timeout`, as in BalanceNG.
public sealed interface HealthCheck {
  Duration interval();

  Duration timeout();

  /// The port it asks, 0 where the kind has none.
  default int port() {
    return 0;
  }

  /// The word that the configuration writes for it.
  default String word() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  /// What a log line calls it: `tcpopen 80`, `ping`.
  default String title() {
    return port() == 0 ? word() : word() + " " + port();
  }

  /// Whether it runs through the host's kernel, off the engine thread.
  default boolean isOffEngine() {
    return switch (this) {
      case Arp _, Ping _, TcpOpen _, Udp _, Dns _ -> false;
      case Http _, Https _, Script _, Agent _ -> true;
    };
  }

  /// `arp INTERVAL,TIMEOUT`: ARP requests, or neighbour solicitations.
  record Arp(Duration interval, Duration timeout) implements HealthCheck {}

  /// `ping INTERVAL,TIMEOUT`: echo requests.
  record Ping(Duration interval, Duration timeout) implements HealthCheck {}

  /// `tcpopen PORT,INTERVAL,TIMEOUT`: a connection is accepted, and reset before it is used.
  record TcpOpen(int port, Duration interval, Duration timeout) implements HealthCheck {}

  /// `udp PORT,INTERVAL,TIMEOUT`: no "port unreachable" comes back.
  record Udp(int port, Duration interval, Duration timeout) implements HealthCheck {}

  /// `dns PORT,INTERVAL,TIMEOUT NAME [type TYPE] [rcode CODE,...]`: a question is answered.
  record Dns(
      int port,
      Duration interval,
      Duration timeout,
      String name,
      DnsType type,
      List<DnsCode> accepted)
      implements HealthCheck {}

  /// `http PORT,INTERVAL,TIMEOUT [path P] [host H] [status LIST] [expect TEXT]`.
  record Http(int port, Duration interval, Duration timeout, Request request)
      implements HealthCheck {}

  /// `https PORT,INTERVAL,TIMEOUT [sni NAME] [verify off]`, and what `http` has.
  ///
  /// @param sni the name the client asks for; empty: `host`, where that is a name
  /// @param verify whether the certificate must be valid for that name
  record Https(
      int port,
      Duration interval,
      Duration timeout,
      Request request,
      Optional<String> sni,
      boolean verify)
      implements HealthCheck {}

  /// `script INTERVAL,TIMEOUT FILE [ARGUMENT ...]`: a program ends with 0. No shell reads it.
  ///
  /// @param command the program and its arguments
  record Script(Duration interval, Duration timeout, List<String> command) implements HealthCheck {
    @Override
    public String title() {
      return "script " + command.getFirst();
    }
  }

  /// `agent PORT,INTERVAL,TIMEOUT`: the target says itself how it is, as HAProxy's agents do.
  record Agent(int port, Duration interval, Duration timeout) implements HealthCheck {}

  /// What an HTTP check asks and what it wants to hear.
  ///
  /// @param host the Host header; empty: the target's address
  /// @param status the codes it accepts
  /// @param expect what must stand in the first 64 KiB of the body; empty: anything
  record Request(
      String path, Optional<String> host, List<StatusRange> status, Optional<String> expect) {
    /// The codes of a check that names none: success and redirection.
    public static final List<StatusRange> GOOD_STATUS = List.of(new StatusRange(200, 399));

    /// Whether the answer's status is one of them.
    public boolean accepts(int code) {
      return status.stream().anyMatch(range -> range.first() <= code && code <= range.last());
    }
  }

  /// HTTP status codes, both ends included.
  record StatusRange(int first, int last) {
    @Override
    public String toString() {
      return first == last ? "" + first : first + "-" + last;
    }
  }

  /// Types of resource records that a DNS check may ask for (RFC 1035, RFC 3596).
  enum DnsType {
    A(1),
    NS(2),
    SOA(6),
    PTR(12),
    MX(15),
    TXT(16),
    AAAA(28);

    private final int code;

    DnsType(int code) {
      this.code = code;
    }

    /// The number on the wire.
    public int code() {
      return code;
    }
  }

  /// Response codes of DNS, whose numbers are their positions (RFC 1035 section 4.1.1).
  enum DnsCode {
    NOERROR,
    FORMERR,
    SERVFAIL,
    NXDOMAIN,
    NOTIMP,
    REFUSED
  }

  /// How a target's alias of a server's address is looked for, where the server is reached by
  /// direct server return: `aliascheck ...`.
  enum AliasCheck {
    /// By what the server's clients send: a SYN to its TCP port, or the target's own `dns` check.
    AUTO,
    /// By echo requests.
    ECHO,
    /// Not at all.
    OFF
  }

  /// The health checks of a target and how its state follows from them.
  ///
  /// @param rise good results in a row that bring a failed check back
  /// @param fall bad answers in a row that fail a check before its timeout
  /// @param fastInterval time between two questions while a check is about to change its state
  record Policy(
      List<HealthCheck> checks,
      int rise,
      int fall,
      Optional<Duration> fastInterval,
      AliasCheck alias) {
    public static final int DEFAULT_RISE = 2;
    public static final int DEFAULT_FALL = 2;

    public Policy {
      checks = List.copyOf(checks);
    }

    /// Checks of a target that says nothing else.
    public static Policy of(HealthCheck... checks) {
      return new Policy(
          List.of(checks), DEFAULT_RISE, DEFAULT_FALL, Optional.empty(), AliasCheck.AUTO);
    }
  }
}
