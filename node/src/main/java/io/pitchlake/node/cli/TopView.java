package io.pitchlake.node.cli;

import io.pitchlake.common.text.JsonReader;
import io.pitchlake.node.admin.AdminClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// What a node says at one moment, and how fast it has changed since an earlier one, laid out for a
/// screen.
final class TopView {
  /// How a line looks.
  enum Look {
    TITLE,
    HEAD,
    PLAIN,
    TROUBLE
  }

  /// One line of the screen.
  record Line(Look look, String text) {}

  private static final int MOST_ATTACKERS = 100;

  private final long nanos;
  private final Map<String, Object> status;
  private final Map<String, Long> counters;
  private final Map<String, Long> drops;
  private final Map<String, String> meanings;
  private final List<Map<String, Object>> attackers;
  private final List<Map<String, Object>> targets;
  private final TopView before;

  private TopView(
      long nanos,
      Map<String, Object> status,
      Map<String, Long> counters,
      Map<String, Long> drops,
      Map<String, String> meanings,
      List<Map<String, Object>> attackers,
      List<Map<String, Object>> targets,
      TopView before) {
    this.nanos = nanos;
    this.status = status;
    this.counters = counters;
    this.drops = drops;
    this.meanings = meanings;
    this.attackers = attackers;
    this.targets = targets;
    this.before = before;
  }

  /// Asks a node.
  ///
  /// @throws Failure it does not answer
  static TopView of(Surroundings world, NodeSocket node) throws Failure {
    Map<String, Object> status = ask(world, node, new Query("/api/v1/status"));
    List<Map<String, Object>> counted =
        rows(ask(world, node, new Query("/api/v1/counters")), "counters");
    List<Map<String, Object>> dropped = rows(ask(world, node, new Query("/api/v1/drops")), "drops");
    Map<String, Long> counters = new LinkedHashMap<>();
    counted.forEach(row -> counters.put(text(row, "name"), number(row, "value")));
    Map<String, Long> drops = new LinkedHashMap<>();
    Map<String, String> meanings = new LinkedHashMap<>();
    dropped.forEach(row -> {
      drops.put(text(row, "reason"), number(row, "frames"));
      meanings.put(text(row, "reason"), text(row, "meaning"));
    });
    return new TopView(
        world.clock().nanoTime(),
        status,
        counters,
        drops,
        meanings,
        rows(ask(world, node, new Query("/api/v1/top").with("limit", MOST_ATTACKERS)), "attackers"),
        rows(ask(world, node, new Query("/api/v1/targets")), "targets"),
        null);
  }

  private static Map<String, Object> ask(Surroundings world, NodeSocket node, Query query)
      throws Failure {
    AdminClient.Answer answer = node.ask(world, "GET", query, true);
    if (!answer.isGood()) {
      throw new Failure(
          NodeSocket.codeOf(answer.status()),
          text(JsonReader.object(JsonReader.read(answer.body())), "error"));
    }
    return JsonReader.object(JsonReader.read(answer.body()));
  }

  private static List<Map<String, Object>> rows(Map<String, Object> page, String table) {
    return JsonReader.list(page.get(table)).stream().map(JsonReader::object).toList();
  }

  private static String text(Map<String, Object> row, String name) {
    return clean(Objects.toString(row.get(name), "-"));
  }

  /// What came from the network moves no cursor.
  private static String clean(String raw) {
    return raw.replaceAll("\\p{Cntrl}", "?");
  }

  private static long number(Map<String, Object> row, String name) {
    return row.get(name) instanceof Long value ? value : 0;
  }

  private static boolean flag(Map<String, Object> row, String name) {
    return Boolean.TRUE.equals(row.get(name));
  }

  /// The same with rates since another one.
  TopView since(TopView earlier) {
    // Of the earlier one nothing but its figures is wanted, or each would keep all before it.
    TopView last =
        new TopView(
            earlier.nanos,
            earlier.status,
            earlier.counters,
            earlier.drops,
            Map.of(),
            List.of(),
            List.of(),
            null);
    return new TopView(nanos, status, counters, drops, meanings, attackers, targets, last);
  }

  private String rate(long now, long then) {
    if (before == null || nanos <= before.nanos) {
      return "-";
    }
    double perSecond = Math.max(0, now - then) * 1e9 / (nanos - before.nanos);
    return perSecond == 0 || perSecond >= 10
        ? "%.0f".formatted(perSecond)
        : "%.1f".formatted(perSecond);
  }

  private String rateOf(String counter) {
    return rate(
        counters.getOrDefault(counter, 0L),
        before == null ? 0 : before.counters.getOrDefault(counter, 0L));
  }

  private String rateOfStatus(String fact) {
    return rate(number(status, fact), before == null ? 0 : number(before.status, fact));
  }

