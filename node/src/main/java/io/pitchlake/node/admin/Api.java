package io.pitchlake.node.admin;

import static io.pitchlake.node.admin.Column.number;
import static io.pitchlake.node.admin.Column.text;
import static io.pitchlake.node.admin.Route.Parameter.path;
import static io.pitchlake.node.admin.Route.Parameter.query;
import static io.pitchlake.node.admin.Route.changing;
import static io.pitchlake.node.admin.Route.reading;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.node.Node;
import io.pitchlake.node.admin.Column.Type;
import io.pitchlake.node.event.SecurityEvent.RouterChanged;
import io.pitchlake.node.event.sink.SinkStatus;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/// Everything that can be asked for, and who answers it. The description that clients read
/// ([OpenApi]) is made of the same list.
final class Api {
  private static final long DEFAULT_ROWS = 1000;
  private static final long MOST_ROWS = 10_000;
  private static final int HIGHEST_NUMBER = 65_535;

  private static final Shape EVENTS =
      Shape.table(
              "events",
              number("number", "counts up from the start"),
              text("time", "when it was written, UTC"),
              text("line", "as in the log"))
          .and(
              "sinks",
              text("sink", "where events go"),
              number("delivered", "events that it has taken"),
              number("dropped", "that found its queue full"),
              number("failed", "that it refused, or did not take in time"),
              number("waiting", "now"),
              number("limit", "the most that wait"),
              text("trouble", "why it takes none now"));

  private static final Shape TOP =
      Shape.table(
          "attackers",
          text("attacker", "its address"),
          text("mac", "it was heard with last"),
          number("events", "that were written of it, with what was summed up"),
          number("asked", "ARP requests and solicitations among them"),
          number("pinged", "echo requests"),
          number("connected", "TCP connections it has opened"),
          number("datagrams", "over UDP"),
          text("first", "when it was first written of, UTC"),
          text("last", "when it was last written of, UTC"));

  private static final Shape TAKEOVERS =
      Shape.table(
          "takeovers",
          text("time", "when it was written, UTC"),
          number("router", "its number"),
          number("vrid", "on the wire"),
          text("family", "ipv4 or ipv6"),
          text("from", "initialize, backup or active"),
          text("to", "the same"),
          text("cause", "why"),
          text("heard_last", "the router it heard last; null where that is no part of it"));

  private final Operated operated;
  private final List<EngineReader> engines;
  private final RateHistory rates;
  private final List<Route> routes;

