package io.pitchlake.node.health;

/// One way to check a target, tried again and again by one virtual thread.
@FunctionalInterface
interface Attempt {
  /// Checks once, within the check's timeout.
  Finding run() throws InterruptedException;
}
