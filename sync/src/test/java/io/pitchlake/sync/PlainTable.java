package io.pitchlake.sync;

import io.pitchlake.common.session.SessionCodec;
import io.pitchlake.common.session.TableChanges;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// A table of numbers as simple as can be: name to (state, target). State 2 counts more than state
/// 1; names of a million and above are unknown here.
final class PlainTable implements ReplicatedTable {
  static final int UNKNOWN_FROM = 1_000_000;

  private final int capacity;
  private final Map<Long, Integer> entries = new HashMap<>();
  private final Deque<Integer> free = new ArrayDeque<>();
  private final long[] names;
  private final int[] states;
  private final int[] targets;
  private TableChanges changes;
  private int highest;
  boolean clings;

  PlainTable(int capacity) {
    this.capacity = capacity;
    names = new long[capacity];
    states = new int[capacity];
    targets = new int[capacity];
    for (int entry = 0; entry < capacity; entry++) {
      free.add(entry);
    }
  }

  void replicate(SessionReplicator with) {
    changes = with.replicate(this);
  }

  void put(long name, int state, int target) {
    Integer entry = entries.get(name);
    if (entry == null) {
      entry = take(name);
    }
    states[entry] = state;
    targets[entry] = target;
    changes.changed(entry);
  }

  void remove(long name) {
    Integer entry = entries.get(name);
    if (entry != null) {
      drop(entry);
    }
  }

  boolean isFull() {
    return free.isEmpty();
  }

  /// What it holds, as text, in order.
  Map<Long, String> content() {
    Map<Long, String> content = new TreeMap<>();
    entries.forEach((name, entry) -> content.put(name, states[entry] + ":" + targets[entry]));
    return content;
  }

  private int take(long name) {
    int entry = free.pop();
    highest = Math.max(highest, entry + 1);
    entries.put(name, entry);
    names[entry] = name;
    return entry;
  }

  private void drop(int entry) {
    changes.removing(entry);
    entries.remove(names[entry]);
    states[entry] = 0;
    free.push(entry);
  }

  @Override
  public SessionCodec.Kind kind() {
    return SessionCodec.Kind.FLOW;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public int numbers() {
    return highest;
  }

  @Override
  public boolean isInUse(int entry) {
    return states[entry] != 0;
  }

  @Override
  public boolean read(int entry, long at, SessionCodec into, long nowNanos) {
    into.create(at, SessionCodec.Kind.FLOW)
        .key(0, names[entry], names[entry])
        .stateNumber(states[entry])
        .target(targets[entry]);
    return true;
  }

  @Override
  public int find(SessionCodec told) {
    return told.name() >= UNKNOWN_FROM ? UNKNOWN_NAME : entries.getOrDefault(told.name(), NONE);
  }

  @Override
  public int rank(int entry) {
    return states[entry] == 2 ? 1 : 0;
  }

  @Override
  public int rank(SessionCodec told) {
    return told.stateNumber() == 2 ? 1 : 0;
  }

  @Override
  public int add(SessionCodec told, long nowNanos) {
    return isFull() ? NO_ROOM : replace(take(told.name()), told, nowNanos);
  }

  @Override
  public int replace(int entry, SessionCodec told, long nowNanos) {
    states[entry] = told.stateNumber();
    targets[entry] = told.target();
    changes.changed(entry);
    return entry;
  }

  @Override
  public boolean refresh(int entry, SessionCodec told, long nowNanos) {
    return false;
  }

  @Override
  public boolean remove(int entry, SessionCodec told, long nowNanos) {
    if (clings) {
      return false;
    }
    drop(entry);
    return true;
  }

  @Override
  public String toString() {
    return Arrays.toString(content().entrySet().toArray());
  }
}
