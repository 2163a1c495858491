package io.pitchlake.common.config;

import io.pitchlake.common.config.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// Splits a file into words, commas and braces. White space of any kind separates words; `#` starts
/// a comment that ends with the line; a quoted word ends on its line, and in it a backslash stands
/// before a quote or a backslash that belongs to the word.
///
/// `${NAME}` and `${NAME:-DEFAULT}`, in or outside quotes, stand for a variable's value: for a word
/// or a part of one, whatever characters are in it. `$${` is a plain `${`.
final class Tokenizer {
  private static final char BYTE_ORDER_MARK = '\ufeff';

  private static final String VARIABLE = "${";
  private static final String NO_VARIABLE = "$${";
  private static final String OTHERWISE = ":-";
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final String text;
  private final UnaryOperator<String> variables;
  private final Problems problems;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private int lineStart;

  /// @param variables the value of a variable, null where there is none
  Tokenizer(String text, UnaryOperator<String> variables, Problems problems) {
    this.text = text;
    this.variables = variables;
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
    StringBuilder word = new StringBuilder();
    while (at < text.length() && (isVariable() || !endsWord(text.charAt(at)))) {
      if (isVariable()) {
        variable(word, start);
      } else {
        word.append(text.charAt(at++));
      }
    }
    tokens.add(new Token(Kind.WORD, word.toString(), false, line, column(start)));
  }

  private boolean isVariable() {
    return text.startsWith(VARIABLE, at) || text.startsWith(NO_VARIABLE, at);
  }

  /// Puts the value of the variable that stands here into the word that began at `start`.
  private void variable(StringBuilder word, int start) {
    if (text.startsWith(NO_VARIABLE, at)) {
      word.append(VARIABLE);
      at += NO_VARIABLE.length();
      return;
    }
    int from = at;
    int end = from;
    while (end < text.length() && text.charAt(end) != '}' && text.charAt(end) != '\n') {
      end++;
    }
    if (end == text.length() || text.charAt(end) == '\n') {
      at = end;
      unknown(start, text.substring(from, end).strip(), "has no closing brace", "write ${NAME}");
      return;
    }
    at = end + 1;
    String whole = text.substring(from, at);
    String inside = text.substring(from + VARIABLE.length(), end);
    int colon = inside.indexOf(OTHERWISE);
    String name = colon < 0 ? inside : inside.substring(0, colon);
    if (!NAME.matcher(name).matches()) {
      unknown(
          start,
          whole,
          "does not name a variable",
          "write ${NAME} or ${NAME:-VALUE}, the name in letters, digits and _");
      return;
    }
    String value = variables.apply(name);
    if (value == null || value.isEmpty()) {
      if (colon < 0) {
        unknown(
            start,
            whole,
            "has no value in the environment",
            "set " + name + ", or write ${" + name + ":-VALUE}");
        return;
      }
      value = inside.substring(colon + OTHERWISE.length());
    }
    if (value.chars().anyMatch(Character::isISOControl)) {
      unknown(start, whole, "has a control character in its value", "set " + name + " to text");
      return;
    }
    word.append(value);
  }

  private void unknown(int start, String offending, String wrong, String remedy) {
    Token word = new Token(Kind.WORD, offending, false, line, column(start));
    problems.error(word, wrong, remedy);
    problems.settle(word);
  }

  private void quotedWord() {
    int start = at++;
    StringBuilder word = new StringBuilder();
    boolean closed = false;
    while (at < text.length() && text.charAt(at) != '\n' && !closed) {
      if (isVariable()) {
        variable(word, start);
        continue;
      }
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
