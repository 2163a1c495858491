package io.pitchlake.node.doctor;

import io.pitchlake.node.admin.JsonText;
import io.pitchlake.node.doctor.Finding.Fault;
import io.pitchlake.node.doctor.Finding.Fine;
import io.pitchlake.node.doctor.Finding.Unknown;
import io.pitchlake.node.doctor.Finding.Warning;
import io.pitchlake.node.doctor.Mouth.Question;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What came of an examination, for people and for programs.
public final class Report {
  private static final String RED = "\033[31m";
  private static final String YELLOW = "\033[33m";
  private static final String GREEN = "\033[32m";
  private static final String PLAIN = "\033[0m";

  private final Path file;
  private final List<Finding> findings;
  private final Map<Question, Integer> sent;
  private final boolean passive;

  /// @param file the configuration
  /// @param findings in the order of the checks
  /// @param sent what was asked, and how often
  Report(Path file, Collection<Finding> findings, Map<Question, Integer> sent, boolean passive) {
    this.file = file;
    this.findings = List.copyOf(findings);
    this.sent = Map.copyOf(sent);
    this.passive = passive;
  }

  /// All that was found, in the order of the checks.
  public List<Finding> findings() {
    return findings;
  }

  private long count(Class<? extends Finding> kind) {
    return findings.stream().filter(kind::isInstance).count();
  }

  /// Whether anything does not work.
  public boolean hasFaults() {
    return count(Fault.class) > 0;
  }

  /// Whether anything works worse than it could.
  public boolean hasWarnings() {
    return count(Warning.class) > 0;
  }

  /// One line for each thing that is well, four for each that is not; the worst last, where a
  /// terminal shows it.
  public List<String> lines(boolean colour) {
    List<String> lines = new ArrayList<>();
    for (Finding finding : findings) {
      if (finding instanceof Fine(Topic topic, String seen)) {
        lines.add("%s  %s: %s".formatted(shade("fine   ", GREEN, colour), topic.word(), seen));
      }
    }
    for (Finding finding : findings) {
      if (finding instanceof Unknown(Topic topic, String seen, String remedy)) {
        lines.add("unknown  %s: %s".formatted(topic.word(), seen));
        lines.add("         remedy: " + remedy);
      }
    }
    for (Finding finding : findings) {
      if (finding instanceof Warning(Ailment ailment, String seen, String remedy)) {
        ill(lines, shade("warning", YELLOW, colour), ailment, seen, remedy);
      }
    }
    for (Finding finding : findings) {
      if (finding instanceof Fault(Ailment ailment, String seen, String remedy)) {
        ill(lines, shade("FAULT  ", RED, colour), ailment, seen, remedy);
      }
    }
    lines.add("");
    lines.add("sent: " + questions());
    lines.add(
        "%s: faults: %d, warnings: %d, unknown: %d, fine: %d"
            .formatted(
                file,
                count(Fault.class),
                count(Warning.class),
                count(Unknown.class),
                count(Fine.class)));
    return lines;
  }

  private static void ill(
      List<String> lines, String kind, Ailment ailment, String seen, String remedy) {
    lines.add("%s  %s: %s".formatted(kind, ailment.word(), seen));
    lines.add("         matters: " + ailment.why());
    lines.add("         remedy: " + remedy);
    lines.add("         more: docs/doctor.md#" + ailment.word());
  }

  private static String shade(String word, String shade, boolean colour) {
    return colour ? shade + word + PLAIN : word;
  }

  private String questions() {
    if (sent.isEmpty()) {
      return passive ? "nothing (--passive)" : "nothing";
    }
    return sent.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> entry.getKey().words() + ": " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  /// The same as JSON, in one line.
  public String json() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("file", file.toString());
    all.put("verdict", hasFaults() ? "fault" : hasWarnings() ? "warning" : "fine");
    all.put("faults", count(Fault.class));
    all.put("warnings", count(Warning.class));
    all.put("unknown", count(Unknown.class));
    all.put("findings", findings.stream().map(Report::members).toList());
    Map<String, Object> questions = new LinkedHashMap<>();
    sent.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> questions.put(entry.getKey().word(), entry.getValue()));
    all.put("sent", questions);
    return JsonText.of(all);
  }

  private static Map<String, Object> members(Finding finding) {
    Map<String, Object> members = new LinkedHashMap<>();
    String kind =
        switch (finding) {
          case Fine _ -> "fine";
          case Unknown _ -> "unknown";
          case Warning _ -> "warning";
          case Fault _ -> "fault";
        };
    members.put("kind", kind);
    members.put("topic", finding.topic().word());
    switch (finding) {
      case Fine _ -> members.put("seen", finding.seen());
      case Unknown(var _, String seen, String remedy) -> {
        members.put("seen", seen);
        members.put("remedy", remedy);
      }
      case Warning(Ailment ailment, String seen, String remedy) ->
          ill(members, ailment, seen, remedy);
      case Fault(Ailment ailment, String seen, String remedy) ->
          ill(members, ailment, seen, remedy);
    }
    return members;
  }

  private static void ill(
      Map<String, Object> members, Ailment ailment, String seen, String remedy) {
    members.put("ailment", ailment.word());
    members.put("seen", seen);
    members.put("why", ailment.why());
    members.put("remedy", remedy);
  }
}
