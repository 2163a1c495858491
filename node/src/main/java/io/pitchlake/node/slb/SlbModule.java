package io.pitchlake.node.slb;

import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.FlowState;
import io.pitchlake.common.session.FlowTable;
import io.pitchlake.common.time.TokenBucket;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.UdpHeader;
import io.pitchlake.node.engine.Module;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.ServerView;
import io.pitchlake.node.engine.TargetHealth;
import io.pitchlake.node.engine.TargetView;
import io.pitchlake.node.engine.Transmit;
import io.pitchlake.node.engine.Verdict;
import io.pitchlake.node.engine.View;
import java.util.List;

/// Sends frames for servers' addresses on to targets, by direct server return: a known flow keeps
/// its target, a new one gets the scheduler's choice. Only the MAC addresses change, where the
/// frame lies; a checksum left to offload and a super-frame stay what they are.
///
/// The node sees one direction only, the client's. So a flow is established when its client has
/// acknowledged something, and closing when its client has said FIN or RST.
///
/// When the table is full, or new flows come faster than `set sessionrate`, a new flow is forwarded
/// by its hash and not remembered: it reaches the same target as long as the same targets are
/// ready. A flow whose target is lost moves to the scheduler's choice; for a TCP connection that
/// means a reset from a machine that does not know it, which is what its client should hear.
public final class SlbModule implements Module {
  private static final long SECOND_NANOS = 1_000_000_000L;

  /// Bytes of an ICMP error in front of the packet it quotes.
  private static final int QUOTE_OFFSET = 8;

  private static final int PORTS_BYTES = 4;

  private final Transmit transmit;
  private final CounterBank counters;
  private final TargetHealth health;
  private final Scheduler scheduler;
  private final FlowTable flows;
  private final FragmentTable fragments;
  private final FlowTable.Visitor expired = this::expired;
  private final TcpHeader firstFragment = new TcpHeader();
  private List<TargetView> targets = List.of();
  private TokenBucket newFlows;
  private int healthSeen;

  /// @param flows its own from now on; whoever made it closes it after the last call
  /// @param fragments packets whose target is remembered
  /// @param key the cluster's: every node and engine chooses the same targets
  /// @param secret for the fragment table
  public SlbModule(
      Transmit transmit,
      TargetHealth health,
      CounterBank counters,
      FlowTable flows,
      int fragments,
      SipHash key,
      TableHash secret) {
    this.transmit = transmit;
    this.counters = counters;
    this.flows = flows;
    this.fragments = new FragmentTable(fragments, secret);
    this.health = health;
    this.scheduler = new Scheduler(key);
  }

  @Override
  public String name() {
    return "slb";
  }

  @Override
  public void onConfigured(View view, long nowNanos) {
    Settings settings = view.settings();
    targets = view.targets();
    newFlows = new TokenBucket(settings.get(Setting.SESSIONRATE), nowNanos);
    flows.timeout(FlowState.OPENING, settings.get(Setting.SESSIONOPENTO) * SECOND_NANOS);
    flows.timeout(FlowState.ESTABLISHED, settings.get(Setting.SESSIONTCPTO) * SECOND_NANOS);
    flows.timeout(FlowState.CLOSING, settings.get(Setting.SESSIONCLOSETO) * SECOND_NANOS);
    flows.timeout(FlowState.DATAGRAM, settings.get(Setting.SESSIONUDPTO) * SECOND_NANOS);
    scheduler.configure(view);
    healthSeen = health.changes();
  }

  @Override
  public void onTick(long nowNanos) {
    if (health.changes() != healthSeen) {
      healthSeen = health.changes();
      scheduler.targetsChanged();
    }
    scheduler.tick(health);
    flows.advance(nowNanos, expired);
    counters.set(Gauge.SESSIONS, flows.size());
  }

  private void expired(int flow) {
    counters.count(Counter.SESSIONS_ENDED);
  }

