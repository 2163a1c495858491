package io.pitchlake.common.config;

import io.pitchlake.common.config.HealthCheck.DnsCode;
import io.pitchlake.common.config.HealthCheck.DnsType;
import io.pitchlake.common.config.HealthCheck.Request;
import io.pitchlake.common.config.HealthCheck.StatusRange;
import io.pitchlake.common.config.Token.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads one health check of a target. A reader reports what is wrong, reads on to the end of the
/// check, so that one mistake does not hide the next, and returns null in the end.
final class CheckGrammar {
  static final Duration SHORTEST = Duration.ofMillis(10);
  static final Duration LONGEST = Duration.ofHours(1);

  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_-]{1,63}");
  private static final int LONGEST_NAME = 253;
  private static final Pattern PATH = Pattern.compile("/[!-~]*");
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:\\[\\]-]{1,255}");
  private static final Pattern STATUS = Pattern.compile("([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?");
  static final Set<String> DNS_OPTIONS = Set.of("type", "rcode");
  static final Set<String> HTTP_OPTIONS = Set.of("path", "host", "status", "expect");
  static final Set<String> HTTPS_OPTIONS =
      Set.of("path", "host", "status", "expect", "sni", "verify");

  private final Words words;
  private final String example;
  private int port;
  private Duration interval;
  private Duration timeout;
  private boolean good = true;

  private CheckGrammar(Words words, String example) {
    this.words = words;
    this.example = example;
  }

  static HealthCheck arp(Words words) {
    CheckGrammar check = new CheckGrammar(words, "arp 3,10").readTimes();
    return check.good ? new HealthCheck.Arp(check.interval, check.timeout) : null;
  }

  static HealthCheck ping(Words words) {
    CheckGrammar check = new CheckGrammar(words, "ping 3,10").readTimes();
    return check.good ? new HealthCheck.Ping(check.interval, check.timeout) : null;
  }

  static HealthCheck tcpOpen(Words words) {
    CheckGrammar check = new CheckGrammar(words, "tcpopen 80,3,10").readPortAndTimes();
    return check.good ? new HealthCheck.TcpOpen(check.port, check.interval, check.timeout) : null;
  }

  static HealthCheck udp(Words words) {
    CheckGrammar check = new CheckGrammar(words, "udp 514,3,10").readPortAndTimes();
    return check.good ? new HealthCheck.Udp(check.port, check.interval, check.timeout) : null;
  }

  static HealthCheck agent(Words words) {
    CheckGrammar check = new CheckGrammar(words, "agent 8080,3,10").readPortAndTimes();
    return check.good ? new HealthCheck.Agent(check.port, check.interval, check.timeout) : null;
  }

  static HealthCheck dns(Words words) {
    CheckGrammar check = new CheckGrammar(words, "dns 53,3,10 www.example.org").readPortAndTimes();
    Options options = new Options(words, DNS_OPTIONS, "check");
    return options.within(() -> check.readDns(options));
  }

  static HealthCheck http(Words words) {
    CheckGrammar check = new CheckGrammar(words, "http 80,3,10").readPortAndTimes();
    Options options = new Options(words, HTTP_OPTIONS, "check");
    return options.within(() -> check.readHttp(options, false));
  }

  static HealthCheck https(Words words) {
    CheckGrammar check = new CheckGrammar(words, "https 443,3,10").readPortAndTimes();
    Options options = new Options(words, HTTPS_OPTIONS, "check");
    return options.within(() -> check.readHttp(options, true));
  }

  static HealthCheck script(Words words) {
    String example = "script 10,20 /usr/local/bin/check";
    CheckGrammar check = new CheckGrammar(words, example).readTimes();
    List<String> command = check.readCommand();
    return check.good ? new HealthCheck.Script(check.interval, check.timeout, command) : null;
  }

  // ---- what all have

  private CheckGrammar readPortAndTimes() {
    Integer number = words.number("a port", 1, 65_535);
    good &= number != null;
    port = number == null ? 0 : number;
    if (!words.comma("a comma and the interval", "write such as '" + example + "'")) {
      good = false;
      return this;
    }
    return readTimes();
  }

  private CheckGrammar readTimes() {
    interval = words.duration("an interval", SHORTEST, LONGEST);
    if (!words.comma("a comma and the timeout", "write such as '" + example + "'")) {
      good = false;
      return this;
    }
    Token token = words.peek();
    timeout = words.duration("a timeout", SHORTEST, LONGEST);
    good &= interval != null && timeout != null;
    if (interval != null && timeout != null && timeout.compareTo(interval) < 0) {
      error(
          token,
          "is a timeout shorter than the interval, so the target would fail between two checks",
          "write the interval first, such as '" + example + "'");
    }
    return this;
  }

  private void error(Token at, String wrong, String remedy) {
    words.problems().error(at, wrong, remedy);
    good = false;
  }

  private <T> T need(T value) {
    good &= value != null;
    return value;
  }

  // ---- dns

  private HealthCheck readDns(Options options) {
    String name = readDnsName();
    DnsType type = DnsType.A;
    List<DnsCode> accepted = List.of(DnsCode.NOERROR);
    for (String option = options.next(); option != null; option = options.next()) {
      if (option.equals("type")) {
        type = need(words.choice("a type of record", DnsType.class));
      } else {
        accepted = need(words.plainList(one -> one.choice("a response code", DnsCode.class)));
      }
    }
    return good ? new HealthCheck.Dns(port, interval, timeout, name, type, accepted) : null;
  }

  /// A name in dotted form, without the last dot; `.` is the root.
  private String readDnsName() {
    Token token = words.peek();
    String remedy = "write a name that the server knows, such as '" + example + "'";
    String text = need(words.text("a name to ask for", remedy));
    if (text == null || text.equals(".")) {
      return text;
    }
    String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    for (String label : name.split("\\.", -1)) {
      if (!LABEL.matcher(label).matches() || name.length() > LONGEST_NAME) {
        error(token, "is not a domain name", remedy);
        return null;
      }
    }
    return name;
  }

  // ---- http

  private HealthCheck readHttp(Options options, boolean tls) {
    String path = "/";
    Optional<String> host = Optional.empty();
    List<StatusRange> status = Request.GOOD_STATUS;
    Optional<String> expect = Optional.empty();
    Optional<String> sni = Optional.empty();
    boolean verify = true;
    for (String option = options.next(); option != null; option = options.next()) {
      switch (option) {
        case "path" -> path = matching("a path", PATH, "write it such as /health");
        case "host" -> host = name("a host name");
        case "sni" -> sni = name("a server name");
        case "status" -> status = need(words.plainList(one -> status()));
        case "expect" ->
            expect = Optional.ofNullable(need(words.text("a text", "write what must be found")));
        default -> {
          Boolean wanted = need(words.yesOrNo("a switch", "on", "off"));
          verify = wanted == null || wanted;
        }
      }
    }
    if (!good) {
      return null;
    }
    Request request = new Request(path, host, status, expect);
    return tls
        ? new HealthCheck.Https(port, interval, timeout, request, sni, verify)
        : new HealthCheck.Http(port, interval, timeout, request);
  }

  private Optional<String> name(String what) {
    return Optional.ofNullable(matching(what, HOST, "write it such as www.example.org"));
  }

  private String matching(String what, Pattern pattern, String remedy) {
    Token token = words.peek();
    String text = need(words.text(what, remedy));
    if (text != null && !pattern.matcher(text).matches()) {
      error(token, "is not " + what, remedy);
      return null;
    }
    return text;
  }

  private StatusRange status() {
    String remedy = "write 200, or a range such as 200-299";
    Token token = words.peek();
    String text = words.text("a status code", remedy);
    if (text == null) {
      return null;
    }
    Matcher matcher = STATUS.matcher(text);
    if (!matcher.matches()) {
      error(token, "is not a status code of HTTP", remedy);
      return null;
    }
    int first = Integer.parseInt(matcher.group(1));
    int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
    if (last < first) {
      error(token, "is a range that ends before it begins", remedy);
      return null;
    }
    return new StatusRange(first, last);
  }

  // ---- script

  /// The program and its arguments: all words up to the next directive. It is never read by a
  /// shell, so it is named by its whole path.
  private List<String> readCommand() {
    String remedy = "write its whole path, such as '" + example + "'";
    Token token = words.peek();
    String program = need(words.text("a program", remedy));
    if (program != null && !program.startsWith("/")) {
      error(token, "is not the path of a program", remedy);
    }
    List<String> command = new ArrayList<>();
    command.add(program);
    while (words.valueFollows() || words.peek().is(Kind.COMMA)) {
      Token argument = words.next();
      if (argument.is(Kind.COMMA)) {
        error(
            argument,
            "cuts an argument of the script in two",
            "put the argument in quotes, such as \"a,b\"");
      } else {
        command.add(argument.text());
      }
    }
    return command;
  }
}
