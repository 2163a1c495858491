package io.pitchlake.node.slb;

import io.pitchlake.common.hash.TableHash;
import java.util.Arrays;

/// Which target the clients of a prefix were sent to last, per server. Fixed size, four ways, the
/// entry that would end first gives way; no allocation. Expired entries count as none at once and
/// are taken out a bounded piece per turn. Engine thread.
final class PersistenceTable {
  /// No target.
  static final int NONE = -1;

  /// Slots looked at in one turn.
  static final int LOOKED_AT_PER_TURN = 1024;

  private static final int WAYS = 4;

  private final TableHash hash;
  private final int setMask;
  private final long[] highs;
  private final long[] lows;
  private final int[] servers;
  private final int[] targets;
  private final long[] endsNanos;
  private int size;
  private int cursor;

  /// @param capacity clients, rounded up to a power of two
  /// @param hash under a key that nobody outside knows
  PersistenceTable(int capacity, TableHash hash) {
    int slots = Math.max(WAYS, Integer.highestOneBit(2 * capacity - 1));
    this.hash = hash;
    setMask = slots / WAYS - 1;
    highs = new long[slots];
    lows = new long[slots];
    servers = new int[slots];
    endsNanos = new long[slots];
    targets = new int[slots];
    Arrays.fill(targets, NONE);
  }

  /// How many clients it holds, some of which may have expired.
  int size() {
    return size;
  }

  /// The number of the target of a server's clients of a prefix, or [#NONE].
  int get(int server, long high, long low, long nowNanos) {
    int slot = find(server, high, low);
    return slot == NONE || nowNanos - endsNanos[slot] >= 0 ? NONE : targets[slot];
  }

  /// Remembers it until `endNanos`; false when a client that had not expired had to give way.
  boolean put(int server, long high, long low, int target, long endNanos, long nowNanos) {
    int slot = find(server, high, low);
    boolean hadRoom = true;
    if (slot == NONE) {
      slot = firstToEnd(set(server, high, low));
      hadRoom = targets[slot] == NONE || nowNanos - endsNanos[slot] >= 0;
      size += targets[slot] == NONE ? 1 : 0;
      highs[slot] = high;
      lows[slot] = low;
      servers[slot] = server;
    }
    targets[slot] = target;
    endsNanos[slot] = endNanos;
    return hadRoom;
  }

  /// Takes out what has expired, of the next [#LOOKED_AT_PER_TURN] slots.
  void advance(long nowNanos) {
    int looks = size == 0 ? 0 : Math.min(LOOKED_AT_PER_TURN, targets.length);
    for (int i = 0; i < looks; i++) {
      if (targets[cursor] != NONE && nowNanos - endsNanos[cursor] >= 0) {
        targets[cursor] = NONE;
        size--;
      }
      cursor = cursor + 1 < targets.length ? cursor + 1 : 0;
    }
  }

  private int set(int server, long high, long low) {
    return (hash.hash(high, low, server) & setMask) * WAYS;
  }

  private int find(int server, long high, long low) {
    int set = set(server, high, low);
    for (int slot = set; slot < set + WAYS; slot++) {
      if (targets[slot] != NONE
          && lows[slot] == low
          && highs[slot] == high
          && servers[slot] == server) {
        return slot;
      }
    }
    return NONE;
  }

  private int firstToEnd(int set) {
    int first = set;
    for (int slot = set; slot < set + WAYS; slot++) {
      if (targets[slot] == NONE) {
        return slot;
      }
      if (endsNanos[slot] - endsNanos[first] < 0) {
        first = slot;
      }
    }
    return first;
  }
}
