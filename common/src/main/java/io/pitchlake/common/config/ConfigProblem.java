package io.pitchlake.common.config;

/// One thing that is wrong, or at least suspicious, in a configuration.
///
/// `offending`, `wrong` and `remedy` read as one sentence: `'300' is not a vrid; write a number
/// from 1 to 255`.
///
/// @param file the name the text was parsed under
/// @param line from 1
/// @param column from 1, in UTF-16 units; a tab counts as one
/// @param severity whether a configuration can come out all the same
/// @param offending the words of the file that the problem is about
/// @param wrong what is wrong with them
/// @param remedy what would be right
public record ConfigProblem(
    String file,
    int line,
    int column,
    Severity severity,
    String offending,
    String wrong,
    String remedy) {
  private static final int LONGEST_QUOTE = 80;

  /// How bad it is.
  public enum Severity {
    /// The file gives no configuration.
    ERROR,
    /// The file is understood as the problem says.
    WARNING
  }

  public boolean isError() {
    return severity == Severity.ERROR;
  }

  /// One line: `file:line:column: error: 'text' is wrong; do this`.
  @Override
  public String toString() {
    String kind = isError() ? "error" : "warning";
    return file + ":" + line + ":" + column + ": " + kind + ": " + sentence();
  }

  /// The problem without its place.
  public String sentence() {
    return "'" + quotable(offending) + "' " + wrong + "; " + remedy;
  }

  /// A terminal must survive whatever stands in the file.
  private static String quotable(String text) {
    String cut = text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "..." : text;
    StringBuilder clean = new StringBuilder(cut.length());
    cut.codePoints().forEach(c -> clean.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    return clean.toString();
  }
}
