package io.pitchlake.node.vrrp;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.VrrpHeader;
import io.pitchlake.node.engine.EthernetWriter;
import io.pitchlake.node.engine.RouterView;
import io.pitchlake.node.engine.Transmit;

/// Builds and queues adverts (RFC 9568 sections 5 and 7.2, RFC 3768 section 5). Engine thread.
final class AdvertWriter {
  /// DSCP CS6, network control.
  private static final int NETWORK_CONTROL = 0xc0;

  private static final long NANOS_PER_CENTI = 10_000_000;

  private final Transmit transmit;
  private final EthernetWriter ethernet = new EthernetWriter();
  private final Ipv4Header ipv4 = new Ipv4Header();
  private final Ipv6Header ipv6 = new Ipv6Header();
  private final VrrpHeader vrrp = new VrrpHeader();

  AdvertWriter(Transmit transmit) {
    this.transmit = transmit;
  }

  /// Sends an advert to the group of all VRRP routers.
  void toGroup(RouterView router, int priority) {
    if (router.isIpv4()) {
      toIpv4(
          router, priority, Ipv4Header.multicastMac(VrrpHeader.GROUP_IPV4), VrrpHeader.GROUP_IPV4);
    } else {
      toIpv6(
          router,
          priority,
          Ipv6Header.multicastMac(VrrpHeader.GROUP_IPV6_LOW),
          VrrpHeader.GROUP_IPV6_HIGH,
          VrrpHeader.GROUP_IPV6_LOW);
    }
  }

  /// Sends an advert to one peer.
  void toPeer(RouterView router, int priority, long mac, IpAddress peer) {
    if (router.isIpv4()) {
      toIpv4(router, priority, mac, peer.ipv4());
    } else {
      toIpv6(router, priority, mac, peer.high(), peer.low());
    }
  }

  private void toIpv4(RouterView router, int priority, long mac, int destination) {
    int length = VrrpHeader.length(router.version(), router.advertised().size(), false);
    int packetLength = Ipv4Header.MIN_LENGTH + length;
    Frame frame = transmit.newFrame(router.port());
    long at = begin(router, frame, mac, Ipv4Header.ETHER_TYPE, packetLength);
    ipv4.create(at, packetLength)
        .typeOfService(NETWORK_CONTROL)
        .timeToLive(VrrpHeader.HOP_LIMIT)
        .protocol(VrrpHeader.PROTOCOL)
        .source(router.source().ipv4())
        .destination(destination)
        .updateChecksum();
    message(router, priority, ipv4.payloadAddress(), length);
    for (int i = 0; i < router.advertised().size(); i++) {
      vrrp.ipv4(i, router.advertised().get(i).ipv4());
    }
    boolean pseudoHeader = router.version() == 3 && router.pseudoHeader();
    vrrp.updateChecksum(pseudoHeader ? ipv4.pseudoHeaderSum(VrrpHeader.PROTOCOL, length) : 0);
    transmit.transmit(router.port(), frame);
  }

  private void toIpv6(RouterView router, int priority, long mac, long high, long low) {
    int length = VrrpHeader.length(router.version(), router.advertised().size(), true);
    int packetLength = Ipv6Header.LENGTH + length;
    Frame frame = transmit.newFrame(router.port());
    long at = begin(router, frame, mac, Ipv6Header.ETHER_TYPE, packetLength);
    ipv6.create(at, packetLength, VrrpHeader.PROTOCOL)
        .trafficClass(NETWORK_CONTROL)
        .hopLimit(VrrpHeader.HOP_LIMIT)
        .source(router.source().high(), router.source().low())
        .destination(high, low);
    message(router, priority, ipv6.upperAddress(), length);
    for (int i = 0; i < router.advertised().size(); i++) {
      IpAddress address = router.advertised().get(i);
      vrrp.ipv6(i, address.high(), address.low());
    }
    vrrp.updateChecksum(ipv6.pseudoHeaderSum(VrrpHeader.PROTOCOL, length));
    transmit.transmit(router.port(), frame);
  }

  private long begin(RouterView router, Frame frame, long mac, int etherType, int packetLength) {
    return ethernet.begin(frame, router.vlan(), mac, router.virtualMac(), etherType, packetLength);
  }

  private void message(RouterView router, int priority, long at, int length) {
    vrrp.create(at, length, router.version(), router.advertised().size(), !router.isIpv4())
        .vrid(router.vrid())
        .priority(priority)
        .intervalCentis((int) (router.advertNanos() / NANOS_PER_CENTI));
  }
}
