package io.pitchlake.node.slb;

import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.session.TableChanges;
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
  private final long[] toldNanos;
  private TableChanges changes;
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
    toldNanos = new long[slots];
    targets = new int[slots];
    Arrays.fill(targets, NONE);
  }

  /// Has every change told to `listener` from now on.
  void changes(TableChanges listener) {
    changes = listener;
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
      occupy(slot, server, high, low);
    }
    boolean isNew = targets[slot] != target;
    targets[slot] = target;
    endsNanos[slot] = endNanos;
    if (changes != null) {
      tell(slot, isNew, nowNanos);
    }
    return hadRoom;
  }

  /// That a client is remembered for longer is told only when it makes a difference.
  private void tell(int slot, boolean isNew, long nowNanos) {
    if (isNew) {
      changes.changed(slot);
    } else if (endsNanos[slot] - toldNanos[slot] > (endsNanos[slot] - nowNanos) / 8) {
      changes.aging(slot);
    } else {
      return;
    }
    toldNanos[slot] = endsNanos[slot];
  }

  /// Makes a slot a client's whose target is still to be set.
  private void occupy(int slot, int server, long high, long low) {
    remove(slot);
    size++;
    highs[slot] = high;
    lows[slot] = low;
    servers[slot] = server;
  }

  /// Empties a slot, if it is anybody's.
  void remove(int slot) {
    if (targets[slot] == NONE) {
      return;
    }
    if (changes != null) {
      changes.removing(slot);
    }
    targets[slot] = NONE;
    size--;
  }

  /// Remembers a client that it does not hold, where nobody who has not expired must give way; the
  /// slot, or [#NONE].
  int add(int server, long high, long low, int target, long endNanos, long nowNanos) {
    int slot = firstToEnd(set(server, high, low));
    if (targets[slot] != NONE && nowNanos - endsNanos[slot] < 0) {
      return NONE;
    }
    occupy(slot, server, high, low);
    set(slot, target, endNanos);
    return slot;
  }

  /// Says what is remembered in a slot, and until when.
  void set(int slot, int target, long endNanos) {
    targets[slot] = target;
    endsNanos[slot] = endNanos;
    toldNanos[slot] = endNanos;
  }

  /// How many slots there are.
  int slots() {
    return targets.length;
  }

  boolean isInUse(int slot) {
    return targets[slot] != NONE;
  }

  long high(int slot) {
    return highs[slot];
  }

  long low(int slot) {
    return lows[slot];
  }

  int server(int slot) {
    return servers[slot];
  }

  int target(int slot) {
    return targets[slot];
  }

  long endNanos(int slot) {
    return endsNanos[slot];
  }

  /// Takes out what has expired, of the next [#LOOKED_AT_PER_TURN] slots.
  void advance(long nowNanos) {
    int looks = size == 0 ? 0 : Math.min(LOOKED_AT_PER_TURN, targets.length);
    for (int i = 0; i < looks; i++) {
      if (targets[cursor] != NONE && nowNanos - endsNanos[cursor] >= 0) {
        remove(cursor);
      }
      cursor = cursor + 1 < targets.length ? cursor + 1 : 0;
    }
  }

  private int set(int server, long high, long low) {
    return (hash.hash(high, low, server) & setMask) * WAYS;
  }

  /// The slot of a client, expired or not, or [#NONE].
  int find(int server, long high, long low) {
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
