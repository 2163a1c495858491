package io.pitchlake.node.history;

import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.sim.SimWire;
import io.pitchlake.node.sim.SimPeers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which wires lie between two machines, and how long they have been without fault.
final class Paths {
  private final Map<SimLan.Attachment, Integer> switches = new HashMap<>();
  private final List<SimWire> trunk = new ArrayList<>();

  private final SimPeers sync;

  Paths(SimPeers sync) {
    this.sync = sync;
  }

  /// How long nodes have been able to talk beside the LAN, both ways.
  long syncNanos(Member a, Member b) {
    return Math.min(
        sync.wire(a.syncAddress(), b.syncAddress()).faultlessNanos(),
        sync.wire(b.syncAddress(), a.syncAddress()).faultlessNanos());
  }

  /// A machine's cable ends at this switch.
  void add(SimLan.Attachment attachment, int theSwitch) {
    switches.put(attachment, theSwitch);
  }

  /// Frames between switches pass these wires.
  void trunk(SimWire wire) {
    trunk.add(wire);
  }

  List<SimWire> trunk() {
    return trunk;
  }

  /// How long frames have passed unharmed both ways; 0 while they do not.
  long faultlessNanos(Member a, Member b) {
    long least = Math.min(faultlessNanos(a.attachment()), faultlessNanos(b.attachment()));
    least = Math.min(least, Math.min(a.sinceOverflowNanos(), b.sinceOverflowNanos()));
    return areApart(a.attachment(), b.attachment()) ? Math.min(least, trunkNanos()) : least;
  }

  /// The same between a node and a host.
  long faultlessNanos(Member a, SimLan.Attachment host) {
    long least = Math.min(faultlessNanos(a.attachment()), faultlessNanos(host));
    least = Math.min(least, a.sinceOverflowNanos());
    return areApart(a.attachment(), host) ? Math.min(least, trunkNanos()) : least;
  }

  private boolean areApart(SimLan.Attachment a, SimLan.Attachment b) {
    return !switches.get(a).equals(switches.get(b));
  }

  private long trunkNanos() {
    long least = Long.MAX_VALUE;
    for (SimWire wire : trunk) {
      least = Math.min(least, wire.faultlessNanos());
    }
    return least;
  }

  private static long faultlessNanos(SimLan.Attachment attachment) {
    return Math.min(
        attachment.toSwitch().faultlessNanos(), attachment.fromSwitch().faultlessNanos());
  }
}
