package io.pitchlake.common.session;

import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.wire.Memory;
import java.lang.foreign.Arena;

/// Which target each flow goes to: ten million flows in 480 MB, outside the heap, allocated once.
///
/// A flow is 48 bytes, everything included. Its entry is half a cache line:
///
///      0  client's address, bits 127..64 (IPv4 as IPv4-mapped)
///      8  client's address, bits 63..0
///     16  client port : 16 | service port : 16 | service : 16 | protocol : 8 | state : 8
///     24  stamp : 32 | target : 16 | unused : 16
///
/// and two slots of an open-addressing index, of which at most every other is taken, take 16 more:
///
///      0  hash : 32 | number of the entry + 1 : 32                     0 is an empty slot
///
/// So finding a flow costs two cache misses, finding out that there is none costs one. Both families
/// are kept exactly: the service's number stands for the address the client talks to, which leaves
/// room for an IPv6 client. Removing a flow moves later ones of its cluster up in the index; there
/// are no tombstones, so a table through which a billion flows have gone is as fast as a new one.
///
/// Nothing is linked for expiry. Entries carry the time of their last frame, and [#advance] walks
/// over them, a bounded piece per turn, once in [#ROUND_NANOS] where turns are frequent enough: a
/// flow lives at least its timeout and at most about one round longer.
///
/// A flow keeps its number until it is removed, so numbers may be held within a turn and chunks
/// ([#visit]) may be taken over many turns. A full table refuses; the caller forwards untracked and
/// counts. One thread. After [#close] every call is undefined.
public final class FlowTable implements AutoCloseable {
  /// No flow.
  public static final int NONE = -1;

  /// Memory of one flow: entry and index.
  public static final int BYTES_PER_FLOW = 48;

  /// The most flows a table can hold.
  public static final int MAX_CAPACITY = 1 << 29;

  /// The longest timeout, about 13 days.
  public static final long MAX_TIMEOUT_NANOS = 1L << 50;

  /// How long one walk over all flows takes, when turns are frequent enough.
  public static final long ROUND_NANOS = 4_000_000_000L;

  /// The most flows that one [#advance] looks at.
  public static final int LOOKED_AT_PER_STEP = 4096;

  /// The most flows that one [#advance] removes.
  public static final int REMOVED_PER_STEP = 128;

  /// Told of one flow.
  @FunctionalInterface
  public interface Visitor {
    /// Reads the flow; must not insert or remove any.
    void flow(int flow);
  }

  private static final int ENTRY_BYTES = 32;
  private static final int SLOT_BYTES = 8;
  private static final int SLOTS_PER_FLOW = 2;
  private static final int CACHE_LINE_BYTES = 64;

  // Offsets in an entry. The low byte of the tuple's word is the state, which counts from 1, so 0
  // says that the entry is free.
  private static final int HIGH = 0;
  private static final int LOW = 8;
  private static final int TUPLE = 16;
  private static final int STAMP = 24;
  private static final int TARGET = 28;
  private static final int STATE = 23;

  /// Where a free entry keeps the next free one.
  private static final int NEXT_FREE = 0;

  /// Stamps count 2^20 ns, about a millisecond, since the table was made.
  private static final int TICK_SHIFT = 20;

  /// A little more than a round, so that no flow slips through.
  private static final int ROUND_TICKS = (int) (ROUND_NANOS + ROUND_NANOS / 8 >> TICK_SHIFT);

  private static final FlowState[] STATES = FlowState.values();
  private static final int ESTABLISHED = FlowState.ESTABLISHED.ordinal() + 1;
  private static final int DATAGRAM = FlowState.DATAGRAM.ordinal() + 1;

  private final Arena arena = Arena.ofShared();
  private final FlowHash hash;
  private final int capacity;
  private final long entries;
  private final long index;
  private final long slots;
  private final int[] timeoutTicks = new int[STATES.length + 1];
  private final long originNanos;
  private long roundStartNanos;
  private int tick;
  private int cursor;
  private int highWater;
  private int firstFree = NONE;
  private int size;
  private TableChanges changes;

