package io.pitchlake.common.markdown;

import io.pitchlake.common.markdown.MarkdownDocument.CodeBlock;
import java.util.ArrayList;
import java.util.List;

/// What somebody types at a terminal, and what is shown then: a code block of the language
/// `console`, in which a prompt (`$` for a user, `#` for root) begins a command.
public record ConsoleBlock(List<Step> steps) {

  /// One command.
  ///
  /// @param command its text in one line
  /// @param shown the lines of output below it, without empty ones
  /// @param line where it stands in the document
  public record Step(String command, List<String> shown, int line) {

    /// The words of each simple command in it, as a shell splits them: at pipes, `;`, `&&` and
    /// `||`, without quotes, comments and redirections.
    public List<List<String>> words() {
      return new Splitter(command).split();
    }
  }

  public ConsoleBlock {
    steps = List.copyOf(steps);
  }

  /// Reads the text of a block.
  public static ConsoleBlock of(CodeBlock block) {
    List<Step> steps = new ArrayList<>();
    List<String> lines = block.text().lines().toList();
    int at = 0;
    while (at < lines.size()) {
      String line = lines.get(at);
      if (!line.startsWith("$ ") && !line.startsWith("# ")) {
        if (!steps.isEmpty() && !line.isBlank()) {
          steps.getLast().shown().add(line);
        }
        at++;
        continue;
      }
      int first = block.line() + 1 + at;
      StringBuilder command = new StringBuilder(line.substring(2));
      while (command.toString().endsWith("\\")) {
        command.setLength(command.length() - 1);
        command.append(lines.get(++at).strip());
      }
      steps.add(new Step(command.toString(), new ArrayList<>(), first));
      at++;
    }
    return new ConsoleBlock(steps);
  }

  /// Reads a command from left to right.
  private static final class Splitter {
    private final String text;
    private final List<List<String>> commands = new ArrayList<>();
    private List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean begun;
    private boolean redirected;
    private int at;

    Splitter(String text) {
      this.text = text;
    }

    List<List<String>> split() {
      while (at < text.length()) {
        char c = text.charAt(at++);
        switch (c) {
          case ' ' -> endWord();
          case '\'', '"' -> quoted(c);
          case '\\' -> take(text.charAt(at++));
          case '|', ';', '&' -> endCommand();
          case '<', '>' -> {
            endWord();
            redirected = true;
          }
          case '#' -> {
            if (!begun) {
              at = text.length();
            } else {
              take(c);
            }
          }
          default -> take(c);
        }
      }
      endCommand();
      return List.copyOf(commands);
    }

    private void take(char c) {
      word.append(c);
      begun = true;
    }

    /// What a command in a quoted `$(...)` says is no word of this one's.
    private void quoted(char quote) {
      begun = true;
      while (at < text.length() && text.charAt(at) != quote) {
        if (text.startsWith("$(", at) && quote == '"') {
          int end = text.indexOf(')', at);
          word.append(text, at, end + 1);
          at = end + 1;
        } else {
          word.append(text.charAt(at++));
        }
      }
      at++;
    }

    private void endWord() {
      if (begun && !redirected) {
        words.add(word.toString());
      }
      redirected = redirected && !begun;
      word.setLength(0);
      begun = false;
    }

    private void endCommand() {
      endWord();
      if (!words.isEmpty()) {
        commands.add(List.copyOf(words));
      }
      words = new ArrayList<>();
    }
  }
}
