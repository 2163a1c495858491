package io.pitchlake.node.slb;

import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.session.FlowState;
import io.pitchlake.common.session.FlowTable;
import io.pitchlake.common.time.TokenBucket;

/// The session table and, beside it, how many sessions each target has: those that are not closing,
/// so that a target is not called busy for connections that have ended. Every change of a flow goes
/// through here, so the counts are right at any time. Engine thread.
final class Sessions {
  private static final long SECOND_NANOS = 1_000_000_000L;

  /// Targets are numbered up to 65,535.
  private static final int TARGETS = 65_536;

  private final FlowTable flows;
  private final CounterBank counters;
  private final int[] open = new int[TARGETS];
  private final FlowTable.Visitor expired = this::expired;
  private TokenBucket newFlows;

  /// @param flows its own from now on; whoever made it closes it after the last call
  Sessions(FlowTable flows, CounterBank counters) {
    this.flows = flows;
    this.counters = counters;
  }

  void configure(Settings settings, long nowNanos) {
    newFlows = new TokenBucket(settings.get(Setting.SESSIONRATE), nowNanos);
    flows.timeout(FlowState.OPENING, settings.get(Setting.SESSIONOPENTO) * SECOND_NANOS);
    flows.timeout(FlowState.ESTABLISHED, settings.get(Setting.SESSIONTCPTO) * SECOND_NANOS);
    flows.timeout(FlowState.CLOSING, settings.get(Setting.SESSIONCLOSETO) * SECOND_NANOS);
    flows.timeout(FlowState.DATAGRAM, settings.get(Setting.SESSIONUDPTO) * SECOND_NANOS);
  }

  void tick(long nowNanos) {
    flows.advance(nowNanos, expired);
    counters.set(Gauge.SESSIONS, flows.size());
  }

  private void expired(int flow) {
    count(flow, -1);
    counters.count(Counter.SESSIONS_ENDED);
  }

  /// Why the next new flow cannot be remembered, or null when it can, for which it must be.
  Counter refusal(long nowNanos) {
    if (!newFlows.take(nowNanos)) {
      return Counter.UNTRACKED_RATE;
    }
    return hasRoom() ? null : Counter.UNTRACKED_TABLE_FULL;
  }

  /// Whether the table has room for another flow.
  boolean hasRoom() {
    return flows.size() < flows.capacity();
  }

  /// The flow of a client, or [FlowTable#NONE].
  int find(long high, long low, long tuple) {
    return flows.find(high, low, tuple);
  }

  /// Remembers a new flow, for which [#refusal] has said that there is room.
  void start(long high, long low, long tuple, int target, FlowState state) {
    count(flows.insert(high, low, tuple, target, state), 1);
    counters.count(Counter.SESSIONS_STARTED);
  }

  /// Remembers a flow that another node has told of; [FlowTable#NONE] when there is no room.
  int told(long high, long low, long tuple, int target, FlowState state) {
    int flow = flows.insert(high, low, tuple, target, state);
    if (flow != FlowTable.NONE) {
      count(flow, 1);
    }
    return flow;
  }

  /// Forgets a flow that has ended on another node.
  void end(int flow) {
    expired(flow);
    flows.remove(flow);
  }

  /// The number of the target that has the flow.
  int target(int flow) {
    return flows.target(flow);
  }

  FlowState state(int flow) {
    return flows.state(flow);
  }

  /// How long ago a frame of the flow came.
  long ageNanos(int flow) {
    return flows.ageNanos(flow);
  }

  /// Notes that a frame of the flow came.
  void touch(int flow) {
    flows.touch(flow);
  }

  void state(int flow, FlowState to) {
    count(flow, -1);
    flows.state(flow, to);
    count(flow, 1);
  }

  /// Gives the flow to another target.
  void move(int flow, int target) {
    count(flow, -1);
    flows.target(flow, target);
    count(flow, 1);
  }

  private void count(int flow, int change) {
    if (flows.state(flow) != FlowState.CLOSING) {
      open[flows.target(flow)] += change;
    }
  }

  /// How many sessions the target of a number has that are not closing.
  int open(int target) {
    return open[target];
  }
}
