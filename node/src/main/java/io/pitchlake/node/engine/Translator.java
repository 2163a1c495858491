package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.session.FlowKey;
import io.pitchlake.common.session.FlowState;
import io.pitchlake.common.session.FragmentTable;
import io.pitchlake.common.session.NatTable;
import io.pitchlake.common.wire.AddressEditor;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.node.engine.FlowReader.Nature;
import io.pitchlake.sync.SessionReplicator;

/// Translated sessions at work: finds the one that a packet belongs to, opens one with a port that
/// is free, and edits packets of either direction, fragments and ICMP errors included. `slb`,
/// `tnat` and `nat` share it; each knows when to ask.
///
/// Answers go back to the network and MAC that the client's last packet came from, so a client
/// behind a router needs no route. One packet at a time: what was looked for last is what is edited
/// next. Engine thread.
public final class Translator {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final int PORTS = 65_536;

  /// Ports that are tried for a new session before it is refused.
  private static final int PORT_TRIES = 64;

  private final NatTable sessions;
  private final FragmentTable fragments;
  private final Egress egress;
  private final TableHash hash;
  private final CounterBank counters;
  private final NatReplica replica;
  private final FlowReader reader = new FlowReader();
  private final AddressEditor editor = new AddressEditor();
  private final AddressEditor quoteEditor = new AddressEditor();
  private final FlowKey reverse = new FlowKey();
  private Nature nature = Nature.NONE;
  private int ports;

  /// @param sessions its own from now on; whoever made it closes it after the last call
  /// @param fragments packets whose session is remembered
  /// @param hash under a key that nobody outside knows
  public Translator(
      NatTable sessions,
      FragmentTable fragments,
      Egress egress,
      TableHash hash,
      CounterBank counters) {
    this.sessions = sessions;
    this.fragments = fragments;
    this.egress = egress;
    this.hash = hash;
    this.counters = counters;
    this.replica = new NatReplica(sessions, counters);
  }

  /// The sessions themselves.
  public NatTable sessions() {
    return sessions;
  }

  /// Has other nodes told of servers' sessions, and takes over what they tell; before the first
  /// view.
  public void replicate(SessionReplicator with) {
    sessions.changes(with.replicate(replica));
  }

  /// Takes timeouts, the size of the port pool, and who servers and targets are over.
  public void configure(View view, long nowNanos) {
    Settings settings = view.settings();
    replica.configure(view);
    egress.configure(settings, nowNanos);
    ports = (int) settings.get(Setting.NATPORTS);
    timeout(FlowState.OPENING, settings.get(Setting.SESSIONOPENTO));
    timeout(FlowState.ESTABLISHED, settings.get(Setting.SESSIONTCPTO));
    timeout(FlowState.CLOSING, settings.get(Setting.SESSIONCLOSETO));
    timeout(FlowState.DATAGRAM, settings.get(Setting.SESSIONUDPTO));
  }

  private void timeout(FlowState state, long seconds) {
    sessions.timeout(state, seconds * SECOND_NANOS);
  }

  /// Forgets what has been silent for too long.
  public void tick(long nowNanos) {
    counters.add(Counter.NAT_SESSIONS_ENDED, sessions.advance(nowNanos));
    counters.set(Gauge.NAT_SESSIONS, sessions.size());
  }

  /// The session whose client sends this packet, or an error about what it got; [NatTable#NONE]
  /// when there is none.
  public int findForward(PacketContext packet) {
    nature = reader.read(packet);
    return switch (nature) {
      case OPEN, ERROR -> sessions.findForward(reader.key());
      case LATER_FRAGMENT -> laterFragment(packet, true);
      case NONE -> NatTable.NONE;
    };
  }

  /// The session whose target, or a router on the way to it, sends this packet back;
  /// [NatTable#NONE] when there is none.
  public int findReverse(PacketContext packet) {
    if (sessions.size() == 0) {
      return NatTable.NONE;
    }
    nature = reader.read(packet);
    return switch (nature) {
      case OPEN, ERROR -> sessions.findReverse(reader.key());
      case LATER_FRAGMENT -> laterFragment(packet, false);
      case NONE -> NatTable.NONE;
    };
  }

  public NatTable.Kind kind(int session) {
    return sessions.kind(session);
  }

  /// The number that [#open] was given for the target.
  public int targetId(int session) {
    return sessions.targetId(session);
  }

  /// Whether the packet that was looked for last can open a session.
  public boolean canOpen() {
    return nature == Nature.OPEN;
  }

