package io.pitchlake.node.engine;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.common.net.PrefixTrie;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Which network an address is reached in, and by which gateway: the longest block counts, of equal
/// ones the first. Immutable; any thread.
public final class RouteTable {
  /// No routes.
  public static final RouteTable EMPTY = new RouteTable(List.of());

  /// One route.
  ///
  /// @param network the network that a packet leaves by
  /// @param gateway its next hop, null when the destination itself is on the network
  public record Route(IpPrefix block, NetworkView network, IpAddress gateway) {
    /// Upper half of the next hop's address.
    public long hopHigh(long destinationHigh) {
      return gateway == null ? destinationHigh : gateway.high();
    }

    /// Lower half of the next hop's address.
    public long hopLow(long destinationLow) {
      return gateway == null ? destinationLow : gateway.low();
    }
  }

  private final Route[] routes;
  private final PrefixTrie blocks;

  public RouteTable(List<Route> routes) {
    List<Route> longestFirst =
        routes.stream()
            .sorted(Comparator.comparingInt((Route route) -> -route.block().length()))
            .toList();
    this.routes = longestFirst.toArray(Route[]::new);
    blocks = new PrefixTrie(longestFirst.stream().map(Route::block).toList());
  }

  /// The routes by gateways, one for each block behind one.
  public List<Route> gateways() {
    return Stream.of(routes).filter(route -> route.gateway() != null).toList();
  }

  /// The route to an address, or null.
  public Route find(long high, long low) {
    int first = blocks.first(high, low);
    return first == PrefixTrie.NONE ? null : routes[first];
  }
}
