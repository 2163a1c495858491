package io.pitchlake.common.markdown;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One document as its reader sees it. Lines are counted from 1. Immutable once read.
public final class MarkdownDocument {
  private static final Pattern FENCE = Pattern.compile("(\\s*)```(\\S*) ?(.*)");
  private static final Pattern HEADING = Pattern.compile("(#{1,6}) (.+)");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern RULE = Pattern.compile("\\|(\\s*:?-+:?\\s*\\|)+");
  private static final Pattern NOT_IN_ANCHORS = Pattern.compile("[^\\p{L}\\p{N} _-]");

  /// A heading with its text as it is written.
  public record Heading(int level, String text, int line) {}

  /// What stands between two fences.
  ///
  /// @param language the word behind the first fence, empty where there is none
  /// @param mark what stands behind that, which no reader sees
  /// @param heading the text of the heading above
  /// @param line of the first fence
  public record CodeBlock(String language, String mark, String text, String heading, int line) {}

  /// A word or words in backticks, outside of code blocks.
  public record CodeSpan(String text, int line) {}

  /// What a link or an image leads to.
  public record Link(String target, int line) {}

  /// A line of a table.
  public record Row(List<String> cells, int line) {}

  /// A table.
  ///
  /// @param heading the text of the heading above
  /// @param columns the cells of its first line
  public record Table(String heading, List<String> columns, List<Row> rows) {}

  private final List<Heading> headings = new ArrayList<>();
  private final List<CodeBlock> codeBlocks = new ArrayList<>();
  private final List<Table> tables = new ArrayList<>();
  private final List<CodeSpan> codeSpans = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();

  private MarkdownDocument() {}

  /// Reads a whole file.
  public static MarkdownDocument read(Path file) throws IOException {
    return of(Files.readAllLines(file));
  }

  static MarkdownDocument of(List<String> lines) {
    MarkdownDocument document = new MarkdownDocument();
    document.readLines(lines);
    return document;
  }

  public List<Heading> headings() {
    return List.copyOf(headings);
  }

  public List<CodeBlock> codeBlocks() {
    return List.copyOf(codeBlocks);
  }

  public List<Table> tables() {
    return List.copyOf(tables);
  }

  public List<CodeSpan> codeSpans() {
    return List.copyOf(codeSpans);
  }

  public List<Link> links() {
    return List.copyOf(links);
  }

  /// The words in backticks of a text, in order.
  public static List<String> codeIn(String text) {
    return CODE.matcher(text).results().map(found -> found.group(1)).toList();
  }

  /// What `#...` may name in this document, as GitHub makes it of the headings.
  public Set<String> anchors() {
    Set<String> anchors = new LinkedHashSet<>();
    Map<String, Integer> seen = new HashMap<>();
    for (Heading heading : headings) {
      String anchor =
          NOT_IN_ANCHORS
              .matcher(heading.text().toLowerCase(Locale.ROOT))
              .replaceAll("")
              .replace(' ', '-');
      int before = seen.merge(anchor, 1, Integer::sum) - 1;
      anchors.add(before == 0 ? anchor : anchor + "-" + before);
    }
    return anchors;
  }

  private void readLines(List<String> lines) {
    StringBuilder prose = new StringBuilder();
    String heading = "";
    int at = 0;
    while (at < lines.size()) {
      String line = lines.get(at);
      Matcher fence = FENCE.matcher(line);
      Matcher title = HEADING.matcher(line);
      if (fence.matches()) {
        int end = endOfBlock(lines, at, fence.group(1));
        String text = unindented(lines.subList(at + 1, end), fence.group(1));
        codeBlocks.add(
            new CodeBlock(fence.group(2), fence.group(3).strip(), text, heading, at + 1));
        prose.append("\n".repeat(end - at + 1));
        at = end + 1;
        continue;
      }
      if (title.matches()) {
        heading = title.group(2).strip();
        headings.add(new Heading(title.group(1).length(), heading, at + 1));
      }
      boolean isTable = line.startsWith("|") && at + 1 < lines.size();
      if (isTable && RULE.matcher(lines.get(at + 1).strip()).matches()) {
        table(lines, at, heading);
      }
      prose.append(line).append('\n');
      at++;
    }
    inProse(prose.toString());
  }

  private static int endOfBlock(List<String> lines, int start, String indent) {
    for (int at = start + 1; at < lines.size(); at++) {
      if (lines.get(at).stripTrailing().equals(indent + "```")) {
        return at;
      }
    }
    throw new IllegalArgumentException("the code block of line " + (start + 1) + " has no end");
  }

  private static String unindented(List<String> lines, String indent) {
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      text.append(line.startsWith(indent) ? line.substring(indent.length()) : line).append('\n');
    }
    return text.toString();
  }

  private void table(List<String> lines, int start, String heading) {
    List<Row> rows = new ArrayList<>();
    for (int at = start + 2; at < lines.size() && lines.get(at).startsWith("|"); at++) {
      rows.add(new Row(cells(lines.get(at)), at + 1));
    }
    tables.add(new Table(heading, cells(lines.get(start)), List.copyOf(rows)));
  }

  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    String inner = line.strip();
    for (String cell : inner.substring(1, inner.length() - 1).split("(?<!\\\\)\\|", -1)) {
      cells.add(cell.strip().replace("\\|", "|"));
    }
    return List.copyOf(cells);
  }

  private void inProse(String prose) {
    Matcher code = CODE.matcher(prose);
    while (code.find()) {
      codeSpans.add(
          new CodeSpan(
              code.group(1).replaceAll("\\s+", " ").replace("\\|", "|"),
              lineAt(prose, code.start())));
    }
    Matcher link = LINK.matcher(prose);
    while (link.find()) {
      links.add(new Link(link.group(1), lineAt(prose, link.start())));
    }
  }

  private static int lineAt(String prose, int offset) {
    return 1 + (int) prose.substring(0, offset).chars().filter(c -> c == '\n').count();
  }
}
