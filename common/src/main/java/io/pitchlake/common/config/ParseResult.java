package io.pitchlake.common.config;

import java.util.List;
import java.util.Optional;

/// What came out of one file.
///
/// @param configuration empty exactly when there is an error among the problems
/// @param problems all of them, in the order of the file
public record ParseResult(Optional<Configuration> configuration, List<ConfigProblem> problems) {
  public ParseResult {
    problems = List.copyOf(problems);
  }

  /// The problems that prevent a configuration.
  public List<ConfigProblem> errors() {
    return problems.stream().filter(ConfigProblem::isError).toList();
  }

  /// The problems that do not.
  public List<ConfigProblem> warnings() {
    return problems.stream().filter(problem -> !problem.isError()).toList();
  }
}
