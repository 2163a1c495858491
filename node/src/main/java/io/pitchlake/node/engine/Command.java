package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.TargetState;

/// What the rest of the program asks of the engine; carried by a bounded queue, done at the start
/// of a turn.
public sealed interface Command {
  /// Work with another view from now on.
  record Reconfigure(View view) implements Command {}

  /// Put a target, named by its number in the configuration, into a state until the file gives it
  /// another one.
  record Administer(int target, TargetState state) implements Command {}

  /// Finish the turn and return from [Engine#run].
  record Stop() implements Command {}
}
