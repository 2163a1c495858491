package io.pitchlake.node;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Balancing;
import io.pitchlake.common.config.Configuration.DecoyMac;
import io.pitchlake.common.config.Configuration.Duty;
import io.pitchlake.common.config.Configuration.Gateway;
import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.common.config.Configuration.Server;
import io.pitchlake.common.config.Configuration.Target;
import io.pitchlake.common.config.Configuration.Vrrp;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.AccessList.Entry;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.node.engine.DecoyMacs;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.NetworkView.Family;
import io.pitchlake.node.engine.PortModes;
import io.pitchlake.node.engine.RouteTable;
import io.pitchlake.node.engine.RouteTable.Route;
import io.pitchlake.node.engine.ServerIndex;
import io.pitchlake.node.engine.ServerPlan;
import io.pitchlake.node.engine.ServerView;
import io.pitchlake.node.engine.TargetView;
import io.pitchlake.node.engine.View;
import io.pitchlake.node.port.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Makes the engine's [View] of a configuration, the ports it is to run on and what the host's
/// kernel owns.
///
/// Only networks that are registered and enabled run: a file without `register networks` and
/// `enable networks` runs none, so that no network starts to answer by being described. What the
/// file describes but does not run still counts for what must never be simulated. Immutable; any
/// thread.
final class ViewCompiler {
  /// RFC 9568, 7.3.
  private static final long VRRP_MAC_IPV4 = 0x00_00_5e_00_01_00L;

  private static final long VRRP_MAC_IPV6 = 0x00_00_5e_00_02_00L;
  private static final long LOCALLY_ADMINISTERED = 0x02_00_00_00_00_00L;
  private static final long GROUP = 0x01_00_00_00_00_00L;
  private static final long MAC_BITS = 0xffff_ffff_ffffL;
  private static final SipHash VIRTUAL_MACS = new SipHash(0x7069_7463_686c_616bL, 0x65L);

  private final Configuration configuration;
  private final List<Integer> interfaces;
  private final List<Port> ports;
  private final SipHash looks;
  private final NetworkSlots slots;

  /// The compiler of a node that starts.
  ///
  /// @param interfaces number of the interface each port is on
  /// @param looks decides what each decoy is
  ViewCompiler(
      Configuration configuration, List<Integer> interfaces, List<Port> ports, SipHash looks) {
    this(configuration, interfaces, ports, looks, NetworkSlots.of(configuration));
  }

  private ViewCompiler(
      Configuration configuration,
      List<Integer> interfaces,
      List<Port> ports,
      SipHash looks,
      NetworkSlots slots) {
    this.configuration = configuration;
    this.interfaces = List.copyOf(interfaces);
    this.ports = List.copyOf(ports);
    this.looks = looks;
    this.slots = slots;
  }

  /// The compiler for what the same node runs next, on the same ports.
  ViewCompiler then(Configuration next) {
    return new ViewCompiler(next, interfaces, ports, looks, slots.then(next));
  }

  /// Positions given to networks so far.
  NetworkSlots slots() {
    return slots;
  }

  /// The networks that run, in the order of the file.
  static List<Network> running(Configuration configuration) {
    return configuration.networks().values().stream()
        .filter(network -> configuration.registered().networks().contains(network.id()))
        .filter(network -> configuration.enabled().networks().contains(network.id()))
        .toList();
  }

  /// @param host every address of the node's own host
  View compile(Set<IpAddress> host) {
    AccessList never = never(configuration, host);
    AccessList candidates =
        configuration.tarpitAcl().map(configuration.accessLists()::get).orElse(null);
    List<Network> running = running(configuration);
    List<Target> targets = runningTargets(running);
    List<ServerView> servers = servers(targets, host);
    List<NetworkView> views = new ArrayList<>();
    for (Network network : running) {
      int port = interfaces.indexOf(network.interfaces().getFirst());
      long portMac = ports.get(port).mac();
      views.add(
          new NetworkView(
              slots.slotOf(network),
              network.id(),
              port,
              network.vlan().orElse(-1),
              family(
                  network.prefix(),
                  network.real(),
                  network.virt(),
                  host,
                  virtualMac(network, portMac, VRRP_MAC_IPV4)),
              family(
                  network.prefix6(),
                  network.real6(),
                  network.virt6(),
                  host,
                  virtualMac(network, portMac, VRRP_MAC_IPV6)),
              network.tarpit(),
              new PortModes(network.tarpitMode(), network.portModes()),
              network.personas(),
              network.decoyMac() == DecoyMac.VENDOR
                  ? Optional.of(new DecoyMacs(looks, network.personas()))
                  : Optional.empty(),
              portMac,
              never,
              candidates,
              new ServerIndex(
                  servers.stream().filter(server -> holds(network, server.address())).toList()),
              network.outbound()));
    }
    return new View(
        inSlots(views),
        ports.size(),
        servers,
        targets(running, views, targets),
        routes(running, views),
        new RouterCompiler(configuration, views, servers).compile(),
        configuration.settings(),
        host);
  }

