package io.pitchlake.node.cli;

import io.pitchlake.node.port.PortException;

/// How the program ends. The numbers are part of its interface.
public final class ExitCode {
  /// Done as asked.
  public static final int OK = 0;

  /// The command line makes no sense.
  public static final int USAGE = 2;

  /// The configuration is broken, cannot be read, or runs no network.
  public static final int CONFIGURATION = 3;

  /// An interface is unknown or cannot be used.
  public static final int INTERFACE = 4;

  /// A privilege is missing; the message names the capability.
  public static final int PRIVILEGE = 5;

  /// A capture file cannot be read or written.
  public static final int CAPTURE = 6;

  /// A drill could not be made.
  public static final int DRILL = 8;

  /// No node answers at the socket.
  public static final int UNREACHABLE = 9;

  /// The node refuses what was asked of it; the message says why.
  public static final int REFUSED = 10;

  /// The doctor has found warnings, and no faults.
  public static final int WARNINGS = 11;

  /// The doctor has found faults.
  public static final int FAULTS = 12;

  /// A fault of the program itself.
  public static final int INTERNAL = 70;

  private ExitCode() {}

  /// The code for a port that cannot be opened.
  static int of(PortException.Reason reason) {
    return switch (reason) {
      case NOT_PERMITTED -> PRIVILEGE;
      case BAD_FILE -> CAPTURE;
      case UNKNOWN_INTERFACE, NOT_ETHERNET, INTERFACE_DOWN, LIBRARY_MISSING, UNSUPPORTED ->
          INTERFACE;
    };
  }
}
