package io.pitchlake.sync;

import io.pitchlake.common.session.Digest;
import java.util.Arrays;

/// A set of a digest's ranges. One thread.
final class Ranges {
  static final int COUNT = Digest.RANGES;

  static final int WORDS = COUNT / Long.SIZE;

  private final long[] words = new long[WORDS];

  void clear() {
    Arrays.fill(words, 0);
  }

  void add(int range) {
    words[range >>> 6] |= 1L << range;
  }

  boolean contains(int range) {
    return (words[range >>> 6] & 1L << range) != 0;
  }

  int size() {
    int size = 0;
    for (long word : words) {
      size += Long.bitCount(word);
    }
    return size;
  }

  long word(int index) {
    return words[index];
  }

  /// Adds the ranges of one word.
  void add(int index, long word) {
    words[index] |= word;
  }

  void copy(Ranges other) {
    System.arraycopy(other.words, 0, words, 0, WORDS);
  }

  /// Takes out what is not in `other`, too.
  void retain(Ranges other) {
    for (int i = 0; i < WORDS; i++) {
      words[i] &= other.words[i];
    }
  }

  /// Takes out all but `limit` of them, going round from the range `from` on; returns where to go
  /// on next time.
  int limit(int limit, int from) {
    int left = limit;
    int next = from;
    for (int i = 0; i < COUNT; i++) {
      int range = from + i & COUNT - 1;
      if (contains(range)) {
        if (left > 0) {
          left--;
          next = range + 1 & COUNT - 1;
        } else {
          words[range >>> 6] &= ~(1L << range);
        }
      }
    }
    return next;
  }
}
