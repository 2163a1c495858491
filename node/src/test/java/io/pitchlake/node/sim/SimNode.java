package io.pitchlake.node.sim;

import io.pitchlake.common.config.Configuration.Duty;
import io.pitchlake.common.config.Configuration.Outbound;
import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.config.Configuration.PortMode;
import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.config.Configuration.SourceNat;
import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.config.Configuration.TarpitMode;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.common.session.FlowTable;
import io.pitchlake.common.session.FragmentTable;
import io.pitchlake.common.session.NatTable;
import io.pitchlake.common.session.StationPool;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.time.Clock;
import io.pitchlake.common.time.TimerWheel;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.node.arp.ArpModule;
import io.pitchlake.node.engine.Capture;
import io.pitchlake.node.engine.ChainPlace;
import io.pitchlake.node.engine.Command;
import io.pitchlake.node.engine.CommandQueue;
import io.pitchlake.node.engine.DecoyMacs;
import io.pitchlake.node.engine.Egress;
import io.pitchlake.node.engine.Engine;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.EventSink;
import io.pitchlake.node.engine.Exchange;
import io.pitchlake.node.engine.FlowChoice;
import io.pitchlake.node.engine.HealthPlan;
import io.pitchlake.node.engine.IcmpErrors;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.ModuleChain;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PortModes;
import io.pitchlake.node.engine.PortTransmit;
import io.pitchlake.node.engine.Reception;
import io.pitchlake.node.engine.RouteTable;
import io.pitchlake.node.engine.RouteTable.Route;
import io.pitchlake.node.engine.ServerIndex;
import io.pitchlake.node.engine.ServerPlan;
import io.pitchlake.node.engine.ServerView;
import io.pitchlake.node.engine.TargetNotice;
import io.pitchlake.node.engine.TargetView;
import io.pitchlake.node.engine.Translator;
import io.pitchlake.node.engine.View;
import io.pitchlake.node.health.HealthModule;
import io.pitchlake.node.master.MasterModule;
import io.pitchlake.node.nat.NatModule;
import io.pitchlake.node.ping.PingModule;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.rt.RouteModule;
import io.pitchlake.node.slb.SlbModule;
import io.pitchlake.node.tarpit.TarpitModule;
import io.pitchlake.node.tnat.TnatModule;
import io.pitchlake.sync.Replicator;
import io.pitchlake.sync.SessionReplicator;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Engine, chain and tables of one node on a simulated LAN: 192.168.2.0/24 with real .4 and virt
/// .5, and 2001:db8:1::/64 with real ::4 and virt ::5, with servers and targets as asked for. It
/// turns when a frame arrives and every five milliseconds.
public final class SimNode {
  public static final long MAC = 0x0200_0000_0004L;

  /// The cluster's key for what decoys are.
  public static final SipHash LOOKS = new SipHash(1, 2);

  public static final long VIRTUAL_MAC = 0x0000_5e00_0132L;
  public static final long VIRTUAL_MAC6 = 0x0000_5e00_0232L;
  public static final IpAddress REAL = IpAddress.parse("192.168.2.4");
  public static final IpAddress VIRT = IpAddress.parse("192.168.2.5");
  public static final IpAddress REAL6 = IpAddress.parse("2001:db8:1::4");
  public static final IpAddress VIRT6 = IpAddress.parse("2001:db8:1::5");

  /// How a node differs from the usual one.
  public static final class Options {
    private final Map<Setting, Long> settings = new EnumMap<>(Setting.class);
    private final List<AccessList.Entry> never = new ArrayList<>();
    private Optional<AccessList> acl = Optional.empty();
    private TarpitMode mode = TarpitMode.HANG;
    private final List<PortMode> portModes = new ArrayList<>();
    private final Map<Persona, Integer> personas = new EnumMap<>(Persona.class);
    private int vlan = -1;
    private boolean decoyMacs;
    private boolean master = true;
    private EventSink events;
    private final List<TargetView> targets = new ArrayList<>();
    private final List<ServerView> servers = new ArrayList<>();
    private int sessions = 1024;
    private Optional<Long> boot = Optional.empty();

    private Outbound outbound = Outbound.NONE;
    private String gateway;

    /// What stations may send elsewhere, and by which gateway.
    public Options outbound(Outbound what, String gatewayAddress) {
      outbound = what;
      gateway = gatewayAddress;
      return this;
    }

