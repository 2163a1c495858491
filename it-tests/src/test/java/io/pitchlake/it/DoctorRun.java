package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.text.JsonReader;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// `pitchlake doctor`, run in a lab, and what it found.
record DoctorRun(Outcome outcome) {
  private static final Pattern ILL = Pattern.compile("(?m)^(FAULT  |warning)  ([a-z-]+): ");
  private static final Pattern UNKNOWN = Pattern.compile("(?m)^unknown  ([a-z-]+): ");

  /// What a doctor finds where the machine that tests run on is itself kept from running by its
  /// hypervisor: true there, and nobody's fault here.
  private static final Set<String> OF_THE_MACHINE =
      Set.of("cpu-stolen", "clock-steps", "engine-late");

  /// Runs it on a host with a configuration and more words.
  static DoctorRun on(LabHost host, Path configuration, String... words) {
    List<String> all = new ArrayList<>(List.of("doctor", "-c", configuration.toString()));
    all.addAll(List.of(words));
    return new DoctorRun(host.pitchlake(all.toArray(String[]::new)));
  }

  /// This run when it found exactly these ailments, each once or more, and ended with the exit code
  /// that goes with the worst. What the machine under the tests suffers from may come to them.
  DoctorRun expect(String... ailments) {
    Set<String> seen = new TreeSet<>();
    boolean fault = false;
    for (var match : ILL.matcher(outcome.stdout()).results().toList()) {
      seen.add(match.group(2));
      fault |= match.group(1).startsWith("FAULT");
    }
    assertEquals(fault ? 12 : seen.isEmpty() ? 0 : 11, outcome.exitCode(), outcome::toString);
    Set<String> expected = Set.of(ailments);
    seen.removeIf(ailment -> OF_THE_MACHINE.contains(ailment) && !expected.contains(ailment));
    assertEquals(new TreeSet<>(expected), seen, outcome::toString);
    return this;
  }

  /// This run of `--json` when nothing was found, by a JSON object that says so.
  void expectJson() {
    Map<String, Object> report = JsonReader.object(JsonReader.read(outcome.stdout()));
    Set<String> seen = new TreeSet<>();
    for (Object finding : (List<?>) report.get("findings")) {
      if (JsonReader.object(finding).get("ailment") instanceof String ailment) {
        seen.add(ailment);
      }
    }
    assertEquals(seen.isEmpty() ? "fine" : "warning", report.get("verdict"), outcome::toString);
    seen.removeAll(OF_THE_MACHINE);
    assertEquals(Set.of(), seen, outcome::toString);
  }

  /// This run when it left exactly these topics open.
  DoctorRun expectUnknown(String... topics) {
    Set<String> seen = new TreeSet<>();
    UNKNOWN.matcher(outcome.stdout()).results().forEach(match -> seen.add(match.group(1)));
    assertEquals(new TreeSet<>(List.of(topics)), seen, outcome::toString);
    return this;
  }

  /// This run when it said `text`.
  DoctorRun expectText(String text) {
    outcome.expectOutput(text);
    return this;
  }
}
