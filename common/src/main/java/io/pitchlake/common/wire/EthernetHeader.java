package io.pitchlake.common.wire;

/// An Ethernet II header and the VLAN tags behind it (IEEE 802.3, 802.1Q).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                        Destination MAC                        |
///     +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                               |                               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
///     |                          Source MAC                           |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |           EtherType           |  [VlanTag ...] payload ...
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// `wrap` skips up to [#MAX_TAGS] tags; behind a third one [#payloadType()] is the tag's own type, which no protocol
/// module knows.
public final class EthernetHeader extends Flyweight {
  /// Offset of the destination MAC, 6 bytes.
  public static final int DESTINATION = 0;

  /// Offset of the source MAC, 6 bytes.
  public static final int SOURCE = 6;

  /// Offset of the EtherType or, in a tagged frame, of the first tag.
  public static final int ETHER_TYPE = 12;

  /// Bytes of an untagged header.
  public static final int LENGTH = 14;

  /// VLAN tags that are skipped: a service tag and a customer tag.
  public static final int MAX_TAGS = 2;

  /// Shortest frame on a wire, without FCS; shorter ones are padded by the sender.
  public static final int MIN_FRAME_LENGTH = 60;

  private int headerLength;
  private int payloadType;

  /// Points at a frame. False when the header or one of its tags is cut off.
  public boolean wrap(long address, int lengthBytes) {
    if (lengthBytes < LENGTH) {
      return refuse();
    }
    int offset = ETHER_TYPE;
    int type = Memory.getShort(address + offset);
    for (int tags = 0; tags < MAX_TAGS && VlanTag.isTag(type); tags++) {
      offset += VlanTag.LENGTH;
      if (lengthBytes < offset + 2) {
        return refuse();
      }
      type = Memory.getShort(address + offset);
    }
    headerLength = offset + 2;
    payloadType = type;
    return accept(address, lengthBytes);
  }

  /// Starts an untagged header in `lengthBytes` of room; all fields are 0.
  public EthernetHeader create(long address, int lengthBytes) {
    begin(address, lengthBytes, LENGTH);
    headerLength = LENGTH;
    payloadType = 0;
    return this;
  }

  /// Starts the header of an answer to `request`: its tags and types, back to its source; the
  /// source is still the request's destination. Neither may be the same memory as the other.
  public EthernetHeader createReply(long address, int lengthBytes, EthernetHeader request) {
    begin(address, lengthBytes, request.headerLength);
    headerLength = request.headerLength;
    payloadType = request.payloadType;
    for (int offset = ETHER_TYPE; offset < headerLength; offset += 2) {
      u16(offset, request.u16(offset));
    }
    return destination(request.source()).source(request.destination());
  }

  /// Destination MAC, 48 bits.
  public long destination() {
    return mac(DESTINATION);
  }

  public EthernetHeader destination(long mac) {
    mac(DESTINATION, mac);
    return this;
  }

  /// Source MAC, 48 bits.
  public long source() {
    return mac(SOURCE);
  }

  public EthernetHeader source(long mac) {
    mac(SOURCE, mac);
    return this;
  }

  /// Sets both MACs at once.
  public EthernetHeader addresses(long destination, long source) {
    i64(DESTINATION, destination << 16 | source >>> 32);
    i32(SOURCE + 2, (int) source);
    return this;
  }

  /// The EtherType behind the MACs: the payload's, or the first tag's.
  public int etherType() {
    return u16(ETHER_TYPE);
  }

  /// Sets the EtherType of an untagged frame.
  public EthernetHeader etherType(int type) {
    assert !isTagged() : "the EtherType of a tagged frame stands in its last VlanTag";
    u16(ETHER_TYPE, type);
    payloadType = type;
    return this;
  }

  /// Whether a VLAN tag follows the MACs.
  public boolean isTagged() {
    return headerLength > LENGTH;
  }

  /// VLAN id of the outer tag; 0 without a tag, or with a tag that carries only a priority.
  public int vlanId() {
    return isTagged() ? u16(LENGTH) & VlanTag.MAX_ID : 0;
  }

  /// The EtherType of the payload, behind the tags; below 0x0600 it is an 802.3 length.
  public int payloadType() {
    return payloadType;
  }

  /// Bytes of the header with its tags: 14, 18 or 22.
  public int headerLength() {
    return headerLength;
  }

  /// Address of the payload.
  public long payloadAddress() {
    return address() + headerLength;
  }

  /// Bytes of the payload, padding included.
  public int payloadLength() {
    return lengthBytes() - headerLength;
  }
}
