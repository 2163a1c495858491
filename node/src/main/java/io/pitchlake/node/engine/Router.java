package io.pitchlake.node.engine;

import io.pitchlake.common.metric.DropReason;

/// Finds packets' way between networks. Two steps, so that somebody may translate in between: a
/// packet that is admitted as it came is sent as it is then. Implemented by `rt`; engine thread.
public interface Router {
  /// The network that a packet for elsewhere leaves by; null when there is none, or when it came
  /// from there.
  NetworkView out(PacketContext packet, NetworkView ingress);

  /// Whether a packet may be passed on by its route: null, or why not; then its sender has been
  /// told, where the rules permit it.
  DropReason admit(PacketContext packet, NetworkView ingress);

  /// Sends the packet that was admitted last.
  Verdict send(PacketContext packet);
}
