package io.pitchlake.node.cli;

import io.pitchlake.common.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A flow as people write it: `tcp 192.168.2.66:4711 192.168.2.10:80`, an IPv6 address in brackets;
/// `ADDRESS/PORT` as in the log, `ADDRESS PORT`, commas, and a `>` or `->` between the ends are
/// understood, too.
///
/// @param protocol `tcp` or `udp`
record FiveTuple(
    String protocol, IpAddress source, int sourcePort, IpAddress destination, int destinationPort) {
  /// How it is written.
  static final String FORM =
      "tcp|udp SOURCE:PORT DESTINATION:PORT, such as tcp 192.168.2.66:4711 192.168.2.10:80";

  private record End(IpAddress address, int port) {}

  /// Reads the words of a flow; empty when they are none.
  static Optional<FiveTuple> parse(List<String> words) {
    List<String> parts = new ArrayList<>();
    for (String word : words) {
      for (String part : word.split("[\\s,]+")) {
        if (!part.isEmpty() && !part.equals(">") && !part.equals("->")) {
          parts.add(part);
        }
      }
    }
    if (parts.size() == 5) {
      parts =
          List.of(
              parts.get(0), parts.get(1) + "/" + parts.get(2), parts.get(3) + "/" + parts.get(4));
    }
    if (parts.size() != 3) {
      return Optional.empty();
    }
    String protocol = parts.getFirst().toLowerCase(Locale.ROOT);
    if (!protocol.equals("tcp") && !protocol.equals("udp")) {
      return Optional.empty();
    }
    Optional<End> source = end(parts.get(1));
    Optional<End> destination = end(parts.get(2));
    return source.flatMap(from ->
        destination.map(
            to -> new FiveTuple(protocol, from.address(), from.port(), to.address(), to.port())));
  }

  private static Optional<End> end(String text) {
    int cut = Math.max(text.lastIndexOf('/'), text.lastIndexOf(':'));
    if (cut <= 0) {
      return Optional.empty();
    }
    String address = text.substring(0, cut);
    String port = text.substring(cut + 1);
    boolean bracketed = address.startsWith("[") && address.endsWith("]");
    // The last part of a bare IPv6 address is no port.
    if (text.charAt(cut) == ':' && !bracketed && address.contains(":")
        || !port.matches("[0-9]{1,5}")
        || Integer.parseInt(port) > 65_535) {
      return Optional.empty();
    }
    return IpAddress.tryParse(bracketed ? address.substring(1, address.length() - 1) : address)
        .map(parsed -> new End(parsed, Integer.parseInt(port)));
  }
}
