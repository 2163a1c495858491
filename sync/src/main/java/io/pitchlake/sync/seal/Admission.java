package io.pitchlake.sync.seal;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// How many connections may be proving the key at once: a few of each configured peer, a few of all
/// others together. Any thread.
final class Admission {
  static final int PER_PEER = 8;
  static final int STRANGERS = 16;

  private final Set<InetAddress> peers;
  private final Map<InetAddress, Integer> ofPeers = new HashMap<>();
  private int strangers;

  Admission(Set<InetAddress> peers) {
    this.peers = Set.copyOf(peers);
  }

  /// Whether there is room for one more, which then is taken until [#leave].
  synchronized boolean enter(InetAddress from) {
    if (!peers.contains(from)) {
      if (strangers >= STRANGERS) {
        return false;
      }
      strangers++;
      return true;
    }
    int now = ofPeers.getOrDefault(from, 0);
    if (now >= PER_PEER) {
      return false;
    }
    ofPeers.put(from, now + 1);
    return true;
  }

  synchronized void leave(InetAddress from) {
    if (!peers.contains(from)) {
      strangers--;
    } else {
      ofPeers.merge(from, -1, Integer::sum);
    }
  }
}
