package io.pitchlake.node.arp;

import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.VrrpHeader;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.RouterView;
import io.pitchlake.node.engine.ServerView;
import io.pitchlake.node.engine.View;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// The IPv6 groups that a node must hear on one port and VLAN: that of adverts, and the
/// solicited-node groups of `real`, `virt` and servers' addresses, whether it is the master or may
/// become it. With `set tarpitmld` also those of decoys: of the lowest addresses of each network's
/// block, where scanners look first, and of those that are simulated now, the ones asked for last
/// coming first. Engine thread; allocates when it is made.
///
/// Groups are given by their low halves; all are ff02::/64.
final class ListenedGroups {
  private final long[] fixed;
  private final int[] decoyNetworks;
  private final int mostSimulated;

  /// @param decoys groups per network of the lowest addresses, and as many again of simulated ones
  /// @param engines that share the simulated addresses
  ListenedGroups(View view, int port, int vlan, int decoys, int engines) {
    List<NetworkView> networks =
        LongStream.range(0, view.size())
            .mapToObj(index -> view.network((int) index))
            .filter(network ->
                network.port() == port
                    && network.vlan() == vlan
                    && network.family(false).prefix() != null)
            .toList();
    List<NetworkView> trapping =
        decoys == 0 ? List.of() : networks.stream().filter(NetworkView::tarpit).toList();
    fixed =
        Stream.of(
                adverts(view, port, vlan),
                networks.stream().flatMapToLong(ListenedGroups::own),
                view.servers().stream()
                    .map(ServerView::address)
                    .filter(address ->
                        networks.stream()
                            .anyMatch(network ->
                                !address.isIpv4()
                                    && network.contains(address.high(), address.low())))
                    .mapToLong(address -> Icmpv6Header.solicitedNodeLow(address.low())),
                trapping.stream().flatMapToLong(network -> lowest(network, decoys)))
            .flatMapToLong(groups -> groups)
            .distinct()
            .toArray();
    decoyNetworks = trapping.stream().mapToInt(NetworkView::index).toArray();
    mostSimulated = Math.ceilDiv(decoys, engines);
  }

  private static LongStream adverts(View view, int port, int vlan) {
    return view.routers().stream().anyMatch(router -> isHeardHere(router, port, vlan))
        ? LongStream.of(VrrpHeader.GROUP_IPV6_LOW)
        : LongStream.empty();
  }

  private static boolean isHeardHere(RouterView router, int port, int vlan) {
    return !router.isIpv4()
        && router.peers().isEmpty()
        && router.port() == port
        && router.vlan() == vlan;
  }

  private static LongStream own(NetworkView network) {
    NetworkView.Family family = network.family(false);
    return Stream.of(family.real(), family.virt())
        .filter(address -> address != null)
        .mapToLong(address -> Icmpv6Header.solicitedNodeLow(address.low()));
  }

  private static LongStream lowest(NetworkView network, int count) {
    IpPrefix block = network.family(false).prefix();
    long first = block.address().low();
    long most = Math.min(count, 0xff_ffff);
    return LongStream.rangeClosed(first + 1, first + most)
        .filter(low -> network.isCandidate(block.address().high(), low))
        .map(Icmpv6Header::solicitedNodeLow);
  }

  /// The most groups there can be at once.
  int capacity() {
    return fixed.length + decoyNetworks.length * mostSimulated;
  }

  /// Adds the groups of this moment.
  void collect(AddressTable table, GroupSet to) {
    for (long group : fixed) {
      to.add(group);
    }
    for (int network : decoyNetworks) {
      int entry = table.mostRecentlyAsked(network, false);
      for (int i = 0; i < mostSimulated && entry != AddressTable.NONE; i++) {
        to.add(Icmpv6Header.solicitedNodeLow(table.low(entry)));
        entry = table.lessRecentlyAsked(entry);
      }
    }
  }
}
