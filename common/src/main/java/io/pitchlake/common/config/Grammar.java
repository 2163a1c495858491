package io.pitchlake.common.config;

import static io.pitchlake.common.config.Field.once;
import static io.pitchlake.common.config.Field.repeated;

import io.pitchlake.common.config.Configuration.Access;
import io.pitchlake.common.config.Configuration.Admin;
import io.pitchlake.common.config.Configuration.AdminListen;
import io.pitchlake.common.config.Configuration.AdminSocket;
import io.pitchlake.common.config.Configuration.DecoyMac;
import io.pitchlake.common.config.Configuration.Idle;
import io.pitchlake.common.config.Configuration.Persistence;
import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.config.Configuration.PortMode;
import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Configuration.Quorum;
import io.pitchlake.common.config.Configuration.Scheduler;
import io.pitchlake.common.config.Configuration.Scheduling;
import io.pitchlake.common.config.Configuration.SourceNat;
import io.pitchlake.common.config.Configuration.SyncTransport;
import io.pitchlake.common.config.Configuration.Track;
import io.pitchlake.common.config.Configuration.VrrpChecksum;
import io.pitchlake.common.config.HealthCheck.AliasCheck;
import io.pitchlake.common.config.Words.Block;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The directives that stand inside sections. [SectionKind] says which stand where.
final class Grammar {
  /// Section numbers, for every kind of section.
  static final int HIGHEST_NUMBER = 65_535;

  private static final int HIGHEST_WEIGHT = 1000;
  private static final int MOST_SESSIONS = 268_435_456;
  private static final int DEFAULT_CLIENT_BITS6 = 64;
  private static final Duration SHORTEST_SPAN = Duration.ofSeconds(1);
  private static final Duration LONGEST_SLOW_START = Duration.ofHours(1);
  private static final Duration LONGEST_PERSISTENCE = Duration.ofDays(7);
  private static final int MOST_RESULTS = 100;
  private static final Duration LONGEST_PREEMPT_DELAY = Duration.ofHours(1);

  static final Field<String> NAME =
      once("name", words -> words.text("a name", "write one, in quotes if it has spaces"));

  static final Field<IpPrefix> SUBNET = once("subnet", words -> words.prefix("an address block"));
  static final Field<Boolean> WAIT = once("wait", words -> words.yesOrNo("a switch", "on", "off"));
  static final Field<Access> ACCESS =
      once("access", words -> words.choice("a way to access an interface", Access.class));

  static final Field<Scheduling> SCHEDULING =
      once("scheduling", words -> words.choice("a way to be scheduled", Scheduling.class));
  static final Field<Idle> IDLE =
      once("idle", words -> words.choice("a way to wait for frames", Idle.class));

  static final Field<Integer> VRID = once("vrid", words -> words.number("a vrid", 1, 255));
  static final Field<Integer> PRIORITY =
      once("priority", words -> words.number("a priority", 1, 254));
  static final Field<List<Placed<Integer>>> VRRP_NETWORKS =
      once("network", "networks", words -> numbers(words, "a network"));
  static final Field<Duration> ADVERT = once("advert", Grammar::advert);
  static final Field<Boolean> PREEMPT =
      once("preempt", words -> words.yesOrNo("a switch", "on", "off"));
  static final Field<Duration> PREEMPT_DELAY =
      once(
          "preemptdelay",
          words -> words.duration("a delay of preemption", Duration.ZERO, LONGEST_PREEMPT_DELAY));
  static final Field<Integer> VRRP_VERSION =
      once("version", words -> words.number("a version of VRRP", 2, 3));
  static final Field<VrrpChecksum> VRRP_CHECKSUM =
      once("checksum", words -> words.choice("a way to count a checksum", VrrpChecksum.class));

  static final Field<Track> TRACK = repeated("track", Grammar::track);

