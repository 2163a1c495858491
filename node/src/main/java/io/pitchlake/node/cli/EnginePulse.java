package io.pitchlake.node.cli;

import io.pitchlake.node.Node;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Whether the engines turn: each is asked to do a command in a turn of its own, and unless all
/// have, they do not. One thread asks.
final class EnginePulse {
  private final List<Node> nodes;

  /// Engines that have not answered the question that was put last.
  private AtomicInteger silent = new AtomicInteger(1);

  private boolean asked;

  EnginePulse(List<Node> nodes) {
    this.nodes = List.copyOf(nodes);
  }

  /// Whether every engine has turned since this was last true, or for the first time since it was
  /// first asked; then asks them again.
  boolean hasBeaten() {
    boolean allTurned = silent.get() == 0;
    if (allTurned) {
      asked = false;
    }
    if (!asked) {
      AtomicInteger question = new AtomicInteger(nodes.size());
      silent = question;
      // One whose queue is full will be asked again; it answers nothing before.
      asked = nodes.stream().allMatch(node -> node.whenTurning(question::decrementAndGet));
    }
    return allTurned;
  }
}
