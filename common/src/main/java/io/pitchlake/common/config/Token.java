package io.pitchlake.common.config;

/// One word or mark of the file with its place; line and column count from 1.
///
/// @param text without quotes
/// @param quoted a quoted word is never a directive
record Token(Kind kind, String text, boolean quoted, int line, int column) {
  enum Kind {
    WORD,
    COMMA,
    OPEN,
    CLOSE,
    END
  }

  boolean is(Kind wanted) {
    return kind == wanted;
  }

  boolean isBareWord() {
    return kind == Kind.WORD && !quoted;
  }
}