    /// The server that was added last replaces addresses.
    public Options translated() {
      ServerView last = servers.removeLast();
      servers.add(
          new ServerView(
              last.index(),
              last.id(),
              last.address(),
              last.port(),
              last.protocol(),
              SourceNat.AUTO,
              last.targets(),
              last.plan()));
      return this;
    }

    /// Room in the session table.
    public Options sessions(int capacity) {
      sessions = capacity;
      return this;
    }

    /// Adds a target, number 1, 2, ...; asked every 2 s, taken out after 7 s of silence.
    public Options target(String address, int weight) {
      return target(address, weight, Duty.DEFAULT);
    }

    /// As [#target(String, int)], with a state, slow start and limits.
    public Options target(String address, int weight, Duty duty) {
      return target(
          address,
          weight,
          duty,
          new HealthPlan(2_000_000_000L, 7_000_000_000L, List.of(), List.of(), 2, 2, 0));
    }

    /// As [#target(String, int)], with its health found out as told.
    public Options target(String address, int weight, HealthPlan health) {
      return target(address, weight, Duty.DEFAULT, health);
    }

    private Options target(String address, int weight, Duty duty, HealthPlan health) {
      targets.add(
          new TargetView(
              targets.size(),
              targets.size() + 1,
              null,
              IpAddress.parse(address),
              0,
              weight,
              duty,
              health));
      return this;
    }

    /// Adds a server, number 1, 2, ..., for the targets of these numbers.
    public Options server(String address, Protocol protocol, int port, Integer... targetIds) {
      List<Integer> targets = Stream.of(targetIds).map(id -> id - 1).toList();
      return server(address, protocol, port, ServerPlan.of(targets));
    }

    /// Adds a server with a plan, which names targets by their numbers less one.
    public Options server(String address, Protocol protocol, int port, ServerPlan plan) {
      List<Integer> special =
          Stream.of(plan.emergency(), plan.abuse()).filter(target -> target >= 0).toList();
      servers.add(
          new ServerView(
              servers.size(),
              servers.size() + 1,
              IpAddress.parse(address),
              port,
              protocol,
              null,
              Stream.concat(plan.tiers().stream(), Stream.of(special))
                  .flatMap(List::stream)
                  .distinct()
                  .toList(),
              plan));
      return this;
    }

    public Options set(Setting setting, long value) {
      settings.put(setting, value);
      return this;
    }

    /// Exempts an address.
    public Options never(String prefix) {
      String[] parts = prefix.split("/");
      IpAddress address = IpAddress.parse(parts[0]);
      int length = parts.length > 1 ? Integer.parseInt(parts[1]) : address.isIpv4() ? 32 : 128;
      never.add(new AccessList.Entry(true, IpPrefix.around(address, length)));
      return this;
    }

    public Options acl(AccessList list) {
      acl = Optional.of(list);
      return this;
    }

    public Options mode(TarpitMode tarpitMode) {
      mode = tarpitMode;
      return this;
    }

    /// Another mode for the ports from the first to the last.
    public Options mode(TarpitMode tarpitMode, int first, int last) {
      portModes.add(new PortMode(tarpitMode, List.of(new PortMode.Range(first, last))));
      return this;
    }

    /// Makes a share of the simulated addresses machines of this kind.
    public Options persona(Persona persona, int weight) {
      personas.put(persona, weight);
      return this;
    }

    /// Decoys with MACs of their own, drawn with [#LOOKS].
    public Options decoyMacs() {
      decoyMacs = true;
      return this;
    }

    public Options vlan(int id) {
      vlan = id;
      return this;
    }

    /// Sends events elsewhere than to [SimNode#events()].
    public Options events(EventSink sink) {
      events = sink;
      return this;
    }

    /// Tells other nodes what it knows, over the link that [SimNode#replicator] is given.
    public Options replicating(long boot) {
      this.boot = Optional.of(boot);
      return this;
    }

    public Options backup() {
      master = false;
      return this;
    }

    /// Makes the node the active one, or a backup, while it runs.
    public Options master(boolean is) {
      master = is;
      return this;
    }
  }

  /// One event as the engine reported it.
  public record Event(EventKind kind, IpAddress target, int targetPort, IpAddress peer) {}