  /// Whether it starts a TCP connection.
  public boolean isSyn() {
    return nature == Nature.OPEN
        && (reader.tcpFlags() & (TcpHeader.SYN | TcpHeader.ACK)) == TcpHeader.SYN;
  }

  /// Forgets a session.
  public void close(int session) {
    sessions.remove(session);
    counters.count(Counter.NAT_SESSIONS_ENDED);
  }

  /// Opens a session for the packet that was looked for last: [#canOpen], and not found. Its own
  /// source port is kept where it is free.
  ///
  /// @param serverId the server's number, 0 where there is none
  /// @param targetPort 0: the port the client asks for
  /// @param maskHigh what the target sees as the client's address
  /// @param isClients whether that is the client's own address; then any port is kept
  /// @return null when it is there, to be found as a forward one, or why there is none
  public DropReason open(
      NatTable.Kind kind,
      int serverId,
      long targetHigh,
      long targetLow,
      int targetPort,
      int targetId,
      long maskHigh,
      long maskLow,
      boolean isClients) {
    FlowKey forward = reader.key();
    int port = targetPort == 0 ? forward.toPort() : targetPort;
    int wanted = forward.fromPort();
    boolean keep = isClients || wanted >= PORTS - ports;
    reverse.set(forward.protocol(), targetHigh, targetLow, port, maskHigh, maskLow, wanted);
    if ((!keep || isTaken()) && !findPort(forward)) {
      return DropReason.NAT_PORTS_USED_UP;
    }
    int session = sessions.add(kind, forward, reverse);
    if (session == NatTable.NONE) {
      return DropReason.NAT_TABLE_FULL;
    }
    sessions.targetId(session, targetId);
    sessions.serverId(session, serverId);
    counters.count(Counter.NAT_SESSIONS_STARTED);
    return null;
  }

  /// A session of the same ends that is closing has had its time.
  private boolean isTaken() {
    int other = sessions.findReverse(reverse);
    if (other == NatTable.NONE) {
      return false;
    }
    if (sessions.state(other) == FlowState.CLOSING) {
      close(other);
      return false;
    }
    return true;
  }

  private boolean findPort(FlowKey forward) {
    long ends = (long) forward.fromPort() << 16 | forward.toPort();
    int start = hash.hash(forward.fromLow(), forward.toLow(), ends);
    for (int i = 0; i < PORT_TRIES; i++) {
      reverse.toPort(PORTS - ports + Math.floorMod(start + i, ports));
      if (!isTaken()) {
        return true;
      }
    }
    return false;
  }

  /// Edits the packet that was looked for last, which may leave, as its target is to see it.
  public void toTarget(PacketContext packet, int session) {
    if (nature == Nature.ERROR) {
      counters.count(Counter.NAT_ICMP_ERRORS);
      reader.editQuote(quoteEditor);
      quoteEditor.source(
          sessions.targetHigh(session), sessions.targetLow(session), sessions.targetPort(session));
      quoteEditor.destination(
          sessions.maskHigh(session), sessions.maskLow(session), sessions.maskPort(session));
    } else {
      advance(packet, session, true);
    }
    reader.edit(packet, nature, editor);
    editor.destination(
        sessions.targetHigh(session), sessions.targetLow(session), sessions.targetPort(session));
    // An error comes from whoever met it; where the client is hidden, so is what lies behind it.
    if (nature != Nature.ERROR || isHidden(session)) {
      editor.source(
          sessions.maskHigh(session), sessions.maskLow(session), sessions.maskPort(session));
    }
    finish(Counter.NAT_OUT);
  }

  private boolean isHidden(int session) {
    return sessions.maskLow(session) != sessions.clientLow(session)
        || sessions.maskHigh(session) != sessions.clientHigh(session);
  }

