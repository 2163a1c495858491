package io.pitchlake.node.tarpit;

import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.TcpHeader;

/// The TCP/IP stack of one kind of machine, made ready for this node's ports: everything that does
/// not depend on the packet. Immutable; any thread.
final class Stack {
  private static final int FAMILIES = 2;

  private final Habits habits;
  private final SynAckOptions[] options;

  /// @param mtuBytes of each port
  Stack(Habits habits, int[] mtuBytes) {
    this.habits = habits;
    options = new SynAckOptions[mtuBytes.length * FAMILIES * SynAckOptions.OFFERS];
    for (int port = 0; port < mtuBytes.length; port++) {
      for (int offered = 0; offered < SynAckOptions.OFFERS; offered++) {
        int rest = mtuBytes[port] - TcpHeader.MIN_LENGTH;
        options[place(port, true, offered)] =
            new SynAckOptions(habits, rest - Ipv4Header.MIN_LENGTH, offered);
        options[place(port, false, offered)] =
            new SynAckOptions(habits, rest - Ipv6Header.LENGTH, offered);
      }
    }
  }

  Habits habits() {
    return habits;
  }

  /// What it answers to a SYN that has come in by a port and offers this.
  SynAckOptions options(int port, boolean isIpv4, int offered) {
    return options[place(port, isIpv4, offered)];
  }

  private static int place(int port, boolean isIpv4, int offered) {
    return (port * FAMILIES + (isIpv4 ? 0 : 1)) * SynAckOptions.OFFERS + offered;
  }
}
