package io.pitchlake.node.admin;

/// The operator's seat cannot be opened as the configuration asks: one sentence for people.
public final class AdminException extends Exception {
  private static final long serialVersionUID = 1L;

  /// What is wrong.
  public enum Reason {
    /// A socket or an address cannot be had.
    PLACE,
    /// A file that the configuration names cannot be used.
    FILE
  }

  private final Reason reason;

  AdminException(Reason reason, String sentence) {
    super(sentence);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
