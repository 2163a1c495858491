package io.pitchlake.it.bench;

import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.session.AddressTable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// Lookups and touches in random order in a full table of simulated addresses.
public class AddressTableBenchmark extends NanosPerOperation {
  @Param({"10000", "65536", "1000000"})
  int entries;

  private AddressTable table;
  private long nowNanos;

  @Setup
  public void fill() {
    table = new AddressTable(entries, 1, new TableHash(42));
    for (int i = 0; i < entries; i++) {
      table.add(0, 0, IpAddress.mappedLow(i), AddressState.SIMULATED);
    }
  }

  @Benchmark
  public AddressState find() {
    return table.state(table.find(0, 0, IpAddress.mappedLow(nextIndex(entries))));
  }

  /// What an answer to a flood over many addresses costs.
  @Benchmark
  public int findAndTouch() {
    int entry = table.find(0, 0, IpAddress.mappedLow(nextIndex(entries)));
    table.touch(entry, ++nowNanos);
    return entry;
  }

  @Benchmark
  public int findNothing() {
    return table.find(0, 1, nextIndex(entries));
  }
}
