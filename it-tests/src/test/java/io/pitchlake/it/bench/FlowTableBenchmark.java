package io.pitchlake.it.bench;

import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.FlowState;
import io.pitchlake.common.session.FlowTable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// A frame's way through a flow table that is full but for one flow, in random order.
public class FlowTableBenchmark extends NanosPerOperation {
  @Param({"10000", "1000000", "10000000"})
  int flows;

  private FlowTable table;

  @Setup
  public void fill() {
    table = new FlowTable(flows + 1, FlowHash.drawnFrom(new SipHash(1, 2), 0), 0);
    for (int i = 0; i < flows; i++) {
      insert(i);
    }
  }

  @TearDown
  public void close() {
    table.close();
  }

  private static long client(int number) {
    return IpAddress.mappedLow(number / 16);
  }

  private static long tuple(int number) {
    return FlowHash.tuple(1, 6, 40_000 + number % 16, 80);
  }

  private int insert(int number) {
    return table.insert(0, client(number), tuple(number), 3, FlowState.ESTABLISHED);
  }

  /// A frame of a known flow: its target, and the stamp.
  @Benchmark
  public int find() {
    int number = nextIndex(flows);
    int flow = table.find(0, client(number), tuple(number));
    table.touch(flow);
    return table.target(flow);
  }

  @Benchmark
  public int findNothing() {
    int number = nextIndex(flows);
    return table.find(1, client(number), tuple(number));
  }

  /// A flow goes and comes again.
  @Benchmark
  public int removeAndInsert() {
    int number = nextIndex(flows);
    table.remove(table.find(0, client(number), tuple(number)));
    return insert(number);
  }
}
