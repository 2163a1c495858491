package io.pitchlake.common.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// docs/events.md says of the directives of `events` what the parser does.
class EventsDocumentTest {
  private static final Pattern SECTION =
      Pattern.compile("(?m)^## (.+)\n(?s:.*?)```\n(?s)(.*?)```\n(.*?)(?=^## |\\z)");
  private static final Pattern OPTION =
      Pattern.compile("(?m)^\\| `([a-z]+)(?: [^`]*)?` \\| ([^|]*)\\|");
  private static final String LIST = "acl 5 permit 0.0.0.0/0\n";

  private static String document() throws IOException {
    return Files.readString(Path.of("../docs/events.md"));
  }

  private static SinkPlan parsed(String directive) {
    ParseResult result =
        ConfigParser.parse("docs", LIST + "events { " + directive.replace("\n", " ") + " }");
    assertEquals(List.of(), result.problems(), directive);
    return result.configuration().orElseThrow().events().sinks().getFirst();
  }

  @Test
  void everyExampleParses() throws IOException {
    Matcher block = Pattern.compile("```\n((?:events|geoip) (?s:.*?))```").matcher(document());
    int found = 0;
    while (block.find()) {
      String text = block.group(1);
      String file = text.startsWith("events") ? text : "events {\n" + text + "}";
      assertEquals(List.of(), ConfigParser.parse("docs", file).problems(), file);
      found++;
    }
    assertEquals(2, found);
  }

  /// The directive at the head of each sink's part parses; and its place alone means the same as
  /// its place with an option's default, as it is said.
  @Test
  void theDefaultsThatAreSaidAreTheDefaults() throws IOException {
    List<String> kinds = new ArrayList<>();
    int defaults = 0;
    Matcher section = SECTION.matcher(document());
    while (section.find()) {
      String directive = section.group(2).strip();
      String kind = directive.split("\\s")[0];
      if (Grammar.SINKS.stream().noneMatch(field -> field.word().equals(kind))) {
        continue;
      }
      kinds.add(kind);
      parsed(directive);
      String place = String.join(" ", directive.split("\\s+", 3)[0], directive.split("\\s+", 3)[1]);
      Matcher option = OPTION.matcher(section.group(3));
      while (option.find()) {
        String name = option.group(1);
        Matcher said = Pattern.compile("^`?([a-z0-9]+)`?(;| $|$)").matcher(option.group(2).strip());
        if (!said.find() || said.group(1).equals("none")) {
          continue;
        }
        defaults++;
        assertEquals(
            parsed(place + " " + name + " " + said.group(1)),
            parsed(place),
            "the default of " + name + " of " + kind);
      }
    }
    assertEquals(List.of("file", "syslog", "webhook", "nftset"), kinds);
    assertEquals(11, defaults, "defaults that were found in the tables");
  }

  @Test
  void everyOptionIsExplained() throws IOException {
    String text = document();
    Set<String> explained =
        OPTION.matcher(text).results().map(found -> found.group(1)).collect(Collectors.toSet());
    explained.addAll(
        Pattern.compile("key FILE` \\|").matcher(text).find() ? Set.of("key") : Set.of());
    Set<String> missing =
        Stream.of(
                SinkGrammar.FILE_OPTIONS,
                SinkGrammar.SYSLOG_OPTIONS,
                SinkGrammar.WEBHOOK_OPTIONS,
                SinkGrammar.LIST_OPTIONS)
            .flatMap(Set::stream)
            .collect(Collectors.toCollection(TreeSet::new));
    missing.removeAll(explained);
    assertEquals(Set.of(), missing);
    Grammar.SINKS.forEach(field ->
        assertTrue(
            text.contains("`" + field.word() + "`") || text.contains("## " + field.word()),
            field.word()));
  }
}
