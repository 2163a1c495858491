package io.pitchlake.node.slb;

import io.pitchlake.common.config.Configuration.Outbound;
import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.session.FlowState;
import io.pitchlake.common.session.FlowTable;
import io.pitchlake.common.session.FragmentTable;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.common.wire.QuotedPacket;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.UdpHeader;
import io.pitchlake.node.engine.Egress;
import io.pitchlake.node.engine.EventSink;
import io.pitchlake.node.engine.FlowChoice;
import io.pitchlake.node.engine.Module;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.RouteTable.Route;
import io.pitchlake.node.engine.ServerService;
import io.pitchlake.node.engine.ServerStatus;
import io.pitchlake.node.engine.ServerView;
import io.pitchlake.node.engine.TargetHealth;
import io.pitchlake.node.engine.TargetShare;
import io.pitchlake.node.engine.TargetView;
import io.pitchlake.node.engine.Translator;
import io.pitchlake.node.engine.Verdict;
import io.pitchlake.node.engine.View;
import io.pitchlake.sync.SessionReplicator;
import java.util.List;

/// Sends frames for servers' addresses on to targets: a known flow keeps its target, a new one gets
/// the scheduler's choice. By direct server return only the MAC addresses change, where the frame
/// lies; a checksum left to offload and a super-frame stay what they are. Where a server is
/// translated, [NatForwarder] takes over once the target is known.
///
/// The node sees one direction only, the client's. So a flow is established when its client has
/// acknowledged something, and closing when its client has said FIN or RST.
///
/// When the table is full, or new flows come faster than `set sessionrate`, a new flow is forwarded
/// by its hash and not remembered: it reaches the same target as long as the same targets are
/// ready. A flow whose target is lost moves to the scheduler's choice; for a TCP connection that
/// means a reset from a machine that does not know it, which is what its client should hear. So
/// nothing is moved, or guessed for a flow in its middle, before this node has judged its targets:
/// whoever takes over soon after it was started drops such frames, and clients say them again.
public final class SlbModule implements Module {
  private final Egress egress;
  private final NatForwarder nat;
  private final CounterBank counters;
  private final TargetHealth health;
  private final Scheduler scheduler;
  private final FlowTable flows;
  private final Sessions sessions;
  private final FragmentTable fragments;
  private final TcpHeader firstFragment = new TcpHeader();
  private final QuotedPacket quoted = new QuotedPacket();
  private List<TargetView> targets = List.of();

  /// @param translator for servers whose targets do not bear their address
  /// @param flows its own from now on; whoever made it closes it after the last call
  /// @param settings sizes of its tables
  /// @param key the cluster's: every node and engine chooses the same targets
  /// @param secret for the fragment table
  public SlbModule(
      Translator translator,
      TargetHealth health,
      EventSink events,
      CounterBank counters,
      FlowTable flows,
      Settings settings,
      SipHash key,
      TableHash secret) {
    this.egress = translator.egress();
    this.nat = new NatForwarder(translator, counters);
    this.counters = counters;
    this.health = health;
    this.flows = flows;
    this.sessions = new Sessions(flows, counters);
    this.fragments = new FragmentTable((int) settings.get(Setting.FRAGMENTS), secret);
    Persistence persistence =
        new Persistence((int) settings.get(Setting.PERSISTENCE), secret, counters);
    this.scheduler = new Scheduler(health, sessions, persistence, key, events, counters);
  }

  /// Has other nodes told of flows, of what persistence remembers and of targets' administration,
  /// and takes over what they tell; before the first view.
  public void replicate(SessionReplicator with) {
    flows.changes(with.replicate(new FlowReplica(flows, sessions, scheduler)));
    scheduler.replicate(with);
  }

  @Override
  public String name() {
    return "slb";
  }

  /// What a target, by its position in the view, gets now.
  public TargetShare share(int target) {
    return scheduler.share(target);
  }

