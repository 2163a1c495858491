package io.pitchlake.node;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Interface;
import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.common.config.Configuration.Server;
import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.config.Configuration.Sync;
import io.pitchlake.common.config.Configuration.Target;
import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.config.HealthCheck;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.common.session.FlowTable;
import io.pitchlake.common.session.FragmentTable;
import io.pitchlake.common.session.NatTable;
import io.pitchlake.common.session.StationPool;
import io.pitchlake.common.time.Clock;
import io.pitchlake.common.time.TimerWheel;
import io.pitchlake.node.arp.ArpModule;
import io.pitchlake.node.engine.ChainPlace;
import io.pitchlake.node.engine.Command;
import io.pitchlake.node.engine.CommandQueue;
import io.pitchlake.node.engine.Egress;
import io.pitchlake.node.engine.Engine;
import io.pitchlake.node.engine.Exchange;
import io.pitchlake.node.engine.HealthPlan;
import io.pitchlake.node.engine.IcmpErrors;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.Module;
import io.pitchlake.node.engine.ModuleChain;
import io.pitchlake.node.engine.PortTransmit;
import io.pitchlake.node.engine.Readiness;
import io.pitchlake.node.engine.RealTime;
import io.pitchlake.node.engine.Reception;
import io.pitchlake.node.engine.ServerService;
import io.pitchlake.node.engine.TargetHealth;
import io.pitchlake.node.engine.Translator;
import io.pitchlake.node.engine.View;
import io.pitchlake.node.event.EventRing;
import io.pitchlake.node.event.EventThrottle;
import io.pitchlake.node.event.SecurityEvent;
import io.pitchlake.node.health.HealthModule;
import io.pitchlake.node.health.ServiceChecks;
import io.pitchlake.node.master.MasterModule;
import io.pitchlake.node.nat.NatModule;
import io.pitchlake.node.ping.PingModule;
import io.pitchlake.node.port.Carrier;
import io.pitchlake.node.port.PeerLink;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortClosedException;
import io.pitchlake.node.rt.RouteModule;
import io.pitchlake.node.slb.SlbModule;
import io.pitchlake.node.tarpit.TarpitModule;
import io.pitchlake.node.tnat.TnatModule;
import io.pitchlake.node.vrrp.Election;
import io.pitchlake.node.vrrp.VrrpModule;
import io.pitchlake.sync.Replicator;
import io.pitchlake.sync.SessionReplicator;
import io.pitchlake.sync.SyncEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// One node, wired: ports, tables, the chain in the configured order and the engine that turns it.
/// The only place where modules are made and meet.
///
/// [#run] belongs to the engine thread; [#stop], [#hostAddresses], [#reconfigure], [#counters] and
/// [#events] may be used from any other. The ports stay the caller's to close.
public final class Node {
  private static final int COMMANDS = 64;
  private static final int EVENTS = 8192;

  /// Keeps the session table's hash apart from others drawn from the same secret.
  private static final long SESSION_TABLE = 0x7365_7373L;

  private static final long MILLI_NANOS = 1_000_000;
  private static final long SUMS = 0x7375_6d73L;

  private final List<Port> ports;
  private final Clock clock;
  private final Optional<ClusterKey> cluster;
  private final Optional<PeerLink> peers;
  private final Carrier carrier;
  private volatile Configuration configuration;

  /// Makes cookies, and decides what each decoy is.
  private final SipHash cookies;

  private ViewCompiler views;
  private Set<IpAddress> host;
  private final CommandQueue commands = new CommandQueue(COMMANDS);
  private final CounterBank counters = new CounterBank();
  private final EventRing events = new EventRing(EVENTS);
  private final EventThrottle throttle;
  private final List<Runnable> closings = new ArrayList<>();
  private final Optional<SessionReplicator> sessions;
  private final Optional<Replicator> replicator;
  private final boolean laidOutForServers;
  private final boolean laidOutForTranslation;
  private final Engine engine;

  /// Set where the modules are made.
  private Inside inside;

  /// Wires a node; nothing is sent before [#run] or [#turn].
  ///
  /// @param ports one for each of [#interfacesOf], in that order
  /// @param random for the seeds of tables, and for keys where there is no cluster's
  /// @param cluster what cookies and the choice of targets are keyed with on all nodes
  /// @param host every address of the node's own host
  /// @param idle what the engine does between turns
  public Node(
      Configuration configuration,
      List<Port> ports,
      Clock clock,
      RandomGenerator random,
      Optional<ClusterKey> cluster,
      Set<IpAddress> host,
      IdleStrategy idle) {
    this(
        configuration,
        ports,
        clock,
        random,
        cluster,
        host,
        idle,
        Exchange.Seat.alone(),
        Optional.empty(),
        Carrier.ALWAYS);
  }

