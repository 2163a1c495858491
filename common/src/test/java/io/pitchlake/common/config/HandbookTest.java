package io.pitchlake.common.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.HandbookBounds.Slot;
import io.pitchlake.common.markdown.MarkdownDocument;
import io.pitchlake.common.markdown.MarkdownDocument.CodeBlock;
import io.pitchlake.common.markdown.MarkdownDocument.Heading;
import io.pitchlake.common.markdown.MarkdownDocument.Row;
import io.pitchlake.common.markdown.MarkdownDocument.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// docs/handbook.md says of every directive what the parser does: each row is tried in a file, and
/// what the parser says of a nonsensical value is looked for in the row.
class HandbookTest {
  private static final List<String> DIRECTIVES =
      List.of("Directive", "Default", "Bounds", "Reload", "Meaning");
  private static final List<String> OPTIONS =
      List.of("Option", "Of", "Default", "Bounds", "Meaning");
  private static final List<String> SETTINGS =
      List.of("Setting", "Default", "Minimum", "Maximum", "Unit", "Reload", "Meaning");
  private static final String NONSENSE = "zzzzzzzz";
  private static final String UNKNOWN_NUMBER = "60000";
  private static final Pattern NUMBER_REMEDY =
      Pattern.compile("write a number from (\\d+) to (\\d+).*");
  private static final Pattern TIME_REMEDY =
      Pattern.compile("write a time from (\\S+) to (\\S+), .*");
  private static final Pattern CHOICE_REMEDY =
      Pattern.compile("write ([a-z0-9]+(?:(?:, | or )[a-z0-9]+)+)");

  private static final MarkdownDocument HANDBOOK = handbook();
  private static final HandbookFile FILE = surroundings();
  private static final List<HandbookRow> ROWS = allRows();

