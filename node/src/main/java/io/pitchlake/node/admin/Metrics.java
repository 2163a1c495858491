package io.pitchlake.node.admin;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.node.Node;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/// Everything counted, as Prometheus reads it: `pitchlake_..._total` for what only rises, base
/// units, a table's limit beside its use. No address of a client, an attacker or a decoy is ever a
/// label; what is, is bounded by the configuration.
final class Metrics {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final String PREFIX = "pitchlake.";
  private static final double MICROS_PER_SECOND = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  private static final Map<Gauge, Setting> LIMITS =
      Map.of(
          Gauge.ADDRESSES, Setting.ADDRESSES,
          Gauge.STATIONS, Setting.TARPITSTATIONS,
          Gauge.TARPIT_DRIPS_WAITING, Setting.TARPITDRIPS,
          Gauge.SESSIONS, Setting.SESSIONS,
          Gauge.NAT_SESSIONS, Setting.NATSESSIONS,
          Gauge.PERSISTENT_CLIENTS, Setting.PERSISTENCE);

  /// What is counted, and the budget that each engine has of it.
  private static final Map<Counter, Setting> BUDGETS =
      Map.of(
          Counter.TARPIT_RESETS, Setting.TARPITRSTRATE,
          Counter.LOG_LINES, Setting.TARPITLOGTOTAL,
          Counter.SESSIONS_STARTED, Setting.SESSIONRATE,
          Counter.PROBES_SENT, Setting.TARGETPROBERATE,
          Counter.ICMP_ERRORS_SENT, Setting.ICMPRATE);

  private final Operated operated;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Standings standings;
  private final SinkMetrics sinks;
  private double answerSeconds = Double.NaN;

  Metrics(Operated operated, List<EngineReader> engines, Traffic traffic) {
    this.operated = operated;
    for (Counter counter : Counter.values()) {
      if (counter == Counter.BYTES_RECEIVED) {
        rising("received", counter.meaning(), "bytes", Tags.empty(), bank -> bank.get(counter));
      } else {
        rising(name(counter), counter.meaning(), null, Tags.empty(), bank -> bank.get(counter));
      }
    }
    for (DropReason reason : DropReason.values()) {
      rising(
          "frames.dropped",
          "frames that ended their way, by reason",
          null,
          Tags.of("reason", reason.name().toLowerCase(Locale.ROOT)),
          bank -> bank.get(reason));
    }
    for (Gauge gauge : Gauge.values()) {
      if (gauge == Gauge.SYNC_LAG_MICROS) {
        now(
            "sync.lag",
            "since the oldest replication frame on its way was made",
            "seconds",
            () -> sum(bank -> bank.get(gauge)) / MICROS_PER_SECOND);
      } else {
        now(name(gauge), gauge.meaning(), null, () -> sum(bank -> bank.get(gauge)));
      }
    }
    LIMITS.forEach((gauge, setting) ->
        now(
            name(gauge) + ".limit",
            "the most of: " + gauge.meaning(),
            null,
            () -> setting(setting)));
    BUDGETS.forEach((counter, setting) ->
        now(
            name(counter) + ".per.second.limit",
            "the most in a second of: " + counter.meaning(),
            null,
            () -> setting(setting) * operated.nodes().size()));
    ports();
    long startedNanos = operated.clock().nanoTime();
    now(
        "uptime",
        "since the start",
        "seconds",
        () -> (operated.clock().nanoTime() - startedNanos) / NANOS_PER_SECOND);
    now(
        "engine.answer",
        "how long the engines took to answer this reading; no number when they did not",
        "seconds",
        () -> answerSeconds);
    io.micrometer.core.instrument.Gauge.builder(PREFIX + "build.info", () -> 1)
        .description("the program, as labels")
        .tags("version", operated.version())
        .register(registry);
    traffic.register(registry);
    sinks = new SinkMetrics(operated.sinks(), registry);
    standings = new Standings(operated, engines, registry);
  }

  private long setting(Setting setting) {
    return operated.nodes().getFirst().configuration().settings().get(setting);
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '.');
  }

  private long sum(ToLongFunction<CounterBank> value) {
    return operated.nodes().stream().flatMap(Node::banks).mapToLong(value).sum();
  }

  private void rising(
      String name, String meaning, String unit, Tags tags, ToLongFunction<CounterBank> value) {
    FunctionCounter.builder(PREFIX + name, this, metrics -> metrics.sum(value))
        .description(meaning)
        .baseUnit(unit)
        .tags(tags)
        .register(registry);
  }

  private void now(String name, String meaning, String unit, Supplier<Number> value) {
    io.micrometer.core.instrument.Gauge.builder(PREFIX + name, value)
        .description(meaning)
        .baseUnit(unit)
        .strongReference(true)
        .register(registry);
  }

  private void ports() {
    for (Port port : operated.nodes().getFirst().ports()) {
      port(port.name(), "received", "frames received", PortStatistics::receivedFrames);
      port(port.name(), "sent", "frames the kernel took", PortStatistics::transmittedFrames);
      port(
          port.name(),
          "lost",
          "frames the kernel dropped, not read in time",
          PortStatistics::receiveDropped);
      port(
          port.name(),
          "oversized",
          "frames larger than a buffer",
          PortStatistics::receiveOversized);
      port(port.name(), "refused", "frames the kernel refused", PortStatistics::transmitFailed);
    }
  }

  /// One number of a port, over all engines that read it.
  private void port(
      String port, String what, String meaning, ToDoubleFunction<PortStatistics> value) {
    FunctionCounter.builder(
            PREFIX + "port.frames." + what,
            operated,
            of ->
                of.nodes().stream()
                    .flatMap(node -> node.ports().stream())
                    .filter(one -> one.name().equals(port))
                    .mapToDouble(one -> value.applyAsDouble(one.statistics()))
                    .sum())
        .description(meaning)
        .tags("port", port)
        .register(registry);
  }

  /// Everything now. One caller at a time.
  synchronized String scrape() {
    sinks.read();
    long begunNanos = System.nanoTime();
    try {
      standings.read();
      answerSeconds = (System.nanoTime() - begunNanos) / NANOS_PER_SECOND;
    } catch (Refusal e) {
      // What is counted is read without the engine; this says that it does not answer.
      answerSeconds = Double.NaN;
    }
    return registry.scrape();
  }
}
