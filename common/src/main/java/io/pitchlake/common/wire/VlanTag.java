package io.pitchlake.common.wire;

/// An 802.1Q tag with the EtherType behind it, at offset 12 of a frame (or 4 bytes behind another tag).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |        TPID (0x8100)          | PCP |D|        VLAN id        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |           EtherType           |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
public final class VlanTag extends Flyweight {
  /// Tag type of 802.1Q.
  public static final int TYPE_CUSTOMER = 0x8100;

  /// Tag type of 802.1ad, the outer of two tags.
  public static final int TYPE_SERVICE = 0x88a8;

  /// Offset of the tag protocol identifier.
  public static final int TPID = 0;

  /// Offset of priority, drop eligibility and VLAN id.
  public static final int TCI = 2;

  /// Offset of the EtherType behind the tag.
  public static final int ETHER_TYPE = 4;

  /// Bytes that the tag adds to a frame.
  public static final int LENGTH = 4;

  /// Largest VLAN id, and its mask.
  public static final int MAX_ID = 0xfff;

  /// Whether an EtherType is that of a VLAN tag.
  public static boolean isTag(int etherType) {
    return etherType == TYPE_CUSTOMER || etherType == TYPE_SERVICE;
  }

  /// Points at a tag. False when it or the EtherType behind it is cut off, or when it is no tag.
  public boolean wrap(long address, int lengthBytes) {
    return lengthBytes >= LENGTH + 2 && isTag(Memory.getShort(address))
        ? accept(address, lengthBytes)
        : refuse();
  }

  /// Starts a customer tag with VLAN id, priority and EtherType 0.
  public VlanTag create(long address, int lengthBytes) {
    begin(address, lengthBytes, LENGTH + 2);
    return type(TYPE_CUSTOMER);
  }

  /// Tag protocol identifier: [#TYPE_CUSTOMER] or [#TYPE_SERVICE].
  public int type() {
    return u16(TPID);
  }

  public VlanTag type(int type) {
    u16(TPID, type);
    return this;
  }

  /// VLAN id, 0..4095; 0 means priority only.
  public int id() {
    return u16(TCI) & MAX_ID;
  }

  public VlanTag id(int id) {
    u16(TCI, u16(TCI) & ~MAX_ID | id & MAX_ID);
    return this;
  }

  /// Priority code point, 0..7.
  public int priority() {
    return u16(TCI) >>> 13;
  }

  public VlanTag priority(int priority) {
    u16(TCI, u16(TCI) & 0x1fff | priority << 13);
    return this;
  }

  /// Drop eligible indicator.
  public boolean isDropEligible() {
    return (u16(TCI) & 0x1000) != 0;
  }

  public VlanTag dropEligible(boolean eligible) {
    u16(TCI, u16(TCI) & ~0x1000 | (eligible ? 0x1000 : 0));
    return this;
  }

  /// The EtherType behind the tag.
  public int etherType() {
    return u16(ETHER_TYPE);
  }

  public VlanTag etherType(int type) {
    u16(ETHER_TYPE, type);
    return this;
  }
}
