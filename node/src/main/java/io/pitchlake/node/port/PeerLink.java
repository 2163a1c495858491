package io.pitchlake.node.port;

import io.pitchlake.common.net.IpAddress;
import java.util.List;

/// Carries datagrams between the engines of a cluster, beside the ports: UDP over the sync link in
/// production, a simulated network in tests. Datagrams arrive whole or not at all, perhaps late, in
/// another order, or twice. Engine thread; nothing here waits or allocates.
public interface PeerLink extends AutoCloseable {
  /// The longest datagram, so that none is cut in pieces on its way.
  int LONGEST_BYTES = 1400;

  /// The addresses of the other nodes on this link; a peer is its place in this list.
  List<IpAddress> peers();

  /// Sends the first `length` bytes to a peer. What there is no room for is lost.
  void send(int peer, byte[] datagram, int length);

  /// Puts the next datagram that has come into `into`; returns its length, 0 when there is none.
  int receive(byte[] into);

  /// Bits 127..64 of the address that the datagram received last came from.
  long senderHigh();

  /// Bits 63..0 of it.
  long senderLow();

  /// What poll(2) says is readable when a datagram is there; none in a simulation.
  default int[] inputDescriptors() {
    return new int[0];
  }

  @Override
  void close();
}