  static final Field<Block> ADDR =
      once("addr", words -> words.block("an IPv4 network address", true, "addr6"));
  static final Field<Integer> MASK = once("mask", Words::mask4);
  static final Field<IpAddress> REAL =
      once("real", words -> words.hostAddress("an IPv4 address", true, "real6"));
  static final Field<IpAddress> VIRT =
      once("virt", words -> words.hostAddress("an IPv4 address", true, "virt6"));
  static final Field<Block> ADDR6 =
      once("addr6", words -> words.block("an IPv6 network address", false, "addr"));
  static final Field<Integer> MASK6 = once("mask6", Words::mask6);
  static final Field<IpAddress> REAL6 =
      once("real6", words -> words.hostAddress("an IPv6 address", false, "real"));
  static final Field<IpAddress> VIRT6 =
      once("virt6", words -> words.hostAddress("an IPv6 address", false, "virt"));
  static final Field<List<IpAddress>> SYNC_PEERS =
      repeated("syncpeer", words -> words.plainList(w -> w.hostAddress("an address")));
  static final Field<Boolean> TARPIT =
      once("tarpit", words -> words.yesOrNo("a tarpit switch", "enable", "disable"));
  static final Field<PortMode> TARPIT_MODE = repeated("tarpit mode", TarpitGrammar::mode);
  static final Field<Map<Persona, Integer>> PERSONAS = once("personas", TarpitGrammar::personas);
  static final Field<DecoyMac> DECOY_MAC =
      once("decoymac", words -> words.choice("a kind of hardware address", DecoyMac.class));
  static final Field<List<Placed<Integer>>> NETWORK_INTERFACES =
      once("interface", "interfaces", words -> numbers(words, "an interface"));
  static final Field<Integer> VLAN = once("vlan", words -> words.number("a VLAN id", 1, 4094));

  static final Field<IpAddress> IPADDR =
      once("ipaddr", words -> words.hostAddress("an IPv4 or IPv6 address"));
  static final Field<Integer> PORT = once("port", words -> words.number("a port", 1, 65_535));
  static final Field<Integer> SERVER_PORT = once("port", Words::portOrAny);
  static final Field<Protocol> PROTOCOL =
      once("protocol", words -> words.choice("a protocol", Protocol.class));
  static final Field<Boolean> DSR =
      once("dsr", words -> words.yesOrNo("a switch", "enable", "disable"));
  static final Field<SourceNat> SNAT =
      once("snat", words -> words.choice("a way of source translation", SourceNat.class));
  static final Field<Boolean> NAT =
      once("nat", words -> words.yesOrNo("a switch", "enable", "disable"));
  static final Field<Boolean> ROUTE =
      once("route", words -> words.yesOrNo("a switch", "enable", "disable"));
  static final Field<List<IpPrefix>> GATEWAY_ROUTES =
      repeated("route", words -> words.plainList(w -> w.prefix("an address block")));
  static final Field<List<Placed<Integer>>> SERVER_TARGETS =
      once("targets", "target", words -> numbers(words, "a target"));
  static final Field<Scheduler> SCHEDULER =
      once("scheduler", "method", words -> words.choice("a scheduler", Scheduler.class));
  static final Field<Persistence> PERSISTENCE =
      once("persistence", "stickiness", Grammar::persistence);
  static final Field<List<Placed<Integer>>> BACKUP_TARGETS =
      once("backup", "backups", words -> numbers(words, "a target"));
  static final Field<Placed<Integer>> EMERGENCY =
      once("emergency", words -> placed(words, "a target number", 1));
  static final Field<Placed<Integer>> ABUSE =
      once("abuse", words -> placed(words, "a target number", 1));
  static final Field<Placed<Integer>> CLIENT_ACL =
      once("client_acl", words -> placed(words, "the number of an access list", 0));
  static final Field<Quorum> QUORUM = once("quorum", Grammar::quorum);

  static final Field<Integer> WEIGHT =
      once("weight", words -> words.number("a weight", 0, HIGHEST_WEIGHT));
  static final Field<Boolean> DRAIN = once("drain", words -> true);
  static final Field<Boolean> MAINTENANCE = once("maintenance", words -> true);
  static final Field<Boolean> BACKUP = once("backup", words -> true);
  static final Field<Duration> SLOW_START =
      once("slowstart", words -> words.duration("a slow start", SHORTEST_SPAN, LONGEST_SLOW_START));
  static final Field<Integer> MAX_SESSIONS =
      once("maxsessions", words -> words.number("a number of sessions", 0, MOST_SESSIONS));
  static final Field<Integer> HARD_MAX =
      once("hardmax", words -> words.number("a number of sessions", 0, MOST_SESSIONS));
  static final Field<Integer> TARGET_PRIORITY =
      once("priority", words -> words.number("a priority", 0, HIGHEST_NUMBER));

  static final Field<HealthCheck> CHECK_ARP = repeated("arp", CheckGrammar::arp);
  static final Field<HealthCheck> CHECK_PING = repeated("ping", CheckGrammar::ping);
  static final Field<HealthCheck> CHECK_TCPOPEN = repeated("tcpopen", CheckGrammar::tcpOpen);
  static final Field<HealthCheck> CHECK_UDP = repeated("udp", CheckGrammar::udp);
  static final Field<HealthCheck> CHECK_DNS = repeated("dns", CheckGrammar::dns);
  static final Field<HealthCheck> CHECK_HTTP = repeated("http", CheckGrammar::http);
  static final Field<HealthCheck> CHECK_HTTPS = repeated("https", CheckGrammar::https);
  static final Field<HealthCheck> CHECK_SCRIPT = repeated("script", CheckGrammar::script);
  static final Field<HealthCheck> CHECK_AGENT = repeated("agent", CheckGrammar::agent);

