package io.pitchlake.node.arp;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.MldReport;
import io.pitchlake.node.engine.EthernetWriter;
import io.pitchlake.node.engine.Transmit;

/// Builds and queues what a listener to IPv6 groups says: reports of version 2 (RFC 3810 section
/// 5.2), and reports and goodbyes of version 1 (RFC 2710), where a querier speaks that. Engine
/// thread; no allocation.
final class ListenerWriter {
  private final Transmit transmit;
  private final CounterBank counters;
  private final EthernetWriter ethernet = new EthernetWriter();
  private final Ipv6Header ipv6 = new Ipv6Header();
  private final Icmpv6Header icmpv6 = new Icmpv6Header();
  private final MldReport report = new MldReport();

  ListenerWriter(Transmit transmit, CounterBank counters) {
    this.transmit = transmit;
    this.counters = counters;
  }

  /// One report of version 2 with a record of the same type for each group.
  ///
  /// @param groupLows low halves of link-scope groups, of which the first `count` count, at most
  ///   [MldReport#MOST_RECORDS]
  void report(ListenerPlace place, int recordType, long[] groupLows, int count) {
    int length = MldReport.length(count);
    Frame frame = transmit.newFrame(place.port());
    begin(place, frame, Icmpv6Header.MLD_ROUTERS_LOW, length);
    report.create(ipv6.upperAddress(), length, count);
    for (int i = 0; i < count; i++) {
      report.record(i, recordType, Icmpv6Header.LINK_GROUP_HIGH, groupLows[i]);
    }
    report.updateChecksum(ipv6);
    counters.count(Counter.MLD_REPORTS_SENT);
    transmit.transmit(place.port(), frame);
  }

  /// A report of version 1, which goes to the group itself.
  void oldReport(ListenerPlace place, long groupLow) {
    old(place, Icmpv6Header.LISTENER_REPORT, groupLow, groupLow);
  }

  /// Says in version 1 that nobody here listens to a group any more, which goes to all routers.
  void oldDone(ListenerPlace place, long groupLow) {
    old(place, Icmpv6Header.LISTENER_DONE, groupLow, Icmpv6Header.ALL_ROUTERS_LOW);
  }

  private void old(ListenerPlace place, int type, long groupLow, long destinationLow) {
    Frame frame = transmit.newFrame(place.port());
    begin(place, frame, destinationLow, Icmpv6Header.LISTENER_LENGTH);
    icmpv6
        .create(ipv6.upperAddress(), Icmpv6Header.LISTENER_LENGTH, type)
        .group(Icmpv6Header.LINK_GROUP_HIGH, groupLow)
        .updateChecksum(ipv6);
    counters.count(Counter.MLD_REPORTS_SENT);
    transmit.transmit(place.port(), frame);
  }

  private void begin(ListenerPlace place, Frame frame, long destinationLow, int messageLength) {
    int packetLength = Ipv6Header.LENGTH + Ipv6Header.ROUTER_ALERT_LENGTH + messageLength;
    long at =
        ethernet.begin(
            frame,
            place.vlan(),
            Ipv6Header.multicastMac(destinationLow),
            place.mac(),
            Ipv6Header.ETHER_TYPE,
            packetLength);
    ipv6.createWithRouterAlert(at, packetLength, Icmpv6Header.PROTOCOL)
        .hopLimit(Icmpv6Header.MLD_HOP_LIMIT)
        .source(place.source().high(), place.source().low())
        .destination(Icmpv6Header.LINK_GROUP_HIGH, destinationLow);
  }
}
