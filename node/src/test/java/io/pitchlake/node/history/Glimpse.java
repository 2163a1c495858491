package io.pitchlake.node.history;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.wire.ArpHeader;
import io.pitchlake.common.wire.DhcpHeader;
import io.pitchlake.common.wire.EthernetHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.UdpHeader;
import io.pitchlake.common.wire.VrrpHeader;

/// What a frame says, read by other code than the node's, as far as the invariants ask. What does
/// not apply is null, or -1. Only frames that the simulation makes: no tags, no options, no
/// extension headers.
final class Glimpse {
  private static final int ETHERNET = EthernetHeader.LENGTH;
  private static final int IPV4_UPPER = ETHERNET + Ipv4Header.MIN_LENGTH;
  private static final int IPV6_UPPER = ETHERNET + Ipv6Header.LENGTH;
  private static final int ND_TARGET = IPV6_UPPER + 8;
  private static final int DHCP_YOUR_ADDRESS = IPV4_UPPER + UdpHeader.LENGTH + 16;

  long destination;
  long source;
  boolean isIpv4;

  /// Who shows by this frame to be alive: an ARP or ND sender, an advertised address.
  IpAddress owner;

  /// For which address somebody who comes up asks whether it is free, or gets a lease.
  IpAddress claimed;

  /// Which address somebody wants to talk to.
  IpAddress asked;

  /// In whose name the frame is: sender of an ARP reply, target of an advertisement, IP source.
  IpAddress speaker;

  /// Whom a packet is for.
  IpAddress receiver;

  /// Whether `speaker` is announced to everybody.
  boolean isAnnouncement;

  /// Whether it shows switches where a MAC is, and names no address.
  boolean isMove;

  /// An advert's priority.
  int priority;

  /// A UDP packet of a DHCP server.
  boolean isLease;

  int sourcePort;

  /// Points it at a frame.
  Glimpse at(byte[] frame) {
    destination = mac(frame, 0);
    source = mac(frame, 6);
    owner = null;
    claimed = null;
    asked = null;
    speaker = null;
    receiver = null;
    isAnnouncement = false;
    isMove = false;
    priority = -1;
    isLease = false;
    sourcePort = -1;
    isIpv4 = true;
    switch (number(frame, 12, 2)) {
      case ArpHeader.ETHER_TYPE -> arp(frame);
      case ArpHeader.REVERSE_ETHER_TYPE -> isMove = true;
      case Ipv4Header.ETHER_TYPE -> ipv4(frame);
      case Ipv6Header.ETHER_TYPE -> ipv6(frame);
      default -> {}
    }
    return this;
  }

  boolean isAdvert() {
    return priority >= 0;
  }

  boolean isToGroup() {
    return MacAddress.isGroup(destination);
  }

  private void arp(byte[] frame) {
    boolean request = number(frame, ETHERNET + 6, 2) == ArpHeader.REQUEST;
    IpAddress sender = IpAddress.ofIpv4(number(frame, ETHERNET + 14, 4));
    IpAddress target = IpAddress.ofIpv4(number(frame, ETHERNET + 24, 4));
    if (sender.ipv4() == 0) {
      claimed = request ? target : null;
      return;
    }
    owner = sender;
    speaker = sender;
    isAnnouncement = request && sender.equals(target);
    asked = request && !isAnnouncement ? target : null;
  }

  private void ipv4(byte[] frame) {
    speaker = IpAddress.ofIpv4(number(frame, ETHERNET + 12, 4));
    receiver = IpAddress.ofIpv4(number(frame, ETHERNET + 16, 4));
    switch (frame[ETHERNET + 9] & 0xff) {
      case VrrpHeader.PROTOCOL -> priority = frame[IPV4_UPPER + VrrpHeader.PRIORITY] & 0xff;
      case TcpHeader.PROTOCOL -> sourcePort = number(frame, IPV4_UPPER, 2);
      case UdpHeader.PROTOCOL -> {
        sourcePort = number(frame, IPV4_UPPER, 2);
        if (sourcePort == DhcpHeader.SERVER_PORT) {
          isLease = true;
          claimed = IpAddress.ofIpv4(number(frame, DHCP_YOUR_ADDRESS, 4));
        }
      }
      default -> {}
    }
  }

  private void ipv6(byte[] frame) {
    isIpv4 = false;
    speaker = address(frame, ETHERNET + 8);
    receiver = address(frame, ETHERNET + 24);
    switch (frame[ETHERNET + 6] & 0xff) {
      case VrrpHeader.PROTOCOL -> priority = frame[IPV6_UPPER + VrrpHeader.PRIORITY] & 0xff;
      case TcpHeader.PROTOCOL -> sourcePort = number(frame, IPV6_UPPER, 2);
      case Icmpv6Header.PROTOCOL -> icmpv6(frame);
      default -> {}
    }
  }

  private void icmpv6(byte[] frame) {
    switch (frame[IPV6_UPPER] & 0xff) {
      case Icmpv6Header.NEIGHBOR_SOLICITATION -> {
        IpAddress target = address(frame, ND_TARGET);
        if (speaker.high() == 0 && speaker.low() == 0) {
          claimed = target;
        } else {
          owner = speaker;
          asked = target;
        }
      }
      case Icmpv6Header.NEIGHBOR_ADVERTISEMENT -> {
        speaker = address(frame, ND_TARGET);
        owner = speaker;
        isAnnouncement = (frame[0] & 1) != 0;
      }
      default -> {}
    }
  }

  private static int number(byte[] frame, int offset, int bytes) {
    int value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | frame[offset + i] & 0xff;
    }
    return value;
  }

  private static long mac(byte[] frame, int offset) {
    return (number(frame, offset, 2) & 0xffffL) << 32 | number(frame, offset + 2, 4) & 0xffff_ffffL;
  }

  private static IpAddress address(byte[] frame, int offset) {
    return new IpAddress(word(frame, offset), word(frame, offset + 8));
  }

  private static long word(byte[] frame, int offset) {
    return (long) number(frame, offset, 4) << 32 | number(frame, offset + 4, 4) & 0xffff_ffffL;
  }
}
