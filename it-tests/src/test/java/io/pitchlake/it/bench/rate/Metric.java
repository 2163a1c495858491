package io.pitchlake.it.bench.rate;

/// What is measured. The [Part] says of what.
enum Metric {
  PER_SECOND("perSecond", "per second", 0),
  OFFERED("offeredPerSecond", "offered/s", 0),
  CPU_EACH("cpuNanosEach", "CPU ns each", 0),
  LOST_100K("lostOfAMillionAt100k", "lost at 100 k/s, of a million", 1),
  CPU_100K("cpuPercentAt100k", "CPU at 100 k/s, % of a core", 1),
  LOST_200K("lostOfAMillionAt200k", "lost at 200 k/s, of a million", 1),
  CPU_200K("cpuPercentAt200k", "CPU at 200 k/s, % of a core", 1),
  CPU_QUIET("cpuPercentWhenQuiet", "CPU when quiet, % of a core", 1),
  LATENCY_P50("latencyP50Micros", "p50 us", 1),
  LATENCY_P99("latencyP99Micros", "p99 us", 1),
  LATENCY_P999("latencyP999Micros", "p99.9 us", 1),
  LATENCY_MAX("latencyMaxMicros", "longest us", 1),
  LATENCY_LOST("latencyLostOfAMillion", "lost, of a million", 1),
  GIGABITS("gigabitsPerSecond", "Gbit/s", 2),
  RETRANSMITTED("segmentsRetransmitted", "segments sent again", 0),
  CPU("cpuPercent", "CPU, % of a core", 1),
  MINUTES("minutes", "minutes", 0),
  FIRST_MINUTE("perSecondInFirstMinute", "answers/s in the first minute", 0),
  LAST_MINUTE("perSecondInLastMinute", "in the last", 0),
  RESIDENT_BEFORE("residentMebibytesBefore", "resident MiB before", 0),
  RESIDENT("residentMebibytes", "resident MiB", 0),
  COLLECTIONS("collectionsUnderFlood", "GC under flood", 0);

  private final String key;
  private final String label;
  private final int decimals;

  Metric(String key, String label, int decimals) {
    this.key = key;
    this.label = label;
    this.decimals = decimals;
  }

  /// Its name in JSON, with the unit.
  String key() {
    return key;
  }

  /// Its name for people.
  String label() {
    return label;
  }

  /// Digits behind the point that mean something.
  int decimals() {
    return decimals;
  }
}
