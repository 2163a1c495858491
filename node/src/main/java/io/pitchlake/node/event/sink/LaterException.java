package io.pitchlake.node.event.sink;

import java.io.IOException;
import java.time.Duration;

/// The other end has asked to be left alone for a while.
final class LaterException extends IOException {
  private static final long serialVersionUID = 1;

  private final Duration wait;

  LaterException(String message, Duration wait) {
    super(message);
    this.wait = wait;
  }

  /// For how long at least.
  Duration pause() {
    return wait;
  }
}