  /// All kinds of checks, each under its word.
  static final List<Field<HealthCheck>> CHECKS =
      List.of(
          CHECK_ARP,
          CHECK_PING,
          CHECK_TCPOPEN,
          CHECK_UDP,
          CHECK_DNS,
          CHECK_HTTP,
          CHECK_HTTPS,
          CHECK_SCRIPT,
          CHECK_AGENT);

  static final Field<Integer> RISE =
      once("rise", words -> words.number("a number of good results", 1, MOST_RESULTS));
  static final Field<Integer> FALL =
      once("fall", words -> words.number("a number of bad answers", 1, MOST_RESULTS));
  static final Field<Duration> FAST_INTERVAL =
      once(
          "fastinterval",
          words -> words.duration("an interval", CheckGrammar.SHORTEST, CheckGrammar.LONGEST));
  static final Field<AliasCheck> ALIAS_CHECK =
      once("aliascheck", words -> words.choice("a way to look for an alias", AliasCheck.class));

  static final Field<IpAddress> BIND =
      once("bind", words -> words.hostAddress("an IPv4 or IPv6 address"));
  static final Field<List<IpAddress>> PEERS =
      once("peers", "peer", words -> words.plainList(w -> w.hostAddress("an address")));
  static final Field<String> CLUSTER =
      once("cluster", words -> words.text("a cluster name", "write one word"));
  static final Field<SyncTransport> TRANSPORT =
      once("transport", words -> words.choice("a transport", SyncTransport.class));
  static final Field<Integer> SYNC_PORT = once("port", words -> words.number("a port", 1, 65_535));
  static final Field<IpAddress> WITNESS = once("witness", words -> words.hostAddress("an address"));
  static final Field<Path> KEY = once("key", "cluster key", Grammar::keyFile);

  static final Field<AdminSocket> ADMIN_SOCKET = once("socket", Grammar::adminSocket);
  static final Field<AdminListen> ADMIN_LISTEN = once("listen", Words::adminListen);
  static final Field<Path> TOKEN = once("token", words -> file(words, "the token's file"));
  static final Field<Path> CERTIFICATE =
      once("certificate", words -> file(words, "the certificate's file, in PEM"));
  static final Field<Path> TLS_KEY =
      once("key", words -> file(words, "the certificate's private key, in PEM"));
  static final Field<Integer> CONNECTIONS =
      once("connections", words -> words.number("a number of connections", 1, 1024));
  static final Field<Integer> RATE =
      once("rate", words -> words.number("a number of requests per second", 1, 10_000));

  static final Field<SinkPlan> SINK_FILE = repeated("file", SinkGrammar::file);
  static final Field<SinkPlan> SINK_SYSLOG = repeated("syslog", SinkGrammar::syslog);
  static final Field<SinkPlan> SINK_WEBHOOK = repeated("webhook", SinkGrammar::webhook);
  static final Field<SinkPlan> SINK_BLOCKLIST = repeated("blocklist", SinkGrammar::blocklist);
  static final Field<SinkPlan> SINK_NFTSET = repeated("nftset", SinkGrammar::nftset);
  static final Field<SinkPlan> SINK_STIX = repeated("stix", SinkGrammar::stix);

  /// All kinds of sinks, each under its word.
  static final List<Field<SinkPlan>> SINKS =
      List.of(SINK_FILE, SINK_SYSLOG, SINK_WEBHOOK, SINK_BLOCKLIST, SINK_NFTSET, SINK_STIX);

  static final Field<Path> GEOIP =
      once("geoip", words -> file(words, "a MaxMind database of countries or cities"));
  static final Field<Path> ASN =
      once("asn", words -> file(words, "a MaxMind database of autonomous systems"));

  private static final Duration SHORTEST_ADVERT = Duration.ofMillis(10);
  private static final Duration LONGEST_LAG = Duration.ofSeconds(10);
  private static final Duration LONGEST_ADVERT = Duration.ofMillis(40_950);

  private Grammar() {}

  static List<Placed<Integer>> numbers(Words words, String what) {
    return words.list(w -> w.number(what + " number", 1, HIGHEST_NUMBER));
  }

  /// What can be tracked.
  enum Tracked {
    LINK,
    SERVER,
    LAG
  }

