package io.pitchlake.node.arp;

import java.util.Arrays;

/// A set of link-scope IPv6 groups, by their low halves, in a table with open addressing. Groups
/// are added one by one and forgotten all at once. Engine thread; only the constructor allocates.
final class GroupSet {
  private static final long FREE = 0; // ff02:: is no group that anybody listens to
  private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

  private final long[] slots;
  private final int shift;
  private int size;

  /// A set of at most `capacity` groups.
  GroupSet(int capacity) {
    int bits = 65 - Long.numberOfLeadingZeros(Math.max(capacity, 1));
    slots = new long[1 << bits];
    shift = 64 - bits;
  }

  /// How many groups it holds.
  int size() {
    return size;
  }

  /// How many places [#at] knows, of which at least half are free.
  int slots() {
    return slots.length;
  }

  /// The group in a place, or 0 when it is free.
  long at(int slot) {
    return slots[slot];
  }

  boolean contains(long group) {
    return slots[find(group)] != FREE;
  }

  /// Adds a group that may be there already.
  void add(long group) {
    int slot = find(group);
    if (slots[slot] == FREE) {
      slots[slot] = group;
      size++;
    }
  }

  void clear() {
    Arrays.fill(slots, FREE);
    size = 0;
  }

  private int find(long group) {
    int slot = (int) (group * SPREAD >>> shift);
    while (slots[slot] != FREE && slots[slot] != group) {
      slot = slot + 1 & slots.length - 1;
    }
    return slot;
  }
}