  Api(Operated operated, List<EngineReader> engines, Captures captures) {
    this.operated = operated;
    this.engines = engines;
    this.rates = new RateHistory(operated.clock(), this::sum);
    NodeShows node = new NodeShows(operated, engines);
    BalanceShows balance = new BalanceShows(operated, engines);
    Actions actions = new Actions(operated, engines);
    Route.Parameter limit =
        query(
            "limit", Type.NUMBER, "rows at most, 1 to %d (%d)".formatted(MOST_ROWS, DEFAULT_ROWS));
    Route.Parameter after = query("after", Type.TEXT, "what an earlier answer called 'next'");
    this.routes =
        List.of(
            reading("/healthz", "Whether every engine turns.", NodeShows.READINESS, node::health)
                .first(),
            reading(
                    "/readyz",
                    "Whether the node can do its work; 503 while it cannot.",
                    NodeShows.READINESS,
                    node::readiness)
                .first(),
            reading("/api/v1/status", "The node at a glance.", NodeShows.STATUS, node::status),
            reading("/api/v1/modules", "The chain.", NodeShows.MODULES, node::modules),
            reading("/api/v1/networks", "Networks that run.", NodeShows.NETWORKS, node::networks),
            reading(
                    "/api/v1/addresses",
                    "Who is real, simulated, being proved or held.",
                    AddressRows.SHAPE,
                    this::addresses)
                .with(
                    limit,
                    after,
                    query("network", Type.NUMBER, "of this network alone"),
                    query("state", Type.TEXT, "in this state alone"),
                    query("address", Type.TEXT, "this address alone")),
            reading(
                    "/api/v1/sessions",
                    "Balanced flows and translated sessions.",
                    SessionRows.SHAPE,
                    this::sessions)
                .with(
                    limit,
                    after,
                    query("server", Type.NUMBER, "of this server alone"),
                    query("target", Type.NUMBER, "of this target alone"),
                    query("client", Type.TEXT, "of this client alone")),
            reading("/api/v1/servers", "Balanced servers.", BalanceShows.SERVERS, balance::servers),
            reading(
                "/api/v1/targets",
                "Targets and their checks.",
                BalanceShows.TARGETS,
                balance::targets),
            reading("/api/v1/vrrp", "Virtual routers and peers.", NodeShows.VRRP, node::vrrp),
            reading("/api/v1/sync", "Replication.", NodeShows.SYNC, node::sync),
            reading(
                "/api/v1/drops",
                "Why frames ended their way; reasons that never happened are left out.",
                NodeShows.DROPS,
                node::drops),
            reading("/api/v1/counters", "Everything counted.", NodeShows.COUNTERS, node::counters),
            reading("/api/v1/events", "The last events, and where they go.", EVENTS, this::events)
                .with(
                    query("after", Type.NUMBER, "those behind this number alone"),
                    query("limit", Type.NUMBER, "events at most, 1 to 1000 (100)")),
            reading(
                    "/api/v1/map",
                    "An IPv4 network as a picture, a letter for each address.",
                    AddressMap.SHAPE,
                    new AddressMap(engines, operated.clock())::page)
                .with(
                    query("network", Type.NUMBER, "its number (the first)"),
                    query("from", Type.TEXT, "from the block of this address on"),
                    query("blocks", Type.NUMBER, "of 256 addresses at most, 1 to 256 (16)")),
            reading(
                    "/api/v1/asked",
                    "Decoys that somebody asks for now, latest first.",
                    AskedDecoys.SHAPE,
                    new AskedDecoys(engines, operated.clock())::page)
                .with(query("limit", Type.NUMBER, "decoys at most, 1 to 256 (32)")),
            reading(
                    "/api/v1/rates",
                    "How much happened in each of the last intervals.",
                    RateHistory.SHAPE,
                    rates::page)
                .with(
                    query("after", Type.NUMBER, "intervals behind this number alone"),
                    query("limit", Type.NUMBER, "intervals at most, 1 to 450 (450)")),
            reading(
                    "/api/v1/takeovers",
                    "The last changes of virtual routers' roles, latest first.",
                    TAKEOVERS,
                    this::takeovers)
                .with(
                    query("router", Type.NUMBER, "of this router alone"),
                    query("limit", Type.NUMBER, "changes at most, 1 to 256 (64)")),
            reading("/api/v1/top", "Who was deceived most.", TOP, this::top)
                .with(query("limit", Type.NUMBER, "attackers at most, 1 to 1000 (20)")),
            reading(
                "/api/v1/config",
                "The configuration that runs.",
                NodeShows.CONFIGURATION,
                node::configuration),
            changing(
                    "/api/v1/failover",
                    "Every active virtual router leaves its place to another node.",
                    Actions.FAILOVER,
                    actions::failover)
                .with(
                    query(
                        "seconds",
                        Type.NUMBER,
                        "for how long no place is taken from a living node, 1 to 86400 (60)")),
            changing(
                    "/api/v1/targets/{target}/enable",
                    "A target gets flows while it is healthy.",
                    Actions.DONE,
                    actions::enable)
                .with(path("target", Type.NUMBER, "its number")),
            changing(
                    "/api/v1/targets/{target}/disable",
                    "A target gets nothing, and its flows go elsewhere.",
                    Actions.DONE,
                    actions::disable)
                .with(path("target", Type.NUMBER, "its number")),
            changing(
                    "/api/v1/targets/{target}/drain",
                    "A target keeps its flows and gets no new ones.",
                    Actions.DONE,
                    actions::drain)
                .with(path("target", Type.NUMBER, "its number")),
            changing(
                    "/api/v1/addresses/{address}/release",
                    "A simulated address is silent until it has been proved again.",
                    Actions.DONE,
                    actions::release)
                .with(path("address", Type.TEXT, "the address")),
            changing(
                    "/api/v1/trace",
                    "What becomes of the next frames, and which module decides it.",
                    Tracing.SHAPE,
                    new Tracing(operated, engines)::trace)
                .with(
                    query("frames", Type.NUMBER, "how many at most, 1 to 1000 (20)"),
                    query("seconds", Type.NUMBER, "how long at most, 1 to 10 (5)"),
                    query("address", Type.TEXT, "from or to this address alone")),
            reading(
                    "/api/v1/flows/{protocol}/{source}/{source_port}/{destination}/{destination_port}",
                    "What becomes of a flow: which node, which target or decoy, and why.",
                    FlowTrace.SHAPE,
                    new FlowTrace(operated, engines)::trace)
                .with(
                    path("protocol", Type.TEXT, "tcp or udp"),
                    path("source", Type.TEXT, "its address"),
                    path("source_port", Type.NUMBER, "its port, 0 to 65535"),
                    path("destination", Type.TEXT, "its address"),
                    path("destination_port", Type.NUMBER, "its port, 0 to 65535")),
            reading(
                "/api/v1/capture",
                "The capture that runs, or the last one; POST to /capture begins one.",
                Captures.SHAPE,
                captures::show),
            changing(
                "/api/v1/reload",
                "The configuration is read again and runs, or 409 says why not.",
                Actions.RELOAD,
                actions::reload));
  }

  List<Route> routes() {
    return routes;
  }

  /// To be told when an interval is over.
  RateHistory rates() {
    return rates;
  }

