package io.pitchlake.node.admin;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// What operators and others have cost so far. Any thread.
final class Traffic {
  /// What became of a request or a connection.
  enum Fate {
    ANSWERED("requests answered"),
    REFUSED("requests that were not done, for a reason given"),
    RATE("requests and connections over the rate"),
    CONNECTIONS("connections over their number"),
    SLOW("connections that were cut, for they were slow"),
    MALFORMED("requests that were no HTTP, or too large");

    private final String meaning;

    Fate(String meaning) {
      this.meaning = meaning;
    }
  }

  private final Map<Fate, AtomicLong> counts = new EnumMap<>(Fate.class);
  private final AtomicLong open = new AtomicLong();
  private final AtomicLong room = new AtomicLong();

  Traffic() {
    for (Fate fate : Fate.values()) {
      counts.put(fate, new AtomicLong());
    }
  }

  void count(Fate fate) {
    counts.get(fate).incrementAndGet();
  }

  long of(Fate fate) {
    return counts.get(fate).get();
  }

  /// There is another door, with room for as many connections.
  void door(int connections) {
    room.addAndGet(connections);
  }

  void opened() {
    open.incrementAndGet();
  }

  void closed() {
    open.decrementAndGet();
  }

  void register(MeterRegistry registry) {
    counts.forEach((fate, count) ->
        FunctionCounter.builder(
                "pitchlake.admin." + fate.name().toLowerCase(Locale.ROOT),
                count,
                AtomicLong::doubleValue)
            .description("operator: " + fate.meaning)
            .register(registry));
    Gauge.builder("pitchlake.admin.open", open, AtomicLong::doubleValue)
        .description("operator: connections open")
        .register(registry);
    Gauge.builder("pitchlake.admin.open.limit", room, AtomicLong::doubleValue)
        .description("operator: the most of them, over all ways in")
        .register(registry);
  }
}
