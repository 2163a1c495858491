package io.pitchlake.node.arp;

/// The hardware addresses of living machines that a decoy might have, too: whoever draws one of
/// these answers under the virtual router's instead, for two machines with one address take each
/// other's frames away. Of fixed size; with more than it holds every address counts as taken.
/// Engine thread.
final class LivingMacs {
  /// More machines than one segment has.
  private static final int MOST = 4096;

  private static final int SLOTS = 4 * MOST;

  private final long[] macs = new long[SLOTS];
  private int size;

  /// @param mac never 0
  void add(long mac) {
    int slot = slotOf(mac);
    if (macs[slot] == 0 && size <= MOST) {
      macs[slot] = mac;
      size++;
    }
  }

  boolean mayHave(long mac) {
    return size > MOST || macs[slotOf(mac)] == mac;
  }

  int size() {
    return size;
  }

  /// Where it is, or would be.
  private int slotOf(long mac) {
    int slot = (int) ((mac * 0x9e37_79b9_7f4a_7c15L) >>> 32) & SLOTS - 1;
    while (macs[slot] != 0 && macs[slot] != mac) {
      slot = slot + 1 & SLOTS - 1;
    }
    return slot;
  }
}
