package io.pitchlake.common.config;

import io.pitchlake.common.config.Configuration.Events;
import io.pitchlake.common.config.SinkPlan.ToFile;
import io.pitchlake.common.config.SinkPlan.ToList;
import io.pitchlake.common.config.SinkPlan.ToSyslog;
import io.pitchlake.common.config.SinkPlan.ToWebhook;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Holds the sinks of `events` against each other and against the access lists.
final class EventsCheck {
  private static final int MOST_SINKS = 32;

  private final Draft draft;
  private final Problems problems;

  EventsCheck(Draft draft, Problems problems) {
    this.draft = draft;
    this.problems = problems;
  }

  Events check() {
    return draft.only(SectionKind.EVENTS).map(this::section).orElse(Events.NONE);
  }

  private Events section(Section section) {
    List<Placed<SinkPlan>> sinks = new ArrayList<>();
    Grammar.SINKS.forEach(field -> sinks.addAll(section.placed(field)));
    twice(sinks);
    if (sinks.size() > MOST_SINKS) {
      problems.error(
          sinks.get(MOST_SINKS).at(), "is one sink too many", "write at most " + MOST_SINKS);
    }
    sinks.forEach(this::accessList);
    return new Events(
        sinks.stream().map(Placed::value).toList(),
        section.value(Grammar.GEOIP),
        section.value(Grammar.ASN));
  }

  /// Two writers of one file would overwrite each other; two of one collector would tell it
  /// everything twice.
  private void twice(List<Placed<SinkPlan>> sinks) {
    Map<String, Token> seen = new HashMap<>();
    for (Placed<SinkPlan> sink : sinks) {
      String place = place(sink.value());
      Token first = seen.putIfAbsent(place, sink.at());
      if (first != null) {
        problems.error(
            sink.at(),
            place,
            "is written to already by line " + first.line(),
            "give it another place, or keep one of the two");
      }
    }
  }

  private static String place(SinkPlan sink) {
    return switch (sink) {
      case ToFile file -> normal(file.path());
      case ToList list -> normal(list.path());
      case ToSyslog syslog ->
          syslog.address()
              + " "
              + syslog.port()
              + " "
              + syslog.format().name().toLowerCase(Locale.ROOT);
      case ToWebhook webhook -> webhook.url().toString();
    };
  }

  private static String normal(Path path) {
    return path.normalize().toString();
  }

  private void accessList(Placed<SinkPlan> sink) {
    Optional<Integer> acl =
        sink.value() instanceof ToList list ? list.acl() : Optional.<Integer>empty();
    acl.filter(number -> !draft.accessLists.containsKey(number))
        .ifPresent(number ->
            problems.error(
                sink.at(),
                "acl " + number,
                "is not a defined access list",
                "write 'acl %d permit 192.168.2.0/24', or take it out".formatted(number)));
  }
}
