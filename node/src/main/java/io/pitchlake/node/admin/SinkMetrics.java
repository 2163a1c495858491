package io.pitchlake.node.admin;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.pitchlake.node.event.sink.SinkStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/// What became of events at each sink, as meters that come and go with the configuration's sinks. A
/// sink is named by its kind and place, never by what it was told of. One caller at a time.
final class SinkMetrics {
  private static final String PREFIX = "pitchlake.event.sink.";

  private final Supplier<List<SinkStatus>> sinks;
  private final MeterRegistry registry;
  private final Map<String, List<Meter>> meters = new HashMap<>();
  private Map<String, SinkStatus> now = Map.of();

  SinkMetrics(Supplier<List<SinkStatus>> sinks, MeterRegistry registry) {
    this.sinks = sinks;
    this.registry = registry;
  }

  /// Reads all sinks; those that are gone have no meters any more.
  void read() {
    now = sinks.get().stream().collect(Collectors.toMap(SinkStatus::name, sink -> sink));
    meters
        .entrySet()
        .removeIf(entry -> {
          boolean gone = !now.containsKey(entry.getKey());
          if (gone) {
            entry.getValue().forEach(registry::remove);
          }
          return gone;
        });
    now.keySet().forEach(name -> meters.computeIfAbsent(name, this::register));
  }

  private List<Meter> register(String name) {
    List<Meter> registered = new ArrayList<>();
    registered.add(
        counter(name, "delivered", "events that the sink has taken", SinkStatus::delivered));
    registered.add(
        counter(name, "dropped", "events that found the sink's queue full", SinkStatus::dropped));
    registered.add(
        counter(
            name,
            "failed",
            "events that the sink refused, or did not take in time",
            SinkStatus::failed));
    registered.add(gauge(name, "waiting", "events that wait for the sink", SinkStatus::waiting));
    registered.add(gauge(name, "limit", "the most events that wait", SinkStatus::limit));
    return registered;
  }

  private Meter counter(
      String sink, String what, String meaning, ToLongFunction<SinkStatus> value) {
    return FunctionCounter.builder(PREFIX + what, this, self -> self.value(sink, value))
        .description(meaning)
        .tags(Tags.of("sink", sink))
        .register(registry);
  }

  private Meter gauge(String sink, String what, String meaning, ToLongFunction<SinkStatus> value) {
    return Gauge.builder(PREFIX + what, this, self -> self.value(sink, value))
        .description(meaning)
        .tags(Tags.of("sink", sink))
        .register(registry);
  }

  private double value(String sink, ToLongFunction<SinkStatus> value) {
    SinkStatus status = now.get(sink);
    return status == null ? Double.NaN : value.applyAsLong(status);
  }
}
