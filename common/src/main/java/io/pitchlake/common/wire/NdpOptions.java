package io.pitchlake.common.wire;

/// The options of a neighbour discovery message (RFC 4861 section 4.6), checked as a whole and then visited in order:
/// `if (options.wrap(...)) while (options.next()) switch (options.type()) ...`.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |     Type      |Length (8 byte)|  Link-layer address, or data  |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
///     |                                                               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
public final class NdpOptions extends Flyweight {
  /// Option: link-layer address of the sender.
  public static final int SOURCE_LINK_LAYER_ADDRESS = 1;

  /// Option: link-layer address of the target.
  public static final int TARGET_LINK_LAYER_ADDRESS = 2;

  /// Option: nonce (RFC 3971), which tells a looped solicitation from a real one (RFC 7527).
  public static final int NONCE = 14;

  /// Bytes of a link-layer address option for Ethernet.
  public static final int LINK_LAYER_LENGTH = 8;

  private static final int ABSENT = -1;

  private int sourceOffset = ABSENT;
  private int targetOffset = ABSENT;
  private int offset;
  private int nextOffset;

  /// Points at the options that fill `lengthBytes`, which may be 0. False when an option has length
  /// 0 or is cut off, or when a link-layer address option has not the length of an Ethernet one.
  /// The visit starts before the first.
  public boolean wrap(long address, int lengthBytes) {
    sourceOffset = ABSENT;
    targetOffset = ABSENT;
    offset = 0;
    nextOffset = 0;
    int at = 0;
    while (at < lengthBytes) {
      if (lengthBytes - at < 8) {
        return refuse();
      }
      int type = Memory.getByte(address + at);
      int length = Memory.getByte(address + at + 1) << 3;
      boolean linkLayer = type == SOURCE_LINK_LAYER_ADDRESS || type == TARGET_LINK_LAYER_ADDRESS;
      if (length == 0 || length > lengthBytes - at || linkLayer && length != LINK_LAYER_LENGTH) {
        sourceOffset = ABSENT;
        targetOffset = ABSENT;
        return refuse();
      }
      if (type == SOURCE_LINK_LAYER_ADDRESS && sourceOffset == ABSENT) {
        sourceOffset = at;
      }
      if (type == TARGET_LINK_LAYER_ADDRESS && targetOffset == ABSENT) {
        targetOffset = at;
      }
      at += length;
    }
    return accept(address, at);
  }

  /// Writes one link-layer address option, 8 bytes, at `address`.
  ///
  /// @param type [#SOURCE_LINK_LAYER_ADDRESS] or [#TARGET_LINK_LAYER_ADDRESS]
  public NdpOptions create(long address, int lengthBytes, int type, long mac) {
    begin(address, lengthBytes, LINK_LAYER_LENGTH);
    u8(0, type);
    u8(1, LINK_LAYER_LENGTH >>> 3);
    mac(2, mac);
    sourceOffset = type == SOURCE_LINK_LAYER_ADDRESS ? 0 : ABSENT;
    targetOffset = type == TARGET_LINK_LAYER_ADDRESS ? 0 : ABSENT;
    offset = 0;
    nextOffset = 0;
    accept(address, LINK_LAYER_LENGTH);
    return this;
  }

  /// Whether there is a source link-layer address.
  public boolean hasSourceLinkLayerAddress() {
    return sourceOffset != ABSENT;
  }

  /// The first source link-layer address; ask [#hasSourceLinkLayerAddress()] before.
  public long sourceLinkLayerAddress() {
    return mac(sourceOffset + 2);
  }

  /// Whether there is a target link-layer address.
  public boolean hasTargetLinkLayerAddress() {
    return targetOffset != ABSENT;
  }

  /// The first target link-layer address; ask [#hasTargetLinkLayerAddress()] before.
  public long targetLinkLayerAddress() {
    return mac(targetOffset + 2);
  }

  /// Goes on to the next option; false behind the last.
  public boolean next() {
    if (nextOffset >= lengthBytes()) {
      return false;
    }
    offset = nextOffset;
    nextOffset += u8(offset + 1) << 3;
    return true;
  }

  /// Type of the option that [#next()] went to.
  public int type() {
    return u8(offset);
  }

  /// Address of the data of the option that [#next()] went to, behind type and length.
  public long dataAddress() {
    return address() + offset + 2;
  }

  /// Bytes of its data: 6, 14, 22, ...
  public int dataLength() {
    return nextOffset - offset - 2;
  }
}
