package io.pitchlake.common.config;

import java.util.List;

/// One directive of a section.
///
/// @param words its spellings, the usual one first; `tarpit mode` is two words
/// @param repeatable whether a section may give it more than once
/// @param reader reads what follows
record Field<T>(List<String> words, boolean repeatable, Reader<T> reader) {

  /// Reads a directive's value from the words that follow it.
  interface Reader<T> {
    /// The value, or null after the reader has reported what is wrong.
    T read(Words words);
  }

  static <T> Field<T> once(String word, Reader<T> reader) {
    return new Field<>(List.of(word), false, reader);
  }

  static <T> Field<T> once(String word, String alias, Reader<T> reader) {
    return new Field<>(List.of(word, alias), false, reader);
  }

  static <T> Field<T> repeated(String word, Reader<T> reader) {
    return new Field<>(List.of(word), true, reader);
  }

  String word() {
    return words.getFirst();
  }
}
