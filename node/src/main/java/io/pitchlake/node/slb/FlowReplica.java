package io.pitchlake.node.slb;

import io.pitchlake.common.session.FlowState;
import io.pitchlake.common.session.FlowTable;
import io.pitchlake.common.session.SessionCodec;
import io.pitchlake.sync.ReplicatedTable;

/// The session table as other nodes are told of it. Frames alone are no change, so a backup's copy
/// grows old while its flow lives: when it comes to the last quarter of its time it is told once
/// more with its age, and whoever has seen a frame since answers with another one. A node that ends
/// a flow says so; one that has seen frames lately keeps it and says that. Engine thread.
final class FlowReplica implements ReplicatedTable {
  private static final FlowState[] STATES = FlowState.values();
  private static final long MILLI_NANOS = 1_000_000L;

  /// More than a change is on its way.
  private static final long LATELY_NANOS = 100_000_000L;

  private final FlowTable flows;
  private final Sessions sessions;
  private final Scheduler scheduler;

  FlowReplica(FlowTable flows, Sessions sessions, Scheduler scheduler) {
    this.flows = flows;
    this.sessions = sessions;
    this.scheduler = scheduler;
  }

  @Override
  public SessionCodec.Kind kind() {
    return SessionCodec.Kind.FLOW;
  }

  @Override
  public int capacity() {
    return flows.capacity();
  }

  @Override
  public int numbers() {
    return flows.numbers();
  }

  @Override
  public boolean isInUse(int flow) {
    return flows.isInUse(flow);
  }

  @Override
  public boolean read(int flow, long at, SessionCodec into, long nowNanos) {
    into.create(at, SessionCodec.Kind.FLOW)
        .key(flows.clientHigh(flow), flows.clientLow(flow), flows.tuple(flow))
        .stateNumber(flows.state(flow).ordinal() + 1)
        .target(flows.target(flow))
        .millis(flows.ageNanos(flow) / MILLI_NANOS);
    return true;
  }

  @Override
  public int find(SessionCodec told) {
    long tuple = told.name();
    if ((tuple & 0xff) != 0) {
      return NOT_ALLOWED;
    }
    if (!scheduler.hasServer((int) (tuple >>> 16) & 0xffff)
        || !told.isGone() && scheduler.indexOf(told.target()) == Scheduler.NONE) {
      return UNKNOWN_NAME;
    }
    return flows.find(told.high(), told.low(), tuple);
  }

  @Override
  public boolean isUsedMoreLately(int flow, SessionCodec told) {
    return flows.target(flow) != told.target()
        && told.millis() * MILLI_NANOS - flows.ageNanos(flow) > LATELY_NANOS;
  }

  @Override
  public int add(SessionCodec told, long nowNanos) {
    FlowState state = stateOf(told);
    long ageNanos = told.millis() * MILLI_NANOS;
    if (ageNanos >= flows.timeoutNanos(state)) {
      return EXPIRED;
    }
    int flow = sessions.told(told.high(), told.low(), told.name(), told.target(), state);
    if (flow == FlowTable.NONE) {
      return NO_ROOM;
    }
    flows.ageNanos(flow, ageNanos);
    return flow;
  }

  private static FlowState stateOf(SessionCodec told) {
    return STATES[told.stateNumber() - 1];
  }

  @Override
  public int replace(int flow, SessionCodec told, long nowNanos) {
    if (flows.target(flow) != told.target()) {
      sessions.move(flow, told.target());
    }
    if (flows.state(flow) != stateOf(told)) {
      sessions.state(flow, stateOf(told));
    }
    younger(flow, told.millis() * MILLI_NANOS);
    return flow;
  }

  @Override
  public boolean refresh(int flow, SessionCodec told, long nowNanos) {
    long toldNanos = told.millis() * MILLI_NANOS;
    younger(flow, toldNanos);
    return toldNanos - flows.ageNanos(flow) > flows.timeoutNanos(flows.state(flow)) / 8;
  }

  private void younger(int flow, long ageNanos) {
    if (ageNanos < flows.ageNanos(flow)) {
      flows.ageNanos(flow, ageNanos);
    }
  }

  @Override
  public boolean remove(int flow, SessionCodec told, long nowNanos) {
    if (flows.ageNanos(flow) < flows.timeoutNanos(flows.state(flow)) / 4 * 3) {
      return false;
    }
    sessions.end(flow);
    return true;
  }
}
