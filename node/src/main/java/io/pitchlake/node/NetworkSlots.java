package io.pitchlake.node;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.common.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which position each network has in views: tables, timers and what engines tell each other name
/// networks by it. So it belongs to one network for as long as the node lives: a network that a
/// reload leaves as it is keeps its position wherever the file has moved it to, and the position of
/// one that is gone, or now lives elsewhere, is never given to another. Immutable; any thread.
final class NetworkSlots {
  /// Positions that one node can give out; each costs a few words.
  static final int MOST = 4096;

  /// What makes a network the same one: where its frames are seen and which addresses are its own.
  private record Identity(
      int id,
      int link,
      Optional<Integer> vlan,
      Optional<IpPrefix> prefix,
      Optional<IpPrefix> prefix6) {
    static Identity of(Network network) {
      return new Identity(
          network.id(),
          network.interfaces().getFirst(),
          network.vlan(),
          network.prefix(),
          network.prefix6());
    }
  }

  private final List<Identity> slots;

  private NetworkSlots(List<Identity> slots) {
    this.slots = List.copyOf(slots);
  }

  /// The positions of a node that starts with this configuration: in the order of the file.
  static NetworkSlots of(Configuration configuration) {
    return new NetworkSlots(List.of()).then(configuration);
  }

  /// The positions once `next` runs.
  NetworkSlots then(Configuration next) {
    List<Identity> grown = new ArrayList<>(slots);
    for (Network network : ViewCompiler.running(next)) {
      Identity identity = Identity.of(network);
      if (!grown.contains(identity)) {
        grown.add(identity);
      }
    }
    return new NetworkSlots(grown);
  }

  /// How many positions there are, of networks that run and of those that have run.
  int size() {
    return slots.size();
  }

  int slotOf(Network network) {
    return slots.indexOf(Identity.of(network));
  }
}