  /// At most `height` lines; the tables share what is left below the first ones, and each shows
  /// what is most.
  List<Line> lines(int width, int height) {
    List<Line> lines = new ArrayList<>();
    lines.add(
        new Line(
            Look.TITLE,
            padded(
                "pitchlake %s  %s  up %s%s"
                    .formatted(
                        text(status, "name"),
                        text(status, "role"),
                        upTime(number(status, "uptime_seconds")),
                        flag(status, "caught_up") ? "" : "  not yet caught up with its peers"),
                width)));
    lines.add(
        plain(
            "frames/s   in %s  out %s  dropped %s  balanced %s"
                .formatted(
                    rateOfStatus("frames_received"),
                    rateOfStatus("frames_sent"),
                    rateOfStatus("frames_dropped"),
                    rateOf("balanced"))));
    lines.add(
        plain(
            "trapped/s  arp %s  nd %s  echo %s  tcp %s  udp %s  held %s"
                .formatted(
                    rateOf("tarpit_arp_replies"),
                    rateOf("tarpit_nd_advertisements"),
                    rateOf("tarpit_echo_replies"),
                    rateOf("tarpit_synacks"),
                    rateOf("tarpit_udp"),
                    rateOf("tarpit_held_segments"))));
    lines.add(
        plain(
            "addresses  %d of %d  simulated %d  real %d"
                .formatted(
                    number(status, "addresses"),
                    number(status, "addresses_limit"),
                    number(status, "simulated"),
                    number(status, "real"))));
    lines.add(
        plain(
            "sessions   %d  translated %d  targets ready %d of %d  peers alive %d of %d"
                .formatted(
                    number(status, "sessions"),
                    number(status, "translated_sessions"),
                    number(status, "targets_ready"),
                    number(status, "targets"),
                    number(status, "peers_alive"),
                    number(status, "peers"))));
    tables(lines, width, height);
    return List.copyOf(lines.subList(0, Math.min(lines.size(), Math.max(1, height))));
  }

  private static Line plain(String text) {
    return new Line(Look.PLAIN, text);
  }

  private void tables(List<Line> lines, int width, int height) {
    List<Table> tables =
        Stream.of(attackers(), targets(), drops())
            .filter(table -> !table.rows().isEmpty())
            .toList();
    int left = height - lines.size();
    for (int i = 0; i < tables.size(); i++) {
      // A blank line and a head; what a table does not need is the next ones'.
      int room = left / (tables.size() - i) - 2;
      if (room < 1) {
        continue;
      }
      Table table = tables.get(i);
      lines.add(plain(""));
      lines.add(new Line(Look.HEAD, padded(table.head(), width)));
      table.rows().stream().limit(room).forEach(row -> lines.add(plain(row)));
      left = height - lines.size();
    }
  }

  private record Table(String head, List<String> rows) {}

  private Table attackers() {
    return new Table(
        "%-39s %9s  %-17s %s".formatted("ATTACKER", "EVENTS", "MAC", "LAST UTC"),
        attackers.stream()
            .map(row ->
                "%-39s %9d  %-17s %s"
                    .formatted(
                        text(row, "attacker"),
                        number(row, "events"),
                        text(row, "mac"),
                        timeOfDay(text(row, "last"))))
            .toList());
  }

  /// Of an instant such as `2026-11-22T15:04:05.123Z`.
  private static String timeOfDay(String instant) {
    int begin = instant.indexOf('T') + 1;
    return instant.substring(begin, Math.min(instant.length(), begin + "15:04:05".length()));
  }

  private Table targets() {
    return new Table(
        "%6s  %-28s %-12s %-6s %6s %9s"
            .formatted("TARGET", "ADDRESS", "WANTED", "READY", "SHARE", "SESSIONS"),
        targets.stream()
            .map(row ->
                "%6d  %-28s %-12s %-6s %6d %9d"
                    .formatted(
                        number(row, "target"),
                        text(row, "address"),
                        text(row, "state"),
                        flag(row, "healthy") ? "yes" : "NO",
                        number(row, "share"),
                        number(row, "sessions")))
            .toList());
  }

  private Table drops() {
    return new Table(
        "%9s %12s  %s".formatted("DROPS/S", "FRAMES", "REASON"),
        drops.entrySet().stream()
            .map(one ->
                "%9s %12d  %s"
                    .formatted(
                        rate(
                            one.getValue(),
                            before == null ? 0 : before.drops.getOrDefault(one.getKey(), 0L)),
                        one.getValue(),
                        meanings.get(one.getKey())))
            .toList());
  }

  private static String upTime(long seconds) {
    Duration up = Duration.ofSeconds(seconds);
    return up.toDays() > 0
        ? "%d d %d h".formatted(up.toDays(), up.toHoursPart())
        : up.toHours() > 0
            ? "%d h %d min".formatted(up.toHours(), up.toMinutesPart())
            : "%d min %d s".formatted(up.toMinutes(), up.toSecondsPart());
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }
}
