package io.pitchlake.common.config;

import io.pitchlake.common.config.SinkPlan.Format;
import io.pitchlake.common.config.SinkPlan.Intake;
import io.pitchlake.common.config.SinkPlan.Listing;
import io.pitchlake.common.config.SinkPlan.ToFile;
import io.pitchlake.common.config.SinkPlan.ToList;
import io.pitchlake.common.config.SinkPlan.ToSyslog;
import io.pitchlake.common.config.SinkPlan.ToWebhook;
import io.pitchlake.common.config.SinkPlan.Topic;
import io.pitchlake.common.config.SinkPlan.Transport;
import io.pitchlake.common.config.SinkPlan.Trap;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads one sink of `events`. A reader reports what is wrong, reads on to the end of the sink, so
/// that one mistake does not hide the next, and returns null in the end.
final class SinkGrammar {
  static final Set<String> FILE_OPTIONS = Set.of("format", "size", "keep", "only", "queue");
  static final Set<String> SYSLOG_OPTIONS =
      Set.of("transport", "format", "ca", "name", "certificate", "key", "only", "queue");
  private static final Set<String> TLS_OPTIONS = Set.of("ca", "name", "certificate", "key");
  static final Set<String> WEBHOOK_OPTIONS =
      Set.of("secret", "ca", "debounce", "giveup", "only", "queue");
  static final Set<String> LIST_OPTIONS =
      Set.of("timeout", "threshold", "traps", "acl", "most", "queue");
  private static final long SMALLEST_FILE = 4096;
  private static final long LARGEST_FILE = 1L << 40;
  private static final int MOST_KEPT = 999;
  private static final int LONGEST_QUEUE = 1_000_000;
  private static final int MOST_LISTED = 1_000_000;
  private static final int HIGHEST_THRESHOLD = 1_000_000;
  private static final Duration LONGEST_DEBOUNCE = Duration.ofDays(1);
  private static final Duration SHORTEST_GIVE_UP = Duration.ofSeconds(1);
  private static final Duration LONGEST_GIVE_UP = Duration.ofDays(7);
  private static final Duration SHORTEST_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(365);

  private final Words words;
  private final Options options;
  private boolean good = true;
  private Set<Topic> topics = EnumSet.allOf(Topic.class);
  private int queue = Intake.DEFAULT_QUEUE;

  private SinkGrammar(Words words, Set<String> options) {
    this.words = words;
    this.options = new Options(words, options, "sink");
  }

  static SinkPlan file(Words words) {
    SinkGrammar sink = new SinkGrammar(words, FILE_OPTIONS);
    return sink.options.within(sink::readFile);
  }

  static SinkPlan syslog(Words words) {
    SinkGrammar sink = new SinkGrammar(words, SYSLOG_OPTIONS);
    return sink.options.within(sink::readSyslog);
  }

  static SinkPlan webhook(Words words) {
    SinkGrammar sink = new SinkGrammar(words, WEBHOOK_OPTIONS);
    return sink.options.within(sink::readWebhook);
  }

  static SinkPlan blocklist(Words words) {
    return list(words, Listing.BLOCKLIST);
  }

  static SinkPlan nftset(Words words) {
    return list(words, Listing.NFTSET);
  }

  static SinkPlan stix(Words words) {
    return list(words, Listing.STIX);
  }

  private static SinkPlan list(Words words, Listing listing) {
    SinkGrammar sink = new SinkGrammar(words, LIST_OPTIONS);
    return sink.options.within(() -> sink.readList(listing));
  }

  private <T> T need(T value) {
    good &= value != null;
    return value;
  }

  private void error(Token at, String wrong, String remedy) {
    words.problems().error(at, wrong, remedy);
    good = false;
  }

  /// Named by its whole path, for the folder that the node was started in is none of its user's.
  private Path ownFile() {
    Token token = words.peek();
    String remedy = "write its whole path, such as /var/log/pitchlake/events.json";
    String text = need(words.text("a file", remedy));
    if (text != null && (!text.startsWith("/") || text.endsWith("/"))) {
      error(token, "is not the whole path of a file", remedy);
    }
    return text == null ? null : Path.of(text);
  }

  private Optional<Path> file(String whose) {
    return Optional.ofNullable(need(words.text("a file", "write the path of " + whose)))
        .map(Path::of);
  }

  /// The options that every stream of events has.
  private void common(String option) {
    if (option.equals("queue")) {
      queue = number("a number of events", 1, LONGEST_QUEUE, queue);
    } else {
      List<Topic> named = need(words.plainList(one -> one.choice("a topic", Topic.class)));
      topics = named == null || named.isEmpty() ? topics : EnumSet.copyOf(named);
    }
  }

  private int number(String what, int minimum, int maximum, int otherwise) {
    Integer number = need(words.number(what, minimum, maximum));
    return number == null ? otherwise : number;
  }

  private Duration duration(String what, Duration minimum, Duration maximum, Duration otherwise) {
    Duration duration = need(words.duration(what, minimum, maximum));
    return duration == null ? otherwise : duration;
  }

  private Format format() {
    return need(words.choice("a format", Format.class));
  }

  // ---- file

