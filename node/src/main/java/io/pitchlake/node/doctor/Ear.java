package io.pitchlake.node.doctor;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.ArpHeader;
import io.pitchlake.common.wire.EthernetHeader;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.NdpOptions;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.VrrpHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Understands frames. One thread; allocates as it likes, for it hears seconds of a segment's
/// questions, not its traffic.
final class Ear {
  private final EthernetHeader ethernet = new EthernetHeader();
  private final ArpHeader arp = new ArpHeader();
  private final Ipv4Header ipv4 = new Ipv4Header();
  private final Ipv6Header ipv6 = new Ipv6Header();
  private final IcmpHeader icmp = new IcmpHeader();
  private final Icmpv6Header icmpv6 = new Icmpv6Header();
  private final NdpOptions options = new NdpOptions();
  private final TcpHeader tcp = new TcpHeader();
  private final VrrpHeader vrrp = new VrrpHeader();
  private int vlan;
  private long nanos;

  /// What a frame says; empty where it is nothing of interest, or malformed.
  ///
  /// @param nowNanos when it was heard
  Optional<Heard> hear(Frame frame, long nowNanos) {
    if (!ethernet.wrap(frame.address(), frame.length())) {
      return Optional.empty();
    }
    nanos = nowNanos;
    vlan = ethernet.isTagged() && ethernet.vlanId() != 0 ? ethernet.vlanId() : -1;
    long at = ethernet.payloadAddress();
    int length = ethernet.payloadLength();
    return switch (ethernet.payloadType()) {
      case ArpHeader.ETHER_TYPE -> arp.wrap(at, length) ? Optional.of(arp()) : Optional.empty();
      case Ipv4Header.ETHER_TYPE ->
          ipv4.wrap(at, length) && !ipv4.isFragment() ? ofIpv4() : Optional.empty();
      case Ipv6Header.ETHER_TYPE ->
          ipv6.wrap(at, length) && !ipv6.isFragment() ? ofIpv6() : Optional.empty();
      default -> Optional.empty();
    };
  }

  private Heard arp() {
    return new Heard.Arp(
        vlan,
        ethernet.destination(),
        arp.operation() == ArpHeader.REPLY,
        arp.senderMac(),
        IpAddress.ofIpv4(arp.senderAddress()),
        IpAddress.ofIpv4(arp.targetAddress()));
  }

  private Optional<Heard> ofIpv4() {
    IpAddress sender = IpAddress.ofIpv4(ipv4.source());
    IpAddress destination = IpAddress.ofIpv4(ipv4.destination());
    long at = ipv4.payloadAddress();
    int length = ipv4.payloadLength();
    return switch (ipv4.protocol()) {
      case TcpHeader.PROTOCOL -> segment(at, length, sender, destination);
      case IcmpHeader.PROTOCOL ->
          icmp.wrap(at, length) && icmp.type() == IcmpHeader.ECHO_REPLY
              ? Optional.of(new Heard.Echo(vlan, sender, destination, icmp.identifier()))
              : Optional.empty();
      case VrrpHeader.PROTOCOL ->
          vrrp.wrap(at, length) ? Optional.of(advert(sender)) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private Optional<Heard> ofIpv6() {
    IpAddress sender = new IpAddress(ipv6.sourceHigh(), ipv6.sourceLow());
    IpAddress destination = new IpAddress(ipv6.destinationHigh(), ipv6.destinationLow());
    long at = ipv6.upperAddress();
    int length = ipv6.upperLength();
    return switch (ipv6.upperProtocol()) {
      case TcpHeader.PROTOCOL -> segment(at, length, sender, destination);
      case Icmpv6Header.PROTOCOL ->
          icmpv6.wrap(at, length) ? ofIcmpv6(sender, destination) : Optional.empty();
      case VrrpHeader.PROTOCOL ->
          vrrp.wrapIpv6(at, length) ? Optional.of(advert(sender)) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private Optional<Heard> segment(long at, int length, IpAddress sender, IpAddress destination) {
    return tcp.wrap(at, length)
        ? Optional.of(
            new Heard.Segment(
                vlan,
                ethernet.source(),
                sender,
                tcp.sourcePort(),
                destination,
                tcp.destinationPort(),
                tcp.flags(),
                tcp.acknowledgment()))
        : Optional.empty();
  }

  private Optional<Heard> ofIcmpv6(IpAddress sender, IpAddress destination) {
    return switch (icmpv6.type()) {
      case Icmpv6Header.ECHO_REPLY ->
          Optional.of(new Heard.Echo(vlan, sender, destination, icmpv6.identifier()));
      case Icmpv6Header.NEIGHBOR_SOLICITATION ->
          Optional.of(new Heard.Solicitation(vlan, sender, target()));
      case Icmpv6Header.NEIGHBOR_ADVERTISEMENT -> {
        boolean told =
            options.wrap(icmpv6.optionsAddress(), icmpv6.optionsLength())
                && options.hasTargetLinkLayerAddress();
        yield Optional.of(
            new Heard.Advertisement(
                vlan, told ? options.targetLinkLayerAddress() : ethernet.source(), target()));
      }
      default -> Optional.empty();
    };
  }

  private IpAddress target() {
    return new IpAddress(icmpv6.targetHigh(), icmpv6.targetLow());
  }

  private Heard advert(IpAddress sender) {
    List<IpAddress> addresses = new ArrayList<>();
    for (int i = 0; i < vrrp.count(); i++) {
      IpAddress address =
          vrrp.isIpv6()
              ? new IpAddress(vrrp.ipv6High(i), vrrp.ipv6Low(i))
              : IpAddress.ofIpv4(vrrp.ipv4(i));
      if (!address.isLinkLocal()) {
        addresses.add(address);
      }
    }
    return new Heard.Advert(
        vlan,
        nanos,
        ethernet.source(),
        sender,
        vrrp.version(),
        vrrp.vrid(),
        vrrp.priority(),
        vrrp.intervalCentis(),
        List.copyOf(addresses));
  }
}
