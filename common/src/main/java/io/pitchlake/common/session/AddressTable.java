package io.pitchlake.common.session;

import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.net.IpAddress;
import java.util.Arrays;

/// Per network and address: the state, the owner's MAC, a few stamps and the stations concerned.
/// Fixed capacity, arrays of primitives, no allocation after construction; an entry keeps its
/// number until [#remove], so that a timer wheel and lists can refer to it. IPv4 addresses are kept
/// IPv4-mapped (see [io.pitchlake.common.net.IpAddress]).
///
/// The table stores; what a state means and when it changes is the tarpit's business. Simulated
/// entries of each network and family hang on a list in the order they were last asked for, so that
/// a full table or a full network gives up the least recently asked one first (RFC 6583). One
/// thread.
public final class AddressTable {
  /// No entry.
  public static final int NONE = -1;

  private final int capacity;
  private final TableHash hash;
  private final int mask;
  private final int[] buckets;
  private final int[] chain;
  private final long[] high;
  private final long[] low;
  private final short[] network;
  private final byte[] state;
  private final long[] mac;
  private final long[] checkedNanos;
  private final long[] touchedNanos;
  private final long[] passUntilNanos;
  private final byte[] probesLeft;
  private final boolean[] asked;
  private final int[] stations;
  private final int[] older;
  private final int[] newer;
  private final int[] sizeByState = new int[AddressState.values().length];
  private int[] oldest;
  private int[] newest;
  private int[] listed;
  private int firstFree;
  private int size;
  private TableChanges changes;

  private static final AddressState[] STATES = AddressState.values();
  private static final byte ABSENT = -1;

  /// A table of `capacity` entries for `networks` networks.
  public AddressTable(int capacity, int networks, TableHash hash) {
    this.capacity = capacity;
    this.hash = hash;
    int bucketCount = Integer.highestOneBit(Math.max(2, capacity) * 2 - 1);
    mask = bucketCount - 1;
    buckets = new int[bucketCount];
    chain = new int[capacity];
    high = new long[capacity];
    low = new long[capacity];
    network = new short[capacity];
    state = new byte[capacity];
    mac = new long[capacity];
    checkedNanos = new long[capacity];
    touchedNanos = new long[capacity];
    passUntilNanos = new long[capacity];
    probesLeft = new byte[capacity];
    asked = new boolean[capacity];
    stations = new int[capacity];
    older = new int[capacity];
    newer = new int[capacity];
    oldest = new int[networks * 2];
    newest = new int[networks * 2];
    listed = new int[networks * 2];
    Arrays.fill(buckets, NONE);
    Arrays.fill(oldest, NONE);
    Arrays.fill(newest, NONE);
    Arrays.fill(state, ABSENT);
    for (int i = 0; i < capacity; i++) {
      chain[i] = i + 1 < capacity ? i + 1 : NONE;
    }
    firstFree = capacity > 0 ? 0 : NONE;
  }

  /// Makes room for networks with indexes below `count`; entries stay as they are.
  public void networks(int count) {
    int before = oldest.length;
    if (count * 2 > before) {
      oldest = Arrays.copyOf(oldest, count * 2);
      newest = Arrays.copyOf(newest, count * 2);
      listed = Arrays.copyOf(listed, count * 2);
      Arrays.fill(oldest, before, oldest.length, NONE);
      Arrays.fill(newest, before, newest.length, NONE);
    }
  }

  /// Has every change told to `listener` from now on.
  public void changes(TableChanges listener) {
    changes = listener;
  }

  /// The most entries it holds.
  public int capacity() {
    return capacity;
  }

  /// How many entries it holds.
  public int size() {
    return size;
  }

  /// How many entries are in this state.
  public int size(AddressState of) {
    return sizeByState[of.ordinal()];
  }

  /// Simulated entries of one network and family.
  public int simulated(int networkIndex, boolean ipv4) {
    return listed[list(networkIndex, ipv4)];
  }

  /// The entry for an address, or [#NONE].
  public int find(int networkIndex, long addressHigh, long addressLow) {
    int entry = buckets[hash.hash(networkIndex, addressHigh, addressLow) & mask];
    while (entry != NONE
        && (low[entry] != addressLow
            || high[entry] != addressHigh
            || network[entry] != networkIndex)) {
      entry = chain[entry];
    }
    return entry;
  }

  /// A new entry for an address that has none, or [#NONE] when the table is full.
  public int add(int networkIndex, long addressHigh, long addressLow, AddressState initial) {
    int entry = firstFree;
    if (entry == NONE) {
      return NONE;
    }
    firstFree = chain[entry];
    int bucket = hash.hash(networkIndex, addressHigh, addressLow) & mask;
    chain[entry] = buckets[bucket];
    buckets[bucket] = entry;
    network[entry] = (short) networkIndex;
    high[entry] = addressHigh;
    low[entry] = addressLow;
    mac[entry] = 0;
    checkedNanos[entry] = 0;
    touchedNanos[entry] = 0;
    passUntilNanos[entry] = 0;
    probesLeft[entry] = 0;
    asked[entry] = false;
    stations[entry] = NONE;
    state[entry] = (byte) initial.ordinal();
    sizeByState[initial.ordinal()]++;
    size++;
    if (initial == AddressState.SIMULATED) {
      append(entry);
    }
    changed(entry);
    return entry;
  }