  private final Port port;
  private final CounterBank counters = new CounterBank();
  private final CommandQueue commands = new CommandQueue(16);
  private final List<Event> events = new ArrayList<>();
  private final List<TargetNotice> notices = new ArrayList<>();
  private final AddressTable table;
  private final StationPool stations;
  private final FlowTable flows;
  private final SlbModule slb;
  private final PortTransmit transmit;
  private final Mastership mastership;
  private final List<ServerView> servers;
  private final Clock clock;
  private final Optional<Replicator> replicator;
  private final Engine engine;
  private boolean asleep;

  /// A node on a LAN, driven by the clock.
  public SimNode(SimClock clock, SimLan lan, Options options) {
    this(clock, new SimPort("node", MAC), options);
    port().attach(lan, this::turnIfAwake);
    clock.every(5_000_000, this::turnIfAwake);
  }

  /// A node on any port, driven by [#turn()].
  public SimNode(Clock clock, Port port, Options options) {
    this.port = port;
    this.clock = clock;
    servers = List.copyOf(options.servers);
    mastership = (unused, family) -> options.master;
    Settings settings = new Settings(Map.copyOf(options.settings));
    options.never("192.168.2.4").never("192.168.2.5");
    options.never("2001:db8:1::4").never("2001:db8:1::5");
    options.targets.forEach(target -> options.never(target.address().toString()));
    options.servers.forEach(server -> options.never(server.address().toString()));
    NetworkView network =
        new NetworkView(
            0,
            1,
            0,
            options.vlan,
            new NetworkView.Family(IpPrefix.around(REAL, 24), REAL, VIRT, true, true, VIRTUAL_MAC),
            new NetworkView.Family(
                IpPrefix.around(REAL6, 64), REAL6, VIRT6, true, true, VIRTUAL_MAC6),
            true,
            new PortModes(options.mode, options.portModes),
            Map.copyOf(options.personas),
            options.decoyMacs
                ? Optional.of(new DecoyMacs(LOOKS, options.personas))
                : Optional.empty(),
            MAC,
            new AccessList(options.never),
            options.acl.orElse(null),
            new ServerIndex(options.servers),
            options.outbound);
    List<TargetView> targets =
        options.targets.stream().map(target -> inNetwork(target, network)).toList();
    View view =
        new View(
            List.of(network),
            1,
            options.servers,
            targets,
            routes(options, network),
            List.of(),
            settings,
            Set.of());
    int capacity = (int) settings.get(Setting.ADDRESSES);
    table = new AddressTable(capacity, 1, new TableHash(0x1234_5678));
    stations = new StationPool((int) settings.get(Setting.TARPITSTATIONS));
    EventSink sink = options.events == null ? new Recorder() : options.events;
    transmit = new PortTransmit(List.of(port));
    Reception reception = new Reception(List.of(port), clock.nanoTime());
    ArpModule arp =
        new ArpModule(
            table,
            stations,
            new TimerWheel(capacity, clock.nanoTime()),
            transmit,
            (unused, family) -> options.master,
            sink,
            counters,
            reception);
    TarpitModule tarpit =
        new TarpitModule(
            arp.addresses(),
            transmit,
            mastership,
            sink,
            counters,
            LOOKS,
            clock.wallMillis() * 1_000_000 - clock.nanoTime(),
            new int[] {1500});
    HealthModule health =
        new HealthModule(
            transmit,
            arp.neighbors(),
            Exchange.Seat.alone(),
            sink,
            counters,
            reception,
            new SipHash(8, 9));
    flows =
        new FlowTable(options.sessions, FlowHash.drawnFrom(new SipHash(3, 4), 0), clock.nanoTime());
    IcmpErrors errors = new IcmpErrors(transmit, counters);
    Egress egress = new Egress(transmit, errors, new int[] {1500});
    Translator translator =
        new Translator(
            new NatTable(1024, new TableHash(8), clock.nanoTime()),
            new FragmentTable((int) settings.get(Setting.FRAGMENTS), new TableHash(9)),
            egress,
            new TableHash(10),
            counters);
    RouteModule router =
        new RouteModule(
            egress,
            errors,
            arp.addresses(),
            arp.neighbors(),
            (unused, family) -> options.master,
            counters,
            clock.nanoTime());
    slb =
        new SlbModule(
            translator,
            health,
            sink,
            counters,
            flows,
            settings,
            new SipHash(5, 6),
            new TableHash(7));
    Optional<SessionReplicator> replication =
        options.boot.map(
            boot -> new SessionReplicator(counters, new FlowHash(1, 2, 3, 5), clock.nanoTime()));
    replication.ifPresent(arp::replicate);
    replication.ifPresent(slb::replicate);
    replication.ifPresent(translator::replicate);
    replicator =
        replication.map(of ->
            new Replicator(
                of, options.boot.orElseThrow(), 0, List.of(), event -> {}, clock.nanoTime()));
    ModuleChain chain =
        new ModuleChain(
            List.of(
                new ChainPlace("vrrp"),
                arp,
                new PingModule(transmit, (unused, family) -> options.master, counters),
                health,
                new MasterModule((unused, family) -> options.master),
                tarpit,
                slb,
                new TnatModule(translator),
                new NatModule(translator, router, (unused, family) -> options.master),
                router),
            counters);
    engine =
        new Engine(
            clock,
            List.of(port),
            chain,
            commands,
            sink,
            counters,
            IdleStrategy.busy(),
            view,
            replication.orElse(null),
            reception);
  }

