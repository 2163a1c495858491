package io.pitchlake.it.bench.rate;

import java.util.List;

/// What is measured together and shown in one table.
enum Part {
  TARPIT("tarpit", "Tarpit, SYN to SYN-ACK; each one is an answer"),
  LATENCY("latency", "Latency, SYN to SYN-ACK at 10 k/s"),
  FORWARD("forward", "Forwarding to a target (DSR), data of 65,536 flows; '1m' has 1,048,576"),
  NEW_FLOWS("newFlows", "Forwarding to a target (DSR), SYNs of ever new flows"),
  BULK("bulk", "Upload to a target (DSR), one TCP connection, offloads as they are by default"),
  ENDURANCE("endurance", "Endurance, tarpit under flood");

  private final String key;
  private final String title;

  Part(String key, String title) {
    this.key = key;
    this.title = title;
  }

  /// Its name in JSON.
  String key() {
    return key;
  }

  /// Its name for people.
  String title() {
    return title;
  }

  /// Its table's, from left to right.
  List<Metric> columns() {
    return switch (this) {
      case TARPIT, FORWARD ->
          List.of(
              Metric.PER_SECOND,
              Metric.CPU_EACH,
              Metric.LOST_100K,
              Metric.CPU_100K,
              Metric.LOST_200K,
              Metric.CPU_200K,
              Metric.CPU_QUIET,
              Metric.RESIDENT,
              Metric.COLLECTIONS);
      case LATENCY ->
          List.of(
              Metric.LATENCY_P50,
              Metric.LATENCY_P99,
              Metric.LATENCY_P999,
              Metric.LATENCY_MAX,
              Metric.LATENCY_LOST);
      case NEW_FLOWS -> List.of(Metric.PER_SECOND, Metric.CPU_EACH);
      case BULK -> List.of(Metric.GIGABITS, Metric.RETRANSMITTED, Metric.CPU);
      case ENDURANCE ->
          List.of(
              Metric.MINUTES,
              Metric.FIRST_MINUTE,
              Metric.LAST_MINUTE,
              Metric.RESIDENT_BEFORE,
              Metric.RESIDENT,
              Metric.COLLECTIONS);
    };
  }
}
