package io.pitchlake.it.bench.rate;

import java.io.IOException;
import java.util.List;

/// Contestants, and what they are put through.
interface Contest {
  /// In the order in which they run.
  List<Contestant> contestants();

  /// Starts one of them, measures it and ends it.
  ///
  /// @throws BenchException when it does not do what is measured
  void measure(Contestant contestant) throws IOException, InterruptedException;
}
