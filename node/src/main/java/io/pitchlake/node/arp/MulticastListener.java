package io.pitchlake.node.arp;

import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.common.wire.Checksum;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.Shards;
import io.pitchlake.node.engine.Transmit;
import io.pitchlake.node.engine.View;
import java.util.ArrayList;
import java.util.List;

/// Speaks multicast listener discovery (RFC 3810, now RFC 9777) for the node: a switch that snoops
/// it (RFC 4541) brings a group's frames only to ports from which it was told that somebody
/// listens, and reading everything that arrives is not saying so. The host's kernel could say it,
/// but not where its IPv6 is off, as it should be on an interface of the node's own, nor with a
/// VLAN's tag.
///
/// One [SegmentListener] for each port and VLAN with an IPv6 network. Groups of IPv4 need nothing:
/// 224.0.0.18 is never snooped. Engines that share an interface all say what they listen to; a
/// query reaches one of them, and the others' refreshes are frequent enough. Engine thread.
final class MulticastListener {
  private final AddressTable table;
  private final ListenerWriter writer;
  private final CounterBank counters;
  private final Shards shards;
  private final List<SegmentListener> segments = new ArrayList<>();
  private long turnNanos;

  MulticastListener(AddressTable table, Transmit transmit, CounterBank counters, Shards shards) {
    this.table = table;
    this.writer = new ListenerWriter(transmit, counters);
    this.counters = counters;
    this.shards = shards;
  }

  /// Takes a new view over. A segment whose networks have gone stays, with nothing to listen to.
  void configure(View view, long nowNanos) {
    for (int index = 0; index < view.size(); index++) {
      NetworkView network = view.network(index);
      if (network.family(false).prefix() != null
          && segment(network.port(), network.vlan()) == null) {
        ListenerPlace place = ListenerPlace.of(network.port(), network.vlan(), network.portMac());
        segments.add(new SegmentListener(place, writer, nowNanos));
      }
    }
    int decoys = (int) view.settings().get(Setting.TARPITMLD);
    for (SegmentListener segment : segments) {
      int port = segment.place().port();
      int vlan = segment.place().vlan();
      ListenedGroups groups = new ListenedGroups(view, port, vlan, decoys, shards.count());
      segment.configure(groups, nowNanos);
    }
  }

  private SegmentListener segment(int port, int vlan) {
    for (int i = 0; i < segments.size(); i++) {
      ListenerPlace place = segments.get(i).place();
      if (place.port() == port && place.vlan() == vlan) {
        return segments.get(i);
      }
    }
    return null;
  }

  /// Says what is due.
  void tick(long nowNanos) {
    turnNanos = nowNanos;
    long groups = 0;
    for (int i = 0; i < segments.size(); i++) {
      segments.get(i).tick(table, nowNanos);
      groups += segments.get(i).groups();
    }
    counters.set(Gauge.MLD_GROUPS, groups);
  }

  /// What was said in this turn nobody has heard.
  void unheard() {
    for (int i = 0; i < segments.size(); i++) {
      segments.get(i).unheard(turnNanos);
    }
  }

  /// A listener query has come. What is not from the link itself is nobody's to ask (RFC 3810
  /// section 6.2), and a length of neither version is no query (section 8.1).
  void asked(PacketContext packet) {
    SegmentListener segment = segment(packet.port(), packet.vlan());
    Ipv6Header ip = packet.ipv6();
    if (segment != null
        && ip.hopLimit() == Icmpv6Header.MLD_HOP_LIMIT
        && ip.nextHeader() == Ipv6Header.HOP_BY_HOP
        && !ip.hasFragmentHeader()
        && ip.sourceHigh() >>> 54 == 0xfe80 >>> 6
        && packet.icmpv6().code() == 0
        && isOfAVersion(packet.icmpv6().lengthBytes())
        && packet.icmpv6().verifyChecksum(packet.frame().checksumState(), ip)
            != Checksum.Verdict.BAD) {
      counters.count(Counter.MLD_QUERIES_HEARD);
      segment.asked(packet);
    }
  }

  private static boolean isOfAVersion(int queryBytes) {
    return queryBytes == Icmpv6Header.LISTENER_LENGTH
        || queryBytes >= Icmpv6Header.LISTENER_QUERY_LENGTH;
  }
}
