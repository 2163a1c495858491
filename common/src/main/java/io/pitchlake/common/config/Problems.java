package io.pitchlake.common.config;

import io.pitchlake.common.config.ConfigProblem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Collects what is wrong with one file.
final class Problems {
  private final String file;
  private final List<ConfigProblem> found = new ArrayList<>();
  private final Set<Place> settled = new HashSet<>();

  private record Place(int line, int column) {}

  Problems(String file) {
    this.file = file;
  }

  void error(Token at, String wrong, String remedy) {
    error(at, at.text(), wrong, remedy);
  }

  void error(Token at, String offending, String wrong, String remedy) {
    add(at, Severity.ERROR, offending, wrong, remedy);
  }

  void warning(Token at, String wrong, String remedy) {
    warning(at, at.text(), wrong, remedy);
  }

  void warning(Token at, String offending, String wrong, String remedy) {
    add(at, Severity.WARNING, offending, wrong, remedy);
  }

  /// Nothing more is to be said of a word: what it should be is not known.
  void settle(Token word) {
    settled.add(new Place(word.line(), word.column()));
  }

  private void add(Token at, Severity severity, String offending, String wrong, String remedy) {
    if (settled.contains(new Place(at.line(), at.column()))) {
      return;
    }
    found.add(new ConfigProblem(file, at.line(), at.column(), severity, offending, wrong, remedy));
  }

  boolean hasErrors() {
    return found.stream().anyMatch(ConfigProblem::isError);
  }

  List<ConfigProblem> inFileOrder() {
    return found.stream()
        .sorted(
            Comparator.comparingInt(ConfigProblem::line).thenComparingInt(ConfigProblem::column))
        .toList();
  }
}
