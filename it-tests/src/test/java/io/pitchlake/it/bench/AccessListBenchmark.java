package io.pitchlake.it.bench;

import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// Lookups of random addresses in an access list of random IPv4 blocks, /8 to /32.
public class AccessListBenchmark extends NanosPerOperation {
  @Param({"10", "1000", "10000", "100000"})
  int entries;

  private AccessList list;

  @Setup
  public void build() {
    SplittableRandom random = new SplittableRandom(1);
    List<AccessList.Entry> lines = new ArrayList<>();
    for (int i = 0; i < entries; i++) {
      IpAddress address = IpAddress.ofIpv4(random.nextInt());
      lines.add(
          new AccessList.Entry(
              random.nextBoolean(), IpPrefix.around(address, random.nextInt(8, 33))));
    }
    list = new AccessList(lines);
  }

  @Benchmark
  public boolean permits() {
    return list.permits(0, IpAddress.mappedLow(nextIndex(Integer.MAX_VALUE) << 1));
  }
}