  private long sum(ToLongFunction<CounterBank> value) {
    return operated.nodes().stream().flatMap(Node::banks).mapToLong(value).sum();
  }

  /// A route and the values of its parameters.
  record Match(Route route, Request request) {}

  /// Who answers a request.
  ///
  /// @throws Refusal nobody does
  Match match(HttpMethod method, String uri) throws Refusal {
    QueryStringDecoder asked = new QueryStringDecoder(uri);
    boolean otherMethod = false;
    for (Route route : routes) {
      Optional<Map<String, String>> inPath = inPath(route.path(), asked.path());
      if (inPath.isEmpty()) {
        continue;
      }
      if (!route.method().equals(method)) {
        otherMethod = true;
        continue;
      }
      Request request =
          Request.of(
              asked.parameters(),
              name ->
                  route.parameters().stream()
                      .anyMatch(known -> !known.inPath() && known.name().equals(name)));
      return new Match(route, request.with(inPath.get()));
    }
    throw otherMethod
        ? new Refusal(
            HttpResponseStatus.METHOD_NOT_ALLOWED,
            "what reads is asked by GET, what changes by POST")
        : Refusal.unknown("there is nothing here; /api/v1/openapi.json says what there is");
  }

  /// The values in a path, or nothing where it is another one.
  private static Optional<Map<String, String>> inPath(String template, String path) {
    String[] wanted = template.split("/", -1);
    String[] given = path.split("/", -1);
    if (wanted.length != given.length) {
      return Optional.empty();
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i].startsWith("{") && !given[i].isEmpty()) {
        values.put(wanted[i].substring(1, wanted[i].length() - 1), given[i]);
      } else if (!wanted[i].equals(given[i])) {
        return Optional.empty();
      }
    }
    return Optional.of(values);
  }

  private Page addresses(Request request) throws Refusal {
    Page page = new Page(AddressRows.SHAPE);
    AddressRows rows =
        new AddressRows(
            page,
            request.optionalNumber("network", 1, HIGHEST_NUMBER),
            request.choice("state", AddressState.class),
            request.address("address"),
            operated.clock().nanoTime());
    return scanned(page, request, List.of(rows));
  }

  private Page sessions(Request request) throws Refusal {
    Page page = new Page(SessionRows.SHAPE);
    SessionRows rows =
        new SessionRows(
            page,
            request.optionalNumber("server", 1, HIGHEST_NUMBER),
            request.optionalNumber("target", 1, HIGHEST_NUMBER),
            request.address("client"));
    return scanned(page, request, rows.sources());
  }

  private Page scanned(Page page, Request request, List<? extends TableScan.Source> tables)
      throws Refusal {
    long limit = request.number("limit", DEFAULT_ROWS, 1, MOST_ROWS);
    Cursor next = new TableScan(engines).read(Cursor.of(request), tables, limit);
    return page.fact("next", next == null ? null : next.toString());
  }

  private Page events(Request request) throws Refusal {
    Page page = new Page(EVENTS);
    long after = request.number("after", 0, 0, Long.MAX_VALUE);
    for (RecentEvents.Entry entry :
        operated.events().since(after, request.number("limit", 100, 1, 1000))) {
      page.row(
          "events",
          entry.number(),
          Instant.ofEpochMilli(entry.wallMillis()).toString(),
          entry.line());
    }
    for (SinkStatus sink : operated.sinks().get()) {
      page.row(
          "sinks",
          sink.name(),
          sink.delivered(),
          sink.dropped(),
          sink.failed(),
          sink.waiting(),
          sink.limit(),
          sink.trouble().isEmpty() ? null : sink.trouble());
    }
    return page;
  }

  private Page top(Request request) throws Refusal {
    Page page = new Page(TOP);
    for (RecentEvents.Attacker attacker :
        operated.events().top(request.number("limit", 20, 1, 1000))) {
      page.row(
          "attackers",
          attacker.address(),
          attacker.mac(),
          attacker.times(),
          attacker.asked(),
          attacker.pinged(),
          attacker.connected(),
          attacker.datagrams(),
          Instant.ofEpochMilli(attacker.firstMillis()).toString(),
          Instant.ofEpochMilli(attacker.lastMillis()).toString());
    }
    return page;
  }

  private Page takeovers(Request request) throws Refusal {
    Page page = new Page(TAKEOVERS);
    Long router = request.optionalNumber("router", 1, HIGHEST_NUMBER).orElse(null);
    for (TakeoverHistory.Entry entry :
        operated.events().takeovers(router, request.number("limit", 64, 1, 256))) {
      RouterChanged change = entry.change();
      page.row(
          "takeovers",
          Instant.ofEpochMilli(entry.wallMillis()).toString(),
          (long) change.router(),
          (long) change.vrid(),
          NodeShows.family(change.ipv4()),
          lower(change.from()),
          lower(change.to()),
          change.cause().words(),
          change.heardLast().map(IpAddress::toString).orElse(null));
    }
    return page;
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
