package io.pitchlake.it.bench;

import io.pitchlake.common.hash.MaglevTable;
import io.pitchlake.common.hash.MaglevTable.Member;
import io.pitchlake.common.hash.SipHash;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// Building Maglev's table, which happens off the engine thread, and the lookup, which does not.
public class MaglevBenchmark extends NanosPerOperation {
  @Param({"3", "100"})
  int targets;

  private final SipHash key = new SipHash(1, 2);
  private List<Member> members;
  private MaglevTable table;

  @Setup
  public void members() {
    members = IntStream.range(0, targets).mapToObj(target -> new Member(target, 1)).toList();
    table = build();
  }

  @Benchmark
  public MaglevTable build() {
    return MaglevTable.build(key, 1, members);
  }

  @Benchmark
  public int lookup() {
    return table.target((long) nextIndex(Integer.MAX_VALUE) << 33);
  }
}