  private static RouteTable routes(Options options, NetworkView network) {
    if (options.gateway == null) {
      return RouteTable.EMPTY;
    }
    IpAddress gateway = IpAddress.parse(options.gateway);
    return new RouteTable(List.of(new Route(IpPrefix.around(gateway, 0), network, gateway)));
  }

  private static TargetView inNetwork(TargetView target, NetworkView network) {
    return new TargetView(
        target.index(),
        target.id(),
        network,
        target.address(),
        target.port(),
        target.weight(),
        target.duty(),
        target.health());
  }

  /// Copies what decoys are sent and answer from now on.
  public Capture capture(IpAddress only, int capacityBytes) {
    Capture capture = new Capture(table, mastership, only, capacityBytes);
    capture(capture);
    return capture;
  }

  /// The same into one that is there; null: no more.
  public void capture(Capture into) {
    engine.capture(into);
    transmit.capture(into);
  }

  /// Where a client's next TCP segment to the first server would go.
  public FlowChoice choice(IpAddress client, int clientPort) {
    ServerView server = servers.getFirst();
    return slb.choice(
        server,
        client.high(),
        client.low(),
        TcpHeader.PROTOCOL,
        clientPort,
        server.port(),
        clock.nanoTime());
  }

  private final class Recorder implements EventSink {
    @Override
    public void event(
        EventKind kind,
        long targetHigh,
        long targetLow,
        int targetPort,
        long peerHigh,
        long peerLow,
        int peerPort,
        long peerMac,
        long nowNanos) {
      events.add(
          new Event(
              kind,
              new IpAddress(targetHigh, targetLow),
              targetPort,
              new IpAddress(peerHigh, peerLow)));
    }

    @Override
    public void target(TargetNotice notice, long nowNanos) {
      events.add(new Event(notice.kind(), notice.target(), 0, notice.target()));
      notices.add(notice);
    }

    @Override
    public void onTick(long nowNanos) {}
  }

  /// The port on a LAN.
  public SimPort port() {
    return (SimPort) port;
  }

  public CounterBank counters() {
    return counters;
  }

  public List<Event> events() {
    return events;
  }

  /// What was told of targets.
  public List<TargetNotice> notices() {
    return notices;
  }

  /// Hands the engine a command, which it does in its next turn.
  public void command(Command command) {
    commands.offer(command);
  }

  public AddressTable table() {
    return table;
  }

  public StationPool stations() {
    return stations;
  }

  public FlowTable flows() {
    return flows;
  }

  /// What carries its knowledge to others.
  public Replicator replicator() {
    return replicator.orElseThrow();
  }

  /// Puts the target of a number into a state, as an administrator does.
  public void administer(int target, TargetState state) {
    commands.offer(new Command.Administer(target, state));
  }

  private void turnIfAwake() {
    if (!asleep) {
      engine.turn();
    }
  }

  /// Stops turning, as SIGSTOP does; frames wait. Or goes on.
  public void asleep(boolean stopped) {
    asleep = stopped;
  }

  /// One turn of the engine.
  public int turn() {
    return engine.turn();
  }

  /// What the node holds of an address; empty when it knows nothing.
  public Optional<AddressState> state(IpAddress address) {
    int entry = table.find(0, address.high(), address.low());
    return entry == AddressTable.NONE ? Optional.empty() : Optional.of(table.state(entry));
  }
}
