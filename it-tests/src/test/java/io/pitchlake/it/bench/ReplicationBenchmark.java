package io.pitchlake.it.bench;

import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.session.FlowState;
import io.pitchlake.common.session.FlowTable;
import io.pitchlake.common.session.SessionCodec;
import io.pitchlake.sync.ReplicatedTable;
import io.pitchlake.sync.Replicator;
import io.pitchlake.sync.SessionReplicator;
import io.pitchlake.sync.SyncLink;
import java.nio.ByteBuffer;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// What a changed flow costs from one node's table to another's, without a link: marked, copied to
/// the ring, gathered to a frame, checked, merged. All of it on one thread; in a node the engine
/// has less than half of it, and the two replication threads the rest.
public class ReplicationBenchmark extends NanosPerOperation {
  private static final int BATCH = 250;
  private static final long STEP_NANOS = 1_000_000;
  private static final FlowHash KEYS = new FlowHash(1, 2, 3, 5);

  @Param({"10000", "1000000"})
  int flows;

  private Side one;
  private Side other;
  private long nowNanos;

  /// A table, its replication, and a link that is a call.
  private static final class Side implements SyncLink {
    private final FlowTable table;
    private final SessionReplicator sessions;
    private final Replicator replicator;
    private Side peer;

    Side(int capacity, long boot) {
      table = new FlowTable(capacity, FlowHash.drawnFrom(new SipHash(boot, 2), 0), 0);
      sessions = new SessionReplicator(new CounterBank(), KEYS, 0);
      table.changes(sessions.replicate(new Flows(table)));
      replicator = new Replicator(sessions, boot, 0, List.of(), event -> {}, 0);
      replicator.attach(this);
    }

    Peer self() {
      return new Peer(replicator.boot(), "peer");
    }

    @Override
    public boolean send(Peer to, ByteBuffer frame) {
      peer.replicator.onFrame(self, frame);
      return true;
    }

    private Peer self;

    void meet(Side with) {
      peer = with;
      self = self();
    }

    @Override
    public void close() {
      replicator.close();
      table.close();
    }
  }

  @Setup
  public void fill() {
    one = new Side(flows, 1);
    other = new Side(flows, 2);
    one.meet(other);
    other.meet(one);
    for (int i = 0; i < flows; i++) {
      one.table.insert(0, i, FlowHash.tuple(1, 6, i & 0xffff, 80), 3, FlowState.ESTABLISHED);
    }
    one.replicator.onJoined(other.self());
    other.replicator.onJoined(one.self());
    while (other.table.size() < flows) {
      exchange();
    }
  }

  @TearDown
  public void close() {
    one.close();
    other.close();
  }

  private void exchange() {
    nowNanos += STEP_NANOS;
    one.sessions.turn(nowNanos);
    other.sessions.turn(nowNanos);
    one.replicator.step(nowNanos);
    other.replicator.step(nowNanos);
  }

  /// The whole way of one changed flow.
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void changeTellTake() {
    for (int i = 0; i < BATCH; i++) {
      one.table.target(nextIndex(flows), i);
    }
    exchange();
  }

  /// A flow table as a node replicates it, without servers and targets.
  private record Flows(FlowTable table) implements ReplicatedTable {
    private static final FlowState[] STATES = FlowState.values();

    @Override
    public SessionCodec.Kind kind() {
      return SessionCodec.Kind.FLOW;
    }

    @Override
    public int capacity() {
      return table.capacity();
    }

    @Override
    public int numbers() {
      return table.numbers();
    }

    @Override
    public boolean isInUse(int flow) {
      return table.isInUse(flow);
    }

    @Override
    public boolean read(int flow, long at, SessionCodec into, long nowNanos) {
      into.create(at, SessionCodec.Kind.FLOW)
          .key(table.clientHigh(flow), table.clientLow(flow), table.tuple(flow))
          .stateNumber(table.state(flow).ordinal() + 1)
          .target(table.target(flow))
          .millis(table.ageNanos(flow) / 1_000_000);
      return true;
    }

    @Override
    public int find(SessionCodec told) {
      return table.find(told.high(), told.low(), told.name());
    }

    @Override
    public int add(SessionCodec told, long nowNanos) {
      return table.insert(
          told.high(), told.low(), told.name(), told.target(), STATES[told.stateNumber() - 1]);
    }

    @Override
    public int replace(int flow, SessionCodec told, long nowNanos) {
      table.target(flow, told.target());
      table.state(flow, STATES[told.stateNumber() - 1]);
      return flow;
    }

    @Override
    public boolean refresh(int flow, SessionCodec told, long nowNanos) {
      return false;
    }

    @Override
    public boolean remove(int flow, SessionCodec told, long nowNanos) {
      table.remove(flow);
      return true;
    }
  }
}