  /// How a server, by its position in the view, stands now.
  public ServerStatus status(int server) {
    return scheduler.status(server);
  }

  /// Where the next frame of a client's flow goes, and why; nothing is changed or counted. A flow
  /// that is not known is taken for one that begins.
  ///
  /// @param protocol 6 or 17
  public FlowChoice choice(
      ServerView server,
      long high,
      long low,
      int protocol,
      int clientPort,
      int servicePort,
      long nowNanos) {
    long tuple = FlowHash.tuple(server.id(), protocol, clientPort, servicePort);
    int flow = sessions.find(high, low, tuple);
    if (flow == FlowTable.NONE) {
      return scheduler.preview(server, high, low, tuple, sessions.hasRoom(), nowNanos);
    }
    int number = sessions.target(flow);
    FlowState state = sessions.state(flow);
    long idleNanos = sessions.ageNanos(flow);
    int target = scheduler.indexOf(number);
    if (scheduler.keeps(target)) {
      return new FlowChoice(FlowChoice.Cause.KNOWN, target, 0, state, idleNanos);
    }
    return scheduler.isAwaited(target)
        ? new FlowChoice(FlowChoice.Cause.AWAITED, target, 0, state, idleNanos)
        : scheduler
            .preview(server, high, low, tuple, true, nowNanos)
            .insteadOf(number, state, idleNanos);
  }

  /// Whether servers have enough targets.
  public ServerService service() {
    return new ServerService() {
      @Override
      public boolean inService(int server) {
        return scheduler.inService(server);
      }

      @Override
      public boolean isEachTargetJudged() {
        return health.isEachJudged();
      }
    };
  }

  @Override
  public void onConfigured(View view, long nowNanos) {
    targets = view.targets();
    sessions.configure(view.settings(), nowNanos);
    scheduler.configure(view, nowNanos);
  }

  @Override
  public void onAdministered(int target, TargetState state, long nowNanos) {
    scheduler.administer(target, state);
  }

  @Override
  public void onTick(long nowNanos) {
    scheduler.tick(nowNanos);
    sessions.tick(nowNanos);
  }

  @Override
  public Verdict onFrame(PacketContext packet) {
    NetworkView network = packet.kind() == PacketContext.Kind.ARP ? null : networkOfServer(packet);
    if (network == null) {
      return Verdict.PASS;
    }
    if (nat.isAnswer(packet, network)) {
      return Verdict.PASS;
    }
    return switch (packet.transport()) {
      case TCP -> {
        TcpHeader tcp = packet.tcp();
        yield balance(
            packet,
            network,
            TcpHeader.PROTOCOL,
            tcp.sourcePort(),
            tcp.destinationPort(),
            tcp.flags());
      }
      case UDP -> {
        UdpHeader udp = packet.udp();
        yield balance(
            packet, network, UdpHeader.PROTOCOL, udp.sourcePort(), udp.destinationPort(), 0);
      }
      case ICMP, ICMPV6, OTHER -> onRest(packet, network);
    };
  }

  /// Fragments, errors, and what nobody balances.
  private Verdict onRest(PacketContext packet, NetworkView network) {
    if (!network.servers().contains(packet.destinationHigh(), packet.destinationLow())) {
      return Verdict.PASS;
    }
    if (!isToVirtualMac(packet, network)) {
      return packet.drop(DropReason.NOT_OUR_MAC);
    }
    if (packet.isFragment()) {
      return onFragment(packet, network);
    }
    return packet.transport() == PacketContext.Transport.OTHER
        ? packet.drop(DropReason.UNSUPPORTED_PROTOCOL)
        : onIcmp(packet, network, packet.kind() == PacketContext.Kind.IPV4);
  }