  /// Wires one of several engines that share the interfaces' frames; each has ports, tables and
  /// counters of its own.
  ///
  /// @param random must give each of the engines the same numbers: they share their keys
  /// @param seat what this engine keeps, and its rings to the others
  /// @param peers the way to the other nodes beside the ports; needs a cluster key
  /// @param carrier whether the ports' links are up
  public Node(
      Configuration configuration,
      List<Port> ports,
      Clock clock,
      RandomGenerator random,
      Optional<ClusterKey> cluster,
      Set<IpAddress> host,
      IdleStrategy idle,
      Exchange.Seat seat,
      Optional<PeerLink> peers,
      Carrier carrier) {
    this(
        configuration,
        ports,
        clock,
        random,
        cluster,
        host,
        idle,
        seat,
        peers,
        carrier,
        Optional.empty());
  }

  /// How a node takes part in replication; its link is still to be attached to [#replicator].
  ///
  /// @param boot what this start is known by, drawn at random
  /// @param events told on the thread that steps the replicator
  public record Replication(long boot, Consumer<SyncEvent> events) {}

  /// As above; tells others what it knows and takes over what they tell, for which it must be the
  /// only engine.
  public Node(
      Configuration configuration,
      List<Port> ports,
      Clock clock,
      RandomGenerator random,
      Optional<ClusterKey> cluster,
      Set<IpAddress> host,
      IdleStrategy idle,
      Exchange.Seat seat,
      Optional<PeerLink> peers,
      Carrier carrier,
      Optional<Replication> replication) {
    this.configuration = configuration;
    this.laidOutForServers = !serversOf(configuration).isEmpty();
    this.laidOutForTranslation = configuration.translates();
    this.ports = List.copyOf(ports);
    this.clock = clock;
    this.cluster = cluster;
    this.peers = peers;
    this.carrier = carrier;
    this.host = Set.copyOf(host);
    this.cookies = key("cookies", random);
    this.views =
        new ViewCompiler(
            configuration,
            interfacesOf(configuration).stream().map(Interface::id).toList(),
            this.ports,
            cookies);
    View view = views.compile(host);
    long nowNanos = clock.nanoTime();
    this.sessions =
        replication.map(unused ->
            new SessionReplicator(
                counters, sums(cluster), nowNanos, entries(configuration.settings())));
    this.replicator =
        replication.map(how ->
            new Replicator(
                sessions.orElseThrow(),
                how.boot(),
                fingerprint(cluster, how.boot()),
                ownAddresses(configuration),
                how.events(),
                nowNanos));
    this.throttle =
        new EventThrottle(
            events,
            counters,
            new TableHash(random.nextLong()),
            configuration.settings().get(Setting.TARPITLOGRATE),
            configuration.settings().get(Setting.TARPITLOGTOTAL),
            nowNanos);
    Reception reception = new Reception(this.ports, nowNanos);
    this.engine =
        new Engine(
            clock,
            this.ports,
            new ModuleChain(modules(view, random, nowNanos, seat, reception), counters),
            commands,
            throttle,
            counters,
            idle,
            view,
            sessions.orElse(null),
            reception);
  }

  /// How many entries replicated tables hold in all.
  private static long entries(Settings settings) {
    return settings.get(Setting.ADDRESSES)
        + settings.get(Setting.SESSIONS)
        + settings.get(Setting.PERSISTENCE)
        + settings.get(Setting.NATSESSIONS);
  }

  /// What sums over tables are made with: the same on all nodes.
  private static FlowHash sums(Optional<ClusterKey> cluster) {
    SipHash key = cluster.map(of -> of.derive("sums")).orElseGet(() -> new SipHash(0, 0));
    return FlowHash.drawnFrom(key, SUMS);
  }

  /// Shows whether two nodes have the same keys, and nothing else about them.
  private static long fingerprint(Optional<ClusterKey> cluster, long boot) {
    return cluster.map(of -> of.derive("fingerprint").hash(0, 0)).orElse(boot);
  }

