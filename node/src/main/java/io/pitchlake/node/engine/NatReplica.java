package io.pitchlake.node.engine;

import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.session.FlowKey;
import io.pitchlake.common.session.FlowState;
import io.pitchlake.common.session.NatTable;
import io.pitchlake.common.session.SessionCodec;
import io.pitchlake.sync.ReplicatedTable;

/// Translated sessions of servers as other nodes are told of them: addresses of servers and targets
/// follow from their numbers, and only the mask has to be told. Masqueraded stations are not told
/// of. Ages go as those of balanced flows.
///
/// Two nodes that were both active may have given the same port to different clients. Then the
/// session of the lesser client stays, on both. Engine thread.
final class NatReplica implements ReplicatedTable {
  private static final FlowState[] STATES = FlowState.values();
  private static final long MILLI_NANOS = 1_000_000L;

  /// More than a change is on its way.
  private static final long LATELY_NANOS = 100_000_000L;

  private final NatTable sessions;
  private final CounterBank counters;
  private final FlowKey forward = new FlowKey();
  private final FlowKey reverse = new FlowKey();
  private ServerView[] servers = new ServerView[0];
  private TargetView[] targets = new TargetView[0];
  private View view;

  NatReplica(NatTable sessions, CounterBank counters) {
    this.sessions = sessions;
    this.counters = counters;
  }

  void configure(View next) {
    view = next;
    servers = new ServerView[next.servers().stream().mapToInt(ServerView::id).max().orElse(0) + 1];
    next.servers().forEach(server -> servers[server.id()] = server);
    targets = new TargetView[next.targets().stream().mapToInt(TargetView::id).max().orElse(0) + 1];
    next.targets().forEach(target -> targets[target.id()] = target);
  }

  @Override
  public SessionCodec.Kind kind() {
    return SessionCodec.Kind.TRANSLATION;
  }

  @Override
  public int capacity() {
    return sessions.capacity();
  }

  @Override
  public int numbers() {
    return sessions.numbers();
  }

  @Override
  public boolean isInUse(int session) {
    return sessions.isInUse(session);
  }

  @Override
  public boolean read(int session, long at, SessionCodec into, long nowNanos) {
    into.create(at, SessionCodec.Kind.TRANSLATION)
        .key(
            sessions.clientHigh(session),
            sessions.clientLow(session),
            FlowHash.tuple(
                sessions.serverId(session),
                sessions.protocol(session),
                sessions.clientPort(session),
                sessions.servicePort(session)))
        .stateNumber(sessions.state(session).ordinal() + 1)
        .target(sessions.targetId(session))
        .millis(sessions.ageNanos(session) / MILLI_NANOS)
        .station(sessions.clientNetwork(session), sessions.clientMac(session))
        .mask(
            sessions.maskHigh(session),
            sessions.maskLow(session),
            sessions.targetPort(session),
            sessions.maskPort(session),
            sessions.isAnswered(session));
    return sessions.kind(session) == NatTable.Kind.SERVER;
  }

  @Override
  public int find(SessionCodec told) {
    long tuple = told.name();
    int number = (int) (tuple >>> 16) & 0xffff;
    ServerView server = number < servers.length ? servers[number] : null;
    if (server == null || !server.isTranslated() || !told.isGone() && targetOf(told) == null) {
      return UNKNOWN_NAME;
    }
    forward.set(
        (int) (tuple >>> 8) & 0xff,
        told.high(),
        told.low(),
        (int) (tuple >>> 48),
        server.address().high(),
        server.address().low(),
        (int) (tuple >>> 32) & 0xffff);
    return (tuple & 0xff) == 0 ? sessions.findForward(forward) : NOT_ALLOWED;
  }

  private TargetView targetOf(SessionCodec told) {
    return told.target() < targets.length ? targets[told.target()] : null;
  }

  @Override
  public boolean isUsedMoreLately(int session, SessionCodec told) {
    return sessions.targetId(session) != told.target()
        && told.millis() * MILLI_NANOS - sessions.ageNanos(session) > LATELY_NANOS;
  }

