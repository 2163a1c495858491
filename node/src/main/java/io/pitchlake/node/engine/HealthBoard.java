package io.pitchlake.node.engine;

import java.util.concurrent.atomic.AtomicIntegerArray;

/// What the engine that checks a target tells the other engines of the node: whether the target is
/// ready, and how much of its weight it asks for. One writer for each target, any number of
/// readers.
public final class HealthBoard {
  private static final int READY = 1 << 16;
  private static final int PERCENT = READY - 1;

  /// By the target's number in the configuration.
  private final AtomicIntegerArray targets;

  /// @param highest the highest number a target may have
  HealthBoard(int highest) {
    targets = new AtomicIntegerArray(highest + 1);
  }

  /// Says how a target is. The engine that checks it.
  public void post(int target, boolean ready, int percent) {
    targets.setOpaque(target, ready ? READY | percent : 0);
  }

  public boolean isReady(int target) {
    return targets.getOpaque(target) != 0;
  }

  public int percent(int target) {
    return targets.getOpaque(target) & PERCENT;
  }
}