  /// An empty table for `capacity` flows whose time starts at `nowNanos`. All its memory is claimed
  /// and touched now, [#BYTES_PER_FLOW] for each flow.
  ///
  /// @param hash under a key of this process, which nobody outside knows
  public FlowTable(int capacity, FlowHash hash, long nowNanos) {
    if (capacity < 1 || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "a flow table holds 1 to " + MAX_CAPACITY + " flows, not " + capacity);
    }
    this.capacity = capacity;
    this.hash = hash;
    originNanos = nowNanos;
    roundStartNanos = nowNanos;
    slots = (long) capacity * SLOTS_PER_FLOW;
    entries = arena.allocate((long) capacity * BYTES_PER_FLOW, CACHE_LINE_BYTES).address();
    index = entries + (long) capacity * ENTRY_BYTES;
    for (FlowState state : STATES) {
      timeout(state, state.defaultTimeoutNanos());
    }
  }

  /// Has every change told to `listener` from now on.
  public void changes(TableChanges listener) {
    changes = listener;
  }

  /// The most flows it holds.
  public int capacity() {
    return capacity;
  }

  /// How many flows it holds.
  public int size() {
    return size;
  }

  /// Bytes of native memory behind it.
  public long footprintBytes() {
    return (long) capacity * BYTES_PER_FLOW;
  }

  /// Sets how long a silent flow in this state is kept; counts for flows that are there, too.
  public void timeout(FlowState state, long nanos) {
    if (nanos < 0 || nanos > MAX_TIMEOUT_NANOS) {
      throw new IllegalArgumentException(
          "a flow's timeout is 0 to " + MAX_TIMEOUT_NANOS + " ns, not " + nanos);
    }
    timeoutTicks[state.ordinal() + 1] = (int) (nanos >> TICK_SHIFT);
  }

  /// How long a silent flow in this state is kept.
  public long timeoutNanos(FlowState state) {
    return (long) timeoutTicks[state.ordinal() + 1] << TICK_SHIFT;
  }

  /// The flow of a client, or [#NONE].
  ///
  /// @param tuple as [FlowHash#tuple] packs it
  public int find(long clientHigh, long clientLow, long tuple) {
    long wanted = hash32(clientHigh, clientLow, tuple);
    long slot = home(wanted);
    long held = held(slot);
    while (held != 0) {
      if (held >>> 32 == wanted) {
        int flow = (int) held - 1;
        long entry = entry(flow);
        if (Memory.getLong(entry + LOW) == clientLow
            && (Memory.getLong(entry + TUPLE) ^ tuple) >>> 8 == 0
            && Memory.getLong(entry + HIGH) == clientHigh) {
          return flow;
        }
      }
      slot = after(slot);
      held = held(slot);
    }
    return NONE;
  }

  /// A new flow that is stamped with the present, or [#NONE] when the table is full. The table must
  /// not hold this flow yet.
  ///
  /// @param target 0..65535
  public int insert(long clientHigh, long clientLow, long tuple, int target, FlowState state) {
    assert (tuple & 0xff) == 0 : "the low byte of a tuple is 0";
    assert find(clientHigh, clientLow, tuple) == NONE : "the flow is there already";
    int flow = claim();
    if (flow == NONE) {
      return NONE;
    }
    long entry = entry(flow);
    Memory.putLong(entry + HIGH, clientHigh);
    Memory.putLong(entry + LOW, clientLow);
    Memory.putLong(entry + TUPLE, tuple | state.ordinal() + 1);
    Memory.putInt(entry + STAMP, tick);
    Memory.putShort(entry + TARGET, target);
    long wanted = hash32(clientHigh, clientLow, tuple);
    long slot = home(wanted);
    while (held(slot) != 0) {
      slot = after(slot);
    }
    hold(slot, wanted << 32 | flow + 1);
    size++;
    if (changes != null) {
      changes.changed(flow);
    }
    return flow;
  }

  /// Forgets a flow; its number may be given to another.
  public void remove(int flow) {
    long entry = inUse(flow);
    if (changes != null) {
      changes.removing(flow);
    }
    vacate(slotOf(entry, flow));
    Memory.putLong(entry + TUPLE, 0);
    Memory.putInt(entry + NEXT_FREE, firstFree);
    firstFree = flow;
    size--;
  }

  /// Moves time to `nowNanos` and removes a few of the flows that have been silent for longer than
  /// their timeout, each after `expired` was told. Called once per turn; looks at
  /// [#LOOKED_AT_PER_STEP] flows and removes [#REMOVED_PER_STEP] at most, which takes some ten
  /// microseconds. Returns how many it looked at.
  public int advance(long nowNanos, Visitor expired) {
    tick = (int) (nowNanos - originNanos >> TICK_SHIFT);
    long elapsed = Math.min(nowNanos - roundStartNanos, ROUND_NANOS);
    int due = (int) Math.min(elapsed * highWater / ROUND_NANOS, cursor + LOOKED_AT_PER_STEP);
    int start = cursor;
    int removed = 0;
    while (cursor < due && removed < REMOVED_PER_STEP) {
      if (isExpired(cursor)) {
        expired.flow(cursor);
        remove(cursor);
        removed++;
      } else if (changes != null && isAging(cursor)) {
        changes.aging(cursor);
      }
      cursor++;
    }
    int lookedAt = Math.max(0, cursor - start);
    if (cursor >= highWater && elapsed == ROUND_NANOS) {
      cursor = 0;
      roundStartNanos = nowNanos;
    }
    return lookedAt;
  }

  /// Shows at most `count` numbers' flows to `visitor`, from the number `from` on; returns where to
  /// go on, or [#NONE] at the end. A flow that is there from the first piece to the last is shown
  /// exactly once, whatever else comes and goes in between.
  public int visit(int from, int count, Visitor visitor) {
    int until = (int) Math.min((long) from + count, highWater);
    for (int flow = from; flow < until; flow++) {
      if (Memory.getByte(entry(flow) + STATE) != 0) {
        visitor.flow(flow);
      }
    }
    return until < highWater ? until : NONE;
  }

  /// Numbers given to flows so far are below this one.
  public int numbers() {
    return highWater;
  }

  /// Whether this number is a flow's now.
  public boolean isInUse(int flow) {
    return flow < highWater && Memory.getByte(entry(flow) + STATE) != 0;
  }

  /// Bits 127..64 of the client's address.
  public long clientHigh(int flow) {
    return Memory.getLong(inUse(flow) + HIGH);
  }

  /// Bits 63..0 of the client's address.
  public long clientLow(int flow) {
    return Memory.getLong(inUse(flow) + LOW);
  }

  /// Ports, service and protocol as [FlowHash#tuple] packs them.
  public long tuple(int flow) {
    return Memory.getLong(inUse(flow) + TUPLE) & ~0xffL;
  }

  /// The number of the target that has the flow.
  public int target(int flow) {
    return Memory.getShort(inUse(flow) + TARGET);
  }

  /// Gives the flow to another target.
  public void target(int flow, int to) {
    Memory.putShort(inUse(flow) + TARGET, to);
    changed(flow);
  }

  public FlowState state(int flow) {
    return STATES[Memory.getByte(inUse(flow) + STATE) - 1];
  }

  /// Changes the state.
  public void state(int flow, FlowState to) {
    Memory.putByte(inUse(flow) + STATE, to.ordinal() + 1);
    changed(flow);
  }

  /// Notes that a frame of the flow came in this turn.
  public void touch(int flow) {
    Memory.putInt(inUse(flow) + STAMP, tick);
  }

  /// How long ago the last frame came, in steps of about a millisecond.
  public long ageNanos(int flow) {
    return (long) (tick - Memory.getInt(inUse(flow) + STAMP)) << TICK_SHIFT;
  }

  /// Says how long ago the last frame came, for a flow taken over from a peer.
  public void ageNanos(int flow, long nanos) {
    int ticks = (int) (Math.clamp(nanos, 0, MAX_TIMEOUT_NANOS) >> TICK_SHIFT);
    Memory.putInt(inUse(flow) + STAMP, tick - ticks);
  }

  /// Gives the memory back.
  @Override
  public void close() {
    arena.close();
  }

  private void changed(int flow) {
    if (changes != null) {
      changes.changed(flow);
    }
  }

  private boolean isExpired(int flow) {
    long entry = entry(flow);
    int state = Memory.getByte(entry + STATE);
    return state != 0 && tick - Memory.getInt(entry + STAMP) > timeoutTicks[state];
  }

  /// Whether a flow that may be kept for long has come to the last quarter of its time since the
  /// last round. Others live in the states that end soon.
  private boolean isAging(int flow) {
    long entry = entry(flow);
    int state = Memory.getByte(entry + STATE);
    if (state != ESTABLISHED && state != DATAGRAM) {
      return false;
    }
    int past = tick - Memory.getInt(entry + STAMP) - timeoutTicks[state] / 4 * 3;
    return past >= 0 && past <= ROUND_TICKS;
  }

  private int claim() {
    if (firstFree == NONE) {
      return highWater < capacity ? highWater++ : NONE;
    }
    int flow = firstFree;
    firstFree = Memory.getInt(entry(flow) + NEXT_FREE);
    return flow;
  }

  /// The slot that holds a flow.
  private long slotOf(long entry, int flow) {
    long wanted =
        hash32(
            Memory.getLong(entry + HIGH),
            Memory.getLong(entry + LOW),
            Memory.getLong(entry + TUPLE) & ~0xffL);
    long slot = home(wanted);
    while ((int) held(slot) != flow + 1) {
      slot = after(slot);
    }
    return slot;
  }

  /// Empties a slot and moves up what had to make way for it, so that no search ends at the hole
  /// too early.
  private void vacate(long slot) {
    long hole = slot;
    long next = after(hole);
    long held = held(next);
    while (held != 0) {
      if (distance(home(held >>> 32), next) >= distance(hole, next)) {
        hold(hole, held);
        hole = next;
      }
      next = after(next);
      held = held(next);
    }
    hold(hole, 0);
  }

  private long hash32(long clientHigh, long clientLow, long tuple) {
    return hash.hash(clientHigh, clientLow, tuple) >>> 32;
  }

  private long home(long hash32) {
    return hash32 * slots >>> 32;
  }

  private long after(long slot) {
    return slot + 1 < slots ? slot + 1 : 0;
  }

  private long distance(long from, long to) {
    return to >= from ? to - from : to - from + slots;
  }

  private long held(long slot) {
    return Memory.getLong(index + slot * SLOT_BYTES);
  }

  private void hold(long slot, long held) {
    Memory.putLong(index + slot * SLOT_BYTES, held);
  }

  private long entry(int flow) {
    assert flow >= 0 && flow < highWater : "there is no flow " + flow;
    return entries + (long) flow * ENTRY_BYTES;
  }

  private long inUse(int flow) {
    long entry = entry(flow);
    assert Memory.getByte(entry + STATE) != 0 : "flow " + flow + " is not in use";
    return entry;
  }
}
