package io.pitchlake.common.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/// Options behind a directive's values, in any order, each at most once: `path / status 200`.
final class Options {
  private final Words words;
  private final Set<String> names;
  private final String directive;
  private final Set<String> given = new TreeSet<>();

  /// @param names in lower case
  /// @param directive what it is that has them, such as `check`
  Options(Words words, Set<String> names, String directive) {
    this.words = words;
    this.names = names;
    this.directive = directive;
  }

  /// Reads a directive in which a bare word among the options is never taken for a value.
  <T> T within(Supplier<T> reader) {
    Vocabulary outside = words.directives();
    List<String> all = new ArrayList<>(outside.words());
    all.addAll(names);
    words.directives(new Vocabulary(all));
    T value = reader.get();
    words.directives(outside);
    return value;
  }

  /// The next option in lower case, null when a word follows that is none.
  String next() {
    Token token = words.peek();
    String word = token.text().toLowerCase(Locale.ROOT);
    if (!token.isBareWord() || !names.contains(word)) {
      return null;
    }
    words.next();
    if (!given.add(word)) {
      words.problems().error(token, "stands twice in one " + directive, "keep one of the two");
    }
    return word;
  }
}
