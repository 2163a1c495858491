package io.pitchlake.common.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The file that docs/handbook.md puts around its examples: sections with a directive a line. It is
/// changed one copy at a time.
final class HandbookFile {
  private final Map<String, List<String>> sections;
  private final List<String> top;

  private HandbookFile(Map<String, List<String>> sections, List<String> top) {
    this.sections = sections;
    this.top = top;
  }

  /// Reads it as the handbook writes it: what stands in a section is indented.
  static HandbookFile of(String text) {
    Map<String, List<String>> sections = new LinkedHashMap<>();
    List<String> top = new ArrayList<>();
    String open = "";
    for (String line : text.lines().toList()) {
      if (line.endsWith("{")) {
        open = line.substring(0, line.length() - 1).strip().replaceAll("\\s+", " ");
        sections.put(open, new ArrayList<>());
      } else if (line.startsWith(" ")) {
        sections.get(open).add(line.strip());
      } else if (!line.equals("}")) {
        top.add(line);
      }
    }
    return new HandbookFile(sections, top);
  }

  /// The section of a kind that examples stand in.
  static String title(SectionKind kind) {
    return kind.isNumbered() ? kind.word() + " 1" : kind.word();
  }

  private HandbookFile copy() {
    Map<String, List<String>> copied = new LinkedHashMap<>();
    sections.forEach((title, lines) -> copied.put(title, new ArrayList<>(lines)));
    return new HandbookFile(copied, new ArrayList<>(top));
  }

  /// The same with nothing in it but segments, which a network of any size can be described in.
  HandbookFile networksAlone() {
    HandbookFile changed = copy();
    changed.sections.keySet().removeIf(title -> !title.matches("(interface|network) \\d|sync"));
    changed.top.removeIf(line -> !line.contains("networks"));
    return changed;
  }

  /// The same without a directive of the section that examples of the kind stand in.
  HandbookFile without(SectionKind kind, Field<?> field) {
    HandbookFile changed = copy();
    changed
        .sections
        .getOrDefault(title(kind), new ArrayList<>())
        .removeIf(line -> fieldOf(kind, line).filter(field::equals).isPresent());
    return changed;
  }

  /// The same with a directive in the section that examples of the kind stand in, in place of those
  /// of its own kind.
  HandbookFile with(SectionKind kind, String directive) {
    Optional<Field<?>> field = fieldOf(kind, directive);
    HandbookFile changed = field.isPresent() ? without(kind, field.get()) : copy();
    changed.sections.computeIfAbsent(title(kind), t -> new ArrayList<>()).add(directive);
    return changed;
  }

  /// The same without the directives outside of sections that begin with a word.
  HandbookFile withoutTop(String word) {
    HandbookFile changed = copy();
    changed.top.removeIf(line -> line.split("\\s+")[0].equals(word));
    return changed;
  }

  /// The same with a directive outside of sections.
  HandbookFile withTop(String directive) {
    HandbookFile changed = copy();
    changed.top.add(directive);
    return changed;
  }

  /// The directive that a line of a section begins with, of two words where there is one such.
  static Optional<Field<?>> fieldOf(SectionKind kind, String line) {
    String[] words = line.split("\\s+");
    Optional<Field<?>> two =
        words.length < 2 ? Optional.empty() : kind.field(words[0] + " " + words[1]);
    return two.or(() -> kind.field(words[0]));
  }

  ParseResult parse() {
    return ConfigParser.parse("handbook", toString());
  }

  /// Its configuration; nothing is wrong with it, not even a little.
  Configuration configuration() {
    ParseResult result = parse();
    assertEquals(List.of(), result.problems(), this::toString);
    return result.configuration().orElseThrow();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    sections.forEach((title, lines) -> {
      text.append(title).append(" {\n");
      lines.forEach(line -> text.append("  ").append(line).append('\n'));
      text.append("}\n");
    });
    top.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }
}
