package io.pitchlake.sync.link;

import io.pitchlake.common.config.Configuration.SyncTransport;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.net.IpAddress;
import java.util.List;

/// What a node must know to find the others.
///
/// @param bind this node's address on the link, which the kernel owns
/// @param port of this node and of every peer
/// @param peers the other nodes; this node's own address among them does no harm; for datagrams it
///   may be empty
/// @param cluster nodes of other clusters are refused
/// @param boot drawn at random when this node started
public record LinkSettings(
    SyncTransport transport,
    IpAddress bind,
    int port,
    List<Endpoint> peers,
    String cluster,
    ClusterKey key,
    long boot) {
  /// Where a peer listens.
  public record Endpoint(IpAddress address, int port) {}

  public LinkSettings {
    peers = List.copyOf(peers);
  }
}
