package io.pitchlake.node.admin;

import static io.pitchlake.node.admin.Column.flag;
import static io.pitchlake.node.admin.Column.number;
import static io.pitchlake.node.admin.Column.text;

import io.pitchlake.common.config.Configuration.Outbound;
import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.UdpHeader;
import io.pitchlake.node.admin.FlowSight.Fate;
import io.pitchlake.node.admin.FlowSight.Flow;
import io.pitchlake.node.admin.FlowSight.Place;
import io.pitchlake.node.engine.FlowChoice;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.RouteTable.Route;
import io.pitchlake.node.port.Fanout;
import java.util.List;
import java.util.Locale;

/// What becomes of a flow, by its five-tuple: which node serves it, which target has or gets it, or
/// which decoy answers, and why. Nothing is changed or counted for it.
final class FlowTrace {
  private static final int HIGHEST_PORT = 65_535;
  private static final long SECOND_NANOS = 1_000_000_000L;

  static final Shape SHAPE =
      Shape.facts(
          text("flow", "its five-tuple"),
          text("fate", "balanced, refused, trapped, silent, owner, own, routed or none"),
          text("active", "this node, or the address of the router heard last that is"),
          flag("here", "whether this node serves it now"),
          number("network", "that its frames come in by"),
          number("server", "number of the server that its destination is"),
          number("target", "number of the target that has or gets it"),
          text("target_address", "its address"),
          text("mac", "of the target, or of the machine whose address the destination is"),
          text("state", "of the flow in the table, or of the destination's address"),
          number("idle_seconds", "since a frame of it passed, where it is in the table"),
          text("why", "in words"));

  private enum Transport {
    TCP(TcpHeader.PROTOCOL),
    UDP(UdpHeader.PROTOCOL);

    private final int number;

    Transport(int number) {
      this.number = number;
    }
  }

  private final Operated operated;
  private final List<EngineReader> engines;

  FlowTrace(Operated operated, List<EngineReader> engines) {
    this.operated = operated;
    this.engines = engines;
  }

  Page trace(Request request) throws Refusal {
    Transport transport = request.choice("protocol", Transport.class).orElseThrow();
    Flow flow =
        new Flow(
            transport.number,
            request.address("source").orElseThrow(),
            port(request, "source_port"),
            request.address("destination").orElseThrow(),
            port(request, "destination_port"));
    if (flow.source().isIpv4() != flow.destination().isIpv4()) {
      throw Refusal.wrong("source and destination must both be IPv4, or both IPv6");
    }
    Place place = engines.getFirst().ask(inside -> FlowSight.place(inside, flow));
    long nowNanos = operated.clock().nanoTime();
    // Frames for servers are steered by who sends them, all others by whom they are for.
    IpAddress steering = place.isServer() ? flow.source() : flow.destination();
    EngineReader keeper = engines.get(Fanout.home((int) steering.low(), engines.size()));
    FlowSight sight = keeper.ask(inside -> FlowSight.of(inside, place, flow, nowNanos));
    Page page =
        new Page(SHAPE)
            .fact(
                "flow",
                "%s %s > %s"
                    .formatted(
                        transport.name().toLowerCase(Locale.ROOT),
                        end(flow.source(), flow.sourcePort()),
                        end(flow.destination(), flow.destinationPort())))
            .fact("active", active(place))
            .fact("here", place.master())
            .fact("network", place.ingress() == null ? null : (long) place.ingress().id());
    tell(page, sight, flow, transport);
    return page;
  }

  private static int port(Request request, String name) throws Refusal {
    return request.optionalNumber(name, 0, HIGHEST_PORT).orElseThrow().intValue();
  }

  private static String end(IpAddress address, int port) {
    return (address.isIpv4() ? "%s:%d" : "[%s]:%d").formatted(address, port);
  }

  private static String active(Place place) {
    return place.ingress() == null
        ? null
        : place.master() ? "this node" : place.other() == null ? null : place.other().toString();
  }

  private static void tell(Page page, FlowSight sight, Flow flow, Transport transport) {
    switch (sight.fate()) {
      case Fate.Elsewhere() ->
          fate(page, "none", "neither address is in a network that runs on this node");
      case Fate.NotRouted() ->
          fate(
              page,
              "none",
              "stations of network %d send nothing elsewhere by this node; 'route enable' or 'nat enable' in its section would let them"
                  .formatted(sight.place().source().id()));
      case Fate.NoRoute() -> fate(page, "none", "no network and no gateway leads there");
      case Fate.Routed(Route route) ->
          fate(page, "routed", routed(sight.place().source().outbound(), route));
      case Fate.NoService() ->
          fate(
              page,
              "refused",
              "%s is a server's address, and no server has %s port %d there"
                  .formatted(
                      flow.destination(),
                      transport.name().toLowerCase(Locale.ROOT),
                      flow.destinationPort()));
      case Fate.Own(boolean virtual) ->
          fate(
              page,
              "own",
              virtual
                  ? "it is the cluster's own address, which the active node answers for: ARP, neighbour discovery and ping alone"
                  : "it is a node's own address, which answers ARP, neighbour discovery and ping alone");
      case Fate.Balanced balanced -> balanced(page, balanced);
      case Fate.Known known -> known(page, known, sight.place().destination(), flow, transport);
      case Fate.Unknown(boolean candidate) ->
          fate(
              page,
              candidate ? "silent" : "none",
              candidate
                  ? "nothing is known of the address yet; the first who asks for it begins a proof, and is answered when nobody has claimed it"
                  : never(sight.place().destination()));
    }
  }

