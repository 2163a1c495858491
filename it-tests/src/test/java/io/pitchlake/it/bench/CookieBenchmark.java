package io.pitchlake.it.bench;

import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.hash.SipHash;
import org.openjdk.jmh.annotations.Benchmark;

/// The hashes of a frame: SipHash over 12 bytes (the cookie of an IPv4 connection) and 36 (IPv6),
/// and the table's hash of a flow. Each hashes the one before, so nothing overlaps.
public class CookieBenchmark extends NanosPerOperation {
  private final SipHash key = new SipHash(1, 2);
  private final FlowHash flows = FlowHash.drawnFrom(key, 0);
  private long last;

  @Benchmark
  public long cookieIpv4() {
    last = key.hash12(last, 2);
    return last;
  }

  @Benchmark
  public long cookieIpv6() {
    last = key.hash36(last, 2, 3, 4, 5);
    return last;
  }

  @Benchmark
  public long flowHash() {
    last = flows.hash(0, last, 3);
    return last;
  }
}
