package io.pitchlake.node.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `docs/doctor.md` has a section for each ailment, under its topic, and no other.
class DoctorManualTest {
  private static final Path MANUAL = Path.of("../docs/doctor.md");

  @Test
  void theManualHasEveryAilmentAndNoOther() throws IOException {
    List<String> expected = new ArrayList<>();
    for (Topic topic : Topic.values()) {
      expected.add("## " + topic.word());
      Arrays.stream(Ailment.values())
          .filter(ailment -> ailment.topic() == topic)
          .map(ailment -> "### " + ailment.word())
          .forEach(expected::add);
    }
    List<String> seen =
        Files.readAllLines(MANUAL).stream().filter(line -> line.startsWith("##")).toList();
    assertEquals(expected, seen);
  }

  @Test
  void everySectionSaysSomething() throws IOException {
    String manual = Files.readString(MANUAL);
    for (Ailment ailment : Ailment.values()) {
      String section = manual.substring(manual.indexOf("### " + ailment.word() + "\n"));
      String text = section.substring(section.indexOf('\n') + 1).split("\n##", 2)[0];
      assertTrue(text.strip().length() > 60, ailment.word() + " says: " + text);
    }
  }
}
