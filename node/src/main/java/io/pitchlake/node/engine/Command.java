package io.pitchlake.node.engine;

/// What the rest of the program asks of the engine; carried by a bounded queue, done at the start
/// of a turn.
public sealed interface Command {
  /// Work with another view from now on.
  record Reconfigure(View view) implements Command {}

  /// Finish the turn and return from [Engine#run].
  record Stop() implements Command {}
}
