package io.pitchlake.node.port;

/// The source of a port has ended: a capture file was read to its end, or an interface is gone.
public final class PortClosedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PortClosedException(String message) {
    super(message);
  }
}
