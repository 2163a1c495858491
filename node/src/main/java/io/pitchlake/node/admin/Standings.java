package io.pitchlake.node.admin;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Setting;
import io.pitchlake.node.Inside;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.engine.RouterStatus;
import io.pitchlake.node.engine.RouterView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How virtual routers, networks, servers and targets stand, as gauges with their numbers as
/// labels: the same numbers on every node of a cluster, so that what one node says can be held
/// against the others. Only the engine knows it, and is asked for it at each reading. One caller at
/// a time.
final class Standings {
  private static final Request EVERYTHING = new Request(Map.of());

  private final Operated operated;
  private final List<EngineReader> engines;
  private final NodeShows node;
  private final BalanceShows balance;
  private final List<Family> families = new ArrayList<>();

  private final Family routerActive;
  private final Family routerPriority;
  private final Family networkMaster;
  private final Family networkSimulated;
  private final Family networkSimulatedLimit;
  private final Family serverInService;
  private final Family serverTargets;
  private final Family serverQuorum;
  private final Family targetHealthy;
  private final Family targetSessions;
  private final Family targetSessionsLimit;
  private final Family targetShare;

  Standings(Operated operated, List<EngineReader> engines, MeterRegistry registry) {
    this.operated = operated;
    this.engines = engines;
    this.node = new NodeShows(operated, engines);
    this.balance = new BalanceShows(operated, engines);
    routerActive = family(registry, "router.active", "whether a virtual router is active here");
    routerPriority =
        family(registry, "router.priority", "a virtual router's priority, less what is tracked");
    networkMaster =
        family(registry, "network.master", "whether this node answers for a network's addresses");
    networkSimulated =
        family(registry, "network.addresses.simulated", "addresses of a network simulated");
    networkSimulatedLimit =
        family(
            registry,
            "network.addresses.simulated.limit",
            "the most of: addresses of a network simulated; IPv4 has no limit but the network's own");
    serverInService =
        family(
            registry,
            "server.in.service",
            "whether a server has as many targets as its quorum asks for");
    serverTargets =
        family(registry, "server.targets", "targets among which a server's scheduler chooses");
    serverQuorum =
        family(
            registry, "server.targets.quorum", "targets that a server needs to come into service");
    targetHealthy = family(registry, "target.healthy", "whether frames may be sent to a target");
    targetSessions =
        family(registry, "target.sessions", "sessions of a target that are not closing");
    targetSessionsLimit =
        family(
            registry,
            "target.sessions.limit",
            "sessions from which on a target gets no new clients; missing where it has no limit");
    targetShare =
        family(registry, "target.share", "a target's share of new flows, relative to the others'");
  }

  /// A gauge for each row of a table.
  private record Family(MultiGauge gauge, List<MultiGauge.Row<?>> rows) {
    void add(Tags tags, long value) {
      rows.add(MultiGauge.Row.of(tags, value));
    }

    void add(Tags tags, boolean value) {
      add(tags, value ? 1 : 0);
    }
  }

  private Family family(MeterRegistry registry, String name, String meaning) {
    MultiGauge gauge =
        MultiGauge.builder("pitchlake." + name).description(meaning).register(registry);
    Family family = new Family(gauge, new ArrayList<>());
    families.add(family);
    return family;
  }

  private Configuration configuration() {
    return operated.nodes().getFirst().configuration();
  }

  /// Asks the engines. What they do not answer is left out: an old answer would be taken for one of
  /// now, and a node that hangs for the active one.
  ///
  /// @throws Refusal one does not answer
  void read() throws Refusal {
    families.forEach(family -> family.rows().clear());
    try {
      routers();
      networks();
      servers();
      targets();
    } catch (Refusal e) {
      families.forEach(family -> family.rows().clear());
      throw e;
    } finally {
      families.forEach(family -> family.gauge().register(List.copyOf(family.rows()), true));
    }
  }

  /// A section of the file makes a router for each segment and address family; the first network
  /// that it serves tells segments apart, for ports may have other names on other nodes.
  private void routers() throws Refusal {
    for (RouterStatus router : engines.getFirst().ask(Inside::routers)) {
      RouterView view = router.view();
      Tags tags =
          Tags.of(
              "router", Integer.toString(view.id()),
              "vrid", Integer.toString(view.vrid()),
              "family", NodeShows.family(view.isIpv4()),
              "network", Integer.toString(view.served().getFirst().network().id()));
      routerActive.add(tags, router.role() == RouterRole.ACTIVE);
      routerPriority.add(tags, router.priority());
    }
  }

  private void networks() throws Refusal {
    for (Map<String, Object> row : node.networks(EVERYTHING).named("networks")) {
      Tags tags =
          Tags.of("network", row.get("network").toString(), "family", row.get("family").toString());
      networkMaster.add(tags, "master".equals(row.get("role")));
      networkSimulated.add(tags, (Long) row.get("simulated"));
      if (row.get("family").equals(NodeShows.family(false))) {
        networkSimulatedLimit.add(tags, configuration().settings().get(Setting.TARPITMAX6));
      }
    }
  }

  private void servers() throws Refusal {
    for (Map<String, Object> row : balance.servers(EVERYTHING).named("servers")) {
      Long number = (Long) row.get("server");
      Tags tags = Tags.of("server", number.toString());
      serverInService.add(tags, (Boolean) row.get("in_service"));
      serverTargets.add(tags, (Long) row.get("choice"));
      Configuration.Server file = configuration().servers().get(number.intValue());
      if (file != null) {
        serverQuorum.add(tags, file.balancing().quorum().up());
      }
    }
  }

  private void targets() throws Refusal {
    for (Map<String, Object> row : balance.targets(EVERYTHING).named("targets")) {
      Long number = (Long) row.get("target");
      Tags tags = Tags.of("target", number.toString());
      targetHealthy.add(tags, (Boolean) row.get("healthy"));
      targetSessions.add(tags, (Long) row.get("sessions"));
      targetShare.add(tags, (Long) row.get("share"));
      Configuration.Target file = configuration().targets().get(number.intValue());
      if (file != null && file.duty().maxSessions() > 0) {
        targetSessionsLimit.add(tags, file.duty().maxSessions());
      }
    }
  }
}