  /// The networks at their positions; where one has gone stands a network that holds no address.
  private List<NetworkView> inSlots(List<NetworkView> views) {
    NetworkView[] placed = new NetworkView[slots.size()];
    for (int slot = 0; slot < placed.length; slot++) {
      placed[slot] = NetworkView.gone(slot);
    }
    views.forEach(view -> placed[view.index()] = view);
    return List.of(placed);
  }

  /// The servers that run, in the order of the file: registered, enabled, in a network that runs.
  static List<Server> runningServers(Configuration configuration) {
    List<Network> networks = running(configuration);
    return configuration.servers().values().stream()
        .filter(server -> configuration.registered().servers().contains(server.id()))
        .filter(server -> configuration.enabled().servers().contains(server.id()))
        .filter(server -> networks.stream().anyMatch(network -> holds(network, server.address())))
        .toList();
  }

  private List<Target> runningTargets(List<Network> networks) {
    return configuration.targets().values().stream()
        .filter(target -> configuration.registered().targets().contains(target.id()))
        .filter(target -> configuration.enabled().targets().contains(target.id()))
        .filter(target -> networks.stream().anyMatch(network -> holds(network, target.address())))
        .toList();
  }

  private List<ServerView> servers(List<Target> targets, Set<IpAddress> host) {
    List<Integer> indexes = targets.stream().map(Target::id).toList();
    List<ServerView> servers = new ArrayList<>();
    for (Server server : runningServers(configuration)) {
      if (!host.contains(server.address())) {
        servers.add(
            new ServerView(
                servers.size(),
                server.id(),
                server.address(),
                server.port(),
                server.protocol(),
                server.dsr() ? null : server.sourceNat(),
                positions(server.everyTarget().toList(), indexes),
                plan(server, targets, indexes)));
      }
    }
    return servers;
  }

  private ServerPlan plan(Server server, List<Target> targets, List<Integer> indexes) {
    Balancing balancing = server.balancing();
    return new ServerPlan(
        balancing.scheduler(),
        tiers(server, targets).stream().map(tier -> positions(tier, indexes)).toList(),
        balancing.emergency().map(indexes::indexOf).orElse(ServerPlan.NONE),
        balancing.abuse().map(indexes::indexOf).orElse(ServerPlan.NONE),
        balancing.clientAcl().map(configuration.accessLists()::get),
        balancing.quorum(),
        balancing.persistence());
  }

  /// The numbers of a server's own targets that run: those before backups, and among them those of
  /// a lower priority number before those of a higher one.
  private static List<List<Integer>> tiers(Server server, List<Target> targets) {
    Map<Integer, Target> byNumber =
        targets.stream().collect(Collectors.toMap(Target::id, target -> target));
    SortedMap<Integer, List<Integer>> normal = new TreeMap<>();
    SortedMap<Integer, List<Integer>> backup = new TreeMap<>();
    List<Integer> backups = server.balancing().backups();
    Stream.concat(server.targets().stream(), backups.stream())
        .map(byNumber::get)
        .filter(Objects::nonNull)
        .forEach(target -> {
          boolean isBackup = target.duty().backup() || backups.contains(target.id());
          (isBackup ? backup : normal)
              .computeIfAbsent(target.duty().priority(), priority -> new ArrayList<>())
              .add(target.id());
        });
    return Stream.concat(normal.values().stream(), backup.values().stream()).toList();
  }

  private static List<Integer> positions(List<Integer> numbers, List<Integer> indexes) {
    return numbers.stream().map(indexes::indexOf).filter(index -> index >= 0).toList();
  }

  private List<TargetView> targets(
      List<Network> running, List<NetworkView> views, List<Target> targets) {
    List<TargetView> compiled = new ArrayList<>();
    HealthCompiler health = new HealthCompiler(configuration);
    for (Target target : targets) {
      int network = 0;
      while (!holds(running.get(network), target.address())) {
        network++;
      }
      compiled.add(
          new TargetView(
              compiled.size(),
              target.id(),
              views.get(network),
              target.address(),
              target.port(),
              target.weight(),
              ofOneEngine(target.duty()),
              health.plan(target)));
    }
    return compiled;
  }

