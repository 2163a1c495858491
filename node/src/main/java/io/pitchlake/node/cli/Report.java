package io.pitchlake.node.cli;

import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.node.Node;
import io.pitchlake.node.event.sink.SinkStatus;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortStatistics;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/// What a node has counted, as text: one line for the time since the last one, and the full table.
/// Reads published counters only; one thread.
final class Report {
  private final List<Node> engines;
  private final Settings settings;
  private final Map<Counter, Long> last = new EnumMap<>(Counter.class);
  private long lastDropped;

  /// @param engines of one node
  Report(List<Node> engines) {
    this.engines = List.copyOf(engines);
    this.settings = engines.getFirst().configuration().settings();
  }

  private long sum(ToLongFunction<CounterBank> value) {
    return engines.stream().flatMap(Node::banks).mapToLong(value).sum();
  }

  /// What has happened since the last call, and what is in use now.
  String line() {
    Map<Counter, Long> since = new EnumMap<>(Counter.class);
    for (Counter counter : Counter.values()) {
      long now = sum(bank -> bank.get(counter));
      since.put(counter, now - last.getOrDefault(counter, 0L));
      last.put(counter, now);
    }
    long dropped = sum(CounterBank::dropped);
    long droppedSince = dropped - lastDropped;
    lastDropped = dropped;
    return ("frames in %d out %d dropped %d, proofs %d (%d free, %d taken),"
            + " trapped: arp %d nd %d echo %d tcp %d udp %d, released %d,"
            + " addresses now: simulated %d real %d held %d proving %d of %d, log lines %d held back %d,"
            + " balanced %d, sessions new %d now %d, targets ready %d of %d%s")
        .formatted(
            since.get(Counter.FRAMES_RECEIVED),
            since.get(Counter.FRAMES_TRANSMITTED),
            droppedSince,
            since.get(Counter.PROOFS_STARTED),
            since.get(Counter.PROOFS_FREE),
            since.get(Counter.PROOFS_TAKEN),
            since.get(Counter.TARPIT_ARP_REPLIES),
            since.get(Counter.TARPIT_ND_ADVERTISEMENTS),
            since.get(Counter.TARPIT_ECHO_REPLIES),
            since.get(Counter.TARPIT_SYNACKS),
            since.get(Counter.TARPIT_UDP),
            since.get(Counter.RELEASED),
            sum(bank -> bank.get(Gauge.ADDRESSES_SIMULATED)),
            sum(bank -> bank.get(Gauge.ADDRESSES_REAL)),
            sum(bank -> bank.get(Gauge.ADDRESSES_HELD)),
            sum(bank -> bank.get(Gauge.ADDRESSES_PROBING)),
            settings.get(Setting.ADDRESSES),
            since.get(Counter.LOG_LINES),
            since.get(Counter.LOG_HELD_BACK),
            since.get(Counter.BALANCED),
            since.get(Counter.SESSIONS_STARTED),
            sum(bank -> bank.get(Gauge.SESSIONS)),
            sum(bank -> bank.get(Gauge.TARGETS_READY)),
            sum(bank -> bank.get(Gauge.TARGETS)),
            replication(since));
  }

  private String replication(Map<Counter, Long> since) {
    if (engines.getFirst().replicator().isEmpty()) {
      return "";
    }
    return ", peers talked to %d equal %d, entries told %d taken %d waiting %d, ranges differing %d"
        .formatted(
            sum(bank -> bank.get(Gauge.SYNC_PEERS)),
            sum(bank -> bank.get(Gauge.SYNC_PEERS_EQUAL)),
            since.get(Counter.SYNC_TOLD),
            since.get(Counter.SYNC_TAKEN),
            sum(bank -> bank.get(Gauge.SYNC_TO_TELL)),
            sum(bank -> bank.get(Gauge.SYNC_RANGES_DIFFERING)));
  }

  /// What is in use now, in one line: every gauge that is not 0, sessions first and always. Any
  /// thread.
  String now() {
    StringBuilder line = new StringBuilder("sessions ");
    line.append(sum(bank -> bank.get(Gauge.SESSIONS)));
    for (Gauge gauge : Gauge.values()) {
      long value = sum(bank -> bank.get(gauge));
      if (value != 0 && gauge != Gauge.SESSIONS) {
        line.append(", ").append(gauge.meaning()).append(' ').append(value);
      }
    }
    return line.toString();
  }

  /// Everything that is not 0 since the start, one line each.
  ///
  /// @param sinks of events; the log itself is where this goes
  List<String> table(List<SinkStatus> sinks) {
    List<String> lines = new ArrayList<>();
    for (Counter counter : Counter.values()) {
      add(lines, sum(bank -> bank.get(counter)), counter.meaning());
    }
    for (DropReason reason : DropReason.values()) {
      add(lines, sum(bank -> bank.get(reason)), "dropped: " + reason.meaning());
    }
    for (Gauge gauge : Gauge.values()) {
      add(lines, sum(bank -> bank.get(gauge)), gauge.meaning() + limit(gauge));
    }
    for (int engine = 0; engine < engines.size(); engine++) {
      String which = engines.size() == 1 ? ": " : " engine " + engine + ": ";
      for (Port port : engines.get(engine).ports()) {
        port(lines, port.name() + which, port.statistics());
      }
    }
    for (SinkStatus sink : sinks) {
      add(lines, sink.delivered(), "events to " + sink.name());
      add(lines, sink.dropped(), "events dropped that waited for " + sink.name());
      add(lines, sink.failed(), "events refused by " + sink.name());
    }
    return lines;
  }

  private String limit(Gauge gauge) {
    return switch (gauge) {
      case ADDRESSES -> ", of " + settings.get(Setting.ADDRESSES);
      case STATIONS -> ", of " + settings.get(Setting.TARPITSTATIONS);
      case TARPIT_DRIPS_WAITING -> ", of " + settings.get(Setting.TARPITDRIPS);
      case SESSIONS -> ", of " + settings.get(Setting.SESSIONS);
      case NAT_SESSIONS -> ", of " + settings.get(Setting.NATSESSIONS);
      case PERSISTENT_CLIENTS -> ", of " + settings.get(Setting.PERSISTENCE);
      case SERVERS_OUT,
          TARGETS,
          TARGETS_READY,
          TARGETS_HELD,
          CHECKS,
          CHECKS_FAILING,
          ROUTERS,
          ROUTERS_ACTIVE,
          REAL_TIME,
          PEERS,
          PEERS_ALIVE,
          SYNC_PEERS,
          SYNC_PEERS_EQUAL,
          SYNC_TO_TELL,
          SYNC_RANGES_DIFFERING,
          SYNC_UNACKNOWLEDGED,
          SYNC_LAG_MICROS,
          ADDRESSES_PROBING,
          ADDRESSES_REAL,
          ADDRESSES_SIMULATED,
          ADDRESSES_HELD,
          MLD_GROUPS ->
          "";
    };
  }

  private static void port(List<String> lines, String name, PortStatistics statistics) {
    add(lines, statistics.receivedFrames(), name + "frames received");
    add(lines, statistics.transmittedFrames(), name + "frames the kernel took");
    add(lines, statistics.receiveDropped(), name + "frames the kernel dropped, not read in time");
    add(lines, statistics.receiveOversized(), name + "frames larger than a buffer");
    add(lines, statistics.transmitFailed(), name + "frames the kernel refused");
  }

  private static void add(List<String> lines, long value, String meaning) {
    if (value != 0) {
      lines.add("%12d  %s".formatted(value, meaning));
    }
  }
}
