package io.pitchlake.node;

import io.pitchlake.common.config.PenCommandLine.OwnAddress;
import io.pitchlake.common.net.IpAddress;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Every address that the host's kernel owns, on any interface. Any thread.
public final class HostAddresses {
  private HostAddresses() {}

  /// What the kernel says now, without zones.
  ///
  /// @throws UncheckedIOException when it cannot be asked
  public static Set<IpAddress> now() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .map(IpAddress::of)
          .collect(Collectors.toUnmodifiableSet());
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The addresses of one interface with their prefix lengths; empty when there is no such
  /// interface.
  ///
  /// @throws UncheckedIOException when the kernel cannot be asked
  public static Optional<List<OwnAddress>> of(String link) {
    try {
      return Optional.ofNullable(NetworkInterface.getByName(link))
          .map(found ->
              found.getInterfaceAddresses().stream()
                  .map(one ->
                      new OwnAddress(IpAddress.of(one.getAddress()), one.getNetworkPrefixLength()))
                  .toList());
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }
}
