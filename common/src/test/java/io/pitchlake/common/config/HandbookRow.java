package io.pitchlake.common.config;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One row of docs/handbook.md: a directive of a section, one outside of sections, or an option of
/// a health check. It knows the files in which its values are tried.
///
/// @param kind the section it stands in; empty: none
/// @param lead what stands before it in the same directive: the check that an option belongs to
/// @param word the directive or option
/// @param value that the example gives it; empty for a switch that has none
/// @param aliases other spellings of the word
/// @param companions directives that it needs beside itself
/// @param insteadOf the directive that it takes the place of
/// @param defaultCell what the handbook says of leaving it out
/// @param reload what the handbook says of a reload; empty for options
/// @param line where it stands in the handbook
record HandbookRow(
    Optional<SectionKind> kind,
    String lead,
    String word,
    String value,
    List<String> aliases,
    List<String> companions,
    Optional<String> insteadOf,
    String defaultCell,
    HandbookBounds bounds,
    String reload,
    int line) {
  private static final Pattern CODE = Pattern.compile("([^`]*)`([^`]+)`");

  /// A row of a table of directives.
  static HandbookRow directive(Optional<SectionKind> kind, List<String> cells, int line) {
    List<String> aliases = new ArrayList<>();
    List<String> companions = new ArrayList<>();
    Optional<String> insteadOf = Optional.empty();
    String example = "";
    Matcher code = CODE.matcher(cells.get(0));
    while (code.find()) {
      switch (code.group(1).strip()) {
        case "" -> example = code.group(2);
        case ", or" -> aliases.add(code.group(2));
        case ", with", "and" -> companions.add(code.group(2));
        case ", instead of" -> insteadOf = Optional.of(code.group(2));
        default -> throw new AssertionError("line " + line + ": '" + code.group(1) + "'");
      }
    }
    String word = example.split(" ")[0];
    if (kind.isPresent()) {
      Optional<Field<?>> field = HandbookFile.fieldOf(kind.get(), example);
      int said = line;
      assertTrue(field.isPresent(), () -> "line " + said + " names no directive: " + cells.get(0));
      int words = field.get().word().split(" ").length;
      word = String.join(" ", List.of(example.split(" ")).subList(0, words));
    }
    return new HandbookRow(
        kind,
        "",
        word,
        example.substring(word.length()).strip(),
        List.copyOf(aliases),
        List.copyOf(companions),
        insteadOf,
        cells.get(1),
        HandbookBounds.of(cells.get(2)),
        cells.get(3),
        line);
  }

  /// A row of the table of options, for one of the checks that have it.
  static HandbookRow option(String check, List<String> cells, int line) {
    String[] example = cells.get(0).replace("`", "").split(" ", 2);
    return new HandbookRow(
        Optional.of(SectionKind.TARGET),
        check + " ",
        example[0],
        example[1],
        List.of(),
        List.of(),
        Optional.empty(),
        cells.get(2),
        HandbookBounds.of(cells.get(3)),
        "",
        line);
  }

  boolean isOption() {
    return !lead.isEmpty();
  }

  /// The directive it is a row of; empty outside of sections, and for options.
  Optional<Field<?>> field() {
    return isOption() ? Optional.empty() : kind.flatMap(k -> k.field(word));
  }

  /// Whether another row is about the same directive.
  boolean isOfTheSame(HandbookRow other) {
    return kind.equals(other.kind) && lead.equals(other.lead) && word.equals(other.word);
  }

  /// The default, where the handbook gives a value.
  Optional<String> defaultValue() {
    Matcher code = Pattern.compile("`([^`]+)`").matcher(defaultCell);
    return code.lookingAt() ? Optional.of(code.group(1)) : Optional.empty();
  }

  boolean isRequired() {
    return defaultCell.equals("required");
  }

  private HandbookFile around(HandbookFile whole) {
    boolean segment =
        kind.filter(k -> k == SectionKind.NETWORK || k == SectionKind.INTERFACE).isPresent();
    return segment ? whole.networksAlone() : whole;
  }

  /// The file without it, and without what it would need.
  HandbookFile leftOut(HandbookFile whole) {
    HandbookFile file = around(whole);
    if (isOption()) {
      return file.with(kind.orElseThrow(), lead.strip());
    }
    return kind.isPresent()
        ? file.without(kind.get(), field().orElseThrow())
        : isRequired() ? file.withoutTop(word) : file;
  }

  /// The file without it, with what it would need.
  HandbookFile leftOutBesideCompanions(HandbookFile whole) {
    HandbookFile file = leftOut(whole);
    for (String companion : companions) {
      boolean inside = kind.filter(k -> HandbookFile.fieldOf(k, companion).isPresent()).isPresent();
      file = inside ? file.with(kind.get(), companion) : file.withTop(companion);
    }
    return file;
  }

  /// The file as it is without regard to the row, where what is required stands.
  HandbookFile before(HandbookFile whole) {
    return isRequired() ? around(whole) : leftOut(whole);
  }

  HandbookFile withValue(HandbookFile whole, String given) {
    return withDirective(whole, lead + word + " " + given);
  }

  HandbookFile withAlias(HandbookFile whole, String alias) {
    return withDirective(whole, alias + " " + value);
  }

  /// The file in which it stands twice.
  HandbookFile twice(HandbookFile whole) {
    String again = word + " " + value;
    return withDirective(whole, lead + again + (isOption() ? " " : "\n") + again);
  }

  private HandbookFile withDirective(HandbookFile whole, String directive) {
    HandbookFile file = kind.isPresent() ? leftOutBesideCompanions(whole) : around(whole);
    if (kind.isEmpty()) {
      for (String companion : companions) {
        file = file.withTop(companion);
      }
      return file.withTop(directive);
    }
    for (Optional<String> other = insteadOf; other.isPresent(); other = Optional.empty()) {
      file = file.without(kind.get(), kind.get().field(other.get()).orElseThrow());
    }
    return file.with(kind.get(), directive);
  }

  /// Whether a configuration says something of it when it is written down.
  boolean isSaidBy(Configuration configuration) {
    String section = kind.map(HandbookFile::title).orElse("");
    return ConfigWriter.statements(configuration).stream()
        .filter(statement -> statement.section().equals(section))
        .anyMatch(statement ->
            isOption()
                ? (statement.text() + " ").contains(" " + word + " ")
                : statement.word().equals(field().map(Field::word).orElse(word))
                    || statement.word().startsWith(word + " "));
  }

  @Override
  public String toString() {
    return "line %d, %s: %s%s %s"
        .formatted(line, kind.map(HandbookFile::title).orElse("top"), lead, word, value);
  }
}
