package io.pitchlake.common.wire;

/// Takes a frame into another VLAN where it lies: its tag is changed, put in or taken out. A frame
/// with a partial checksum, or a super-frame, stays what it is.
public final class VlanMove {
  private VlanMove() {}

  /// Whether [#move] has room for what it must put in.
  public static boolean fits(Frame frame, EthernetHeader header, int vlan) {
    return vlan < 0 || header.isTagged() || frame.length() + VlanTag.LENGTH <= frame.capacity();
  }

  /// Moves a frame with at most one tag; its priority is kept. The header is wrapped again.
  ///
  /// @param vlan the VLAN's id, -1 for no tag
  public static void move(Frame frame, EthernetHeader header, int vlan) {
    if (vlan >= 0 && header.isTagged()) {
      long tci = header.address() + EthernetHeader.ETHER_TYPE + VlanTag.TCI;
      Memory.putShort(tci, Memory.getShort(tci) & ~VlanTag.MAX_ID | vlan);
    } else if (vlan >= 0) {
      frame.insert(EthernetHeader.ETHER_TYPE, VlanTag.LENGTH);
      long tag = frame.address() + EthernetHeader.ETHER_TYPE;
      Memory.putShort(tag + VlanTag.TPID, VlanTag.TYPE_CUSTOMER);
      Memory.putShort(tag + VlanTag.TCI, vlan);
      header.wrap(frame.address(), frame.length());
    } else if (header.isTagged()) {
      long to = header.destination();
      long from = header.source();
      frame.shiftStart(-VlanTag.LENGTH);
      header.wrap(frame.address(), frame.length());
      header.destination(to).source(from);
    }
  }
}
