package io.pitchlake.node.cli;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Sync;
import io.pitchlake.common.net.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/// Where this node and the others are on the sync link.
///
/// @param bind an address of this host's kernel
/// @param others without this node's own
record SyncAddresses(IpAddress bind, List<IpAddress> others) {
  /// Those of a configuration that replicates; empty for any other.
  ///
  /// @throws Failure nothing says from which address the peers are reached
  static Optional<SyncAddresses> of(ConfigurationFile file) throws Failure {
    Configuration configuration = file.configuration();
    if (!configuration.replicates()) {
      return Optional.empty();
    }
    List<IpAddress> peers = configuration.syncPeers();
    Optional<IpAddress> given = configuration.sync().flatMap(Sync::bind);
    IpAddress bind =
        given.isPresent()
            ? given.get()
            : towards(peers.getFirst())
                .orElseThrow(() ->
                    new Failure(
                        ExitCode.INTERFACE,
                        "%s: error: this host has no way to the sync peer %s; write 'bind' in sync with this host's address on the way to it"
                            .formatted(file.path(), peers.getFirst())));
    return Optional.of(
        new SyncAddresses(bind, peers.stream().filter(peer -> !peer.equals(bind)).toList()));
  }

  /// The address that the kernel would write as its own to this one. Nothing is sent.
  private static Optional<IpAddress> towards(IpAddress peer) {
    try (DatagramSocket unused = new DatagramSocket()) {
      unused.connect(new InetSocketAddress(peer.inet(), Sync.DEFAULT_PORT));
      return Optional.of(IpAddress.of(unused.getLocalAddress()))
          .filter(address -> !address.isUnspecified());
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }
}
