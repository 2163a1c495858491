package io.pitchlake.node.admin;

import static io.pitchlake.node.admin.Column.flag;
import static io.pitchlake.node.admin.Column.number;
import static io.pitchlake.node.admin.Column.text;

import io.pitchlake.common.config.ConfigWriter;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.common.config.Configuration.Sync;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.node.Inside;
import io.pitchlake.node.Node;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PeerStatus;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.engine.RouterStatus;
import io.pitchlake.node.engine.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/// What is shown of the node as a whole: status, modules, networks, election, replication, counts.
final class NodeShows {
  private static final long SECOND_NANOS = 1_000_000_000L;

  /// Networks that the engine looks at in one turn.
  private static final int NETWORKS_PER_TURN = 64;

  static final Shape STATUS =
      Shape.facts(
              text("name", "the node's name"),
              text("version", "of the program"),
              number("pid", "of its process, as the node's own host counts"),
              number("uptime_seconds", "since the start"),
              text("role", "active, backup, mixed, or alone where there is no election"),
              flag("caught_up", "whether it knows what its peers know, or has none"),
              number("networks", "that run"),
              number("addresses", "in the table"),
              number("addresses_limit", "room in the table"),
              number("simulated", "addresses that this cluster answers for"),
              number("real", "addresses with a living owner"),
              number("sessions", "balanced flows"),
              number("translated_sessions", "sessions whose addresses are replaced"),
              number("targets", "that run"),
              number("targets_ready", "that can take frames"),
              number("peers", "on the sync link"),
              number("peers_alive", "whose heartbeat is heard"),
              number("frames_received", "since the start"),
              number("frames_sent", "since the start"),
              number("frames_dropped", "since the start"))
          .and(
              "ports",
              text("port", "the interface"),
              text("access", "how it is read"),
              text("mac", "its address"),
              number("engine", "which of several engines, from 1"),
              number("received", "frames"),
              number("sent", "frames that the kernel took"),
              number("lost", "frames the kernel dropped, not read in time"));

  static final Shape MODULES =
      Shape.table(
          "modules",
          number("place", "in the chain, from 1"),
          text("module", "its name"),
          text("runs", "on every node, or on the master alone"),
          text("does", "what for"));

  static final Shape NETWORKS =
      Shape.table(
          "networks",
          number("network", "its number"),
          text("name", "its name"),
          text("port", "the interface it is on"),
          number("vlan", "its VLAN"),
          text("family", "ipv4 or ipv6"),
          text("block", "its addresses"),
          text("real", "this node's own address"),
          text("virt", "the cluster's address"),
          text("role", "master or backup"),
          text("tarpit", "its mode, or off"),
          number("simulated", "addresses that this cluster answers for"));

  static final Shape VRRP =
      Shape.table(
              "routers",
              number("router", "its number"),
              number("vrid", "on the wire"),
              text("family", "ipv4 or ipv6"),
              text("port", "the interface it is on"),
              text("role", "initialize, backup or active"),
              number("since_seconds", "how long it has had that role"),
              text("cause", "why"),
              number("priority", "now"),
              number("configured_priority", "as the file says"),
              number("advert_millis", "time between two adverts"),
              text("addresses", "that its adverts list"),
              text("heard_last", "another router"))
          .and(
              "peers",
              text("peer", "its address on the sync link"),
              text("kind", "node or witness"),
              flag("alive", "whether its heartbeat is heard"));

  static final Shape SYNC =
      Shape.facts(
              flag("replicates", "whether this node tells others what it knows"),
              text("transport", "tcp or udp"),
              text("cluster", "its name"),
              flag("caught_up", "whether it knows what its peers know"))
          .and(
              "gauges",
              number("value", "now"),
              text("name", "of the gauge"),
              text("meaning", "in words"))
          .and(
              "counters",
              number("value", "since the start"),
              text("name", "of the counter"),
              text("meaning", "in words"));

  static final Shape DROPS =
      Shape.table(
          "drops",
          number("frames", "since the start"),
          text("reason", "its name"),
          text("meaning", "in words"));

  static final Shape COUNTERS =
      Shape.table(
          "counters",
          number("value", "since the start"),
          text("name", "of the counter"),
          text("meaning", "in words"));

  static final Shape CONFIGURATION =
      Shape.facts(text("configuration", "what runs, with defaults filled in, as a file"));

  static final Shape READINESS =
      Shape.facts(
          flag("ready", "whether it can do its work"), text("why", "what it lacks, in words"));

  private static final Map<String, String> MODULE_WORDS =
      Map.of(
          "vrrp", "elects who is active",
          "arp", "answers for own addresses and learns who lives",
          "ping", "answers echo requests for own addresses",
          "hc", "checks targets",
          "master", "ends a frame's way on a node that is not master",
          "tarpit", "answers for simulated addresses",
          "slb", "sends frames for servers to targets",
          "tnat", "translates targets' answers back",
          "nat", "hides stations behind the node",
          "rt", "routes between networks");
  private static final List<String> EVERYWHERE = List.of("vrrp", "arp", "ping", "hc", "master");

