package io.pitchlake.node.engine;

import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.wire.ArpHeader;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.NdpOptions;

/// Builds and queues ARP messages (RFC 826) and neighbour discovery messages (RFC 4861). Engine
/// thread; no allocation.
///
/// `vlanTci` is the tag control information of the tag to put on, -1 for none.
public final class NeighborWriter {
  private final Transmit transmit;
  private final EthernetWriter ethernet = new EthernetWriter();
  private final ArpHeader arp = new ArpHeader();
  private final Ipv6Header ipv6 = new Ipv6Header();
  private final Icmpv6Header icmpv6 = new Icmpv6Header();
  private final NdpOptions options = new NdpOptions();

  public NeighborWriter(Transmit transmit) {
    this.transmit = transmit;
  }

  /// Broadcasts "who has `target`", asked by `sender` at `senderMac`.
  public void arpRequest(int port, int vlanTci, long senderMac, int sender, int target) {
    arpRequest(port, vlanTci, senderMac, sender, target, MacAddress.BROADCAST);
  }

  /// Asks the machine at `targetMac` alone whether it still has `target` (RFC 1122 2.3.2.1).
  public void arpRequest(
      int port, int vlanTci, long senderMac, int sender, int target, long targetMac) {
    arp(port, vlanTci, senderMac, targetMac, ArpHeader.REQUEST, senderMac, sender, 0, target);
  }

  /// Tells one station that `sender` is at `senderMac`; `sourceMac` is who sends the frame.
  public void arpReply(
      int port,
      int vlanTci,
      long sourceMac,
      long senderMac,
      int sender,
      long stationMac,
      int station) {
    arp(
        port,
        vlanTci,
        sourceMac,
        stationMac,
        ArpHeader.REPLY,
        senderMac,
        sender,
        stationMac,
        station);
  }

  /// Has switches learn where `mac` is now, and names no address: a reverse ARP request (RFC 903),
  /// as hypervisors send when a machine has moved. Nobody answers it.
  public void reverseArpRequest(int port, int vlanTci, long mac) {
    Frame frame = transmit.newFrame(port);
    long at =
        ethernet.begin(
            frame,
            vlanTci,
            MacAddress.BROADCAST,
            mac,
            ArpHeader.REVERSE_ETHER_TYPE,
            ArpHeader.LENGTH);
    arp.create(at, ArpHeader.LENGTH)
        .operation(ArpHeader.REVERSE_REQUEST)
        .senderMac(mac)
        .targetMac(mac);
    transmit.transmit(port, frame);
  }

  private void arp(
      int port,
      int vlanTci,
      long sourceMac,
      long destinationMac,
      int operation,
      long senderMac,
      int sender,
      long targetMac,
      int target) {
    Frame frame = transmit.newFrame(port);
    long at =
        ethernet.begin(
            frame, vlanTci, destinationMac, sourceMac, ArpHeader.ETHER_TYPE, ArpHeader.LENGTH);
    arp.create(at, ArpHeader.LENGTH)
        .operation(operation)
        .senderMac(senderMac)
        .senderAddress(sender)
        .targetMac(targetMac)
        .targetAddress(target);
    transmit.transmit(port, frame);
  }

  /// Multicasts "who has `target`" to its solicited-node group, asked by a unicast address.
  public void neighborSolicitation(
      int port,
      int vlanTci,
      long sourceMac,
      long sourceHigh,
      long sourceLow,
      long targetHigh,
      long targetLow) {
    long groupLow = Icmpv6Header.solicitedNodeLow(targetLow);
    neighbor(
        port,
        vlanTci,
        Ipv6Header.multicastMac(groupLow),
        sourceMac,
        sourceHigh,
        sourceLow,
        Icmpv6Header.LINK_GROUP_HIGH,
        groupLow,
        Icmpv6Header.NEIGHBOR_SOLICITATION,
        targetHigh,
        targetLow,
        NdpOptions.SOURCE_LINK_LAYER_ADDRESS,
        sourceMac,
        false,
        false);
  }

  /// Asks the machine at `targetMac` alone whether it still has `target` (RFC 4861 7.3.3).
  public void neighborSolicitation(
      int port,
      int vlanTci,
      long sourceMac,
      long sourceHigh,
      long sourceLow,
      long targetHigh,
      long targetLow,
      long targetMac) {
    neighbor(
        port,
        vlanTci,
        targetMac,
        sourceMac,
        sourceHigh,
        sourceLow,
        targetHigh,
        targetLow,
        Icmpv6Header.NEIGHBOR_SOLICITATION,
        targetHigh,
        targetLow,
        NdpOptions.SOURCE_LINK_LAYER_ADDRESS,
        sourceMac,
        false,
        false);
  }

  /// Tells one station that `target` is at `targetMac`. Router flag 0 always.
  ///
  /// @param solicited an answer to a question (S=1)
  /// @param override replace what the station knows (O=1): only ever with the true owner's MAC
  public void neighborAdvertisement(
      int port,
      int vlanTci,
      long sourceMac,
      long targetMac,
      long targetHigh,
      long targetLow,
      long stationMac,
      long stationHigh,
      long stationLow,
      boolean solicited,
      boolean override) {
    neighbor(
        port,
        vlanTci,
        stationMac,
        sourceMac,
        targetHigh,
        targetLow,
        stationHigh,
        stationLow,
        Icmpv6Header.NEIGHBOR_ADVERTISEMENT,
        targetHigh,
        targetLow,
        NdpOptions.TARGET_LINK_LAYER_ADDRESS,
        targetMac,
        solicited,
        override);
  }

  private void neighbor(
      int port,
      int vlanTci,
      long destinationMac,
      long sourceMac,
      long sourceHigh,
      long sourceLow,
      long destinationHigh,
      long destinationLow,
      int type,
      long targetHigh,
      long targetLow,
      int option,
      long optionMac,
      boolean solicited,
      boolean override) {
    int messageLength = Icmpv6Header.NEIGHBOR_LENGTH + NdpOptions.LINK_LAYER_LENGTH;
    int packetLength = Ipv6Header.LENGTH + messageLength;
    Frame frame = transmit.newFrame(port);
    long at =
        ethernet.begin(
            frame, vlanTci, destinationMac, sourceMac, Ipv6Header.ETHER_TYPE, packetLength);
    ipv6.create(at, packetLength, Icmpv6Header.PROTOCOL)
        .hopLimit(Icmpv6Header.NDP_HOP_LIMIT)
        .source(sourceHigh, sourceLow)
        .destination(destinationHigh, destinationLow);
    icmpv6.create(ipv6.upperAddress(), messageLength, type).target(targetHigh, targetLow);
    if (type == Icmpv6Header.NEIGHBOR_ADVERTISEMENT) {
      icmpv6.flags(false, solicited, override);
    }
    options.create(icmpv6.optionsAddress(), NdpOptions.LINK_LAYER_LENGTH, option, optionMac);
    icmpv6.updateChecksum(ipv6);
    transmit.transmit(port, frame);
  }
}
