package io.pitchlake.node.port;

/// A port cannot be opened. The message is one sentence for the person who started the program:
/// what, where, and what would help.
public final class PortException extends Exception {
  private static final long serialVersionUID = 1L;

  /// Why, for exit codes and for falling back to another kind of port.
  public enum Reason {
    /// No interface has that name.
    UNKNOWN_INTERFACE,
    /// The interface is not Ethernet (no hardware address).
    NOT_ETHERNET,
    /// The interface is administratively down.
    INTERFACE_DOWN,
    /// A capability is missing; the message names it.
    NOT_PERMITTED,
    /// A native library is missing.
    LIBRARY_MISSING,
    /// This kernel, driver or operating system does not offer what the port needs.
    UNSUPPORTED,
    /// A capture file cannot be read or written.
    BAD_FILE
  }

  private final Reason reason;

  public PortException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public PortException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /// What kind of trouble it is.
  public Reason reason() {
    return reason;
  }
}
