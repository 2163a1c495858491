package io.pitchlake.node.cli;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Admin;
import io.pitchlake.common.config.Configuration.Interface;
import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.common.config.Configuration.Sync;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.node.Node;
import io.pitchlake.node.admin.AdminException;
import io.pitchlake.node.admin.AdminServer;
import io.pitchlake.node.admin.Operated;
import io.pitchlake.node.admin.RecentEvents;
import io.pitchlake.node.admin.Reloaded;
import io.pitchlake.node.engine.Exchange;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.event.EventPump;
import io.pitchlake.node.event.EventRing;
import io.pitchlake.node.event.SecurityEvent;
import io.pitchlake.node.event.sink.Observer;
import io.pitchlake.node.event.sink.SinkException;
import io.pitchlake.node.event.sink.SinkWorld;
import io.pitchlake.node.event.sink.Sinks;
import io.pitchlake.node.health.ServiceChecks;
import io.pitchlake.node.port.Carrier;
import io.pitchlake.node.port.LinkWatch;
import io.pitchlake.node.port.PeerLink;
import io.pitchlake.node.port.PeerSocket;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortClosedException;
import io.pitchlake.node.port.PortException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `pitchlake run -c FILE`
@Command(
    name = "run",
    customSynopsis = "pitchlake run -c FILE [--alive FILE] [--debug]",
    header = "Trap and serve on the interfaces of a configuration, until stopped.",
    description = {
      "",
      "Opens the interfaces of the networks that FILE registers and enables, and answers there for "
          + "addresses that are proven free. Needs the capability CAP_NET_RAW on each interface.",
      "",
      "Lines go to standard output: a line with 'ready:' when the engine runs, the tarpit's lines "
          + "at WARN, a summary once a minute. SIGTERM or SIGINT end it in order: what is queued is "
          + "sent, every count that the log still owes is written, and a full table is printed.",
      "",
      "A service manager that asks for it (systemd: Type=notify, WatchdogSec) hears when the node is "
          + "ready and when it ends, and is told at intervals that every engine turns.",
      "",
      "SIGHUP reads FILE again and runs what has changed, with flows and the health of targets kept; "
          + "'pitchlake check --against' says beforehand what that would be. A change that needs a "
          + "restart is refused whole, with a line for each reason. SIGUSR1 logs what is in use now.",
      "",
      "An operator is listened to at /run/pitchlake/admin.sock ('pitchlake show status') and over "
          + "HTTP at 127.0.0.1:7802 (/metrics), unless the section 'admin' says otherwise.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:stopped as asked",
      "2:wrong usage",
      "3:the configuration is broken or runs nothing",
      "4:an interface is unknown, cannot be used or has gone, or an address or socket cannot be had",
      "5:a privilege is missing; the message names the capability",
      "70:a fault of the program"
    })