  /// Passes the packet that was looked for last back to its client, which sees its service answer.
  public Verdict toClient(PacketContext packet, int session) {
    NetworkView network = packet.view().networkById(sessions.clientNetwork(session));
    if (network == null) {
      return packet.drop(DropReason.NO_SESSION);
    }
    DropReason refused = egress.admit(packet, network);
    if (refused != null) {
      return packet.drop(refused);
    }
    long mac = sessions.clientMac(session);
    boolean fromTarget =
        packet.sourceHigh() == sessions.targetHigh(session)
            && packet.sourceLow() == sessions.targetLow(session);
    if (nature == Nature.ERROR) {
      counters.count(Counter.NAT_ICMP_ERRORS);
      reader.editQuote(quoteEditor);
      quoteEditor.source(
          sessions.clientHigh(session), sessions.clientLow(session), sessions.clientPort(session));
      quoteEditor.destination(
          sessions.serviceHigh(session),
          sessions.serviceLow(session),
          sessions.servicePort(session));
    } else {
      advance(packet, session, false);
    }
    reader.edit(packet, nature, editor);
    if (fromTarget) {
      editor.source(
          sessions.serviceHigh(session),
          sessions.serviceLow(session),
          sessions.servicePort(session));
    }
    editor.destination(
        sessions.clientHigh(session), sessions.clientLow(session), sessions.clientPort(session));
    finish(Counter.NAT_BACK);
    egress.route(packet, network, mac);
    return Verdict.FORWARDED;
  }

  private void finish(Counter counter) {
    if (nature == Nature.ERROR) {
      editor.follow(quoteEditor.gain());
    }
    counters.count(counter);
  }

  /// Time, state, way back and fragments of a session that a packet of its own belongs to.
  private void advance(PacketContext packet, int session, boolean isForward) {
    sessions.touch(session);
    if (isForward) {
      NetworkView ingress = packet.ingress();
      if (ingress != null) {
        sessions.wayBack(session, ingress.id(), packet.ethernet().source());
      }
    } else if (!sessions.isAnswered(session)) {
      sessions.answered(session, true);
    }
    if (packet.isFragment()) {
      counters.count(Counter.NAT_FRAGMENTS);
    }
    if (nature == Nature.LATER_FRAGMENT) {
      return;
    }
    if (packet.isFragment()) {
      rememberFragment(packet, session);
    }
    FlowState state = sessions.state(session);
    FlowState next =
        reader.protocol() == TcpHeader.PROTOCOL
            ? nextState(state, session, isForward)
            : sessions.isAnswered(session) ? FlowState.DATAGRAM : FlowState.OPENING;
    if (next != state) {
      sessions.state(session, next);
    }
  }

  private FlowState nextState(FlowState state, int session, boolean isForward) {
    int flags = reader.tcpFlags();
    if ((flags & (TcpHeader.FIN | TcpHeader.RST)) != 0) {
      return FlowState.CLOSING;
    }
    if (!isForward) {
      return state;
    }
    if ((flags & TcpHeader.SYN) != 0) {
      if (state == FlowState.CLOSING) {
        sessions.answered(session, false);
        return FlowState.OPENING;
      }
      return state;
    }
    return state == FlowState.OPENING && sessions.isAnswered(session)
        ? FlowState.ESTABLISHED
        : state;
  }

  private static long fragmentKey(PacketContext packet) {
    return packet.kind() == PacketContext.Kind.IPV4
        ? FragmentTable.packet(packet.ipv4().protocol(), packet.ipv4().identification())
        : FragmentTable.packet(
            packet.ipv6().upperProtocol(), packet.ipv6().fragmentIdentification());
  }

  private void rememberFragment(PacketContext packet, int session) {
    fragments.put(
        packet.sourceHigh(),
        packet.sourceLow(),
        packet.destinationHigh(),
        packet.destinationLow(),
        fragmentKey(packet),
        session,
        packet.nowNanos());
  }

  /// The session of a later fragment; its number may have become another's in between.
  private int laterFragment(PacketContext packet, boolean isForward) {
    int session =
        fragments.get(
            packet.sourceHigh(),
            packet.sourceLow(),
            packet.destinationHigh(),
            packet.destinationLow(),
            fragmentKey(packet),
            packet.nowNanos());
    return session != FragmentTable.NONE
            && sessions.isInUse(session)
            && (isForward ? isForward(packet, session) : isReverse(packet, session))
        ? session
        : NatTable.NONE;
  }

  private boolean isForward(PacketContext packet, int session) {
    return packet.sourceLow() == sessions.clientLow(session)
        && packet.destinationLow() == sessions.serviceLow(session)
        && packet.sourceHigh() == sessions.clientHigh(session)
        && packet.destinationHigh() == sessions.serviceHigh(session);
  }

  private boolean isReverse(PacketContext packet, int session) {
    return packet.sourceLow() == sessions.targetLow(session)
        && packet.destinationLow() == sessions.maskLow(session)
        && packet.sourceHigh() == sessions.targetHigh(session)
        && packet.destinationHigh() == sessions.maskHigh(session);
  }

  /// Where admitted packets leave.
  public Egress egress() {
    return egress;
  }
}
