package io.pitchlake.common.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.wire.Property;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What is written is read back as what it was.
class ConfigWriterTest {
  private static void assertReadBack(Configuration configuration) {
    String text = ConfigWriter.write(configuration);
    ParseResult result = ConfigParser.parse("written", text);
    assertEquals(List.of(), result.errors(), text);
    assertEquals(configuration, result.configuration().orElseThrow(), text);
  }

  static List<Path> examples() throws IOException {
    return ExamplesTest.examples();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyExampleIsReadBack(Path file) throws IOException {
    assertReadBack(
        ConfigParser.parse("example", Files.readString(file)).configuration().orElseThrow());
  }

  @Test
  void everyConfigurationIsReadBack() {
    Property.forAll(
        "a written configuration is read back",
        500,
        random -> RandomConfiguration.configurations(random, 1).forEach(c -> assertReadBack(c)));
  }

  /// So that no component of a configuration is left out of the property above.
  @Test
  void randomConfigurationsVaryEveryComponent() {
    Map<String, Set<String>> seen = new TreeMap<>();
    RandomConfiguration.configurations(new SplittableRandom(1), 300)
        .forEach(configuration -> collect(configuration, seen));
    seen.forEach((component, values) ->
        assertTrue(
            values.size() > 1,
            () -> component + " is always " + values + "; let RandomConfiguration vary it"));
    for (SectionKind kind : SectionKind.values()) {
      String type = kind.word();
      assertTrue(
          seen.keySet().stream().anyMatch(name -> name.toLowerCase().startsWith(type + ".")),
          () -> "no random configuration has a section '" + type + "'");
    }
  }

  private static void collect(Object value, Map<String, Set<String>> seen) {
    switch (value) {
      case Optional<?> optional -> optional.ifPresent(inner -> collect(inner, seen));
      case Collection<?> elements -> elements.forEach(element -> collect(element, seen));
      case Map<?, ?> map -> map.values().forEach(element -> collect(element, seen));
      case Record configured when configured.getClass().getEnclosingClass() != null ->
          components(configured, seen);
      case Configuration whole -> components(whole, seen);
      default -> {}
    }
  }

  private static void components(Record owner, Map<String, Set<String>> seen) {
    for (RecordComponent component : owner.getClass().getRecordComponents()) {
      try {
        Object value = component.getAccessor().invoke(owner);
        String name = owner.getClass().getSimpleName() + "." + component.getName();
        seen.computeIfAbsent(name, n -> new TreeSet<>()).add(String.valueOf(value));
        collect(value, seen);
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }
  }
}
