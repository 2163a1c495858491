package io.pitchlake.node.event.sink;

import java.io.IOException;

/// Events that the other end will never take, whenever they are given again.
final class RefusedException extends IOException {
  private static final long serialVersionUID = 1;

  RefusedException(String message) {
    super(message);
  }
}
