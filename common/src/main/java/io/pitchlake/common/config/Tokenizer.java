package io.pitchlake.common.config;

import io.pitchlake.common.config.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/// Splits a file into words, commas and braces. White space of any kind separates words; `#` starts
/// a comment that ends with the line; a quoted word ends on its line, and in it a backslash stands
/// before a quote or a backslash that belongs to the word.
final class Tokenizer {
  private static final char BYTE_ORDER_MARK = '\ufeff';

  private final String text;
  private final Problems problems;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private int lineStart;

  Tokenizer(String text, Problems problems) {
    this.text = text;
    this.problems = problems;
  }

  /// All tokens; the last one is always `END`.
  List<Token> tokens() {
    if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
      at = 1;
      lineStart = 1;
    }
    while (at < text.length()) {
      char c = text.charAt(at);
      switch (c) {
        case '\n' -> newLine();
        case '#' -> skipComment();
        case '{' -> mark(Kind.OPEN);
        case '}' -> mark(Kind.CLOSE);
        case ',' -> mark(Kind.COMMA);
        case '"' -> quotedWord();
        default -> {
          if (isSpace(c)) {
            at++;
          } else if (Character.isISOControl(c)) {
            notText();
          } else {
            bareWord();
          }
        }
      }
    }
    tokens.add(new Token(Kind.END, "end of file", false, line, column(at)));
    return tokens;
  }

  /// A file with control characters is some other file: one problem says it better than thousands.
  private void notText() {
    Token token = new Token(Kind.WORD, "control character", false, line, column(at));
    problems.error(
        token,
        "\\u%04x".formatted((int) text.charAt(at)),
        "is a control character, so this is not a configuration file",
        "name a text file");
    tokens.clear();
    at = text.length();
  }

  private void newLine() {
    at++;
    line++;
    lineStart = at;
  }

  private void skipComment() {
    while (at < text.length() && text.charAt(at) != '\n') {
      at++;
    }
  }

  private void mark(Kind kind) {
    tokens.add(new Token(kind, text.substring(at, at + 1), false, line, column(at)));
    at++;
  }

  private void bareWord() {
    int start = at;
    while (at < text.length() && !endsWord(text.charAt(at))) {
      at++;
    }
    tokens.add(new Token(Kind.WORD, text.substring(start, at), false, line, column(start)));
  }

  private void quotedWord() {
    int start = at++;
    StringBuilder word = new StringBuilder();
    boolean closed = false;
    while (at < text.length() && text.charAt(at) != '\n' && !closed) {
      char c = text.charAt(at++);
      if (c == '"') {
        closed = true;
      } else if (c == '\\' && (text.startsWith("\"", at) || text.startsWith("\\", at))) {
        word.append(text.charAt(at++));
      } else if (isSpace(c)) {
        word.append(' ');
      } else if (Character.isISOControl(c)) {
        at--;
        notText();
        return;
      } else {
        word.append(c);
      }
    }
    Token token = new Token(Kind.WORD, word.toString(), true, line, column(start));
    tokens.add(token);
    if (!closed) {
      problems.error(
          token, "\"" + token.text(), "has no closing quote", "end it with \" on the same line");
    }
  }

  private static boolean endsWord(char c) {
    return Character.isISOControl(c)
        || c == '#'
        || c == '{'
        || c == '}'
        || c == ','
        || c == '"'
        || isSpace(c);
  }

  /// Also the no-break spaces that come along when text is pasted from a web page.
  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  private int column(int offset) {
    return offset - lineStart + 1;
  }
}
