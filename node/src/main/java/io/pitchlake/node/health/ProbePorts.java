package io.pitchlake.node.health;

import io.pitchlake.node.port.PortFilter;
import java.util.Arrays;

/// Which check a source port belongs to while its probe is on its way. The ports lie above those
/// that a Linux kernel gives its own connections, and [PortFilter] lets answers to them through.
/// Engine thread.
final class ProbePorts {
  static final int NONE = -1;
  private static final int FIRST = PortFilter.FIRST_PROBE_PORT;
  private static final int COUNT = 65_536 - FIRST;
  private static final int TRIES = 8;

  private final int[] checks = new int[COUNT];

  ProbePorts() {
    clear();
  }

  void clear() {
    Arrays.fill(checks, NONE);
  }

  /// Gives a check a free port near the one that `chance` leads to; [#NONE] when those are taken.
  int take(int check, long chance) {
    for (int i = 0; i < TRIES; i++) {
      int slot = (int) (chance >>> 8 * i) & COUNT - 1;
      if (checks[slot] == NONE) {
        checks[slot] = check;
        return FIRST + slot;
      }
    }
    return NONE;
  }

  void release(int port) {
    checks[port - FIRST] = NONE;
  }

  /// The check whose probe has this source port, or [#NONE].
  int checkOf(int port) {
    return port < FIRST ? NONE : checks[port - FIRST];
  }
}