public final class RunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");
  private static final long LONGEST_WAIT_NANOS = 5_000_000;
  private static final Duration LOOK_AT_HOST = Duration.ofSeconds(2);
  private static final Duration LOOK_AT_LEAVING = Duration.ofSeconds(1);
  private static final Duration LOOK_FOR_INTERFACE = Duration.ofMillis(200);
  private static final Duration TELL_ALIVE = Duration.ofSeconds(1);
  private static final Duration REPORT = Duration.ofMinutes(1);

  /// More than an engine draws for its keys and tables.
  private static final int SECRETS = 64;

  private final Surroundings world;
  @Mixin private FileOption file;

  @Option(
      names = "--alive",
      paramLabel = "FILE",
      description = "Write this file anew every second as long as every engine turns.")
  private Path alive;

  public RunCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() throws Failure {
    return serve(() -> ConfigurationFile.load(file.path(), world));
  }

  /// Runs what a source says, until stopped. Begins anew when an interface that is to be waited for
  /// has gone.
  int serve(ConfigurationSource source) throws Failure {
    OneEnd ending = new OneEnd(world.ending());
    while (true) {
      ConfigurationFile loaded = source.load();
      try {
        serve(source, loaded, ending);
        return ExitCode.OK;
      } catch (PortException e) {
        throw new Failure(ExitCode.of(e.reason()), e.getMessage());
      } catch (PortClosedException e) {
        if (Node.interfacesOf(loaded.configuration()).stream().noneMatch(Interface::awaited)) {
          throw new Failure(ExitCode.INTERFACE, e.getMessage());
        }
        LOG.warn("{}; this node begins anew", e.getMessage());
      }
    }
  }

  private void serve(ConfigurationSource source, ConfigurationFile loaded, OneEnd ending)
      throws Failure, PortException {
    Optional<ClusterKey> cluster = ClusterKeyFile.of(loaded);
    int engines = (int) loaded.configuration().settings().get(Setting.ENGINES);
    List<List<Port>> ports =
        Stream.generate(() -> (List<Port>) new ArrayList<Port>()).limit(engines).toList();
    Optional<SyncAddresses> sync = SyncAddresses.of(loaded);
    Optional<PeerLink> peers = Optional.empty();
    try {
      Set<IpAddress> spread = serverAddresses(loaded.configuration());
      for (Interface link : Node.interfacesOf(loaded.configuration())) {
        Optional<List<? extends Port>> shared = open(link, engines, spread, ending);
        if (shared.isEmpty()) {
          return;
        }
        for (int engine = 0; engine < engines; engine++) {
          ports.get(engine).add(shared.get().get(engine));
        }
      }
      peers = sync.isPresent() ? peers(loaded.configuration(), sync.get()) : Optional.empty();
      List<String> links = ports.getFirst().stream().map(Port::name).toList();
      try (LinkWatch carrier = LinkWatch.on(links)) {
        run(source, loaded, cluster, ports, sync, peers, carrier, ending);
      }
    } finally {
      peers.ifPresent(PeerLink::close);
      ports.forEach(lane -> lane.forEach(Port::close));
    }
  }

  /// Opens an interface, and waits for it where it is to be waited for; empty when the process was
  /// asked to end meanwhile.
  private Optional<List<? extends Port>> open(
      Interface link, int engines, Set<IpAddress> spread, OneEnd ending) throws PortException {
    boolean waits = false;
    while (true) {
      try {
        return Optional.of(world.ports().open(link, engines, spread));
      } catch (PortException e) {
        boolean mayCome =
            e.reason() == PortException.Reason.UNKNOWN_INTERFACE
                || e.reason() == PortException.Reason.INTERFACE_DOWN;
        if (!link.awaited() || !mayCome) {
          throw e;
        }
        if (!waits) {
          waits = true;
          LOG.warn("{}; waiting for it", e.getMessage());
          world
              .reloading()
              .whenAsked(() -> LOG.error("reload refused: this node waits for an interface"));
          world.reporting().whenAsked(() -> LOG.info("now: waiting for {}", link.link()));
        }
        if (ending.within(LOOK_FOR_INTERFACE)) {
          LOG.info("asked to stop");
          return Optional.empty();
        }
      }
    }
  }

  /// The way to the other nodes' engines, and behind them to the witness, where there is an
  /// election to agree on.
  private static Optional<PeerLink> peers(Configuration configuration, SyncAddresses sync)
      throws PortException {
    if (configuration.vrrps().isEmpty() || sync.others().isEmpty()) {
      return Optional.empty();
    }
    List<IpAddress> all =
        Stream.concat(sync.others().stream(), configuration.sync().flatMap(Sync::witness).stream())
            .toList();
    int port = (int) configuration.settings().get(Setting.SYNCBEATPORT);
    return Optional.of(PeerSocket.open(sync.bind(), all, port));
  }

  private static Set<IpAddress> serverAddresses(Configuration configuration) {
    return configuration.servers().values().stream()
        .map(Configuration.Server::address)
        .collect(Collectors.toSet());
  }

  /// One node for each engine. They share what must be the same on all of them: every one of them
  /// draws the same secrets.
  private List<Node> nodes(
      Configuration configuration,
      Optional<ClusterKey> cluster,
      List<List<Port>> ports,
      Set<IpAddress> host,
      Optional<PeerLink> peers,
      Carrier carrier,
      boolean replicates) {
    long[] secrets = LongStream.generate(world.random()::nextLong).limit(SECRETS).toArray();
    Exchange exchange = new Exchange(ports.size());
    List<Node> nodes = new ArrayList<>();
    for (int engine = 0; engine < ports.size(); engine++) {
      PrimitiveIterator.OfLong drawn = Arrays.stream(secrets).iterator();
      nodes.add(
          new Node(
              configuration,
              ports.get(engine),
              world.clock(),
              drawn::nextLong,
              cluster,
              host,
              IdleStrategy.of(
                  configuration.engine().idle(),
                  ports.get(engine),
                  peers.map(PeerLink::inputDescriptors).orElseGet(() -> new int[0]),
                  LONGEST_WAIT_NANOS),
              exchange.seat(engine),
              peers,
              carrier,
              replicates
                  ? Optional.of(new Node.Replication(world.random().nextLong(), Replication::log))
                  : Optional.empty()));
    }
    return nodes;
  }

  private void run(
      ConfigurationSource source,
      ConfigurationFile file,
      Optional<ClusterKey> cluster,
      List<List<Port>> ports,
      Optional<SyncAddresses> sync,
      Optional<PeerLink> peers,
      Carrier carrier,
      OneEnd ending)
      throws Failure {
    Configuration configuration = file.configuration();
    Set<IpAddress> host = world.hostAddresses().get();
    List<Node> nodes = nodes(configuration, cluster, ports, host, peers, carrier, sync.isPresent());
    sayWhatTheKernelOwns(configuration, host);
    warnOfForwarding(configuration, ports.getFirst());
    Optional<AliveFile> turning =
        alive == null ? Optional.empty() : Optional.of(AliveFile.of(alive, nodes));
    Report report = new Report(nodes);
    Sinks sinks = sinks(file, host);
    Reload reload =
        new Reload(source, configuration, nodes, sinks, world.hostAddresses(), world.clock());
    RecentEvents recent = new RecentEvents();
    Consumer<SecurityEvent> told =
        event -> {
          sinks.accept(event);
          recent.add(event, world.clock().wallMillis());
        };
    List<EventRing> rings = nodes.stream().map(Node::events).toList();
    try (ServiceManager manager =
            ServiceManager.of(world.environment(), ProcessHandle.current().pid());
        Replication _ =
            sync.isPresent()
                ? Replication.start(
                    file, sync.get(), cluster.orElseThrow(), nodes.getFirst(), world.clock())
                : null;
        EventPump _ = new EventPump(rings, told);
        ServiceChecks checks =
            new ServiceChecks(
                result -> nodes.forEach(node -> node.checked(result)), world.random());
        Chores chores = new Chores()) {
      Runnable follow =
          () -> checks.configure(Node.serviceChecks(nodes.getFirst().configuration()));
      follow.run();
      Supplier<Reloaded> reloading =
          () -> {
            Reloaded reloaded = reload.run();
            follow.run();
            return reloaded;
          };
      world
          .reloading()
          .whenAsked(() -> {
            var _ = reloading.get();
          });
      world.reporting().whenAsked(() -> LOG.info("now: {}", report.now()));
      chores.every(LOOK_AT_HOST, new HostWatch(nodes, sinks, host));
      chores.every(
          LOOK_AT_LEAVING,
          () -> {
            reload.tick();
            follow.run();
          });
      chores.every(
          REPORT,
          () -> {
            String line = report.line();
            LOG.info("last minute: {}", line);
            manager.status("last minute: " + line);
          });
      turning.ifPresent(chore -> chores.every(TELL_ALIVE, chore));
      Operated operated =
          new Operated(
              nodes,
              hostName(configuration),
              VersionCommand.Version.ofProgram(),
              world.clock(),
              reloading,
              recent,
              sinks::statuses);
      try (AdminServer _ = seat(file, operated)) {
        manager.watch(nodes, chores);
        turn(nodes, ready(configuration, ports), manager, ending);
      }
    } finally {
      sinks.close();
      LOG.info("stopped; since the start:");
      report.table(sinks.statuses()).forEach(LOG::info);
    }
  }

  /// Where events go.
  private Sinks sinks(ConfigurationFile file, Set<IpAddress> host) throws Failure {
    Configuration configuration = file.configuration();
    try {
      return Sinks.open(
          configuration,
          Node.knownMachines(configuration, host),
          new SinkWorld(
              new Observer(hostName(configuration), VersionCommand.Version.ofProgram()),
              world.syslogSocket(),
              world.clock(),
              world.random()));
    } catch (SinkException e) {
      throw new Failure(
          ExitCode.CONFIGURATION, "%s: error: events: %s".formatted(file.path(), e.getMessage()));
    }
  }

  /// Where an operator is listened to.
  private AdminServer seat(ConfigurationFile file, Operated operated) throws Failure {
    try {
      AdminServer seat =
          AdminServer.open(
              operated,
              file.configuration().admin(),
              world.runFolder().resolve(Admin.DEFAULT_SOCKET.getFileName()));
      seat.socket().ifPresent(path -> LOG.info("an operator is listened to at {}", path));
      seat.address()
          .ifPresent(place ->
              LOG.info(
                  "HTTP for metrics and the API at {} port {}",
                  place.getAddress().getHostAddress(),
                  place.getPort()));
      return seat;
    } catch (AdminException e) {
      throw new Failure(
          e.reason() == AdminException.Reason.PLACE ? ExitCode.INTERFACE : ExitCode.CONFIGURATION,
          "%s: error: %s".formatted(file.path(), e.getMessage()));
    }
  }

  /// The node's name, or else the host's.
  private String hostName(Configuration configuration) {
    return configuration
        .hostname()
        .orElseGet(() -> {
          try {
            return Files.readString(world.kernel().resolve("kernel/hostname")).strip();
          } catch (IOException e) {
            return "";
          }
        });
  }

  /// Runs each engine on a thread of its own and waits for their end. When one ends, all do.
  private void turn(List<Node> nodes, String ready, ServiceManager manager, OneEnd ending) {
    AtomicInteger starting = new AtomicInteger(nodes.size());
    Runnable started =
        () -> {
          if (starting.decrementAndGet() == 0) {
            LOG.info(ready);
            manager.ready(ready);
          }
        };
    Runnable stopAll = () -> nodes.forEach(Node::stop);
    List<EngineThread> engines =
        nodes.stream().map(node -> new EngineThread(node, started, stopAll)).toList();
    ending.whenAsked(() -> {
      LOG.info("asked to stop");
      manager.stopping();
      stopAll.run();
    });
    engines.forEach(EngineThread::start);
    engines.forEach(EngineThread::awaitEnd);
  }

  private String ready(Configuration configuration, List<List<Port>> ports) {
    String engines = ports.size() == 1 ? "" : ", " + ports.size() + " engines";
    String links =
        ports.getFirst().stream()
            .map(port ->
                port.name()
                    + " ("
                    + port.access()
                    + ", "
                    + new MacAddress(port.mac())
                    + engines
                    + ")")
            .collect(Collectors.joining(", "));
    String networks =
        Node.networksOf(configuration).stream()
            .map(CheckCommand::network)
            .collect(Collectors.joining(", "));
    return "ready: "
        + configuration.hostname().orElse("this node")
        + " on "
        + links
        + " runs "
        + networks
        + CheckCommand.balanced(configuration);
  }

  /// An address of ours that the kernel owns too is the kernel's.
  private static void sayWhatTheKernelOwns(Configuration configuration, Set<IpAddress> host) {
    for (Network network : Node.networksOf(configuration)) {
      Stream.of(network.real(), network.virt(), network.real6(), network.virt6())
          .flatMap(Optional::stream)
          .filter(host::contains)
          .forEach(address ->
              LOG.info(
                  "{} of network {} belongs to this host's kernel and is left to it",
                  address,
                  network.id()));
    }
    Node.serversOf(configuration).stream()
        .filter(server -> host.contains(server.address()))
        .forEach(server ->
            LOG.warn(
                "{} of server {} belongs to this host's kernel and is left to it; nothing is balanced there",
                server.address(),
                server.id()));
  }

  /// A kernel that forwards answers for frames to the port's MAC and sends them on: a trapped peer
  /// would get redirects and unreachables beside the tarpit's answers.
  private void warnOfForwarding(Configuration configuration, List<Port> ports) {
    Set<Integer> withIpv4 =
        Node.networksOf(configuration).stream()
            .filter(network -> network.prefix().isPresent())
            .map(network -> network.interfaces().getFirst())
            .collect(Collectors.toSet());
    List<Interface> links = Node.interfacesOf(configuration);
    for (int i = 0; i < links.size(); i++) {
      String name = ports.get(i).name();
      Path setting = world.kernel().resolve("net/ipv4/conf").resolve(name).resolve("forwarding");
      if (withIpv4.contains(links.get(i).id()) && isOne(setting)) {
        LOG.warn(
            "this host forwards IPv4 on {} and may answer beside Pitchlake; switch it off:"
                + " sysctl net.ipv4.conf.{}.forwarding=0",
            name,
            name);
      }
    }
  }

  private static boolean isOne(Path setting) {
    try {
      return Files.readString(setting).strip().equals("1");
    } catch (IOException e) {
      return false; // a kernel that does not say so does not forward
    }
  }

  /// Looks whether the host's addresses have changed, and tells the engine.
  private final class HostWatch implements Runnable {
    private final List<Node> nodes;
    private final Sinks sinks;
    private Set<IpAddress> known;

    HostWatch(List<Node> nodes, Sinks sinks, Set<IpAddress> known) {
      this.nodes = nodes;
      this.sinks = sinks;
      this.known = known;
    }

    @Override
    public void run() {
      try {
        Set<IpAddress> now = world.hostAddresses().get();
        if (!now.equals(known) && nodes.stream().allMatch(node -> node.hostAddresses(now))) {
          known = now;
          Configuration running = nodes.getFirst().configuration();
          sinks.spare(running, Node.knownMachines(running, now));
          LOG.info("this host's addresses have changed; none of them is simulated");
          sayWhatTheKernelOwns(nodes.getFirst().configuration(), now);
        }
      } catch (UncheckedIOException e) {
        LOG.debug("the host's addresses cannot be read", e);
      }
    }
  }
}