  private static MarkdownDocument handbook() {
    try {
      return MarkdownDocument.read(Path.of("../docs/handbook.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HandbookFile surroundings() {
    return HANDBOOK.codeBlocks().stream()
        .filter(block -> block.heading().equals("The file around the examples"))
        .map(block -> HandbookFile.of(block.text()))
        .findFirst()
        .orElseThrow();
  }

  private static List<HandbookRow> allRows() {
    List<HandbookRow> rows = new ArrayList<>();
    for (Table table : HANDBOOK.tables()) {
      if (table.columns().equals(DIRECTIVES)) {
        String chapter = table.heading().equals("Health checks") ? "target" : table.heading();
        Optional<SectionKind> kind = SectionKind.named(chapter);
        assertTrue(
            kind.isPresent() || chapter.equals("Outside of sections"),
            "a table of directives in chapter " + chapter);
        table.rows().forEach(row -> rows.add(HandbookRow.directive(kind, row.cells(), row.line())));
      }
    }
    for (Table table : HANDBOOK.tables()) {
      if (table.columns().equals(OPTIONS)) {
        table.rows().forEach(row -> rows.addAll(options(row, rows)));
      }
    }
    return List.copyOf(rows);
  }

  /// One for each check that has the option.
  private static List<HandbookRow> options(Row row, List<HandbookRow> directives) {
    return MarkdownDocument.codeIn(row.cells().get(1)).stream()
        .map(check ->
            directives.stream()
                .filter(directive -> !directive.isOption() && directive.word().equals(check))
                .map(directive -> directive.word() + " " + directive.value())
                .findFirst()
                .orElseThrow())
        .map(check -> HandbookRow.option(check, row.cells(), row.line()))
        .toList();
  }

  static Stream<HandbookRow> rows() {
    return ROWS.stream();
  }

  static Stream<HandbookRow> directives() {
    return ROWS.stream().filter(row -> !row.isOption());
  }

  static Stream<SectionKind> kinds() {
    return Arrays.stream(SectionKind.values());
  }

  // ---- all of them

  @ParameterizedTest
  @MethodSource("kinds")
  void everyDirectiveOfASectionHasItsRowAndItsSpellings(SectionKind kind) {
    Set<String> expected =
        kind.fields().stream()
            .map(field -> new TreeSet<>(field.words()).toString())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> seen = new TreeSet<>();
    for (Field<?> field : kind.fields()) {
      Set<String> spellings = new TreeSet<>();
      ROWS.stream()
          .filter(row -> row.kind().equals(Optional.of(kind)))
          .filter(row -> row.field().equals(Optional.of(field)))
          .forEach(row -> {
            spellings.add(row.word());
            spellings.addAll(row.aliases());
          });
      seen.add(spellings.toString());
    }
    assertEquals(expected, seen);
  }

  @Test
  void everyDirectiveOutsideOfSectionsHasARowOrAChapter() {
    Set<String> seen = new TreeSet<>();
    ROWS.stream().filter(row -> row.kind().isEmpty()).forEach(row -> seen.add(row.word()));
    for (Heading heading : HANDBOOK.headings()) {
      SectionKind.named(heading.text()).ifPresent(kind -> seen.add(kind.word()));
    }
    String remedy = ConfigParser.parse("top", NONSENSE).problems().getFirst().remedy();
    Set<String> expected =
        new TreeSet<>(List.of(remedy.substring("write ".length()).split(", | or ")));
    assertEquals(expected, seen);
  }

  @Test
  void everyOptionOfAHealthCheckHasARow() {
    Set<String> seen =
        ROWS.stream()
            .filter(HandbookRow::isOption)
            .map(row -> row.lead().split(" ")[0] + " " + row.word())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> expected = new TreeSet<>();
    CheckGrammar.DNS_OPTIONS.forEach(option -> expected.add("dns " + option));
    CheckGrammar.HTTP_OPTIONS.forEach(option -> expected.add("http " + option));
    CheckGrammar.HTTPS_OPTIONS.forEach(option -> expected.add("https " + option));
    assertEquals(expected, seen);
  }

  @Test
  void theSettingsAreThoseOfTheProgram() {
    List<List<String>> seen =
        HANDBOOK.tables().stream()
            .filter(table -> table.columns().equals(SETTINGS))
            .flatMap(table -> table.rows().stream())
            .map(Row::cells)
            .toList();
    List<List<String>> expected =
        Arrays.stream(Setting.values())
            .map(setting ->
                List.of(
                    "`" + setting.word() + "`",
                    "" + setting.defaultValue(),
                    "" + setting.minimum(),
                    "" + setting.maximum(),
                    setting.unit(),
                    setting.isFixedAtStart() ? "restart" : "yes",
                    setting.meaning()))
            .toList();
    assertEquals(lines(expected), lines(seen));
  }

  /// As the document writes it, so that it can be copied from a failure.
  private static String lines(List<List<String>> rows) {
    return rows.stream()
        .map(row -> "| " + String.join(" | ", row) + " |\n")
        .collect(Collectors.joining());
  }

  @Test
  void everyFileInItParses() {
    List<CodeBlock> files =
        HANDBOOK.codeBlocks().stream().filter(block -> block.language().isEmpty()).toList();
    assertTrue(files.size() >= 3, () -> "files: " + files.size());
    for (CodeBlock file : files) {
      ParseResult result = ConfigParser.parse("line " + file.line(), file.text());
      assertEquals(List.of(), result.problems(), file::text);
    }
  }

  /// Switches, times, blocks: what the table of values names is read as it says.
  @Test
  void valuesAreWrittenAsItSays() {
    List<String> switches = valuesOf("a switch");
    assertEquals(8, switches.size(), switches::toString);
    List<Configuration> read =
        switches.stream()
            .map(word -> FILE.with(SectionKind.INTERFACE, "wait " + word).configuration())
            .distinct()
            .toList();
    assertEquals(2, read.size(), "on and off");
    for (String time : valuesOf("a time")) {
      FILE.with(SectionKind.VRRP, "preemptdelay " + time).configuration();
    }
    for (String block : valuesOf("a block")) {
      FILE.withTop("arp " + block).configuration();
    }
    for (String address : valuesOf("an address")) {
      FILE.withTop("syslog " + address).configuration();
    }
  }

  private static List<String> valuesOf(String what) {
    return HANDBOOK.tables().stream()
        .flatMap(table -> table.rows().stream())
        .filter(row -> row.cells().getFirst().equals(what))
        .map(row -> MarkdownDocument.codeIn(row.cells().get(1)))
        .findFirst()
        .orElseThrow();
  }

  // ---- row by row

  @ParameterizedTest
  @MethodSource("rows")
  void theExampleParsesAndIsNotTheDefault(HandbookRow row) {
    Configuration seen = row.withValue(FILE, row.value()).configuration();
    for (String alias : row.aliases()) {
      assertEquals(seen, row.withAlias(FILE, alias).configuration(), alias);
    }
    if (row.defaultValue().isEmpty() && !row.isRequired()) {
      assertTrue(row.isSaidBy(seen), () -> "written down: " + ConfigWriter.write(seen));
    }
    if (!row.defaultValue().equals(Optional.of(row.value())) && row.kind().isPresent()) {
      assertNotEquals(row.before(FILE).configuration(), seen, "an example that changes nothing");
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void leavingItOutMeansTheDefault(HandbookRow row) {
    if (row.isRequired()) {
      List<ConfigProblem> problems = row.leftOut(FILE).parse().problems();
      assertTrue(
          problems.stream().anyMatch(problem -> problem.sentence().contains(row.word())),
          () -> "what is said of a file without it: " + problems);
    } else if (row.defaultValue().isPresent()) {
      assertEquals(
          row.leftOutBesideCompanions(FILE).configuration(),
          row.withValue(FILE, row.defaultValue().get()).configuration());
    } else {
      assertTrue(row.defaultCell().matches("none|no"), row.defaultCell());
      Configuration without = row.leftOut(FILE).configuration();
      assertFalse(row.isSaidBy(without), () -> "written down: " + ConfigWriter.write(without));
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void whatIsWithinBoundsIsTakenAndNothingElse(HandbookRow row) {
    HandbookBounds bounds = row.bounds();
    List<String> taken = new ArrayList<>(bounds.accepted());
    List<String> refused = new ArrayList<>(bounds.refused());
    if (bounds.list()) {
      taken = new ArrayList<>(List.of(String.join(",", bounds.accepted())));
    }
    refused.addAll(bounds.beyond());
    bounds
        .reference()
        .ifPresent(lowest ->
            refused.add(HandbookBounds.replaced(row.value(), numberAt(row), UNKNOWN_NUMBER)));
    if (bounds.longest().isPresent()) {
      String root = row.value().startsWith("/") ? "/" : "";
      int length = bounds.longest().get() - root.length();
      taken.add(root + "x".repeat(length));
      refused.add(root + "x".repeat(length + 1));
    }
    for (String value : taken) {
      ParseResult result = row.withValue(FILE, value).parse();
      assertEquals(List.of(), result.problems(), () -> "taken: " + row.word() + " " + value);
    }
    for (String value : refused) {
      ParseResult result = row.withValue(FILE, value).parse();
      assertFalse(result.errors().isEmpty(), () -> "refused: " + row.word() + " " + value);
    }
  }

  private static int numberAt(HandbookRow row) {
    List<String> words = HandbookBounds.words(row.value());
    int at = 0;
    while (!words.get(at).matches("\\d+")) {
      at++;
    }
    return at;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void allChoicesAreNamed(HandbookRow row) {
    if (row.bounds().closed()) {
      List<String> choices = row.bounds().choices();
      String wrong =
          HandbookBounds.replaced(
              row.bounds().accepted().getFirst(), row.bounds().choiceAt(), NONSENSE);
      assertEquals(
          "write " + new Vocabulary(choices).alternatives(), remedy(row, wrong).orElse("nothing"));
    }
  }

  /// What the parser says of nonsense where the example has a word: the bounds that it names then
  /// are among those that the rows of the directive name.
  @ParameterizedTest
  @MethodSource("rows")
  void theParserKnowsNoBoundsThatAreNotSaid(HandbookRow row) {
    if (row.word().equals("set") || row.value().isEmpty()) {
      return;
    }
    List<HandbookBounds> said =
        ROWS.stream().filter(row::isOfTheSame).map(HandbookRow::bounds).toList();
    for (int at = 0; at < HandbookBounds.words(row.value()).size(); at++) {
      int index = at;
      Optional<String> remedy = remedy(row, HandbookBounds.replaced(row.value(), index, NONSENSE));
      if (remedy.isPresent()) {
        assertTrue(
            said.stream().anyMatch(bounds -> says(bounds, remedy.get(), index)),
            () -> "the parser says of word " + (index + 1) + ": " + remedy.get());
      }
    }
  }

  private static boolean says(HandbookBounds bounds, String remedy, int index) {
    Matcher number = NUMBER_REMEDY.matcher(remedy);
    Matcher time = TIME_REMEDY.matcher(remedy);
    Matcher choice = CHOICE_REMEDY.matcher(remedy);
    if (number.matches()) {
      boolean reference =
          bounds.reference().filter(low -> number.group(1).equals("" + low)).isPresent()
              && number.group(2).equals("" + Grammar.HIGHEST_NUMBER);
      return reference
          || slots(bounds, index)
              .anyMatch(slot ->
                  slot.low().equals(number.group(1)) || slot.high().equals(number.group(2)));
    }
    if (time.matches()) {
      return slots(bounds, index)
          .filter(Slot::time)
          .anyMatch(
              slot -> isSame(slot.low(), time.group(1)) && isSame(slot.high(), time.group(2)));
    }
    return !choice.matches()
        || (bounds.closed() || bounds.list())
            && List.of(choice.group(1).split(", | or ")).equals(bounds.choices());
  }

  private static Stream<Slot> slots(HandbookBounds bounds, int index) {
    return bounds.slots().stream().filter(slot -> slot.index() == index);
  }

  private static boolean isSame(String time, String other) {
    return HandbookBounds.millis(time).compareTo(HandbookBounds.millis(other)) == 0;
  }

  /// What the parser wants in place of the nonsense, if it minds it.
  private static Optional<String> remedy(HandbookRow row, String value) {
    return row.withValue(FILE, value).parse().errors().stream()
        .filter(problem -> problem.offending().equals(NONSENSE))
        .map(ConfigProblem::remedy)
        .findFirst();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void whatMayStandTwiceIsSaid(HandbookRow row) {
    boolean minds =
        row.twice(FILE).parse().errors().stream()
            .anyMatch(problem -> problem.wrong().matches("stands (already|twice) .*"));
    assertEquals(row.bounds().repeatable(), !minds);
  }

  @ParameterizedTest
  @MethodSource("directives")
  void whatAReloadDoesIsSaid(HandbookRow row) {
    List<ConfigDiff.Change> changes =
        ConfigDiff.between(
            row.before(FILE).configuration(), row.withValue(FILE, row.value()).configuration());
    String seen =
        changes.stream()
            .flatMap(change -> change.refusal().stream())
            .findFirst()
            .map(why -> why.contains("restart") ? "restart" : "new number")
            .orElse("yes");
    assertEquals(seen, row.reload(), changes::toString);
  }
}
