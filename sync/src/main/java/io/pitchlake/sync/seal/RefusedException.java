package io.pitchlake.sync.seal;

import java.io.IOException;

/// Whoever is at the other end of a socket is turned away; the message says why, in words that
/// follow its address.
final class RefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  RefusedException(String why) {
    super(why);
  }
}