  private static List<Replicator.OwnAddress> ownAddresses(Configuration configuration) {
    return networksOf(configuration).stream()
        .flatMap(network ->
            Stream.of(network.real(), network.real6())
                .flatMap(Optional::stream)
                .map(address -> new Replicator.OwnAddress(network.id(), address)))
        .toList();
  }

  /// Machines that are never treated as attackers or decoys: whom a configuration names, and the
  /// node's own host.
  public static AccessList knownMachines(Configuration configuration, Set<IpAddress> host) {
    return ViewCompiler.never(configuration, host);
  }

  /// The networks that run: registered and enabled, in the order of the file.
  public static List<Network> networksOf(Configuration configuration) {
    return ViewCompiler.running(configuration);
  }

  /// The servers that run: registered, enabled and in a network that runs.
  public static List<Server> serversOf(Configuration configuration) {
    return ViewCompiler.runningServers(configuration);
  }

  /// The interfaces that the running networks are on, each once.
  public static List<Interface> interfacesOf(Configuration configuration) {
    return networksOf(configuration).stream()
        .map(network -> network.interfaces().getFirst())
        .distinct()
        .map(configuration.interfaces()::get)
        .toList();
  }

  private List<Module> modules(
      View view, RandomGenerator random, long nowNanos, Exchange.Seat seat, Reception reception) {
    Election election = new Election(sessions.map(Node::readiness).orElse(Readiness.ALWAYS));
    // Without an election a node is alone, and so it is master.
    boolean elects = !configuration.vrrps().isEmpty() && configuration.modules().contains("vrrp");
    Mastership mastership = elects ? election : (network, isIpv4) -> true;
    int engines = seat.shards().count();
    int addresses = Math.ceilDiv((int) configuration.settings().get(Setting.ADDRESSES), engines);
    int stations =
        Math.ceilDiv((int) configuration.settings().get(Setting.TARPITSTATIONS), engines);
    PortTransmit transmit = new PortTransmit(ports);
    ArpModule arp =
        new ArpModule(
            new AddressTable(addresses, view.size(), new TableHash(random.nextLong())),
            new StationPool(stations),
            new TimerWheel(addresses, nowNanos),
            transmit,
            mastership,
            throttle,
            counters,
            seat,
            reception);
    sessions.ifPresent(arp::replicate);
    HealthModule health =
        new HealthModule(
            transmit,
            arp.neighbors(),
            seat,
            throttle,
            counters,
            reception,
            new SipHash(random.nextLong(), random.nextLong()));
    int[] mtuBytes = ports.stream().mapToInt(Port::mtuBytes).toArray();
    IcmpErrors errors = new IcmpErrors(transmit, counters);
    Egress egress = new Egress(transmit, errors, mtuBytes);
    Translator translator = translator(egress, random, nowNanos);
    sessions.ifPresent(translator::replicate);
    RouteModule router =
        new RouteModule(
            egress, errors, arp.addresses(), arp.neighbors(), mastership, counters, nowNanos);
    Optional<FlowTable> flows = flowTable(random, nowNanos, engines);
    Optional<SlbModule> balancer = flows.map(table -> slb(health, translator, table, random));
    Optional<VrrpModule> vrrp =
        elects
            ? Optional.of(
                new VrrpModule(
                    election,
                    transmit,
                    arp.neighbors(),
                    throttle,
                    counters,
                    sync(random),
                    carrier,
                    balancer.map(SlbModule::service).orElse(ServerService.ALWAYS),
                    nowNanos))
            : Optional.empty();
    inside =
        new Inside(
            () -> engine.view(),
            into -> engine.trace(into),
            into -> {
              engine.capture(into);
              transmit.capture(into);
            },
            mastership,
            arp,
            health,
            balancer,
            vrrp,
            flows,
            translator.sessions(),
            sessions);
    return configuration.modules().stream()
        .map(name ->
            switch (name) {
              case "arp" -> arp;
              case "ping" -> new PingModule(transmit, mastership, counters);
              case "master" -> new MasterModule(mastership);
              case "tarpit" ->
                  new TarpitModule(
                      arp.addresses(),
                      transmit,
                      mastership,
                      throttle,
                      counters,
                      cookies,
                      clock.wallMillis() * MILLI_NANOS - nowNanos,
                      mtuBytes);
              case "slb" -> balancer.map(Module.class::cast).orElseGet(() -> new ChainPlace(name));
              case "hc" -> health;
              case "tnat" -> new TnatModule(translator);
              case "nat" -> new NatModule(translator, router, mastership);
              case "rt" -> router;
              case "vrrp" -> vrrp.map(Module.class::cast).orElseGet(() -> new ChainPlace(name));
              default -> throw new IllegalArgumentException("there is no module '" + name + "'");
            })
        .toList();
  }

