package io.pitchlake.common.config;

import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A whole configuration, checked: what [ConfigParser] makes of one file. Immutable.
///
/// Maps are keyed by the number in the section's head (`network 1`), in the order of the file.
///
/// @param modules the chain, in order, lower case
/// @param registered what `register` lists name
/// @param enabled what `enable` lists name
/// @param exempt addresses and blocks of `arp`: never simulated
/// @param accessLists by number
/// @param tarpitAcl the list that says which addresses of tarpit networks are candidates; empty:
///   all are
/// @param syslog where the tarpit's lines go beside the log; local when the file says nothing
public record Configuration(
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
    Events events) {

  /// Whether addresses of some packets are replaced, and so there are sessions to be remembered.
  public boolean translates() {
    return servers.values().stream()
            .anyMatch(server -> !server.dsr() && enabled.servers().contains(server.id()))
        || networks.values().stream()
            .anyMatch(network ->
                network.outbound() == Outbound.MASQUERADE
                    && enabled.networks().contains(network.id()));
  }

  /// The targets that are registered and enabled.
  public Map<Integer, Target> runningTargets() {
    Map<Integer, Target> running = new LinkedHashMap<>(targets);
    running.keySet().retainAll(registered.targets());
    running.keySet().retainAll(enabled.targets());
    return running;
  }

  /// The same with more targets, which belong to no server: those of an earlier configuration that
  /// still have flows.
  public Configuration keeping(Collection<Target> leaving) {
    if (leaving.isEmpty()) {
      return this;
    }
    Map<Integer, Target> all = new LinkedHashMap<>(targets);
    leaving.forEach(target -> all.put(target.id(), target));
    Set<Integer> ids = leaving.stream().map(Target::id).collect(Collectors.toSet());
    return new Configuration(
        hostname,
        modules,
        interfaces,
        vrrps,
        networks,
        servers,
        Collections.unmodifiableMap(all),
        gateways,
        registered.withTargets(ids),
        enabled.withTargets(ids),
        exempt,
        accessLists,
        tarpitAcl,
        settings,
        syslog,
        engine,
        sync,
        admin,
        events);
  }

  /// The same for a node that takes part in no election, and so is master.
  public Configuration alone() {
    return new Configuration(
        hostname,
        modules.stream().filter(module -> !module.equals("vrrp")).toList(),
        interfaces,
        vrrps,
        networks,
        servers,
        targets,
        gateways,
        registered,
        enabled,
        exempt,
        accessLists,
        tarpitAcl,
        settings,
        syslog,
        engine,
        sync,
        admin,
        events);
  }

  /// The modules of the default chain.
  public static final List<String> DEFAULT_MODULES =
      List.of("vrrp", "arp", "ping", "hc", "master", "tarpit", "slb", "tnat", "nat", "rt");

  /// How an interface's frames are read: `interface N { access ... }`.
  public enum Access {
    AUTO,
    XDP,
    RING,
    PCAP
  }

  /// What a simulated address does with a connection: `tarpit mode ...`.
  public enum TarpitMode {
    /// Lets it be established and says nothing more.
    HANG,
    /// Takes the first data, closes the window, and answers each probe of it for ever.
    PERSIST,
    /// Takes all data, a little at a time.
    THROTTLE,
    /// As throttle, and says lines that an SSH server may say before its version, for ever.
    SSH,
    /// As throttle, and answers the first data with an HTTP header that never ends.
    HTTP,
    /// Refuses it.
    RESET;

    /// Whether it says something of its own from time to time.
    public boolean drips() {
      return this == SSH || this == HTTP;
    }
  }

  /// A mode of some ports instead of all: `tarpit mode persist ports 22,80-90`.
  public record PortMode(TarpitMode mode, List<Range> ports) {
    public PortMode {
      ports = List.copyOf(ports);
    }

    /// The ports from the first to the last.
    public record Range(int first, int last) {
      @Override
      public String toString() {
        return first == last ? Integer.toString(first) : first + "-" + last;
      }
    }
  }

  /// What a simulated address claims to be: `personas ...`.
  public enum Persona {
    /// A server that runs Linux.
    LINUX,
    /// A workstation or server that runs Windows.
    WINDOWS,
    /// A router or a managed switch.
    DEVICE,
    /// A printer or a print server.
    PRINTER,
    /// A server that runs FreeBSD.
    BSD
  }

  /// Under which hardware address a simulated address answers: `decoymac ...`.
  public enum DecoyMac {
    /// All under the virtual router's.
    VIRTUAL,
    /// Each under one of its own, of a maker of such machines.
    VENDOR
  }

  /// `interface N { name eth0 access auto }`
  ///
  /// @param awaited where it is not there, or no longer, the node waits until it comes
  public record Interface(int id, Link link, Access access, boolean awaited) {}

  /// Which of the host's interfaces is meant.
  public sealed interface Link {
    /// `name eth0`
    record Named(String name) implements Link {
      @Override
      public String toString() {
        return name;
      }
    }

    /// `subnet 192.168.2.0/24`: the one on which the host's kernel has an address in it.
    record Within(IpPrefix subnet) implements Link {
      @Override
      public String toString() {
        return "subnet " + subnet;
      }
    }
  }

  /// What the checksum of an advert of version 3 over IPv4 covers: `checksum ...`.
  public enum VrrpChecksum {
    /// The message and a pseudo-header, as in practice since RFC 5798.
    PSEUDO,
    /// The message alone, as RFC 9568 says.
    MESSAGE
  }

  /// `vrrp N { vrid 50 priority 200 network 1 advert 100ms }`
  ///
  /// @param preemptDelay how long an active router of lower priority is listened to first
  /// @param version of adverts over IPv4; those over IPv6 are version 3 always
  /// @param peers to whom adverts go one by one; empty: to all by multicast
  /// @param tracks what lowers the priority, or takes the router out
  public record Vrrp(
      int id,
      int vrid,
      int priority,
      List<Integer> networks,
      Duration advert,
      boolean preempt,
      Duration preemptDelay,
      int version,
      VrrpChecksum checksum,
      List<IpAddress> peers,
      List<Track> tracks) {}

  /// Something whose failure makes a router less fit for its place: `track ...`.
  public sealed interface Track {
    /// By this much a priority is lowered that takes no part at all: `fault`.
    int FAULT = 255;

    /// `track link off`: whether the port's link counts.
    record Link(boolean counts) implements Track {}

    /// `track server 1 50`: a server that has lost its quorum.
    ///
    /// @param by how much it lowers the priority, or [#FAULT]
    record Quorum(int server, int by) implements Track {}

    /// `track lag 50ms 100`: turns of the engine that come later than that.
    record Lag(Duration bound, int by) implements Track {}
  }

  /// `network N { ... }`. Where `addr` or `addr6` is not given the block follows from `real` and
  /// the mask.
  ///
  /// @param tarpitMode of all ports that `portModes` does not name; no port is named twice
  /// @param personas how many of all simulated addresses are machines of this kind, relative to the
  ///   others; empty: none is any in particular, and every port is open
  /// @param vlan the 802.1Q VLAN this network lives in; empty: untagged and priority-tagged frames
  public record Network(
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
      TarpitMode tarpitMode,
      List<PortMode> portModes,
      Map<Persona, Integer> personas,
      DecoyMac decoyMac,
      List<Integer> interfaces,
      Optional<Integer> vlan,
      Outbound outbound) {}

  /// What becomes of packets that stations of a network send to the virtual MAC for addresses
  /// elsewhere.
  public enum Outbound {
    /// Nothing.
    NONE,
    /// `route enable`: they are passed on as they are.
    ROUTE,
    /// `nat enable`: they are passed on under `virt` of the network they leave by.
    MASQUERADE
  }

  /// `server N { ipaddr 192.168.2.10 port 80 protocol tcp dsr enable targets 1,2 }`; port 0 is
  /// every port.
  public record Server(
      int id,
      Optional<String> name,
      IpAddress address,
      int port,
      Protocol protocol,
      boolean dsr,
      SourceNat sourceNat,
      List<Integer> targets,
      Balancing balancing) {
    /// Whoever may get its frames, in whatever role; each once.
    public Stream<Integer> everyTarget() {
      return Stream.of(
              targets,
              balancing.backups(),
              balancing.emergency().stream().toList(),
              balancing.abuse().stream().toList())
          .flatMap(List::stream)
          .distinct();
    }
  }

  /// How a server's flows are shared out: `server N { scheduler rr persistence 24 300 ... }`.
  ///
  /// @param backups targets that get flows only where none of the server's `targets` can take any
  /// @param emergency gets flows where neither can, or where the quorum is not reached
  /// @param abuse gets the flows of clients that `clientAcl` does not permit
  /// @param clientAcl number of the list that says which clients are served; empty: all are
  public record Balancing(
      Scheduler scheduler,
      Optional<Persistence> persistence,
      List<Integer> backups,
      Optional<Integer> emergency,
      Optional<Integer> abuse,
      Optional<Integer> clientAcl,
      Quorum quorum) {
    /// What a server does that says nothing about it.
    public static final Balancing DEFAULT =
        new Balancing(
            Scheduler.MAGLEV,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Quorum.ONE);
  }

  /// Which target of a server gets a new flow: `scheduler ...`.
  public enum Scheduler {
    /// By a hash of addresses and ports, the same on every node, by weight.
    MAGLEV,
    /// One after the other.
    RR,
    /// One after the other, by weight.
    WRR,
    /// By chance, by weight.
    RANDOM,
    /// By a hash of the client's address, the same on every node, by weight.
    HASH,
    /// The first one that can take flows.
    FIRST,
    /// The one with the fewest sessions for its weight.
    LEASTSESSION,
    /// The one that was sent the fewest bytes lately for its weight.
    LEASTBANDWIDTH
  }

  /// `persistence 24,64 300`: clients of one prefix keep one target, until they have started and
  /// ended no flow for a time.
  ///
  /// @param length bits of an IPv4 address that tell clients apart
  /// @param length6 the same of IPv6
  public record Persistence(int length, int length6, Duration timeout) {}

  /// `quorum 3,2`: the server's targets get flows from `up` of them on, until fewer than `down` are
  /// left.
  public record Quorum(int up, int down) {
    /// One target is enough.
    public static final Quorum ONE = new Quorum(1, 1);
  }

  /// When a server without `dsr enable` talks to its targets from `virt` of their network instead
  /// of the client's address: `snat ...`.
  public enum SourceNat {
    /// For clients in the target's own network, whom it would answer past the node.
    AUTO,
    /// For every client.
    ENABLE,
    /// Never.
    DISABLE
  }

  /// Transport protocol of a server.
  public enum Protocol {
    TCP,
    UDP,
    ANY
  }

  /// `target N { ipaddr 192.168.2.2 port 80 weight 2 tcpopen 80,3,10 }`
  ///
  /// @param weight its share of new flows relative to the others'; 0 drains it
  public record Target(
      int id,
      Optional<String> name,
      IpAddress address,
      int port,
      int weight,
      Duty duty,
      HealthCheck.Policy health) {}

  /// What a target is there for: `target N { backup slowstart 30 maxsessions 100 ... }`.
  ///
  /// @param backup whether it is a backup wherever `targets` names it
  /// @param slowStart how long its share grows after it has become ready; 0: it has all at once
  /// @param maxSessions sessions from which on it gets no new clients; 0: no limit
  /// @param hardMax sessions from which on it gets no clients that it had before either; at least
  ///   `maxSessions`
  /// @param priority targets of a higher number get flows only where none of a lower one can
  public record Duty(
      TargetState state,
      boolean backup,
      Duration slowStart,
      int maxSessions,
      int hardMax,
      int priority) {
    /// What a target does that says nothing about it.
    public static final Duty DEFAULT = new Duty(TargetState.READY, false, Duration.ZERO, 0, 0, 0);
  }

  /// What an administrator wants of a target.
  public enum TargetState {
    /// It gets flows while it is healthy.
    READY,
    /// It keeps the flows it has and gets no new ones: `drain`.
    DRAIN,
    /// It gets nothing, and its flows go elsewhere: `maintenance`.
    MAINTENANCE
  }

  /// `gateway N { ipaddr 192.168.2.1 route 10.0.0.0/8 }`
  ///
  /// @param routes what is reached through it; empty: everything nobody else reaches
  public record Gateway(int id, IpAddress address, List<IpPrefix> routes) {
    public Gateway {
      routes = List.copyOf(routes);
    }
  }

  /// Numbers of a `register` or `enable` group.
  public record Registry(
      Set<Integer> networks, Set<Integer> servers, Set<Integer> targets, Set<Integer> gateways) {
    private Registry withTargets(Set<Integer> more) {
      Set<Integer> all = new LinkedHashSet<>(targets);
      all.addAll(more);
      return new Registry(networks, servers, Collections.unmodifiableSet(all), gateways);
    }
  }

  /// `syslog off | local | ADDRESS[:PORT]`
  public sealed interface Syslog {
    /// The port of RFC 5426.
    int DEFAULT_PORT = 514;

    /// Nowhere.
    record Off() implements Syslog {}

    /// To the daemon of this host, if there is one.
    record Local() implements Syslog {}

    /// To a collector, over UDP.
    record Remote(IpAddress address, int port) implements Syslog {}
  }

  /// `engine { idle adaptive scheduling fifo }`
  public record Engine(Idle idle, Scheduling scheduling) {}

  /// How an engine's thread is scheduled: `engine { scheduling ... }`.
  public enum Scheduling {
    /// Before all others, as long as it gives its core up now and then, where the kernel permits
    /// it.
    FIFO,
    /// Beside the others.
    NORMAL
  }

  /// What an engine does when there is nothing to do: `engine { idle ... }`.
  public enum Idle {
    /// Looks again at once, and so keeps its core for itself: answers in microseconds.
    BUSY,
    /// Looks again for some microseconds, then waits in the kernel.
    ADAPTIVE,
    /// Waits in the kernel at once: costs least.
    POLL
  }

  /// `sync { bind ADDRESS peers A,B cluster NAME key FILE transport tcp port 7800 witness ADDRESS
  /// }`
  ///
  /// @param bind this node's address on the sync link, which its kernel owns; empty: the one from
  ///   which the first peer is reached
  /// @param port where this node and all others listen
  /// @param witness the third party that breaks ties
  public record Sync(
      Optional<IpAddress> bind,
      List<IpAddress> peers,
      Optional<String> cluster,
      Optional<Path> key,
      SyncTransport transport,
      int port,
      Optional<IpAddress> witness) {
    /// Where nodes listen unless the file says otherwise.
    public static final int DEFAULT_PORT = 7800;
  }

  /// `admin { socket PATH listen ADDRESS:PORT token FILE certificate FILE key FILE connections 32
  /// rate 100 }`: where an operator is listened to.
  ///
  /// @param token a file with the word that a client over HTTP must know; empty: who comes over
  ///   HTTP may only read
  /// @param certificate and `key`: PEM files, with which HTTP is spoken over TLS
  /// @param connections at once, over each of the two ways
  /// @param rate requests a second, over each of the two ways
  public record Admin(
      AdminSocket socket,
      AdminListen listen,
      Optional<Path> token,
      Optional<Path> certificate,
      Optional<Path> key,
      int connections,
      int rate) {
    public static final int DEFAULT_PORT = 7802;
    public static final int DEFAULT_CONNECTIONS = 32;
    public static final int DEFAULT_RATE = 100;

    /// Where programs of this host find the node unless the file says otherwise.
    public static final Path DEFAULT_SOCKET = Path.of("/run/pitchlake/admin.sock");

    /// What a file means that says nothing about it.
    public static final Admin DEFAULT =
        new Admin(
            new AdminSocket.Auto(),
            new AdminListen.Auto(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            DEFAULT_CONNECTIONS,
            DEFAULT_RATE);
  }

  /// `events { file PATH syslog ADDRESS ... geoip FILE asn FILE }`: where events go beside the log
  /// and `syslog`.
  ///
  /// @param geoip a MaxMind database that says in which country or city an address is
  /// @param asn a MaxMind database that says whose network it belongs to
  public record Events(List<SinkPlan> sinks, Optional<Path> geoip, Optional<Path> asn) {
    /// Nowhere else.
    public static final Events NONE = new Events(List.of(), Optional.empty(), Optional.empty());

    public Events {
      sinks = List.copyOf(sinks);
    }
  }

  /// `socket auto | off | PATH`
  public sealed interface AdminSocket {
    /// At [Admin#DEFAULT_SOCKET] if it can be made there, else nowhere.
    record Auto() implements AdminSocket {}

    /// Nowhere.
    record Off() implements AdminSocket {}

    /// There, or the node does not start.
    record At(Path path) implements AdminSocket {}
  }

  /// `listen auto | off | ADDRESS[:PORT]`
  public sealed interface AdminListen {
    /// At 127.0.0.1 and [Admin#DEFAULT_PORT] if nobody else is there, else nowhere.
    record Auto() implements AdminListen {}

    /// Nowhere.
    record Off() implements AdminListen {}

    /// There, or the node does not start.
    record At(IpAddress address, int port) implements AdminListen {}
  }

  /// What carries the sync link: `transport ...`.
  public enum SyncTransport {
    /// Connections to peers that are named.
    TCP,
    /// Datagrams, and multicast that finds the peers.
    UDP
  }

  /// Whether this node replicates: it has a key, and others to talk to.
  public boolean replicates() {
    return sync.filter(section ->
            section.key().isPresent()
                && (section.transport() == SyncTransport.UDP || !syncPeers().isEmpty()))
        .isPresent();
  }

  /// The other nodes as `sync` names them; where it names none, those that the first network names
  /// that runs and names any. This node may be among them.
  public List<IpAddress> syncPeers() {
    List<IpAddress> named = sync.map(Sync::peers).orElse(List.of());
    return named.isEmpty()
        ? networks.values().stream()
            .filter(network -> registered.networks().contains(network.id()))
            .filter(network -> enabled.networks().contains(network.id()))
            .map(Network::syncPeers)
            .filter(peers -> !peers.isEmpty())
            .findFirst()
            .orElse(List.of())
        : named;
  }

  /// `set NAME VALUE`: one typed value for each [Setting], defaults filled in.
  public record Settings(Map<Setting, Long> values) {
    /// The value in the setting's own unit.
    public long get(Setting setting) {
      return values.getOrDefault(setting, setting.defaultValue());
    }
  }
}
