package io.pitchlake.common.session;

import io.pitchlake.common.hash.TableHash;
import java.util.Arrays;

/// Where the later fragments of a packet go: only the first one carries ports, so its target is
/// remembered under what all fragments of the packet share (RFC 791 section 2.3, RFC 8200 section
/// 4.5). Fixed size, four ways, the oldest of a set gives way; no allocation. Engine thread.
public final class FragmentTable {
  /// No target.
  public static final int NONE = -1;

  /// How long a receiver waits for the rest of a packet at most, more or less (RFC 791 section
  /// 3.2); after that its identification may mean another packet.
  private static final long LIFETIME_NANOS = 30_000_000_000L;

  private static final int WAYS = 4;

  private final TableHash hash;
  private final int setMask;
  private final long[] sourceHighs;
  private final long[] sourceLows;
  private final long[] destinationHighs;
  private final long[] destinationLows;
  private final long[] packets;
  private final long[] stamps;
  private final int[] targets;

  /// @param capacity packets, rounded up to a power of two
  /// @param hash under a key that nobody outside knows
  public FragmentTable(int capacity, TableHash hash) {
    int slots = Math.max(WAYS, Integer.highestOneBit(2 * capacity - 1));
    this.hash = hash;
    setMask = slots / WAYS - 1;
    sourceHighs = new long[slots];
    sourceLows = new long[slots];
    destinationHighs = new long[slots];
    destinationLows = new long[slots];
    packets = new long[slots];
    stamps = new long[slots];
    targets = new int[slots];
    Arrays.fill(targets, NONE);
  }

  /// The packet's word of a key.
  public static long packet(int protocol, int identification) {
    return (long) protocol << 32 | identification & 0xffff_ffffL;
  }

  /// Remembers where the first fragment of a packet went, as a number of the configuration.
  public void put(
      long sourceHigh,
      long sourceLow,
      long destinationHigh,
      long destinationLow,
      long packet,
      int target,
      long nowNanos) {
    int set = set(sourceHigh, sourceLow, packet);
    int slot = find(set, sourceHigh, sourceLow, destinationHigh, destinationLow, packet);
    if (slot == NONE) {
      slot = oldest(set, nowNanos);
      sourceHighs[slot] = sourceHigh;
      sourceLows[slot] = sourceLow;
      destinationHighs[slot] = destinationHigh;
      destinationLows[slot] = destinationLow;
      packets[slot] = packet;
    }
    targets[slot] = target;
    stamps[slot] = nowNanos;
  }

  /// Where the packet's first fragment went, or [#NONE].
  public int get(
      long sourceHigh,
      long sourceLow,
      long destinationHigh,
      long destinationLow,
      long packet,
      long nowNanos) {
    int set = set(sourceHigh, sourceLow, packet);
    int slot = find(set, sourceHigh, sourceLow, destinationHigh, destinationLow, packet);
    return slot == NONE || nowNanos - stamps[slot] > LIFETIME_NANOS ? NONE : targets[slot];
  }

  private int set(long sourceHigh, long sourceLow, long packet) {
    return (hash.hash(sourceHigh, sourceLow, packet) & setMask) * WAYS;
  }

  private int find(
      int set,
      long sourceHigh,
      long sourceLow,
      long destinationHigh,
      long destinationLow,
      long packet) {
    for (int slot = set; slot < set + WAYS; slot++) {
      if (targets[slot] != NONE
          && packets[slot] == packet
          && sourceLows[slot] == sourceLow
          && destinationLows[slot] == destinationLow
          && sourceHighs[slot] == sourceHigh
          && destinationHighs[slot] == destinationHigh) {
        return slot;
      }
    }
    return NONE;
  }

  private int oldest(int set, long nowNanos) {
    int oldest = set;
    for (int slot = set; slot < set + WAYS; slot++) {
      if (targets[slot] == NONE) {
        return slot;
      }
      if (nowNanos - stamps[slot] > nowNanos - stamps[oldest]) {
        oldest = slot;
      }
    }
    return oldest;
  }
}
