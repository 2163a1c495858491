package io.pitchlake.node.engine;

import io.pitchlake.common.wire.EthernetHeader;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.common.wire.VlanTag;

/// Begins frames of our own: Ethernet header, VLAN tag, padding. Engine thread; no allocation.
public final class EthernetWriter {
  private static final int PADDED_LENGTH = EthernetHeader.MIN_FRAME_LENGTH;

  private final EthernetHeader ethernet = new EthernetHeader();

  /// Writes the Ethernet header and the tag, clears and pads the rest, and returns where the
  /// payload begins.
  ///
  /// @param vlanTci the tag control information of the tag to put on, -1 for none
  public long begin(
      Frame frame,
      int vlanTci,
      long destinationMac,
      long sourceMac,
      int etherType,
      int payloadLength) {
    long at = frame.address();
    int headerLength = EthernetHeader.LENGTH + (vlanTci < 0 ? 0 : VlanTag.LENGTH);
    int length = Math.max(headerLength + payloadLength, PADDED_LENGTH);
    frame.length(length).checksumState(Frame.ChecksumState.COMPLETE);
    Memory.clear(at, length);
    ethernet.create(at, length).destination(destinationMac).source(sourceMac);
    if (vlanTci < 0) {
      ethernet.etherType(etherType);
    } else {
      ethernet.etherType(VlanTag.TYPE_CUSTOMER);
      Memory.putShort(at + EthernetHeader.LENGTH, vlanTci);
      Memory.putShort(at + EthernetHeader.LENGTH + 2, etherType);
    }
    return at + headerLength;
  }
}
