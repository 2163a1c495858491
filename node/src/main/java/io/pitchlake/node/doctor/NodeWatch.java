package io.pitchlake.node.doctor;

import java.util.function.Supplier;

/// What the node that runs says at the beginning and at the end of an examination. One thread.
final class NodeWatch {
  private final Supplier<NodeAnswer> node;
  private final NodeAnswer before;
  private NodeAnswer after;

  /// Asks the node for the first time.
  NodeWatch(Supplier<NodeAnswer> node) {
    this.node = node;
    this.before = node.get();
  }

  NodeAnswer before() {
    return before;
  }

  /// What it says now; asked once.
  NodeAnswer after() {
    if (after == null) {
      after = node.get();
    }
    return after;
  }
}