  /// What the election agrees by, where there are peers. A boot is told from an earlier one even if
  /// chance gives both the same number.
  private Optional<VrrpModule.Sync> sync(RandomGenerator random) {
    boolean witnessed = configuration.sync().flatMap(Sync::witness).isPresent();
    return peers.flatMap(link ->
        cluster.map(key ->
            new VrrpModule.Sync(
                link, witnessed, key, random.nextLong() ^ clock.wallMillis() << 20)));
  }

  private static Readiness readiness(SessionReplicator sessions) {
    return new Readiness() {
      @Override
      public boolean mayPreempt(long nowNanos) {
        return sessions.mayPreempt(nowNanos);
      }

      @Override
      public void becameActive() {
        sessions.promoted();
      }
    };
  }

  /// Translated sessions; a table of full size where the file asks for translation.
  private Translator translator(Egress egress, RandomGenerator random, long nowNanos) {
    Settings settings = configuration.settings();
    Setting size = Setting.NATSESSIONS;
    NatTable sessions =
        new NatTable(
            (int) (configuration.translates() ? settings.get(size) : size.minimum()),
            new TableHash(random.nextLong()),
            nowNanos);
    closings.add(sessions::close);
    return new Translator(
        sessions,
        new FragmentTable((int) settings.get(Setting.FRAGMENTS), new TableHash(random.nextLong())),
        egress,
        new TableHash(random.nextLong()),
        counters);
  }

  /// The session table, where there is a server to balance for.
  private Optional<FlowTable> flowTable(RandomGenerator random, long nowNanos, int engines) {
    if (serversOf(configuration).isEmpty()) {
      return Optional.empty();
    }
    SipHash secret = new SipHash(random.nextLong(), random.nextLong());
    FlowTable flows =
        new FlowTable(
            Math.ceilDiv((int) configuration.settings().get(Setting.SESSIONS), engines),
            FlowHash.drawnFrom(secret, SESSION_TABLE),
            nowNanos);
    closings.add(flows::close);
    return Optional.of(flows);
  }

  private SlbModule slb(
      TargetHealth health, Translator translator, FlowTable flows, RandomGenerator random) {
    SlbModule slb =
        new SlbModule(
            translator,
            health,
            throttle,
            counters,
            flows,
            configuration.settings(),
            key("targets", random),
            new TableHash(random.nextLong()));
    sessions.ifPresent(slb::replicate);
    return slb;
  }

  /// A key that all nodes of the cluster have, or one of this start alone.
  private SipHash key(String purpose, RandomGenerator random) {
    return cluster
        .map(key -> key.derive(purpose))
        .orElseGet(() -> new SipHash(random.nextLong(), random.nextLong()));
  }

  /// Turns the engine until [#stop] or until a port's source has ended, which throws
  /// [PortClosedException]. Then every sum that the log still owes is handed over.
  ///
  /// @param started called once, after the first turn
  /// @param realTime how the calling thread is scheduled
  public void run(Runnable started, RealTime.Kernel realTime) {
    try {
      RealTime scheduling = new RealTime(realTime, counters);
      scheduling.begin(clock.nanoTime());
      engine.turn();
      started.run();
      engine.run(scheduling);
    } finally {
      throttle.finish(clock.nanoTime());
      closings.forEach(Runnable::run);
    }
  }

  /// One turn of the engine, on the calling thread; returns how much it worked on.
  public int turn() {
    return engine.turn();
  }

  /// Whether it was asked to stop and has done its last turn.
  public boolean isStopped() {
    return engine.stopped();
  }

  /// How long after the last turn the engine needs another one; for who drives the node by [#turn].
  public long untilDueNanos() {
    return engine.untilDueNanos();
  }

  /// Turns the engine on the calling thread until the port's source has ended, and hands the events
  /// over between turns, so that nothing depends on how fast anybody is.
  public void replay(Consumer<SecurityEvent> consumer) {
    try {
      while (!engine.stopped()) {
        engine.turn();
        events.drainTo(consumer);
      }
    } catch (PortClosedException e) {
      throttle.finish(clock.nanoTime());
      events.drainTo(consumer);
    } finally {
      closings.forEach(Runnable::run);
    }
  }