  /// Forgets an entry; its number may be given to another address.
  public void remove(int entry) {
    assert state[entry] != ABSENT : "entry " + entry + " is not in use";
    if (changes != null) {
      changes.removing(entry);
    }
    if (state(entry) == AddressState.SIMULATED) {
      detach(entry);
    }
    sizeByState[state[entry]]--;
    state[entry] = ABSENT;
    int bucket = hash.hash(network[entry], high[entry], low[entry]) & mask;
    if (buckets[bucket] == entry) {
      buckets[bucket] = chain[entry];
    } else {
      int before = buckets[bucket];
      while (chain[before] != entry) {
        before = chain[before];
      }
      chain[before] = chain[entry];
    }
    chain[entry] = firstFree;
    firstFree = entry;
    size--;
  }

  /// Whether this number stands for an entry.
  public boolean inUse(int entry) {
    return state[entry] != ABSENT;
  }

  public AddressState state(int entry) {
    return STATES[state[entry]];
  }

  /// Changes the state.
  public void state(int entry, AddressState to) {
    AddressState from = state(entry);
    if (from == to) {
      return;
    }
    if (from == AddressState.SIMULATED) {
      detach(entry);
    }
    sizeByState[from.ordinal()]--;
    sizeByState[to.ordinal()]++;
    state[entry] = (byte) to.ordinal();
    asked[entry] = false;
    if (to == AddressState.SIMULATED) {
      append(entry);
    }
    changed(entry);
  }

  /// The index of the network the address lies in.
  public int network(int entry) {
    return network[entry];
  }

  /// Bits 127..64 of the address.
  public long high(int entry) {
    return high[entry];
  }

  /// Bits 63..0 of the address.
  public long low(int entry) {
    return low[entry];
  }

  /// The owner's MAC, 0 when unknown.
  public long mac(int entry) {
    return mac[entry];
  }

  public void mac(int entry, long ownerMac) {
    if (mac[entry] != ownerMac) {
      mac[entry] = ownerMac;
      changed(entry);
    }
  }

  /// When the last proof was sent beside an answer; for a real address, when its owner was last
  /// heard.
  public long checkedNanos(int entry) {
    return checkedNanos[entry];
  }

  public void checkedNanos(int entry, long nanos) {
    checkedNanos[entry] = nanos;
  }

  /// Until when frames that still reach the virtual MAC are passed on to the owner; 0: never
  /// simulated.
  public long passUntilNanos(int entry) {
    return passUntilNanos[entry];
  }

  public void passUntilNanos(int entry, long nanos) {
    passUntilNanos[entry] = nanos;
  }

  /// Requests still to be sent in a proof.
  public int probesLeft(int entry) {
    return probesLeft[entry];
  }

  public void probesLeft(int entry, int count) {
    probesLeft[entry] = (byte) count;
  }

  /// Head of the entry's list in a [StationPool].
  public int stations(int entry) {
    return stations[entry];
  }

  public void stations(int entry, int head) {
    stations[entry] = head;
  }

  /// When [#touch] was last called; meaningless before.
  public long touchedNanos(int entry) {
    return touchedNanos[entry];
  }

  /// Notes that somebody has asked for a simulated address.
  public void ask(int entry, long nowNanos) {
    touch(entry, nowNanos);
    asked[entry] = true;
  }

  /// Whether somebody has asked for it in its present state; then [#touchedNanos] says when last.
  public boolean asked(int entry) {
    return asked[entry];
  }

  /// Marks a simulated entry as the last to be given up, as if it had just been asked for.
  public void touch(int entry, long nowNanos) {
    touchedNanos[entry] = nowNanos;
    if (newer[entry] != NONE) {
      detach(entry);
      append(entry);
    }
  }

  /// The simulated entry of a network and family that was asked for least recently, or [#NONE].
  public int leastRecentlyAsked(int networkIndex, boolean ipv4) {
    return oldest[list(networkIndex, ipv4)];
  }

  /// The simulated entry of a network and family that is to be given up last, or [#NONE].
  public int mostRecentlyAsked(int networkIndex, boolean ipv4) {
    return newest[list(networkIndex, ipv4)];
  }

  /// The simulated entry that comes behind this one from [#mostRecentlyAsked] on, or [#NONE].
  public int lessRecentlyAsked(int entry) {
    return older[entry];
  }

  private void changed(int entry) {
    if (changes != null) {
      changes.changed(entry);
    }
  }

  private static int list(int networkIndex, boolean ipv4) {
    return networkIndex * 2 + (ipv4 ? 0 : 1);
  }

  private int listOf(int entry) {
    return list(network[entry], IpAddress.isIpv4(high[entry], low[entry]));
  }

  private void append(int entry) {
    int list = listOf(entry);
    older[entry] = newest[list];
    newer[entry] = NONE;
    if (newest[list] == NONE) {
      oldest[list] = entry;
    } else {
      newer[newest[list]] = entry;
    }
    newest[list] = entry;
    listed[list]++;
  }

  private void detach(int entry) {
    int list = listOf(entry);
    if (older[entry] == NONE) {
      oldest[list] = newer[entry];
    } else {
      newer[older[entry]] = newer[entry];
    }
    if (newer[entry] == NONE) {
      newest[list] = older[entry];
    } else {
      older[newer[entry]] = older[entry];
    }
    listed[list]--;
  }
}