  /// Where the server would be: on the wire the packet came from, or in another network, where its
  /// sender's network has the node as its router.
  private static NetworkView networkOfServer(PacketContext packet) {
    NetworkView network = packet.destinationNetwork();
    if (network != null) {
      return network;
    }
    NetworkView ingress = packet.ingress();
    if (ingress == null || ingress.outbound() == Outbound.NONE) {
      return null;
    }
    Route route = packet.view().routes().find(packet.destinationHigh(), packet.destinationLow());
    return route == null ? null : route.network();
  }

  private static boolean isToVirtualMac(PacketContext packet, NetworkView network) {
    return packet.destinationNetwork() == null
        || packet.ethernet().destination()
            == network.virtualMac(packet.kind() == PacketContext.Kind.IPV4);
  }

  /// The frequent way: one search for the server, and another where it has no such port.
  private Verdict balance(
      PacketContext packet,
      NetworkView network,
      int protocol,
      int clientPort,
      int servicePort,
      int tcpFlags) {
    long high = packet.destinationHigh();
    long low = packet.destinationLow();
    ServerView server = network.servers().find(high, low, protocol, servicePort);
    if (server == null) {
      return network.servers().contains(high, low)
          ? packet.drop(DropReason.NO_SUCH_SERVICE)
          : Verdict.PASS;
    }
    if (!isToVirtualMac(packet, network)) {
      return packet.drop(DropReason.NOT_OUR_MAC);
    }
    return sendOn(
        packet, server, targetOf(packet, server, protocol, clientPort, servicePort, tcpFlags));
  }

  /// The target of the frame's flow, old or new; [Scheduler#NONE] or [Scheduler#REFUSED] when there
  /// is none now.
  private int targetOf(
      PacketContext packet,
      ServerView server,
      int protocol,
      int clientPort,
      int servicePort,
      int tcpFlags) {
    long high = packet.sourceHigh();
    long low = packet.sourceLow();
    long tuple = FlowHash.tuple(server.id(), protocol, clientPort, servicePort);
    int flow = sessions.find(high, low, tuple);
    if (flow == FlowTable.NONE) {
      return ofNewFlow(server, high, low, tuple, tcpFlags, packet.nowNanos());
    }
    sessions.touch(flow);
    return protocol == TcpHeader.PROTOCOL
        ? onSegment(server, high, low, tuple, flow, tcpFlags, packet.nowNanos())
        : keepOrMove(server, high, low, tuple, flow, packet.nowNanos());
  }

  private int ofNewFlow(
      ServerView server, long high, long low, long tuple, int tcpFlags, long nowNanos) {
    Counter refusal = sessions.refusal(nowNanos);
    int protocol = (int) (tuple >>> 8) & 0xff;
    boolean starts = isStart(protocol, tcpFlags);
    if (!starts && !scheduler.isHashSettled()) {
      return Scheduler.NONE;
    }
    boolean scheduled = refusal == null && starts;
    int target =
        scheduled
            ? scheduler.forNewFlow(server, high, low, tuple, nowNanos)
            : scheduler.byHash(server, high, low, tuple, nowNanos);
    if (target >= 0) {
      if (refusal == null) {
        sessions.start(high, low, tuple, scheduler.idOf(target), firstState(protocol, tcpFlags));
      } else {
        counters.count(refusal);
      }
    }
    return target;
  }

  /// Whether the frame begins its flow; of a datagram nobody knows, so it counts as the first.
  private static boolean isStart(int protocol, int tcpFlags) {
    return protocol != TcpHeader.PROTOCOL
        || (tcpFlags & (TcpHeader.SYN | TcpHeader.ACK)) == TcpHeader.SYN;
  }

