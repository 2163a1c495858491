package io.pitchlake.it.bench;

import io.pitchlake.common.wire.Checksum;
import io.pitchlake.common.wire.NativeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// The Internet checksum over a small segment and over a full one, and its update after a NAT
/// rewrite.
public class ChecksumBenchmark extends NanosPerOperation {
  @Param({"64", "1500"})
  int bytes;

  private final NativeBuffer buffer = new NativeBuffer(2048);

  @Benchmark
  public int sum() {
    return Checksum.finish(Checksum.sum(buffer.address(), bytes));
  }

  @Benchmark
  public int update() {
    return Checksum.replace32(0x1234, bytes, 0x0a00_0001);
  }
}
