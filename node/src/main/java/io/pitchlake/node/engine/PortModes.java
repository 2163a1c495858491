package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.PortMode;
import io.pitchlake.common.config.Configuration.TarpitMode;
import java.util.List;

/// What becomes of connections, by port. A handful of ranges, which are looked through one by one.
/// Immutable; any thread.
public final class PortModes {
  private final TarpitMode usual;
  private final char[] first;
  private final char[] last;
  private final TarpitMode[] modes;

  /// @param usual the mode of all other ports
  /// @param exceptions whose ranges do not overlap
  public PortModes(TarpitMode usual, List<PortMode> exceptions) {
    this.usual = usual;
    int ranges = exceptions.stream().mapToInt(mode -> mode.ports().size()).sum();
    first = new char[ranges];
    last = new char[ranges];
    modes = new TarpitMode[ranges];
    int at = 0;
    for (PortMode exception : exceptions) {
      for (PortMode.Range range : exception.ports()) {
        first[at] = (char) range.first();
        last[at] = (char) range.last();
        modes[at] = exception.mode();
        at++;
      }
    }
  }

  /// The mode of the ports that no exception names.
  public TarpitMode usual() {
    return usual;
  }

  /// Whether some port says something of its own.
  public boolean anyDrips() {
    boolean drips = usual.drips();
    for (TarpitMode mode : modes) {
      drips |= mode.drips();
    }
    return drips;
  }

  /// The mode of a port.
  public TarpitMode of(int port) {
    for (int i = 0; i < first.length; i++) {
      if (first[i] <= port && port <= last[i]) {
        return modes[i];
      }
    }
    return usual;
  }
}
