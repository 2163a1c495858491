package io.pitchlake.it.bench;

import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.FlowState;
import io.pitchlake.common.session.FlowTable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// What expiry may cost a turn: a step that removes as many flows as a step may, and one that finds
/// them all alive. The bound is 100 us.
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class FlowExpiryBenchmark extends NanosPerOperation {
  @Param({"1000000", "10000000"})
  int flows;

  @Param({"true", "false"})
  boolean expired;

  private final FlowTable.Visitor visitor = flow -> {};
  private FlowTable table;
  private long nowNanos;
  private int next;

  @Setup
  public void create() {
    table = new FlowTable(flows, FlowHash.drawnFrom(new SipHash(1, 2), 0), 0);
    table.timeout(FlowState.OPENING, 0);
    table.timeout(FlowState.ESTABLISHED, FlowTable.MAX_TIMEOUT_NANOS);
    refill();
  }

  /// Puts back what the step before has removed, and lets the walk fall behind by one step.
  @Setup(Level.Invocation)
  public void refill() {
    while (table.size() < flows) {
      // Consecutive flows of the walk lie anywhere in the index, as in life.
      long client = IpAddress.mappedLow(next++ * 0x9e37_79b1);
      FlowState state = expired ? FlowState.OPENING : FlowState.ESTABLISHED;
      int flow = table.insert(0, client, FlowHash.tuple(1, 6, 40_000, 80), 3, state);
      table.ageNanos(flow, TimeUnit.SECONDS.toNanos(1));
    }
    nowNanos += FlowTable.ROUND_NANOS * FlowTable.LOOKED_AT_PER_STEP / flows + 1;
  }

  @TearDown
  public void close() {
    table.close();
  }

  @Benchmark
  public int step() {
    return table.advance(nowNanos, visitor);
  }
}
