package io.pitchlake.node.admin;

import static io.pitchlake.node.admin.Column.flag;
import static io.pitchlake.node.admin.Column.number;
import static io.pitchlake.node.admin.Column.text;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Server;
import io.pitchlake.common.config.Configuration.Target;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.node.Inside;
import io.pitchlake.node.engine.ServerStatus;
import io.pitchlake.node.engine.ServerView;
import io.pitchlake.node.engine.TargetShare;
import io.pitchlake.node.engine.TargetStatus;
import io.pitchlake.node.engine.TargetView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// What is shown of load balancing: servers, targets and their checks.
final class BalanceShows {
  /// Targets or servers that the engine looks at in one turn.
  private static final int PER_TURN = 32;

  static final Shape SERVERS =
      Shape.table(
          "servers",
          number("server", "its number"),
          text("name", "its name"),
          text("address", "its address"),
          number("port", "0 for every port"),
          text("protocol", "tcp, udp or any"),
          text("forwards", "dsr (MAC addresses alone) or nat"),
          text("scheduler", "which target gets a new flow"),
          flag("in_service", "whether it has as many targets as its quorum asks for"),
          number("choice", "targets among which the scheduler chooses now"),
          text("targets", "their numbers"));

  static final Shape TARGETS =
      Shape.table(
              "targets",
              number("target", "its number"),
              text("name", "its name"),
              text("address", "its address"),
              text("state", "ready, drain or maintenance, as the file or an operator wants it"),
              flag("by_operator", "whether an operator has said so since the start"),
              flag("healthy", "whether frames may be sent to it"),
              text("mac", "where it was heard lately"),
              number("configured_weight", "as the file says"),
              number("asked_percent", "of its weight that it asks for"),
              number("share", "of new flows, relative to the others'; 0: none"),
              number("sessions", "that are not closing"),
              flag("held", "whether it is kept out because it came and went too often"))
          .and(
              "checks",
              number("target", "its number"),
              text("check", "which one"),
              flag("holds", "whether it is well"),
              text("trouble", "what is wrong"));

  private final Operated operated;
  private final List<EngineReader> engines;

  BalanceShows(Operated operated, List<EngineReader> engines) {
    this.operated = operated;
    this.engines = engines;
  }

  private Configuration configuration() {
    return operated.nodes().getFirst().configuration();
  }

  private record ServerState(ServerView view, Optional<ServerStatus> status) {}

  Page servers(Request request) throws Refusal {
    Page page = new Page(SERVERS);
    EngineReader first = engines.getFirst();
    int count = first.ask(inside -> inside.view().servers().size());
    for (int from = 0; from < count; from += PER_TURN) {
      int begin = from;
      for (ServerState server : first.ask(inside -> serverStates(inside, begin))) {
        server(page, server);
      }
    }
    return page;
  }

  private static List<ServerState> serverStates(Inside inside, int from) {
    List<ServerView> views = inside.view().servers();
    List<ServerState> states = new ArrayList<>(PER_TURN);
    for (int i = from; i < Math.min(views.size(), from + PER_TURN); i++) {
      states.add(new ServerState(views.get(i), inside.server(i)));
    }
    return states;
  }

  private void server(Page page, ServerState state) {
    ServerView view = state.view();
    Optional<Server> file = Optional.ofNullable(configuration().servers().get(view.id()));
    page.row(
        "servers",
        (long) view.id(),
        file.flatMap(Server::name).orElse(null),
        view.address().toString(),
        (long) view.port(),
        lower(view.protocol()),
        view.isTranslated() ? "nat" : "dsr",
        file.map(server -> lower(server.balancing().scheduler())).orElse(null),
        state.status().map(ServerStatus::inService).orElse(false),
        state.status().map(status -> (long) status.choice()).orElse(0L),
        file.map(server ->
                server.everyTarget().map(Object::toString).collect(Collectors.joining(",")))
            .orElse(null));
  }

  private record TargetState(TargetView view, TargetStatus health, Optional<TargetShare> share) {}

  /// Of several engines the one that checks a target tells of its health; sessions are all of them.
  Page targets(Request request) throws Refusal {
    Page page = new Page(TARGETS);
    int count = engines.getFirst().ask(inside -> inside.view().targets().size());
    for (int from = 0; from < count; from += PER_TURN) {
      int begin = from;
      List<List<TargetState>> byEngine = new ArrayList<>();
      for (EngineReader engine : engines) {
        byEngine.add(engine.ask(inside -> targetStates(inside, begin)));
      }
      for (int i = 0; i < byEngine.getFirst().size(); i++) {
        int which = i;
        // A reload in between may have left one engine with fewer.
        List<TargetState> all =
            byEngine.stream()
                .filter(states -> which < states.size())
                .map(states -> states.get(which))
                .toList();
        target(page, all);
      }
    }
    return page;
  }

  private static List<TargetState> targetStates(Inside inside, int from) {
    List<TargetView> views = inside.view().targets();
    List<TargetState> states = new ArrayList<>(PER_TURN);
    for (int i = from; i < Math.min(views.size(), from + PER_TURN); i++) {
      states.add(new TargetState(views.get(i), inside.health(i), inside.share(i)));
    }
    return states;
  }

  private void target(Page page, List<TargetState> engines) {
    TargetState keeper =
        engines.stream()
            .filter(state -> state.health().kept())
            .findFirst()
            .orElseGet(engines::getFirst);
    TargetView view = keeper.view();
    TargetStatus health = keeper.health();
    Optional<TargetShare> share = keeper.share();
    Optional<Target> file = Optional.ofNullable(configuration().targets().get(view.id()));
    long sessions =
        engines.stream()
            .flatMap(state -> state.share().stream())
            .mapToLong(TargetShare::sessions)
            .sum();
    page.row(
        "targets",
        (long) view.id(),
        file.flatMap(Target::name).orElse(null),
        view.address().toString(),
        share.map(of -> lower(of.wanted())).orElse(lower(view.duty().state())),
        share.map(TargetShare::administered).orElse(false),
        health.ready(),
        health.mac() == 0 ? null : new MacAddress(health.mac()).toString(),
        (long) view.weight(),
        (long) health.percent(),
        share.map(of -> (long) of.weight()).orElse(0L),
        sessions,
        health.held());
    page.row(
        "checks",
        (long) view.id(),
        view.address().isIpv4() ? "arp" : "nd",
        health.mac() != 0,
        health.mac() != 0 ? null : "nothing is heard of it");
    for (TargetStatus.Check check : health.checks()) {
      page.row(
          "checks",
          (long) view.id(),
          check.title(),
          check.holds(),
          check.holds() ? null : check.trouble());
    }
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