  @Override
  public Verdict onFrame(PacketContext packet) {
    NetworkView network = packet.destinationNetwork();
    if (network == null || packet.kind() == PacketContext.Kind.ARP) {
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

  private static boolean isToVirtualMac(PacketContext packet, NetworkView network) {
    return packet.ethernet().destination()
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
    int target = targetOf(packet, server, protocol, clientPort, servicePort, tcpFlags);
    return target == Scheduler.NONE
        ? packet.drop(DropReason.NO_TARGET_READY)
        : forward(packet, target);
  }

  /// The target of the frame's flow, old or new; [Scheduler#NONE] when there is none now.
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
    int flow = flows.find(high, low, tuple);
    if (flow == FlowTable.NONE) {
      int target = choose(server, high, low, tuple);
      if (target != Scheduler.NONE) {
        remember(high, low, tuple, target, firstState(protocol, tcpFlags), packet.nowNanos());
      }
      return target;
    }
    return protocol == TcpHeader.PROTOCOL
        ? onSegment(server, high, low, tuple, flow, tcpFlags)
        : keepOrMove(server, high, low, tuple, flow);
  }

  private int onSegment(
      ServerView server, long high, long low, long tuple, int flow, int tcpFlags) {
    FlowState state = flows.state(flow);
    FlowState next = nextState(state, tcpFlags);
    int target;
    if (state == FlowState.CLOSING && next == FlowState.OPENING) {
      // The client uses its port again: a new flow that owes nothing to the old one's target.
      target = choose(server, high, low, tuple);
      if (target != Scheduler.NONE && scheduler.idOf(target) != flows.target(flow)) {
        flows.target(flow, scheduler.idOf(target));
      }
      flows.touch(flow);
    } else {
      target = keepOrMove(server, high, low, tuple, flow);
    }
    if (next != state) {
      flows.state(flow, next);
    }
    return target;
  }

  /// A flow stays where it is while its target is ready.
  private int keepOrMove(ServerView server, long high, long low, long tuple, int flow) {
    flows.touch(flow);
    int target = scheduler.indexOf(flows.target(flow));
    if (target != Scheduler.NONE && health.isReady(target)) {
      return target;
    }
    int next = choose(server, high, low, tuple);
    if (next != Scheduler.NONE) {
      flows.target(flow, scheduler.idOf(next));
      counters.count(Counter.SESSIONS_MOVED);
    }
    return next;
  }

  private int choose(ServerView server, long high, long low, long tuple) {
    int target = scheduler.choose(server.index(), high, low, tuple);
    // Between the loss of a target and its new table the old one still names it.
    return target != Scheduler.NONE && health.isReady(target) ? target : Scheduler.NONE;
  }

  private void remember(
      long high, long low, long tuple, int target, FlowState state, long nowNanos) {
    if (!newFlows.take(nowNanos)) {
      counters.count(Counter.UNTRACKED_RATE);
    } else if (flows.insert(high, low, tuple, scheduler.idOf(target), state) == FlowTable.NONE) {
      counters.count(Counter.UNTRACKED_TABLE_FULL);
    } else {
      counters.count(Counter.SESSIONS_STARTED);
    }
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
      ServerView server =
          network
              .servers()
              .find(packet.destinationHigh(), packet.destinationLow(), protocol, servicePort);
      if (server == null) {
        return packet.drop(DropReason.NO_SUCH_SERVICE);
      }
      int flags = isTcp ? firstFragment.flags() : 0;
      target = targetOf(packet, server, protocol, clientPort, servicePort, flags);
      if (target != Scheduler.NONE) {
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
    if (target == Scheduler.NONE || !health.isReady(target)) {
      return packet.drop(DropReason.NO_TARGET_READY);
    }
    counters.count(Counter.FRAGMENTS_FORWARDED);
    return forward(packet, target);
  }

  /// An error about a packet that a target has sent under the server's address goes to that target:
  /// without "packet too big" its connections would hang on narrow paths (RFC 1191, RFC 8201). It
  /// is found by the headers that the error quotes, and remembers nothing.
  private Verdict onIcmp(PacketContext packet, NetworkView network, boolean isIpv4) {
    boolean isError = isIpv4 ? isIpv4Error(packet.icmp().type()) : packet.icmpv6().type() < 128;
    if (!isError) {
      return packet.drop(DropReason.UNSUPPORTED_PROTOCOL);
    }
    long quote = (isIpv4 ? packet.icmp().address() : packet.icmpv6().address()) + QUOTE_OFFSET;
    int length =
        (isIpv4 ? packet.ipv4().payloadLength() : packet.ipv6().upperLength()) - QUOTE_OFFSET;
    int headerLength = quotedHeaderLength(quote, length, isIpv4);
    if (headerLength == 0) {
      return packet.drop(DropReason.MALFORMED_TRANSPORT);
    }
    int protocol = Memory.getByte(quote + (isIpv4 ? Ipv4Header.PROTOCOL : Ipv6Header.NEXT_HEADER));
    long clientHigh = isIpv4 ? 0 : Memory.getLong(quote + Ipv6Header.DESTINATION);
    long clientLow =
        isIpv4
            ? IpAddress.mappedLow(Memory.getInt(quote + Ipv4Header.DESTINATION))
            : Memory.getLong(quote + Ipv6Header.DESTINATION + 8);
    long serverHigh = isIpv4 ? 0 : Memory.getLong(quote + Ipv6Header.SOURCE);
    long serverLow =
        isIpv4
            ? IpAddress.mappedLow(Memory.getInt(quote + Ipv4Header.SOURCE))
            : Memory.getLong(quote + Ipv6Header.SOURCE + 8);
    if (serverHigh != packet.destinationHigh() || serverLow != packet.destinationLow()) {
      return packet.drop(DropReason.MALFORMED_TRANSPORT);
    }
    int servicePort = Memory.getShort(quote + headerLength);
    int clientPort = Memory.getShort(quote + headerLength + 2);
    ServerView server = network.servers().find(serverHigh, serverLow, protocol, servicePort);
    if (server == null) {
      return packet.drop(DropReason.NO_SUCH_SERVICE);
    }
    long tuple = FlowHash.tuple(server.id(), protocol, clientPort, servicePort);
    int flow = flows.find(clientHigh, clientLow, tuple);
    int target =
        flow == FlowTable.NONE
            ? choose(server, clientHigh, clientLow, tuple)
            : scheduler.indexOf(flows.target(flow));
    if (target == Scheduler.NONE || !health.isReady(target)) {
      return packet.drop(DropReason.NO_TARGET_READY);
    }
    counters.count(Counter.ICMP_ERRORS_FORWARDED);
    return forward(packet, target);
  }

  private static boolean isIpv4Error(int type) {
    return type == IcmpHeader.DESTINATION_UNREACHABLE
        || type == IcmpHeader.TIME_EXCEEDED
        || type == IcmpHeader.PARAMETER_PROBLEM;
  }

  /// Bytes of the quoted IP header, 0 when it or the ports behind it are cut off.
  private static int quotedHeaderLength(long quote, int length, boolean isIpv4) {
    int shortest = isIpv4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
    if (length < shortest + PORTS_BYTES) {
      return 0;
    }
    int first = Memory.getByte(quote);
    if (first >>> 4 != (isIpv4 ? 4 : 6)) {
      return 0;
    }
    int headerLength = isIpv4 ? (first & 15) * 4 : shortest;
    return headerLength < shortest || length < headerLength + PORTS_BYTES ? 0 : headerLength;
  }

  private Verdict forward(PacketContext packet, int target) {
    NetworkView network = targets.get(target).network();
    packet.ethernet().destination(health.mac(target)).source(network.portMac());
    counters.count(Counter.BALANCED);
    transmit.transmit(network.port(), packet.frame());
    return Verdict.FORWARDED;
  }
}
