package io.pitchlake.node.doctor;

import io.pitchlake.common.net.IpAddress;
import java.util.List;

/// A frame that somebody else has sent, as far as the doctor wants to know of it.
///
/// MAC addresses are 48 bits; `vlan` is the 802.1Q VLAN, -1 for untagged and priority-tagged
/// frames.
sealed interface Heard {
  int vlan();

  /// An ARP message.
  ///
  /// @param destination of the frame
  /// @param mac the sender's, as the message says
  /// @param sender 0.0.0.0 in a probe
  record Arp(
      int vlan, long destination, boolean reply, long mac, IpAddress sender, IpAddress target)
      implements Heard {}

  /// A neighbour solicitation.
  record Solicitation(int vlan, IpAddress sender, IpAddress target) implements Heard {}

  /// A neighbour advertisement.
  ///
  /// @param mac of the target, as the message says, or else of the frame's sender
  record Advertisement(int vlan, long mac, IpAddress target) implements Heard {}

  /// An advert of a virtual router (RFC 9568).
  ///
  /// @param nanos when it was heard
  /// @param mac the frame's source
  /// @param addresses without a link-local one
  record Advert(
      int vlan,
      long nanos,
      long mac,
      IpAddress sender,
      int version,
      int vrid,
      int priority,
      int intervalCentis,
      List<IpAddress> addresses)
      implements Heard {}

  /// A TCP segment without its data.
  record Segment(
      int vlan,
      long mac,
      IpAddress sender,
      int sourcePort,
      IpAddress destination,
      int destinationPort,
      int flags,
      int acknowledgment)
      implements Heard {}

  /// An echo reply.
  record Echo(int vlan, IpAddress sender, IpAddress destination, int identifier) implements Heard {}
}