  /// Gives memory back that is outside the heap; only for who drives the node by [#turn].
  public void close() {
    closings.forEach(Runnable::run);
  }

  /// The checks of a configuration's targets that run beside the engines, once for all of them.
  public static List<ServiceChecks.Watched> serviceChecks(Configuration configuration) {
    HealthCompiler health = new HealthCompiler(configuration);
    List<ServiceChecks.Watched> watched = new ArrayList<>();
    for (Target target : configuration.runningTargets().values()) {
      HealthPlan plan = health.plan(target);
      plan.checks().stream()
          .filter(HealthCheck::isOffEngine)
          .map(check ->
              new ServiceChecks.Watched(
                  target.id(),
                  target.address(),
                  target.port(),
                  check,
                  plan.rise(),
                  plan.fall(),
                  plan.fastNanos()))
          .distinct()
          .forEach(watched::add);
    }
    return watched;
  }

  /// Hands the engine the result of a check beside it; false when it takes no commands.
  public boolean checked(Command.CheckResult result) {
    return commands.offer(result);
  }

  /// Has the engine run `answer` in its next turn, which shows that it turns; false when it hangs
  /// and takes no commands.
  public boolean whenTurning(Runnable answer) {
    return commands.offer(new Command.Answer(answer));
  }

  /// What an operator may look at; only from what [#whenTurning] runs.
  public Inside inside() {
    return inside;
  }

  /// Puts a target, named by its number, into a state until the file gives it another one; on the
  /// cluster's other nodes, too. False when the engine takes no commands.
  public boolean administer(int target, TargetState state) {
    return commands.offer(new Command.Administer(target, state));
  }

  /// Asks the engine to finish its turn and end; false when it hangs and takes no commands.
  public boolean stop() {
    return commands.offer(new Command.Stop());
  }

  /// Tells the engine that the host's addresses are others now; false when it takes no commands.
  public synchronized boolean hostAddresses(Set<IpAddress> now) {
    host = Set.copyOf(now);
    return commands.offer(new Command.Reconfigure(views.compile(host)));
  }

  /// What keeps this node from running `next`, beyond what [io.pitchlake.common.config.ConfigDiff]
  /// knows: one sentence each, empty when nothing does.
  public synchronized List<String> obstacles(Configuration next) {
    List<String> obstacles = new ArrayList<>();
    if (!laidOutForServers && !serversOf(next).isEmpty()) {
      obstacles.add(
          "the first server needs a table of sessions, which is laid out at the start; restart for"
              + " it");
    }
    if (!laidOutForTranslation && next.translates()) {
      obstacles.add(
          "the first translated server or network needs a table of sessions, which is laid out at"
              + " the start; restart for it");
    }
    if (views.then(next).slots().size() > NetworkSlots.MOST) {
      obstacles.add(
          "this node has run "
              + NetworkSlots.MOST
              + " different networks, and keeps places for no more; restart for it");
    }
    return obstacles;
  }

  /// Runs `next` from the engine's next turn on: what it knows of addresses, flows and targets that
  /// stay is kept. Only after [#obstacles] was empty. False when the engine takes no commands; then
  /// nothing has changed.
  public synchronized boolean reconfigure(Configuration next) {
    ViewCompiler compiler = views.then(next);
    if (!commands.offer(new Command.Reconfigure(compiler.compile(host)))) {
      return false;
    }
    views = compiler;
    configuration = next;
    replicator.ifPresent(of -> of.addresses(ownAddresses(next)));
    return true;
  }

  /// Carries what this node knows to others; whoever steps it closes it, after the last turn.
  public Optional<Replicator> replicator() {
    return replicator;
  }

  /// What the engine knows of replication; for tests, between turns.
  public Optional<SessionReplicator> sessions() {
    return sessions;
  }

  public Configuration configuration() {
    return configuration;
  }

  public List<Port> ports() {
    return ports;
  }

  /// What the engine has counted; readable while it runs.
  public CounterBank counters() {
    return counters;
  }

  /// What the node has counted on all its threads; readable while it runs.
  public Stream<CounterBank> banks() {
    return Stream.concat(Stream.of(counters), replicator.map(Replicator::counters).stream());
  }

  /// What has happened; one reader.
  public EventRing events() {
    return events;
  }
}