  private final Operated operated;
  private final List<EngineReader> engines;
  private final long startedNanos;

  NodeShows(Operated operated, List<EngineReader> engines) {
    this.operated = operated;
    this.engines = engines;
    this.startedNanos = operated.clock().nanoTime();
  }

  private Configuration configuration() {
    return operated.nodes().getFirst().configuration();
  }

  private EngineReader first() {
    return engines.getFirst();
  }

  private long now() {
    return operated.clock().nanoTime();
  }

  long sum(ToLongFunction<CounterBank> value) {
    return operated.nodes().stream().flatMap(Node::banks).mapToLong(value).sum();
  }

  private long sum(Gauge gauge) {
    return sum(bank -> bank.get(gauge));
  }

  Page status(Request request) throws Refusal {
    Page page = new Page(STATUS);
    long nowNanos = now();
    List<RouterStatus> routers = first().ask(Inside::routers);
    boolean caughtUp = first().ask(inside -> inside.hasCaughtUp(nowNanos));
    page.fact("name", operated.hostName())
        .fact("version", operated.version())
        .fact("pid", ProcessHandle.current().pid())
        .fact("uptime_seconds", (nowNanos - startedNanos) / SECOND_NANOS)
        .fact("role", role(routers))
        .fact("caught_up", caughtUp)
        .fact("networks", (long) Node.networksOf(configuration()).size())
        .fact("addresses", sum(Gauge.ADDRESSES))
        .fact("addresses_limit", configuration().settings().get(Setting.ADDRESSES))
        .fact("simulated", sum(Gauge.ADDRESSES_SIMULATED))
        .fact("real", sum(Gauge.ADDRESSES_REAL))
        .fact("sessions", sum(Gauge.SESSIONS))
        .fact("translated_sessions", sum(Gauge.NAT_SESSIONS))
        .fact("targets", sum(Gauge.TARGETS))
        .fact("targets_ready", sum(Gauge.TARGETS_READY))
        .fact("peers", sum(Gauge.PEERS))
        .fact("peers_alive", sum(Gauge.PEERS_ALIVE))
        .fact("frames_received", sum(bank -> bank.get(Counter.FRAMES_RECEIVED)))
        .fact("frames_sent", sum(bank -> bank.get(Counter.FRAMES_TRANSMITTED)))
        .fact("frames_dropped", sum(CounterBank::dropped));
    for (int engine = 0; engine < operated.nodes().size(); engine++) {
      long which = engine + 1L;
      operated
          .nodes()
          .get(engine)
          .ports()
          .forEach(port ->
              page.row(
                  "ports",
                  port.name(),
                  port.access(),
                  new MacAddress(port.mac()).toString(),
                  which,
                  port.statistics().receivedFrames(),
                  port.statistics().transmittedFrames(),
                  port.statistics().receiveDropped()));
    }
    return page;
  }

  private static String role(List<RouterStatus> routers) {
    long active = routers.stream().filter(router -> router.role() == RouterRole.ACTIVE).count();
    if (routers.isEmpty()) {
      return "alone";
    }
    return active == routers.size() ? "active" : active == 0 ? "backup" : "mixed";
  }

  /// Every engine has turned just now.
  Page health(Request request) throws Refusal {
    for (EngineReader engine : engines) {
      engine.ask(Inside::view);
    }
    return new Page(READINESS).fact("ready", true).fact("why", "every engine turns");
  }

  /// Every engine turns, every router has begun, and what peers know is known here.
  Page readiness(Request request) throws Refusal {
    health(request);
    long nowNanos = now();
    boolean begun =
        first().ask(Inside::routers).stream()
            .allMatch(router -> router.role() != RouterRole.INITIALIZE);
    boolean caughtUp = first().ask(inside -> inside.hasCaughtUp(nowNanos));
    return new Page(READINESS)
        .fact("ready", begun && caughtUp)
        .fact(
            "why",
            !begun
                ? "a virtual router has not yet begun"
                : !caughtUp
                    ? "it has not yet taken over what its peers know"
                    : "engines turn, routers have begun, peers' entries are known");
  }

  Page modules(Request request) {
    Page page = new Page(MODULES);
    List<String> chain = configuration().modules();
    for (int i = 0; i < chain.size(); i++) {
      String module = chain.get(i);
      page.row(
          "modules",
          (long) i + 1,
          module,
          EVERYWHERE.contains(module) ? "every node" : "the master",
          MODULE_WORDS.getOrDefault(module, ""));
    }
    return page;
  }

  /// What the engine says of one family of one network.
  private record FamilyState(NetworkView network, boolean isIpv4, boolean master, int simulated) {}

