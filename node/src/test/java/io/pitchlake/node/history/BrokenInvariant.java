package io.pitchlake.node.history;

/// A history did what none may do.
final class BrokenInvariant extends AssertionError {
  private static final long serialVersionUID = 1;

  BrokenInvariant(String what) {
    super(what);
  }

  BrokenInvariant(String what, Throwable cause) {
    super(what, cause);
  }
}
