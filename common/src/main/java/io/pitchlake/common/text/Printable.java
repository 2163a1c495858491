package io.pitchlake.common.text;

/// Text from elsewhere on its way into a line of a log: it can neither end the line, nor move a
/// terminal's cursor, nor be read in two ways.
public final class Printable {
  private Printable() {}

  /// The text with `?` for whatever is not printable ASCII.
  public static String of(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints().forEach(c -> clean.append(c >= ' ' && c <= '~' ? (char) c : '?'));
    return clean.toString();
  }
}
