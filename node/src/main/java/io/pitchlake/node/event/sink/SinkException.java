package io.pitchlake.node.event.sink;

/// A sink that cannot be made as the configuration wants it; the message is one sentence for its
/// user.
public final class SinkException extends Exception {
  private static final long serialVersionUID = 1;

  SinkException(String message) {
    super(message);
  }
}
