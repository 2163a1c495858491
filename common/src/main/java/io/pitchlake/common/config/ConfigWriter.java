package io.pitchlake.common.config;

import io.pitchlake.common.config.Configuration.Admin;
import io.pitchlake.common.config.Configuration.AdminListen;
import io.pitchlake.common.config.Configuration.AdminSocket;
import io.pitchlake.common.config.Configuration.Balancing;
import io.pitchlake.common.config.Configuration.Duty;
import io.pitchlake.common.config.Configuration.Engine;
import io.pitchlake.common.config.Configuration.Events;
import io.pitchlake.common.config.Configuration.Gateway;
import io.pitchlake.common.config.Configuration.Interface;
import io.pitchlake.common.config.Configuration.Link;
import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.common.config.Configuration.Persistence;
import io.pitchlake.common.config.Configuration.Quorum;
import io.pitchlake.common.config.Configuration.Registry;
import io.pitchlake.common.config.Configuration.Server;
import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.config.Configuration.Sync;
import io.pitchlake.common.config.Configuration.SyncTransport;
import io.pitchlake.common.config.Configuration.Syslog;
import io.pitchlake.common.config.Configuration.Target;
import io.pitchlake.common.config.Configuration.Track;
import io.pitchlake.common.config.Configuration.Vrrp;
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
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Writes any [Configuration] as text that [ConfigParser] reads back as an equal one.
///
/// Each record is taken apart by a pattern that names all its components, so that whoever adds one
/// is told by the compiler to write it here; `ConfigWriterTest` then asks for a random value of it.
/// What is at its default and can be left out (settings, empty lists) is left out.
public final class ConfigWriter {
  private static final int LONGEST_LINE = 96;
  private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@-]*");

  private final List<Statement> statements = new ArrayList<>();
  private String section = "";

  private ConfigWriter() {}

  /// The whole text, in the order of the file it came from.
  public static String write(Configuration configuration) {
    StringBuilder text = new StringBuilder();
    String open = "";
    List<String> lines = new ArrayList<>();
    for (Statement statement : statements(configuration)) {
      if (!statement.section().equals(open)) {
        close(text, open, lines);
        open = statement.section();
      }
      if (open.isEmpty()) {
        text.append(statement.text()).append('\n');
      } else if (!statement.text().isEmpty()) {
        lines.add(statement.text());
      }
    }
    close(text, open, lines);
    return text.toString();
  }

  private static void close(StringBuilder text, String title, List<String> lines) {
    if (title.isEmpty()) {
      return;
    }
    String inOneLine = title + " { " + String.join(" ", lines) + " }\n";
    if (inOneLine.length() <= LONGEST_LINE) {
      text.append(inOneLine);
    } else {
      text.append(title).append(" {\n");
      lines.forEach(line -> text.append("    ").append(line).append('\n'));
      text.append("}\n");
    }
    lines.clear();
  }

  /// Every directive of a configuration, section by section.
  static List<Statement> statements(Configuration configuration) {
    ConfigWriter writer = new ConfigWriter();
    writer.configuration(configuration);
    return writer.statements;
  }

  private void configuration(Configuration whole) {
    switch (whole) {
      case Configuration(
              Optional<String> hostname,
              List<String> modules,
              Map<Integer, Interface> interfaces,
              Map<Integer, Vrrp> vrrps,
              Map<Integer, Network> networks,
              Map<Integer, Server> servers,
              Map<Integer, Target> targets,
              Map<Integer, Gateway> gateways,
              Registry registered,
              Registry enabled,
              List<IpPrefix> exempt,
              Map<Integer, AccessList> accessLists,
              Optional<Integer> tarpitAcl,
              Settings settings,
              Syslog syslog,
              Engine engine,
              Optional<Sync> sync,
              Admin admin,
              Events events) -> {
        hostname.ifPresent(name -> top("hostname", quoted(name)));
        top("modules", list(modules));
        engine(engine);
        interfaces.values().forEach(this::link);
        vrrps.values().forEach(this::vrrp);
        networks.values().forEach(this::network);
        servers.values().forEach(this::server);
        targets.values().forEach(this::target);
        gateways.values().forEach(this::gateway);
        sync.ifPresent(this::sync);
        admin(admin);
        events(events);
        exempt.forEach(prefix -> top("arp", prefix.toString()));
        accessLists.forEach(this::accessList);
        tarpitAcl.ifPresent(number -> top("tarpit_acl", number.toString()));
        settings(settings);
        top("syslog", place(syslog));
        registry("register", registered);
        registry("enable", enabled);
      }
    }
  }

  // ---- sections

  private void link(Interface link) {
    switch (link) {
      case Interface(int id, Link which, Configuration.Access access, boolean awaited) -> {
        enter(SectionKind.INTERFACE, id);
        switch (which) {
          case Link.Named(String name) -> add(Grammar.NAME, quoted(name));
          case Link.Within(IpPrefix subnet) -> add(Grammar.SUBNET, subnet);
        }
        add(Grammar.ACCESS, lower(access));
        add(Grammar.WAIT, awaited ? "on" : "off");
      }
    }
  }

  private void vrrp(Vrrp vrrp) {
    switch (vrrp) {
      case Vrrp(
              int id,
              int vrid,
              int priority,
              List<Integer> networks,
              Duration advert,
              boolean preempt,
              Duration preemptDelay,
              int version,
              Configuration.VrrpChecksum checksum,
              List<IpAddress> peers,
              List<Track> tracks) -> {
        enter(SectionKind.VRRP, id);
        add(Grammar.VRID, vrid);
        add(Grammar.PRIORITY, priority);
        add(Grammar.VRRP_NETWORKS, list(networks));
        add(Grammar.ADVERT, time(advert));
        add(Grammar.PREEMPT, preempt ? "on" : "off");
        add(Grammar.PREEMPT_DELAY, time(preemptDelay));
        add(Grammar.VRRP_VERSION, version);
        add(Grammar.VRRP_CHECKSUM, lower(checksum));
        addList(Grammar.PEERS, peers);
        tracks.forEach(this::track);
      }
    }
  }

  private void track(Track track) {
    add(
        Grammar.TRACK,
        switch (track) {
          case Track.Link(boolean counts) -> "link " + (counts ? "on" : "off");
          case Track.Quorum(int server, int by) -> "server " + server + " " + decrement(by);
          case Track.Lag(Duration bound, int by) -> "lag " + time(bound) + " " + decrement(by);
        });
  }

  private static String decrement(int by) {
    return by == Track.FAULT ? "fault" : Integer.toString(by);
  }

  private void network(Network network) {
    switch (network) {
      case Network(
              int id,
              Optional<String> name,
              Optional<IpPrefix> prefix,
              Optional<IpAddress> real,
              Optional<IpAddress> virt,
              Optional<IpPrefix> prefix6,
              Optional<IpAddress> real6,
              Optional<IpAddress> virt6,
              List<IpAddress> syncPeers,
              boolean tarpit,
              Configuration.TarpitMode tarpitMode,
              List<Configuration.PortMode> portModes,
              Map<Configuration.Persona, Integer> personas,
              Configuration.DecoyMac decoyMac,
              List<Integer> interfaces,
              Optional<Integer> vlan,
              Configuration.Outbound outbound) -> {
        enter(SectionKind.NETWORK, id);
        name.ifPresent(text -> add(Grammar.NAME, quoted(text)));
        prefix.ifPresent(block -> {
          add(Grammar.ADDR, block.address());
          add(Grammar.MASK, mask(block));
        });
        real.ifPresent(address -> add(Grammar.REAL, address));
        virt.ifPresent(address -> add(Grammar.VIRT, address));
        prefix6.ifPresent(block -> {
          add(Grammar.ADDR6, block.address());
          add(Grammar.MASK6, block.familyLength());
        });
        real6.ifPresent(address -> add(Grammar.REAL6, address));
        virt6.ifPresent(address -> add(Grammar.VIRT6, address));
        addList(Grammar.SYNC_PEERS, syncPeers);
        add(Grammar.TARPIT, tarpit ? "enable" : "disable");
        add(Grammar.TARPIT_MODE, lower(tarpitMode));
        portModes.forEach(
            mode -> add(Grammar.TARPIT_MODE, lower(mode.mode()) + " ports " + list(mode.ports())));
        add(Grammar.PERSONAS, personas(personas));
        add(Grammar.DECOY_MAC, lower(decoyMac));
        add(Grammar.NETWORK_INTERFACES, list(interfaces));
        vlan.ifPresent(tag -> add(Grammar.VLAN, tag));
        switch (outbound) {
          case NONE -> {}
          case ROUTE -> add(Grammar.ROUTE, "enable");
          case MASQUERADE -> add(Grammar.NAT, "enable");
        }
      }
    }
  }

  private static String personas(Map<Configuration.Persona, Integer> weights) {
    return weights.isEmpty()
        ? "off"
        : weights.entrySet().stream()
            .map(share -> lower(share.getKey()) + " " + share.getValue())
            .collect(Collectors.joining(","));
  }

  private void server(Server server) {
    switch (server) {
      case Server(
              int id,
              Optional<String> name,
              IpAddress address,
              int port,
              Configuration.Protocol protocol,
              boolean dsr,
              Configuration.SourceNat sourceNat,
              List<Integer> targets,
              Balancing balancing) -> {
        enter(SectionKind.SERVER, id);
        name.ifPresent(text -> add(Grammar.NAME, quoted(text)));
        add(Grammar.IPADDR, address);
        add(Grammar.SERVER_PORT, port == 0 ? "any" : port);
        add(Grammar.PROTOCOL, lower(protocol));
        add(Grammar.DSR, dsr ? "enable" : "disable");
        if (!dsr) {
          add(Grammar.SNAT, lower(sourceNat));
        }
        add(Grammar.SERVER_TARGETS, list(targets));
        balancing(balancing);
      }
    }
  }

  private void balancing(Balancing balancing) {
    switch (balancing) {
      case Balancing(
              Configuration.Scheduler scheduler,
              Optional<Persistence> persistence,
              List<Integer> backups,
              Optional<Integer> emergency,
              Optional<Integer> abuse,
              Optional<Integer> clientAcl,
              Quorum quorum) -> {
        add(Grammar.SCHEDULER, lower(scheduler));
        persistence.ifPresent(this::persistence);
        addList(Grammar.BACKUP_TARGETS, backups);
        emergency.ifPresent(number -> add(Grammar.EMERGENCY, number));
        abuse.ifPresent(number -> add(Grammar.ABUSE, number));
        clientAcl.ifPresent(number -> add(Grammar.CLIENT_ACL, number));
        if (!quorum.equals(Quorum.ONE)) {
          add(Grammar.QUORUM, quorum.up() + "," + quorum.down());
        }
      }
    }
  }

  private void persistence(Persistence persistence) {
    switch (persistence) {
      case Persistence(int length, int length6, Duration timeout) ->
          add(Grammar.PERSISTENCE, length + "," + length6 + " " + time(timeout));
    }
  }

  private void target(Target target) {
    switch (target) {
      case Target(
              int id,
              Optional<String> name,
              IpAddress address,
              int port,
              int weight,
              Duty duty,
              HealthCheck.Policy health) -> {
        enter(SectionKind.TARGET, id);
        name.ifPresent(text -> add(Grammar.NAME, quoted(text)));
        add(Grammar.IPADDR, address);
        if (port != 0) {
          add(Grammar.PORT, port);
        }
        add(Grammar.WEIGHT, weight);
        duty(duty);
        health(health);
      }
    }
  }

  private void health(HealthCheck.Policy policy) {
    switch (policy) {
      case HealthCheck.Policy(
              List<HealthCheck> checks,
              int rise,
              int fall,
              Optional<Duration> fastInterval,
              HealthCheck.AliasCheck alias) -> {
        checks.forEach(this::check);
        add(Grammar.RISE, rise);
        add(Grammar.FALL, fall);
        fastInterval.ifPresent(interval -> add(Grammar.FAST_INTERVAL, time(interval)));
        add(Grammar.ALIAS_CHECK, lower(alias));
      }
    }
  }

  private void duty(Duty duty) {
    switch (duty) {
      case Duty(
              Configuration.TargetState state,
              boolean backup,
              Duration slowStart,
              int maxSessions,
              int hardMax,
              int priority) -> {
        switch (state) {
          case READY -> {}
          case DRAIN -> flag(Grammar.DRAIN);
          case MAINTENANCE -> flag(Grammar.MAINTENANCE);
        }
        if (backup) {
          flag(Grammar.BACKUP);
        }
        if (!slowStart.isZero()) {
          add(Grammar.SLOW_START, time(slowStart));
        }
        if (maxSessions > 0) {
          add(Grammar.MAX_SESSIONS, maxSessions);
          add(Grammar.HARD_MAX, hardMax);
        }
        if (priority > 0) {
          add(Grammar.TARGET_PRIORITY, priority);
        }
      }
    }
  }

  private void check(HealthCheck check) {
    String port = check.port() == 0 ? "" : check.port() + ",";
    add(check.word(), port + time(check.interval()) + "," + time(check.timeout()) + rest(check));
  }

  /// What a check has behind its port and times.
  private static String rest(HealthCheck check) {
    return switch (check) {
      case HealthCheck.Arp(Duration _, Duration _) -> "";
      case HealthCheck.Ping(Duration _, Duration _) -> "";
      case HealthCheck.TcpOpen(int _, Duration _, Duration _) -> "";
      case HealthCheck.Udp(int _, Duration _, Duration _) -> "";
      case HealthCheck.Agent(int _, Duration _, Duration _) -> "";
      case HealthCheck.Dns(
              int _,
              Duration _,
              Duration _,
              String name,
              HealthCheck.DnsType type,
              List<HealthCheck.DnsCode> accepted) ->
          " "
              + quoted(name)
              + " type "
              + lower(type)
              + " rcode "
              + list(accepted.stream().map(ConfigWriter::lower).toList());
      case HealthCheck.Http(int _, Duration _, Duration _, HealthCheck.Request request) ->
          request(request);
      case HealthCheck.Https(
              int _,
              Duration _,
              Duration _,
              HealthCheck.Request request,
              Optional<String> sni,
              boolean verify) ->
          request(request)
              + option("sni", sni.map(ConfigWriter::quoted))
              + (verify ? "" : " verify off");
      case HealthCheck.Script(Duration _, Duration _, List<String> command) ->
          command.stream().map(word -> " " + quoted(word)).collect(Collectors.joining());
    };
  }

  private static String request(HealthCheck.Request request) {
    return switch (request) {
      case HealthCheck.Request(
              String path,
              Optional<String> host,
              List<HealthCheck.StatusRange> status,
              Optional<String> expect) ->
          " path "
              + quoted(path)
              + option("host", host.map(ConfigWriter::quoted))
              + " status "
              + list(status)
              + option("expect", expect.map(ConfigWriter::quoted));
    };
  }

  private static String option(String word, Optional<String> value) {
    return value.map(text -> " " + word + " " + text).orElse("");
  }

  private void gateway(Gateway gateway) {
    switch (gateway) {
      case Gateway(int id, IpAddress address, List<IpPrefix> routes) -> {
        enter(SectionKind.GATEWAY, id);
        add(Grammar.IPADDR, address);
        addList(Grammar.GATEWAY_ROUTES, routes);
      }
    }
  }

  private void engine(Engine engine) {
    switch (engine) {
      case Engine(Configuration.Idle idle, Configuration.Scheduling scheduling) -> {
        enter(SectionKind.ENGINE, 0);
        add(Grammar.IDLE, lower(idle));
        add(Grammar.SCHEDULING, lower(scheduling));
      }
    }
  }

  private void sync(Sync sync) {
    switch (sync) {
      case Sync(
              Optional<IpAddress> bind,
              List<IpAddress> peers,
              Optional<String> cluster,
              Optional<Path> key,
              SyncTransport transport,
              int port,
              Optional<IpAddress> witness) -> {
        enter(SectionKind.SYNC, 0);
        bind.ifPresent(address -> add(Grammar.BIND, address));
        addList(Grammar.PEERS, peers);
        cluster.ifPresent(name -> add(Grammar.CLUSTER, quoted(name)));
        key.ifPresent(file -> add(Grammar.KEY, quoted(file.toString())));
        add(Grammar.TRANSPORT, lower(transport));
        add(Grammar.SYNC_PORT, port);
        witness.ifPresent(address -> add(Grammar.WITNESS, address));
      }
    }
  }

  /// A file that says nothing about it stays one that says nothing.
  private void admin(Admin admin) {
    if (admin.equals(Admin.DEFAULT)) {
      return;
    }
    switch (admin) {
      case Admin(
              AdminSocket socket,
              AdminListen listen,
              Optional<Path> token,
              Optional<Path> certificate,
              Optional<Path> key,
              int connections,
              int rate) -> {
        enter(SectionKind.ADMIN, 0);
        add(Grammar.ADMIN_SOCKET, place(socket));
        add(Grammar.ADMIN_LISTEN, place(listen));
        token.ifPresent(file -> add(Grammar.TOKEN, quoted(file.toString())));
        certificate.ifPresent(file -> add(Grammar.CERTIFICATE, quoted(file.toString())));
        key.ifPresent(file -> add(Grammar.TLS_KEY, quoted(file.toString())));
        add(Grammar.CONNECTIONS, connections);
        add(Grammar.RATE, rate);
      }
    }
  }

  private void events(Events events) {
    if (events.equals(Events.NONE)) {
      return;
    }
    switch (events) {
      case Events(List<SinkPlan> sinks, Optional<Path> geoip, Optional<Path> asn) -> {
        enter(SectionKind.EVENTS, 0);
        sinks.forEach(this::sink);
        geoip.ifPresent(file -> add(Grammar.GEOIP, quoted(file.toString())));
        asn.ifPresent(file -> add(Grammar.ASN, quoted(file.toString())));
      }
    }
  }

  private void sink(SinkPlan sink) {
    switch (sink) {
      case ToFile(Path path, Format format, long sizeBytes, int keep, Intake intake) ->
          add(
              Grammar.SINK_FILE,
              "%s format %s size %d keep %d%s"
                  .formatted(
                      quoted(path.toString()), lower(format), sizeBytes, keep, intake(intake)));
      case ToSyslog(
              IpAddress address,
              int port,
              Transport transport,
              Format format,
              Optional<Path> ca,
              Optional<String> name,
              Optional<Path> certificate,
              Optional<Path> key,
              Intake intake) ->
          add(
              Grammar.SINK_SYSLOG,
              "%s transport %s format %s%s%s%s%s%s"
                  .formatted(
                      place(address, port),
                      lower(transport),
                      lower(format),
                      worded("ca", ca),
                      worded("name", name),
                      worded("certificate", certificate),
                      worded("key", key),
                      intake(intake)));
      case ToWebhook(
              URI url,
              Optional<Path> secret,
              Optional<Path> ca,
              Duration debounce,
              Duration giveUp,
              Intake intake) ->
          add(
              Grammar.SINK_WEBHOOK,
              "%s%s%s debounce %s giveup %s%s"
                  .formatted(
                      quoted(url.toString()),
                      worded("secret", secret),
                      worded("ca", ca),
                      time(debounce),
                      time(giveUp),
                      intake(intake)));
      case ToList(
              Listing listing,
              Path path,
              Duration timeout,
              int threshold,
              Set<Trap> traps,
              Optional<Integer> acl,
              int most,
              int queue) ->
          add(
              lower(listing),
              "%s timeout %s threshold %d traps %s%s most %d queue %d"
                  .formatted(
                      quoted(path.toString()),
                      time(timeout),
                      threshold,
                      words(traps),
                      acl.map(number -> " acl " + number).orElse(""),
                      most,
                      queue));
    }
  }

  private static String worded(String word, Optional<?> value) {
    return value.map(text -> " " + word + " " + quoted(text.toString())).orElse("");
  }

  private static String intake(Intake intake) {
    return switch (intake) {
      case Intake(Set<Topic> topics, int queue) ->
          (topics.size() == Topic.values().length ? "" : " only " + words(topics))
              + " queue "
              + queue;
    };
  }

  /// In the order of their declaration.
  private static String words(Set<? extends Enum<?>> constants) {
    return constants.stream()
        .sorted(Comparator.comparingInt(Enum::ordinal))
        .map(ConfigWriter::lower)
        .collect(Collectors.joining(","));
  }

  // ---- top level

  private void accessList(int number, AccessList list) {
    for (AccessList.Entry entry : list.entries()) {
      String action = entry.permit() ? " permit " : " deny ";
      statements.add(new Statement("", "acl " + number, "acl " + number + action + entry.prefix()));
    }
  }

  private void settings(Settings settings) {
    for (Setting setting : Setting.values()) {
      long value = settings.get(setting);
      if (value != setting.defaultValue()) {
        top("set " + setting.word(), Long.toString(value));
      }
    }
  }

  private void registry(String verb, Registry registry) {
    switch (registry) {
      case Registry(
              Collection<Integer> networks,
              Collection<Integer> servers,
              Collection<Integer> targets,
              Collection<Integer> gateways) -> {
        numbers(verb, SectionKind.NETWORK, networks);
        numbers(verb, SectionKind.SERVER, servers);
        numbers(verb, SectionKind.TARGET, targets);
        numbers(verb, SectionKind.GATEWAY, gateways);
      }
    }
  }

  private void numbers(String verb, SectionKind kind, Collection<Integer> numbers) {
    if (!numbers.isEmpty()) {
      top(verb + " " + kind.plural(), list(numbers));
    }
  }

  // ---- statements

  private void enter(SectionKind kind, int id) {
    section = kind.isNumbered() ? kind.word() + " " + id : kind.word();
    // A section without directives is a section all the same.
    statements.add(new Statement(section, "", ""));
  }

  private void top(String word, String value) {
    statements.add(new Statement("", word, word + " " + value));
  }

  private void add(Field<?> field, Object value) {
    add(field.word(), value.toString());
  }

  private void add(String word, String value) {
    statements.add(new Statement(section, word, word + " " + value));
  }

  private void flag(Field<?> field) {
    statements.add(new Statement(section, field.word(), field.word()));
  }

  private void addList(Field<?> field, List<?> values) {
    if (!values.isEmpty()) {
      add(field, list(values));
    }
  }

  // ---- values

  private static String list(Collection<?> values) {
    return values.stream().map(Object::toString).collect(Collectors.joining(","));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /// In quotes, unless it reads as one word that is no directive.
  static String quoted(String text) {
    if (PLAIN_WORD.matcher(text).matches() && !isDirective(text.toLowerCase(Locale.ROOT))) {
      return text;
    }
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("${", "$${") + '"';
  }

  private static boolean isDirective(String word) {
    return ConfigParser.isTopLevel(word)
        || Stream.of(SectionKind.values()).anyMatch(kind -> kind.directives().contains(word));
  }

  /// `3s`, or milliseconds where it is not a whole number of seconds.
  private static String time(Duration duration) {
    if (duration.getNano() == 0) {
      return duration.toSeconds() + "s";
    }
    BigDecimal millis = BigDecimal.valueOf(duration.toNanos(), 6);
    return millis.stripTrailingZeros().toPlainString() + "ms";
  }

  /// Dotted, as the seeds write it.
  private static IpAddress mask(IpPrefix block) {
    return IpAddress.ofIpv4(-1 << 32 - block.familyLength());
  }

  private static String place(Syslog syslog) {
    return switch (syslog) {
      case Syslog.Off() -> "off";
      case Syslog.Local() -> "local";
      case Syslog.Remote(IpAddress address, int port) -> place(address, port);
    };
  }

  private static String place(AdminSocket socket) {
    return switch (socket) {
      case AdminSocket.Auto() -> "auto";
      case AdminSocket.Off() -> "off";
      case AdminSocket.At(Path path) -> quoted(path.toString());
    };
  }

  private static String place(AdminListen listen) {
    return switch (listen) {
      case AdminListen.Auto() -> "auto";
      case AdminListen.Off() -> "off";
      case AdminListen.At(IpAddress address, int port) -> place(address, port);
    };
  }

  private static String place(IpAddress address, int port) {
    return (address.isIpv4() ? address.toString() : "[" + address + "]") + ":" + port;
  }
}