  private SinkPlan readFile() {
    Path path = ownFile();
    Format format = Format.JSON;
    long size = ToFile.DEFAULT_SIZE_BYTES;
    int keep = ToFile.DEFAULT_KEEP;
    for (String option = options.next(); option != null; option = options.next()) {
      switch (option) {
        case "format" -> format = format();
        case "size" -> {
          Long bytes = need(words.bytes("a size", SMALLEST_FILE, LARGEST_FILE));
          size = bytes == null ? size : bytes;
        }
        case "keep" -> keep = number("a number of files", 0, MOST_KEPT, keep);
        default -> common(option);
      }
    }
    return good ? new ToFile(path, format, size, keep, new Intake(topics, queue)) : null;
  }

  // ---- syslog

  private SinkPlan readSyslog() {
    Words.Endpoint place = need(words.collector());
    Transport transport = Transport.UDP;
    Format format = Format.LINE;
    Optional<Path> ca = Optional.empty();
    Optional<String> name = Optional.empty();
    Optional<Path> certificate = Optional.empty();
    Optional<Path> key = Optional.empty();
    Token tlsOption = null;
    Token at = words.peek();
    for (String option = options.next(); option != null; option = options.next()) {
      switch (option) {
        case "transport" -> transport = need(words.choice("a transport", Transport.class));
        case "format" -> format = format();
        case "ca" -> ca = file("the certificate of who has signed the collector's, in PEM");
        case "name" ->
            name =
                Optional.ofNullable(
                    need(words.hostName("the name in the collector's certificate")));
        case "certificate" -> certificate = file("this node's certificate, in PEM");
        case "key" -> key = file("the certificate's private key, in PEM");
        default -> common(option);
      }
      tlsOption = tlsOption == null && TLS_OPTIONS.contains(option) ? at : tlsOption;
      at = words.peek();
    }
    if (good && tlsOption != null && transport != Transport.TLS) {
      error(tlsOption, "is of no use without TLS", "write 'transport tls' with it");
    }
    if (good && certificate.isPresent() != key.isPresent()) {
      error(tlsOption, "stands without the other of certificate and key", "write both, or neither");
    }
    if (!good) {
      return null;
    }
    int port =
        place.port() > 0
            ? place.port()
            : transport == Transport.TLS ? ToSyslog.DEFAULT_TLS_PORT : ToSyslog.DEFAULT_PORT;
    return new ToSyslog(
        place.address(),
        port,
        transport,
        format,
        ca,
        name,
        certificate,
        key,
        new Intake(topics, queue));
  }

  // ---- webhook

  private SinkPlan readWebhook() {
    URI url = url();
    Optional<Path> secret = Optional.empty();
    Optional<Path> ca = Optional.empty();
    Duration debounce = ToWebhook.DEFAULT_DEBOUNCE;
    Duration giveUp = ToWebhook.DEFAULT_GIVE_UP;
    for (String option = options.next(); option != null; option = options.next()) {
      switch (option) {
        case "secret" -> secret = file("the key of signatures");
        case "ca" -> ca = file("the certificate of who has signed the receiver's, in PEM");
        case "debounce" -> debounce = duration("a time", Duration.ZERO, LONGEST_DEBOUNCE, debounce);
        case "giveup" -> giveUp = duration("a time", SHORTEST_GIVE_UP, LONGEST_GIVE_UP, giveUp);
        default -> common(option);
      }
    }
    return good
        ? new ToWebhook(url, secret, ca, debounce, giveUp, new Intake(topics, queue))
        : null;
  }

  private URI url() {
    Token token = words.peek();
    String remedy = "write it such as \"https://hooks.example.org/pitchlake\"";
    String text = need(words.text("an address of the web", remedy));
    if (text == null) {
      return null;
    }
    try {
      URI url = new URI(text);
      boolean web = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
      if (web && url.getHost() != null && url.getUserInfo() == null && url.getFragment() == null) {
        return url;
      }
    } catch (URISyntaxException e) {
      // Said below, in words that help.
    }
    error(token, "is not an address that a POST can go to", remedy);
    return null;
  }

  // ---- lists

  private SinkPlan readList(Listing listing) {
    Path path = ownFile();
    Duration timeout = ToList.DEFAULT_TIMEOUT;
    int threshold = ToList.DEFAULT_THRESHOLD;
    Set<Trap> traps = SinkPlan.DEFAULT_TRAPS;
    Optional<Integer> acl = Optional.empty();
    int most = ToList.DEFAULT_MOST;
    for (String option = options.next(); option != null; option = options.next()) {
      switch (option) {
        case "timeout" ->
            timeout = duration("a timeout", SHORTEST_TIMEOUT, LONGEST_TIMEOUT, timeout);
        case "threshold" ->
            threshold = number("a number of events", 1, HIGHEST_THRESHOLD, threshold);
        case "traps" -> {
          List<Trap> named = need(words.plainList(one -> one.choice("a trap", Trap.class)));
          traps = named == null ? traps : EnumSet.copyOf(named);
        }
        case "acl" ->
            acl =
                Optional.ofNullable(
                    need(words.number("the number of an access list", 0, Grammar.HIGHEST_NUMBER)));
        case "most" -> most = number("a number of attackers", 1, MOST_LISTED, most);
        default -> queue = number("a number of events", 1, LONGEST_QUEUE, queue);
      }
    }
    return good ? new ToList(listing, path, timeout, threshold, traps, acl, most, queue) : null;
  }
}
