package io.pitchlake.node.drill;

/// A drill cannot go on, for a reason the user can do something about: one sentence.
public final class DrillException extends Exception {
  private static final long serialVersionUID = 1L;

  public DrillException(String message) {
    super(message);
  }
}