  private int onSegment(
      ServerView server, long high, long low, long tuple, int flow, int tcpFlags, long nowNanos) {
    FlowState state = sessions.state(flow);
    FlowState next = nextState(state, tcpFlags);
    int target;
    if (state == FlowState.CLOSING && next == FlowState.OPENING) {
      // The client uses its port again: a new flow that owes nothing to the old one's target.
      target = scheduler.forNewFlow(server, high, low, tuple, nowNanos);
      if (target >= 0 && scheduler.idOf(target) != sessions.target(flow)) {
        sessions.move(flow, scheduler.idOf(target));
      }
    } else {
      target = keepOrMove(server, high, low, tuple, flow, nowNanos);
    }
    if (next != state) {
      sessions.state(flow, next);
      if (next == FlowState.CLOSING) {
        scheduler.ending(server, high, low, sessions.target(flow), nowNanos);
      }
    }
    return target;
  }

  /// A flow stays where it is while its target keeps what it has.
  private int keepOrMove(
      ServerView server, long high, long low, long tuple, int flow, long nowNanos) {
    int target = scheduler.indexOf(sessions.target(flow));
    if (scheduler.keeps(target)) {
      return target;
    }
    if (scheduler.isAwaited(target)) {
      return Scheduler.NONE;
    }
    int next = scheduler.forNewFlow(server, high, low, tuple, nowNanos);
    if (next >= 0) {
      sessions.move(flow, scheduler.idOf(next));
      counters.count(Counter.SESSIONS_MOVED);
    }
    return next;
  }

  /// A flow met in its middle, after a failover or a long silence, has to show that it lives before
  /// it is kept for long: a flood of bare ACKs must not fill the table for a quarter of an hour.
  private static FlowState firstState(int protocol, int tcpFlags) {
    if (protocol != TcpHeader.PROTOCOL) {
      return FlowState.DATAGRAM;
    }
    return (tcpFlags & (TcpHeader.FIN | TcpHeader.RST)) != 0
        ? FlowState.CLOSING
        : FlowState.OPENING;
  }

  private static FlowState nextState(FlowState state, int tcpFlags) {
    if ((tcpFlags & (TcpHeader.FIN | TcpHeader.RST)) != 0) {
      return FlowState.CLOSING;
    }
    if ((tcpFlags & TcpHeader.SYN) != 0) {
      return state == FlowState.CLOSING ? FlowState.OPENING : state;
    }
    return state == FlowState.OPENING && (tcpFlags & TcpHeader.ACK) != 0
        ? FlowState.ESTABLISHED
        : state;
  }

  /// The first fragment has the ports and decides for its packet; the others follow it. One that
  /// overtakes the first is dropped: sent to another target it would be lost all the same.
  private Verdict onFragment(PacketContext packet, NetworkView network) {
    boolean isIpv4 = packet.kind() == PacketContext.Kind.IPV4;
    int offset = isIpv4 ? packet.ipv4().fragmentOffset() : packet.ipv6().fragmentOffset();
    int protocol = isIpv4 ? packet.ipv4().protocol() : packet.ipv6().upperProtocol();
    int identification =
        isIpv4 ? packet.ipv4().identification() : packet.ipv6().fragmentIdentification();
    long key = FragmentTable.packet(protocol, identification);
    ServerView server = null;
    int target;
    if (offset == 0) {
      long at = isIpv4 ? packet.ipv4().payloadAddress() : packet.ipv6().upperAddress();
      int length = isIpv4 ? packet.ipv4().payloadLength() : packet.ipv6().upperLength();
      boolean isTcp = protocol == TcpHeader.PROTOCOL;
      if (!isTcp && protocol != UdpHeader.PROTOCOL) {
        return packet.drop(DropReason.UNSUPPORTED_PROTOCOL);
      }
      if (isTcp ? !firstFragment.wrap(at, length) : length < UdpHeader.LENGTH) {
        return packet.drop(DropReason.MALFORMED_TRANSPORT);
      }
      int clientPort = Memory.getShort(at);
      int servicePort = Memory.getShort(at + 2);
      server =
          network
              .servers()
              .find(packet.destinationHigh(), packet.destinationLow(), protocol, servicePort);
      if (server == null) {
        return packet.drop(DropReason.NO_SUCH_SERVICE);
      }
      int flags = isTcp ? firstFragment.flags() : 0;
      target = targetOf(packet, server, protocol, clientPort, servicePort, flags);
      if (target >= 0) {
        fragments.put(
            packet.sourceHigh(),
            packet.sourceLow(),
            packet.destinationHigh(),
            packet.destinationLow(),
            key,
            scheduler.idOf(target),
            packet.nowNanos());
      }
    } else {
      int id =
          fragments.get(
              packet.sourceHigh(),
              packet.sourceLow(),
              packet.destinationHigh(),
              packet.destinationLow(),
              key,
              packet.nowNanos());
      if (id == FragmentTable.NONE) {
        return packet.drop(DropReason.FRAGMENT_WITHOUT_FIRST);
      }
      target = scheduler.indexOf(id);
    }
    if (scheduler.keeps(target)) {
      counters.count(Counter.FRAGMENTS_FORWARDED);
    }
    return sendOn(packet, server, target);
  }