  @Override
  public int add(SessionCodec told, long nowNanos) {
    if (told.millis() * MILLI_NANOS >= sessions.timeoutNanos(stateOf(told))) {
      return EXPIRED;
    }
    TargetView target = targetOf(told);
    int refused = refusal(told, target);
    if (refused != NONE) {
      return refused;
    }
    reverse.set(
        forward.protocol(),
        target.address().high(),
        target.address().low(),
        told.targetPort(),
        told.maskHigh(),
        told.maskLow(),
        told.maskPort());
    int other = sessions.findReverse(reverse);
    if (other != NatTable.NONE) {
      if (isLesser(other)) {
        return NO_ROOM;
      }
      sessions.remove(other);
      counters.count(Counter.NAT_SESSIONS_ENDED);
    }
    if (!sessions.hasRoom()) {
      return NO_ROOM;
    }
    int session = sessions.add(NatTable.Kind.SERVER, forward, reverse);
    sessions.targetId(session, told.target());
    sessions.serverId(session, (int) (told.name() >>> 16) & 0xffff);
    take(session, told);
    sessions.ageNanos(session, told.millis() * MILLI_NANOS);
    counters.count(Counter.NAT_SESSIONS_STARTED);
    return session;
  }

  /// A target must not be made to believe in a client that this node could not answer for.
  private int refusal(SessionCodec told, TargetView target) {
    boolean isIpv4 = IpAddress.isIpv4(told.high(), told.low());
    IpAddress own = target.network().gateway(isIpv4);
    boolean isClients = told.maskLow() == told.low() && told.maskHigh() == told.high();
    boolean isOurs = own != null && own.low() == told.maskLow() && own.high() == told.maskHigh();
    if (!isClients && !isOurs || MacAddress.isGroup(told.mac())) {
      return NOT_ALLOWED;
    }
    return view.networkById(told.network()) == null ? UNKNOWN_NAME : NONE;
  }

  private boolean isLesser(int other) {
    int byHigh = Long.compareUnsigned(sessions.clientHigh(other), forward.fromHigh());
    int byLow = Long.compareUnsigned(sessions.clientLow(other), forward.fromLow());
    return byHigh != 0
        ? byHigh < 0
        : byLow != 0 ? byLow < 0 : sessions.clientPort(other) < forward.fromPort();
  }

  private static FlowState stateOf(SessionCodec told) {
    return STATES[told.stateNumber() - 1];
  }

  /// A session that leads elsewhere is another one.
  @Override
  public int replace(int session, SessionCodec told, long nowNanos) {
    boolean isSame =
        sessions.targetId(session) == told.target()
            && sessions.targetPort(session) == told.targetPort()
            && sessions.maskPort(session) == told.maskPort()
            && sessions.maskLow(session) == told.maskLow()
            && sessions.maskHigh(session) == told.maskHigh();
    if (!isSame) {
      int refused = refusal(told, targetOf(told));
      if (refused != NONE) {
        return refused;
      }
      sessions.remove(session);
      counters.count(Counter.NAT_SESSIONS_ENDED);
      return add(told, nowNanos);
    }
    if (view.networkById(told.network()) == null) {
      return UNKNOWN_NAME;
    }
    take(session, told);
    younger(session, told.millis() * MILLI_NANOS);
    return session;
  }

  private void take(int session, SessionCodec told) {
    sessions.state(session, stateOf(told));
    sessions.answered(session, told.isAnswered());
    sessions.wayBack(session, told.network(), told.mac());
  }

  private void younger(int session, long ageNanos) {
    if (ageNanos < sessions.ageNanos(session)) {
      sessions.ageNanos(session, ageNanos);
    }
  }

  @Override
  public boolean refresh(int session, SessionCodec told, long nowNanos) {
    long toldNanos = told.millis() * MILLI_NANOS;
    younger(session, toldNanos);
    return toldNanos - sessions.ageNanos(session)
        > sessions.timeoutNanos(sessions.state(session)) / 8;
  }

  @Override
  public boolean remove(int session, SessionCodec told, long nowNanos) {
    if (sessions.ageNanos(session) < sessions.timeoutNanos(sessions.state(session)) / 4 * 3
        && sessions.state(session) != FlowState.CLOSING) {
      return false;
    }
    sessions.remove(session);
    counters.count(Counter.NAT_SESSIONS_ENDED);
    return true;
  }
}
