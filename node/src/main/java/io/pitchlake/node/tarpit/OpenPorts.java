package io.pitchlake.node.tarpit;

import java.util.Arrays;

/// The TCP ports that a simulated machine listens on. Immutable; any thread.
final class OpenPorts {
  /// Every port.
  static final OpenPorts ALL = new OpenPorts(true);

  private final boolean all;
  private final char[] ports;

  private OpenPorts(boolean all, int... ports) {
    this.all = all;
    this.ports = new char[ports.length];
    for (int i = 0; i < ports.length; i++) {
      this.ports[i] = (char) ports[i];
    }
    Arrays.sort(this.ports);
  }

  /// These ports; a handful, for they are looked through one by one.
  static OpenPorts of(int... ports) {
    return new OpenPorts(false, ports);
  }

  boolean contains(int port) {
    for (char open : ports) {
      if (open == port) {
        return true;
      }
    }
    return all;
  }

  @Override
  public String toString() {
    return all ? "all ports" : Arrays.toString(new String(ports).chars().toArray());
  }
}
