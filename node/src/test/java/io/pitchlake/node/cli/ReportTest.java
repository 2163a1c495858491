package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.node.Node;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.sim.SimPort;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The minute's line says what was new in it, the table says everything.
class ReportTest {
  private final Node node =
      new Node(
          ConfigParser.parse(
                  "test.conf",
                  """
                  interface 1 { name eth0 }
                  network 1 { mask 24 real 10.0.0.4 tarpit enable interface 1 }
                  register networks 1 enable networks 1
                  set addresses 2048
                  """)
              .configuration()
              .orElseThrow(),
          List.of(new SimPort("eth0", 0x0200_0000_0004L)),
          new SimClock(),
          new SplittableRandom(1),
          Optional.empty(),
          Set.of(),
          IdleStrategy.busy());
  private final CounterBank counters = node.counters();
  private final Report report = new Report(List.of(node));

  @Test
  void theLineCountsFromTheLastOneAndShowsWhatIsInUse() {
    counters.add(Counter.FRAMES_RECEIVED, 10);
    counters.count(Counter.TARPIT_SYNACKS);
    counters.drop(DropReason.FRAGMENT);
    counters.set(Gauge.ADDRESSES_SIMULATED, 250);
    String first = report.line();
    assertTrue(first.contains("frames in 10 out 0 dropped 1,"), first);
    assertTrue(first.contains("tcp 1 "), first);
    assertTrue(first.contains("simulated 250 "), first);
    assertTrue(first.contains("of 2048"), first);

    counters.add(Counter.FRAMES_RECEIVED, 3);
    String second = report.line();
    assertTrue(second.contains("frames in 3 out 0 dropped 0,"), second);
    assertTrue(second.contains("tcp 0 "), second);
    assertTrue(second.contains("simulated 250 "), second);
  }

  @Test
  void theTableHasWhatIsNotZeroAndItsLimits() {
    assertEquals(List.of(), report.table(List.of()));
    counters.add(Counter.FRAMES_RECEIVED, 10);
    counters.drop(DropReason.FRAGMENT);
    counters.set(Gauge.ADDRESSES, 251);
    counters.set(Gauge.STATIONS, 7);
    assertEquals(
        List.of(
            "          10  frames received",
            "           1  dropped: a fragment",
            "         251  addresses in the table, of 2048",
            "           7  stations remembered, of 16384"),
        report.table(List.of()));
  }
}
