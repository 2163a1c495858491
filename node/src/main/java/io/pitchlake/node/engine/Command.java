package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.config.HealthCheck;
import io.pitchlake.common.net.IpAddress;

/// What the rest of the program asks of the engine; carried by a bounded queue, done at the start
/// of a turn.
public sealed interface Command {
  /// Work with another view from now on.
  record Reconfigure(View view) implements Command {}

  /// Put a target, named by its number in the configuration, into a state until the file gives it
  /// another one.
  record Administer(int target, TargetState state) implements Command {}

  /// A check that runs off the engine thread has had a result.
  ///
  /// @param target the target's number in the configuration
  /// @param reason why it was not good, in words
  /// @param percent of its weight that the target asks for
  record CheckResult(
      int target, IpAddress address, HealthCheck check, Result result, String reason, int percent)
      implements Command {}

  /// How a check went.
  enum Result {
    GOOD,
    /// The answer is wrong.
    BAD,
    /// There was no answer in time.
    SILENT
  }

  /// Show that the engine turns: `answer` is run between two turns' frames, and must not wait.
  record Answer(Runnable answer) implements Command {}

  /// Finish the turn and return from [Engine#run].
  record Stop() implements Command {}
}