  private static void fate(Page page, String fate, String why) {
    page.fact("fate", fate).fact("why", why);
  }

  private static String routed(Outbound outbound, Route route) {
    return "passed on to network %d%s, %s"
        .formatted(
            route.network().id(),
            route.gateway() == null ? "" : " by its gateway " + route.gateway(),
            outbound == Outbound.MASQUERADE
                ? "under the node's address there"
                : "under its own address");
  }

  private static String never(NetworkView network) {
    return network.tarpit()
        ? "the address is never simulated: it is exempt, a machine's that the file names, or not permitted by 'tarpit_acl'"
        : "network %d has no tarpit; whoever has the address answers itself"
            .formatted(network.id());
  }

  // ---- balanced

  private static void balanced(Page page, Fate.Balanced balanced) {
    FlowChoice choice = balanced.choice();
    page.fact("server", (long) balanced.server().id());
    if (balanced.target() != null) {
      page.fact("target", (long) balanced.target().id())
          .fact("target_address", balanced.target().address().toString())
          .fact("mac", mac(balanced.mac()));
    }
    if (choice.state() != null) {
      page.fact("state", lower(choice.state()))
          .fact("idle_seconds", choice.idleNanos() / SECOND_NANOS);
    }
    boolean sent =
        switch (choice.cause()) {
          case REFUSED, NO_TARGET, AWAITED -> false;
          default -> true;
        };
    fate(page, sent ? "balanced" : "refused", lost(balanced) + because(balanced));
  }

  private static String lost(Fate.Balanced balanced) {
    int lost = balanced.choice().lost();
    if (lost == 0) {
      return "";
    }
    String what =
        balanced
            .wanted()
            .map(wanted ->
                wanted == TargetState.MAINTENANCE ? "is in maintenance" : "does not answer")
            .orElse("is not there any more");
    return "its target %d %s; ".formatted(lost, what);
  }

  private static String because(Fate.Balanced balanced) {
    String scheduler = lower(balanced.server().plan().scheduler());
    return switch (balanced.choice().cause()) {
      case KNOWN -> "the flow is known, and its target may keep what it has";
      case AWAITED ->
          "this node does not know yet whether the flow's target is ready; until then its frames are dropped";
      case PERSISTENCE -> "a new flow goes where persistence has its client";
      case SCHEDULER ->
          "a new flow goes where the scheduler '%s' sends it now".formatted(scheduler);
      case CHANCE -> "a new flow goes to one of the server's targets by chance ('random')";
      case UNTRACKED -> "the session table is full, so its hash alone decides";
      case LATER_TIER -> "no target of an earlier tier can take it";
      case EMERGENCY ->
          "none of the server's own targets can take it, so the emergency target does";
      case ABUSE -> "'client_acl' does not permit the client, so the abuse target gets it";
      case REFUSED -> "'client_acl' does not permit the client, and no abuse target can take it";
      case NO_TARGET ->
          balanced.inService()
              ? "no target can take it; 'show targets' says what is wrong with each"
              : "the server's quorum is not reached; 'show targets' says what is wrong with each";
    };
  }

  // ---- decoys and their neighbours

  private static void known(
      Page page, Fate.Known known, NetworkView network, Flow flow, Transport transport) {
    page.fact("state", lower(known.state()))
        .fact("mac", known.state() == AddressState.REAL ? mac(known.mac()) : null);
    switch (known.state()) {
      case REAL -> fate(page, "owner", "a living machine has the address and answers itself");
      case HELD ->
          fate(
              page,
              "silent",
              "the address is held: a machine may be coming up with it, or an operator has let it go");
      case PROBING -> fate(page, "silent", "the address is being proved; nobody may have it");
      case SIMULATED -> {
        if (known.candidate()) {
          fate(
              page,
              "trapped",
              "nobody has the address, so a decoy %s".formatted(answer(network, flow, transport)));
        } else {
          fate(page, "silent", never(network));
        }
      }
    }
  }

  private static String answer(NetworkView network, Flow flow, Transport transport) {
    if (transport == Transport.UDP) {
      return "takes note of it and does not answer";
    }
    String open =
        switch (network.modes().of(flow.destinationPort())) {
          case HANG -> "accepts the connection and lets it hang";
          case PERSIST -> "accepts the connection and its first data, and keeps the window shut";
          case THROTTLE -> "accepts the connection and takes a few bytes at a time";
          case SSH -> "accepts the connection and says lines before a version that never comes";
          case HTTP -> "accepts the connection and answers with a header that never ends";
          case RESET -> "refuses the connection";
        };
    return network.personas().isEmpty()
        ? open
        : open + ", where the machine it passes for has that port open";
  }

  private static String mac(long mac) {
    return mac == 0 ? null : new MacAddress(mac).toString();
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
