package io.pitchlake.node.drill;

import io.pitchlake.common.net.IpAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What is to be done to whom, how often, and what is watched meanwhile.
///
/// @param drills in this order
/// @param runs of each drill, in turn for each pair
/// @param link the interface that the probe asks on, with an IPv4 address of its own
/// @param pairs one, or several to compare on the same segment
/// @param echo an echo service (RFC 862) behind the pair, for a stream and for flows that are held
/// @param trap a simulated address, for SYNs and for peers that are held
/// @param guests how many flows, and how many trapped peers, are held through each fault
/// @param advertNanos the pair's advert interval; says how long to wait for a reaction
/// @param patience how long a known state is waited for
/// @param calm how long [Drill#CALM] lasts
/// @param load how many busy loops run beside it
public record DrillPlan(
    List<Drill> drills,
    int runs,
    String link,
    List<Pair> pairs,
    Optional<InetSocketAddress> echo,
    Optional<IpAddress> trap,
    int guests,
    Hooks hooks,
    long advertNanos,
    Duration patience,
    Duration calm,
    int load) {

  /// Two nodes that share an address.
  ///
  /// @param taps interfaces that see what each node sends, node A's first; empty where there is no
  ///   such place, and then a node is known by its adverts alone
  /// @param serves whether echo service and trap are behind this pair
  public record Pair(String name, List<String> taps, IpAddress virt, boolean serves) {}
}
