package io.pitchlake.common.session;

/// Stations that concern an address: those that wait for the outcome of a proof, later those that
/// have been answered and must be told when a real owner appears. A fixed pool of linked records;
/// when it is used up, the caller is told and counts it. One thread.
public final class StationPool {
  /// End of a list, or no record.
  public static final int NONE = -1;

  private final long[] mac;
  private final long[] high;
  private final long[] low;
  private final int[] tci;
  private final boolean[] waiting;
  private final int[] next;
  private int firstFree;
  private int size;

  /// A pool of `capacity` records.
  public StationPool(int capacity) {
    mac = new long[capacity];
    high = new long[capacity];
    low = new long[capacity];
    tci = new int[capacity];
    waiting = new boolean[capacity];
    next = new int[capacity];
    for (int i = 0; i < capacity; i++) {
      next[i] = i + 1 < capacity ? i + 1 : NONE;
    }
    firstFree = capacity > 0 ? 0 : NONE;
  }

  /// How many records there are.
  public int capacity() {
    return mac.length;
  }

  /// How many records are in use.
  public int size() {
    return size;
  }

  /// Puts a station in front of the list `head`; returns the new head, or [#NONE] when the pool is
  /// used up.
  ///
  /// @param vlanTci the tag control information its frames carried, -1 for untagged
  /// @param waits whether it waits for a proof, or has been answered
  public int push(
      int head, long stationMac, long addressHigh, long addressLow, int vlanTci, boolean waits) {
    int record = firstFree;
    if (record == NONE) {
      return NONE;
    }
    firstFree = next[record];
    mac[record] = stationMac;
    high[record] = addressHigh;
    low[record] = addressLow;
    tci[record] = vlanTci;
    waiting[record] = waits;
    next[record] = head;
    size++;
    return record;
  }

  /// The record of a station in the list `head`, or [#NONE].
  public int find(int head, long stationMac, long addressHigh, long addressLow) {
    int record = head;
    while (record != NONE
        && (mac[record] != stationMac
            || low[record] != addressLow
            || high[record] != addressHigh)) {
      record = next[record];
    }
    return record;
  }

  /// The number of records in the list `head`.
  public int length(int head) {
    int length = 0;
    for (int record = head; record != NONE; record = next[record]) {
      length++;
    }
    return length;
  }

  /// Gives the whole list back to the pool.
  public void release(int head) {
    int record = head;
    while (record != NONE) {
      int following = next[record];
      next[record] = firstFree;
      firstFree = record;
      size--;
      record = following;
    }
  }

  public long mac(int record) {
    return mac[record];
  }

  public long high(int record) {
    return high[record];
  }

  public long low(int record) {
    return low[record];
  }

  public int tci(int record) {
    return tci[record];
  }

  public boolean waiting(int record) {
    return waiting[record];
  }

  public void waiting(int record, boolean waits) {
    waiting[record] = waits;
  }

  public int next(int record) {
    return next[record];
  }
}