  /// An error about a packet that a target has sent under the server's address goes to that target:
  /// without "packet too big" its connections would hang on narrow paths (RFC 1191, RFC 8201). It
  /// is found by the headers that the error quotes, and remembers nothing.
  private Verdict onIcmp(PacketContext packet, NetworkView network, boolean isIpv4) {
    boolean isError =
        isIpv4
            ? IcmpHeader.isError(packet.icmp().type())
            : Icmpv6Header.isError(packet.icmpv6().type());
    if (!isError) {
      return packet.drop(DropReason.UNSUPPORTED_PROTOCOL);
    }
    long at = isIpv4 ? packet.icmp().address() : packet.icmpv6().address();
    int length = isIpv4 ? packet.ipv4().payloadLength() : packet.ipv6().upperLength();
    if (!quoted.wrap(at + QuotedPacket.OFFSET, length - QuotedPacket.OFFSET, isIpv4)
        || quoted.sourceHigh() != packet.destinationHigh()
        || quoted.sourceLow() != packet.destinationLow()) {
      return packet.drop(DropReason.MALFORMED_TRANSPORT);
    }
    int protocol = quoted.protocol();
    int servicePort = quoted.sourcePort();
    long clientHigh = quoted.destinationHigh();
    long clientLow = quoted.destinationLow();
    ServerView server =
        network
            .servers()
            .find(packet.destinationHigh(), packet.destinationLow(), protocol, servicePort);
    if (server == null) {
      return packet.drop(DropReason.NO_SUCH_SERVICE);
    }
    long tuple = FlowHash.tuple(server.id(), protocol, quoted.destinationPort(), servicePort);
    int flow = sessions.find(clientHigh, clientLow, tuple);
    int target =
        flow == FlowTable.NONE
            ? scheduler.byHash(server, clientHigh, clientLow, tuple, packet.nowNanos())
            : scheduler.indexOf(sessions.target(flow));
    if (scheduler.keeps(target)) {
      counters.count(Counter.ICMP_ERRORS_FORWARDED);
    }
    return sendOn(packet, server, target);
  }

  /// Forwards to a target that may have the frame, and drops it where there is none.
  ///
  /// @param server null for a later fragment
  private Verdict sendOn(PacketContext packet, ServerView server, int target) {
    if (!scheduler.keeps(target)) {
      return packet.drop(
          target == Scheduler.REFUSED ? DropReason.CLIENT_REFUSED : DropReason.NO_TARGET_READY);
    }
    TargetView to = targets.get(target);
    scheduler.sent(target, packet.frame().length());
    if (server == null ? nat.isTranslated(packet) : server.isTranslated()) {
      return nat.forward(packet, server, to, health.mac(target));
    }
    if (!egress.fits(packet, to.network())) {
      return packet.drop(DropReason.NO_ROOM);
    }
    counters.count(Counter.BALANCED);
    egress.send(packet, to.network(), health.mac(target));
    return Verdict.FORWARDED;
  }
}
