package io.pitchlake.common.config;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// The words that are possible in one place, to say which one a misspelt word was meant to be.
final class Vocabulary {
  private static final int LONGEST_WORD = 32;

  private final List<String> words;

  Vocabulary(Collection<String> words) {
    this.words = List.copyOf(words);
  }

  List<String> words() {
    return words;
  }

  boolean contains(String word) {
    return words.contains(word);
  }

  /// The nearest word, if one is near: one slip for short words, two from six letters on.
  Optional<String> nearest(String misspelt) {
    if (misspelt.length() > LONGEST_WORD) {
      return Optional.empty();
    }
    String best = null;
    int bestDistance = misspelt.length() >= 6 ? 3 : misspelt.length() >= 3 ? 2 : 1;
    for (String word : words) {
      int distance = distance(misspelt, word);
      if (distance < bestDistance) {
        best = word;
        bestDistance = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /// What to write instead: the nearest word, or all of them.
  String remedyFor(String misspelt) {
    return nearest(misspelt)
        .map(word -> "did you mean '" + word + "'?")
        .orElseGet(() -> "write " + alternatives());
  }

  /// `a, b or c`
  String alternatives() {
    int last = words.size() - 1;
    return last == 0
        ? words.getFirst()
        : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
  }

  /// Insertions, deletions, substitutions and swaps of neighbours that lead from one word to the
  /// other.
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int best = cost[i - 1][j - 1] + (same ? 0 : 1);
        best = Math.min(best, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        cost[i][j] = swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
      }
    }
    return cost[a.length()][b.length()];
  }
}