  /// `link off`, `server 1 50`, `server 1 fault`, `lag 50ms 100`.
  private static Track track(Words words) {
    Tracked what = words.choice("something to track", Tracked.class);
    if (what == null) {
      return null;
    }
    return switch (what) {
      case LINK -> {
        Boolean counts = words.yesOrNo("a switch", "on", "off");
        yield counts == null ? null : new Track.Link(counts);
      }
      case SERVER -> {
        Integer server = words.number("a server number", 1, HIGHEST_NUMBER);
        Integer by = decrement(words);
        yield server == null || by == null ? null : new Track.Quorum(server, by);
      }
      case LAG -> {
        Duration bound = words.duration("a lag", SHORTEST_ADVERT, LONGEST_LAG);
        Integer by = decrement(words);
        yield bound == null || by == null ? null : new Track.Lag(bound, by);
      }
    };
  }

  private static Integer decrement(Words words) {
    if (words.peek().isBareWord() && words.peek().text().toLowerCase(Locale.ROOT).equals("fault")) {
      words.next();
      return Track.FAULT;
    }
    return words.number("a decrement ('fault' takes the router out)", 1, Track.FAULT - 2);
  }

  /// The wire counts adverts in hundredths of a second, in 12 bits (RFC 9568 section 5.2.7).
  private static Duration advert(Words words) {
    Token token = words.peek();
    Duration advert = words.duration("an advert interval", SHORTEST_ADVERT, LONGEST_ADVERT);
    if (advert != null && advert.toNanos() % SHORTEST_ADVERT.toNanos() != 0) {
      words
          .problems()
          .error(
              token,
              "is not a whole number of hundredths of a second",
              "write a multiple of 10ms, as VRRP carries it");
      return null;
    }
    return advert;
  }

  private static Placed<Integer> placed(Words words, String what, int minimum) {
    Token token = words.peek();
    Integer number = words.number(what, minimum, HIGHEST_NUMBER);
    return number == null ? null : new Placed<>(number, token);
  }

  /// `24 300`, or with a length for IPv6 `24,56 300`. Clients of IPv6 change their address within a
  /// /64 by themselves, so that is what tells them apart where nothing else is said.
  private static Persistence persistence(Words words) {
    Integer length = words.number("a prefix length", 0, 32);
    Integer length6 = DEFAULT_CLIENT_BITS6;
    if (words.peek().is(Token.Kind.COMMA)) {
      words.next();
      length6 = words.number("a prefix length of IPv6", 0, 128);
    }
    Duration timeout = words.duration("a timeout", SHORTEST_SPAN, LONGEST_PERSISTENCE);
    return length == null || length6 == null || timeout == null
        ? null
        : new Persistence(length, length6, timeout);
  }

  /// `3,2`, or `2` for `2,2`.
  private static Quorum quorum(Words words) {
    Integer up = words.number("a number of targets", 1, HIGHEST_NUMBER);
    if (!words.peek().is(Token.Kind.COMMA)) {
      return up == null ? null : new Quorum(up, up);
    }
    words.next();
    Token token = words.peek();
    Integer down = words.number("a number of targets", 1, HIGHEST_NUMBER);
    if (up == null || down == null) {
      return null;
    }
    if (down > up) {
      words
          .problems()
          .error(
              token,
              "is more than the %d targets that bring the server back, so it would come and go"
                  .formatted(up),
              "write the larger number first, such as 'quorum 3,2'");
      return null;
    }
    return new Quorum(up, down);
  }

  private static Path keyFile(Words words) {
    return file(words, "the cluster key");
  }

  private static Path file(Words words, String whose) {
    String text = words.text("a file", "write the path of " + whose);
    return text == null ? null : Path.of(text);
  }

  /// The kernel allows 107, of which the name that a socket is made under needs some more.
  private static final int LONGEST_SOCKET_BYTES = 100;

  private static AdminSocket adminSocket(Words words) {
    Token token = words.peek();
    String remedy = "write auto, off, or a path such as " + Admin.DEFAULT_SOCKET;
    String text = words.text("a place for a socket", remedy);
    if (text == null) {
      return null;
    }
    return switch (text) {
      case "auto" -> new AdminSocket.Auto();
      case "off" -> new AdminSocket.Off();
      default -> {
        if (!text.startsWith("/")
            || text.getBytes(StandardCharsets.UTF_8).length > LONGEST_SOCKET_BYTES) {
          words
              .problems()
              .error(
                  token,
                  "is no absolute path of at most " + LONGEST_SOCKET_BYTES + " bytes",
                  remedy);
          yield null;
        }
        yield new AdminSocket.At(Path.of(text));
      }
    };
  }
}