  /// Every engine counts the sessions it has itself, so each gets its share of the limits.
  private Duty ofOneEngine(Duty duty) {
    int engines = (int) configuration.settings().get(Setting.ENGINES);
    return new Duty(
        duty.state(),
        duty.backup(),
        duty.slowStart(),
        Math.ceilDiv(duty.maxSessions(), engines),
        Math.ceilDiv(duty.hardMax(), engines),
        duty.priority());
  }

  /// The networks themselves, and what gateways that run lead to.
  private RouteTable routes(List<Network> running, List<NetworkView> views) {
    List<Route> routes = new ArrayList<>();
    for (int i = 0; i < views.size(); i++) {
      NetworkView view = views.get(i);
      Stream.of(running.get(i).prefix(), running.get(i).prefix6())
          .flatMap(Optional::stream)
          .forEach(block -> routes.add(new Route(block, view, null)));
    }
    configuration.gateways().values().stream()
        .filter(gateway -> configuration.registered().gateways().contains(gateway.id()))
        .filter(gateway -> configuration.enabled().gateways().contains(gateway.id()))
        .forEach(gateway ->
            views.stream()
                .filter(view -> view.contains(gateway.address().high(), gateway.address().low()))
                .findFirst()
                .ifPresent(view ->
                    blocks(gateway)
                        .forEach(block -> routes.add(new Route(block, view, gateway.address())))));
    return new RouteTable(routes);
  }

  private static List<IpPrefix> blocks(Gateway gateway) {
    return gateway.routes().isEmpty()
        ? List.of(IpPrefix.around(gateway.address(), 0))
        : gateway.routes();
  }

  private static boolean holds(Network network, IpAddress address) {
    return Stream.of(network.prefix(), network.prefix6())
        .flatMap(Optional::stream)
        .anyMatch(prefix -> prefix.contains(address));
  }

  /// An address that the host's kernel owns is left to the kernel; two that answer for one address
  /// would differ.
  private static Family family(
      Optional<IpPrefix> prefix,
      Optional<IpAddress> real,
      Optional<IpAddress> virt,
      Set<IpAddress> host,
      long virtualMac) {
    return new Family(
        prefix.orElse(null),
        real.orElse(null),
        virt.orElse(null),
        real.isPresent() && !host.contains(real.get()),
        virt.isPresent() && !host.contains(virt.get()),
        virtualMac);
  }

  /// Every address that rules out simulation by name: the cluster's own, the machines it serves,
  /// routers, the node's own host, and what `arp` exempts.
  static AccessList never(Configuration configuration, Set<IpAddress> host) {
    Stream<IpAddress> cluster =
        configuration.networks().values().stream()
            .flatMap(network ->
                Stream.concat(
                    Stream.of(network.real(), network.virt(), network.real6(), network.virt6())
                        .flatMap(Optional::stream),
                    network.syncPeers().stream()));
    Stream<IpAddress> sync =
        configuration.sync().stream()
            .flatMap(s -> Stream.concat(s.bind().stream(), s.peers().stream()));
    Stream<IpAddress> served =
        Stream.concat(
            configuration.servers().values().stream().map(Configuration.Server::address),
            configuration.targets().values().stream().map(Configuration.Target::address));
    Stream<IpAddress> gateways =
        configuration.gateways().values().stream().map(Configuration.Gateway::address);
    Stream<IpPrefix> single =
        Stream.of(cluster, sync, served, gateways, host.stream())
            .flatMap(addresses -> addresses)
            .map(address -> new IpPrefix(address, 128));
    return new AccessList(
        Stream.concat(single, configuration.exempt().stream())
            .distinct()
            .map(prefix -> new Entry(true, prefix))
            .toList());
  }

  private long virtualMac(Network network, long portMac, long vrrpMac) {
    return configuration.vrrps().values().stream()
        .filter(vrrp -> vrrp.networks().contains(network.id()))
        .findFirst()
        .map(Vrrp::vrid)
        .map(vrid -> vrrpMac | vrid)
        .orElseGet(() -> localMac(network, portMac));
  }

  /// Without an election any VRRP MAC might belong to another router of the segment. The port's own
  /// MAC is the kernel's. So: a locally administered unicast address, the same at every start.
  private static long localMac(Network network, long portMac) {
    long mac = VIRTUAL_MACS.hash(portMac, network.id()) & MAC_BITS;
    return (mac | LOCALLY_ADMINISTERED) & ~GROUP;
  }
}
