package io.pitchlake.node;

import io.pitchlake.common.config.PenCommandLine.OwnAddress;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.node.port.PortException;
import io.pitchlake.node.port.PortException.Reason;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Every address that the host's kernel owns, on any interface. Any thread.
public final class HostAddresses {
  private static final String NOT_ONE_ADDRESS = "No network interfaces configured";

  private HostAddresses() {}

  /// What the kernel says now, without zones.
  ///
  /// @throws UncheckedIOException when it cannot be asked
  public static Set<IpAddress> now() {
    return links()
        .flatMap(NetworkInterface::inetAddresses)
        .map(IpAddress::of)
        .collect(Collectors.toUnmodifiableSet());
  }

  /// The interfaces that have addresses; Java knows no others here.
  private static Stream<NetworkInterface> links() {
    try {
      return NetworkInterface.networkInterfaces();
    } catch (SocketException e) {
      // A namespace of a node alone, in which not even the loopback is up, is no error. Any other
      // doubt is one: an address that is not known to be the host's might be simulated.
      if (NOT_ONE_ADDRESS.equals(e.getMessage())) {
        return Stream.empty();
      }
      throw new UncheckedIOException(e);
    }
  }

  /// The name of the interface that has an address in a block.
  ///
  /// @throws PortException there is none, or there are several
  /// @throws UncheckedIOException when the kernel cannot be asked
  public static String linkWithin(IpPrefix subnet) throws PortException {
    List<NetworkInterface> links = links().toList();
    List<String> within =
        links.stream()
            .filter(link -> link.inetAddresses().map(IpAddress::of).anyMatch(subnet::contains))
            .map(NetworkInterface::getName)
            .sorted()
            .toList();
    if (within.size() > 1) {
      throw new PortException(
          Reason.UNKNOWN_INTERFACE,
          "several interfaces have an address in %s: %s; write 'name' with one of them"
              .formatted(subnet, String.join(", ", within)));
    }
    if (within.isEmpty()) {
      throw new PortException(
          Reason.UNKNOWN_INTERFACE,
          "no interface here has an address in %s; there %s"
              .formatted(
                  subnet,
                  links.isEmpty()
                      ? "is not one that has any"
                      : links.stream()
                          .map(HostAddresses::described)
                          .sorted()
                          .collect(Collectors.joining(", ", "are: ", ""))));
    }
    return within.getFirst();
  }

  private static String described(NetworkInterface link) {
    String addresses =
        link.inetAddresses()
            .map(IpAddress::of)
            .map(IpAddress::toString)
            .sorted()
            .collect(Collectors.joining(" "));
    return addresses.isEmpty() ? link.getName() : link.getName() + " (" + addresses + ")";
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