  Page networks(Request request) throws Refusal {
    Page page = new Page(NETWORKS);
    int count = first().ask(inside -> inside.view().size());
    for (int from = 0; from < count; from += NETWORKS_PER_TURN) {
      int begin = from;
      List<FamilyState> families = first().ask(inside -> families(inside, begin));
      for (FamilyState family : families) {
        long simulated = family.simulated();
        for (EngineReader other : engines.subList(1, engines.size())) {
          simulated +=
              other.ask(inside ->
                  inside.addresses().simulated(family.network().index(), family.isIpv4()));
        }
        network(page, family, simulated);
      }
    }
    return page;
  }

  private static List<FamilyState> families(Inside inside, int from) {
    View view = inside.view();
    AddressTable table = inside.addresses();
    List<FamilyState> all = new ArrayList<>();
    for (int i = from; i < Math.min(view.size(), from + NETWORKS_PER_TURN); i++) {
      NetworkView network = view.network(i);
      for (boolean isIpv4 : new boolean[] {true, false}) {
        if (network.port() >= 0 && network.family(isIpv4).prefix() != null) {
          all.add(
              new FamilyState(
                  network, isIpv4, inside.isMaster(network, isIpv4), table.simulated(i, isIpv4)));
        }
      }
    }
    return all;
  }

  private void network(Page page, FamilyState state, long simulated) {
    NetworkView view = state.network();
    Network file = configuration().networks().get(view.id());
    NetworkView.Family family = view.family(state.isIpv4());
    page.row(
        "networks",
        (long) view.id(),
        file == null ? null : file.name().orElse(null),
        operated.nodes().getFirst().ports().get(view.port()).name(),
        view.vlan() < 0 ? null : (long) view.vlan(),
        family(state.isIpv4()),
        family.prefix().toString(),
        family.real() == null ? null : family.real().toString(),
        family.virt() == null ? null : family.virt().toString(),
        state.master() ? "master" : "backup",
        view.tarpit() ? lower(view.modes().usual()) : "off",
        simulated);
  }

  static String family(boolean isIpv4) {
    return isIpv4 ? "ipv4" : "ipv6";
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  Page vrrp(Request request) throws Refusal {
    Page page = new Page(VRRP);
    long nowNanos = now();
    for (RouterStatus router : first().ask(Inside::routers)) {
      boolean heard = !router.other().equals(router.view().source());
      page.row(
          "routers",
          (long) router.view().id(),
          (long) router.view().vrid(),
          family(router.view().isIpv4()),
          operated.nodes().getFirst().ports().get(router.view().port()).name(),
          lower(router.role()),
          (nowNanos - router.sinceNanos()) / SECOND_NANOS,
          router.cause().words(),
          (long) router.priority(),
          (long) router.view().priority(),
          router.view().advertNanos() / 1_000_000,
          String.join(",", router.view().advertised().stream().map(IpAddress::toString).toList()),
          heard ? router.other().toString() : null);
    }
    for (PeerStatus peer : first().ask(inside -> inside.peers(nowNanos))) {
      page.row(
          "peers", peer.address().toString(), peer.witness() ? "witness" : "node", peer.alive());
    }
    return page;
  }

  Page sync(Request request) throws Refusal {
    Page page = new Page(SYNC);
    long nowNanos = now();
    page.fact("replicates", configuration().replicates())
        .fact(
            "transport",
            configuration().sync().map(Sync::transport).map(NodeShows::lower).orElse(null))
        .fact("cluster", configuration().sync().flatMap(Sync::cluster).orElse(null))
        .fact("caught_up", first().ask(inside -> inside.hasCaughtUp(nowNanos)));
    for (Gauge gauge : Gauge.values()) {
      if (gauge.name().startsWith("SYNC_") || gauge.name().startsWith("PEERS")) {
        page.row("gauges", sum(gauge), lower(gauge), gauge.meaning());
      }
    }
    for (Counter counter : Counter.values()) {
      if (counter.name().startsWith("SYNC_") || counter.name().startsWith("BEATS_")) {
        page.row("counters", sum(bank -> bank.get(counter)), lower(counter), counter.meaning());
      }
    }
    return page;
  }

  /// Most first; those that are 0 are left out.
  Page drops(Request request) {
    Page page = new Page(DROPS);
    Map<Long, List<DropReason>> byCount = new TreeMap<>((a, b) -> Long.compare(b, a));
    for (DropReason reason : DropReason.values()) {
      byCount.computeIfAbsent(sum(bank -> bank.get(reason)), n -> new ArrayList<>()).add(reason);
    }
    byCount.forEach((count, reasons) -> {
      if (count > 0) {
        reasons.forEach(reason -> page.row("drops", count, lower(reason), reason.meaning()));
      }
    });
    return page;
  }

  Page counters(Request request) {
    Page page = new Page(COUNTERS);
    for (Counter counter : Counter.values()) {
      page.row("counters", sum(bank -> bank.get(counter)), lower(counter), counter.meaning());
    }
    return page;
  }

  Page configuration(Request request) {
    return new Page(CONFIGURATION).fact("configuration", ConfigWriter.write(configuration()));
  }
}
