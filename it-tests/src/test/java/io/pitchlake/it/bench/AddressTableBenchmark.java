package io.pitchlake.it.bench;

import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.session.AddressTable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// Lookups in random order in a full table of simulated addresses.
public class AddressTableBenchmark extends NanosPerOperation {
  @Param({"10000", "1000000"})
  int entries;

  private AddressTable table;

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

  @Benchmark
  public int findNothing() {
    return table.find(0, 1, nextIndex(entries));
  }
}
