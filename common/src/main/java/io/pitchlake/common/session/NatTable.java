package io.pitchlake.common.session;

import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.wire.Memory;
import java.lang.foreign.Arena;

/// Translated sessions: what a client calls its service, and what stands for both on the other
/// side.
///
///     client:port  -> service:port      as the client sends it   (forward)
///     target:port  -> mask:port         as the target answers    (reverse)
///
/// For a server the service is the server's address, the target one of its targets, and the mask
/// the client itself or, with source translation, an address of the node. For a masqueraded station
/// service and target are the same. A session is found under both pairs; no two share either.
///
/// 120 bytes a session, outside the heap, allocated once. A full table gives up sessions that nobody
/// has answered yet, else refuses. One thread. After [#close] every call is undefined.
public final class NatTable implements AutoCloseable {
  /// No session.
  public static final int NONE = -1;

  /// Memory of one session, everything included.
  public static final int BYTES_PER_SESSION = 120;

  /// The most sessions a table can hold.
  public static final int MAX_CAPACITY = 1 << 24;

  /// Sessions looked at in one [#advance].
  private static final int LOOKED_AT_PER_STEP = 512;

  /// Sessions looked at for one that may give way.
  private static final int LOOKED_AT_FOR_ROOM = 64;

  /// Who made a session, and so who translates its way back.
  public enum Kind {
    /// Balanced to a target.
    SERVER,
    /// A station hidden behind the node.
    MASQUERADE
  }

  private static final Kind[] KINDS = Kind.values();
  private static final FlowState[] STATES = FlowState.values();

  // Words of a session.
  private static final int CLIENT_HIGH = 0;
  private static final int CLIENT_LOW = 1;
  private static final int SERVICE_HIGH = 2;
  private static final int SERVICE_LOW = 3;
  private static final int TARGET_HIGH = 4;
  private static final int TARGET_LOW = 5;
  private static final int MASK_HIGH = 6;
  private static final int MASK_LOW = 7;

  /// As [FlowKey] packs them: client's and service's.
  private static final int FORWARD_PORTS = 8;

  /// Target's and mask's.
  private static final int REVERSE_PORTS = 9;

  /// Number of the client's network : 16 | MAC it is reached at : 48
  private static final int WAY_BACK = 10;

  private static final int STAMP = 11;

  /// Asked after : 1 in bit 48 | number of the server : 16 | number of the target : 16 | kind : 8 |
  /// answered : 1 | state + 1 : 7; 0 when the entry is free.
  private static final int MARKS = 12;

  private static final int WORDS = 13;

  private static final long STATE_BITS = 0x7f;
  private static final long ANSWERED = 0x80;
  private static final int KIND_SHIFT = 8;
  private static final int TARGET_SHIFT = 16;
  private static final int SERVER_SHIFT = 32;
  private static final long NUMBER_BITS = 0xffff;
  private static final long ASKED = 1L << 48;
  private static final long MAC_BITS = 0xffff_ffff_ffffL;

  private final TableHash hash;
  private final int capacity;
  private final Arena arena = Arena.ofShared();
  private final int mask;
  private final long words;

  /// Chains of sessions with the same hash: first of each, then next of each, as numbers + 1.
  private final long forwardHeads;

  private final long forwardNext;
  private final long reverseHeads;
  private final long reverseNext;
  private final long[] timeoutNanos = new long[STATES.length];
  private long nowNanos;
  private int cursor;
  private int roomCursor;
  private int highWater;
  private int firstFree = NONE;
  private int size;
  private TableChanges changes;

  /// An empty table.
  ///
  /// @param hash under a key that nobody outside knows
  public NatTable(int capacity, TableHash hash, long nowNanos) {
    if (capacity < 1 || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "a table of translated sessions holds 1 to " + MAX_CAPACITY + ", not " + capacity);
    }
    this.capacity = capacity;
    this.hash = hash;
    this.nowNanos = nowNanos;
    int heads = Integer.highestOneBit(capacity);
    mask = heads - 1;
    long links = Integer.BYTES * (2L * heads + 2L * capacity);
    words = arena.allocate((long) capacity * WORDS * Long.BYTES + links, Long.BYTES).address();
    forwardHeads = words + (long) capacity * WORDS * Long.BYTES;
    reverseHeads = forwardHeads + (long) heads * Integer.BYTES;
    forwardNext = reverseHeads + (long) heads * Integer.BYTES;
    reverseNext = forwardNext + (long) capacity * Integer.BYTES;
    for (FlowState state : STATES) {
      timeoutNanos[state.ordinal()] = state.defaultTimeoutNanos();
    }
  }

  /// Has every change told to `listener` from now on.
  public void changes(TableChanges listener) {
    changes = listener;
  }

  public int capacity() {
    return capacity;
  }

  /// Numbers given to sessions so far are below this one.
  public int numbers() {
    return highWater;
  }

  /// Whether another session fits without one that gives way.
  public boolean hasRoom() {
    return size < capacity;
  }

  /// How many sessions it holds.
  public int size() {
    return size;
  }

  /// Sets how long a silent session in this state is kept; counts for sessions that are there, too.
  public void timeout(FlowState state, long nanos) {
    timeoutNanos[state.ordinal()] = nanos;
  }

  /// The session whose client sends such a packet to its service, or [#NONE].
  public int findForward(FlowKey key) {
    int session = link(forwardHeads, slot(key));
    while (session != NONE && !isPair(session, CLIENT_HIGH, FORWARD_PORTS, key)) {
      session = link(forwardNext, session);
    }
    return session;
  }

  /// The session whose target sends such a packet to the mask, or [#NONE].
  public int findReverse(FlowKey key) {
    int session = link(reverseHeads, slot(key));
    while (session != NONE && !isPair(session, TARGET_HIGH, REVERSE_PORTS, key)) {
      session = link(reverseNext, session);
    }
    return session;
  }

  /// A new session, not answered yet, or [#NONE] when there is no room. Neither pair may be in the
  /// table.
  ///
  /// @param forward client to service
  /// @param reverse target to mask
  public int add(Kind kind, FlowKey forward, FlowKey reverse) {
    assert findForward(forward) == NONE && findReverse(reverse) == NONE : "a pair is taken";
    int session = claim();
    if (session == NONE) {
      return NONE;
    }
    pair(session, CLIENT_HIGH, forward);
    pair(session, TARGET_HIGH, reverse);
    word(session, FORWARD_PORTS, forward.ports);
    word(session, REVERSE_PORTS, reverse.ports);
    word(session, WAY_BACK, 0);
    word(session, STAMP, nowNanos);
    word(session, MARKS, (long) kind.ordinal() << KIND_SHIFT | FlowState.OPENING.ordinal() + 1);
    putFirst(forwardHeads, forwardNext, slot(forward), session);
    putFirst(reverseHeads, reverseNext, slot(reverse), session);
    size++;
    changed(session);
    return session;
  }

  /// Forgets a session; its number may be given to another.
  public void remove(int session) {
    if (changes != null) {
      changes.removing(session);
    }
    unlink(forwardHeads, forwardNext, slot(session, CLIENT_HIGH, FORWARD_PORTS), session);
    unlink(reverseHeads, reverseNext, slot(session, TARGET_HIGH, REVERSE_PORTS), session);
    word(session, MARKS, 0);
    link(forwardNext, session, firstFree);
    firstFree = session;
    size--;
  }

  /// Moves time on and forgets some of those that have been silent for too long. Called once per
  /// turn; returns how many were forgotten.
  public int advance(long atNanos) {
    nowNanos = atNanos;
    int ended = 0;
    int until = Math.min(cursor + LOOKED_AT_PER_STEP, highWater);
    for (; cursor < until; cursor++) {
      if (!isInUse(cursor)) {
        continue;
      }
      long ageNanos = atNanos - word(cursor, STAMP);
      long timeout = timeoutNanos[state(cursor).ordinal()];
      if (ageNanos > timeout) {
        remove(cursor);
        ended++;
      } else if (changes != null) {
        ageing(cursor, ageNanos > timeout / 4 * 3);
      }
    }
    if (cursor >= highWater) {
      cursor = 0;
    }
    return ended;
  }

  /// A session that comes to the last quarter of its time is told once.
  private void ageing(int session, boolean isOld) {
    long marks = word(session, MARKS);
    if (isOld != ((marks & ASKED) != 0)) {
      word(session, MARKS, marks ^ ASKED);
      if (isOld) {
        changes.aging(session);
      }
    }
  }

  private void changed(int session) {
    if (changes != null) {
      changes.changed(session);
    }
  }

  /// How long a silent session in this state is kept.
  public long timeoutNanos(FlowState state) {
    return timeoutNanos[state.ordinal()];
  }

  /// How long ago the last packet came.
  public long ageNanos(int session) {
    return nowNanos - used(session, STAMP);
  }

  /// Says how long ago the last packet came, for a session taken over from a peer.
  public void ageNanos(int session, long nanos) {
    word(session, STAMP, nowNanos - nanos);
  }

  /// Whether this number is a session's now.
  public boolean isInUse(int session) {
    return session < highWater && word(session, MARKS) != 0;
  }

  public Kind kind(int session) {
    return KINDS[(int) (used(session, MARKS) >>> KIND_SHIFT) & 0xff];
  }

  public FlowState state(int session) {
    return STATES[(int) (used(session, MARKS) & STATE_BITS) - 1];
  }

  public void state(int session, FlowState to) {
    mark(session, used(session, MARKS) & ~STATE_BITS | to.ordinal() + 1);
  }

  private void mark(int session, long marks) {
    if (word(session, MARKS) != marks) {
      word(session, MARKS, marks);
      changed(session);
    }
  }

  /// Whether the target has sent something back.
  public boolean isAnswered(int session) {
    return (used(session, MARKS) & ANSWERED) != 0;
  }

  /// Notes that the target has sent something back, or that this is another connection with the
  /// same ends.
  public void answered(int session, boolean yes) {
    long marks = used(session, MARKS);
    mark(session, yes ? marks | ANSWERED : marks & ~ANSWERED);
  }

  /// A number the caller gave the target.
  public int targetId(int session) {
    return (int) (used(session, MARKS) >>> TARGET_SHIFT & NUMBER_BITS);
  }

  /// Gives the target a number, 0..65535.
  public void targetId(int session, int id) {
    number(session, TARGET_SHIFT, id);
  }

  /// The number of the server that a session belongs to; 0 when it is none's.
  public int serverId(int session) {
    return (int) (used(session, MARKS) >>> SERVER_SHIFT & NUMBER_BITS);
  }

  /// Says which server a session belongs to, 0..65535.
  public void serverId(int session, int id) {
    number(session, SERVER_SHIFT, id);
  }

  private void number(int session, int shift, long number) {
    mark(session, used(session, MARKS) & ~(NUMBER_BITS << shift) | number << shift);
  }

  /// Notes that a packet of the session came in this turn.
  public void touch(int session) {
    word(session, STAMP, nowNanos);
  }

  /// Says where the client's packets come from.
  ///
  /// @param network number in the configuration
  public void wayBack(int session, int network, long mac) {
    long way = (long) network << 48 | mac;
    if (used(session, WAY_BACK) != way) {
      word(session, WAY_BACK, way);
      changed(session);
    }
  }

  /// Number of the network the client's packets come from.
  public int clientNetwork(int session) {
    return (int) (used(session, WAY_BACK) >>> 48);
  }

  /// The MAC the client's packets come from: its own, or its router's.
  public long clientMac(int session) {
    return used(session, WAY_BACK) & MAC_BITS;
  }

  public int protocol(int session) {
    return (int) (used(session, FORWARD_PORTS) >>> 32);
  }

  public long clientHigh(int session) {
    return used(session, CLIENT_HIGH);
  }

  public long clientLow(int session) {
    return used(session, CLIENT_LOW);
  }

  public int clientPort(int session) {
    return (int) (used(session, FORWARD_PORTS) >>> 16) & 0xffff;
  }

  public long serviceHigh(int session) {
    return used(session, SERVICE_HIGH);
  }

  public long serviceLow(int session) {
    return used(session, SERVICE_LOW);
  }

  public int servicePort(int session) {
    return (int) used(session, FORWARD_PORTS) & 0xffff;
  }

  public long targetHigh(int session) {
    return used(session, TARGET_HIGH);
  }

  public long targetLow(int session) {
    return used(session, TARGET_LOW);
  }

  public int targetPort(int session) {
    return (int) (used(session, REVERSE_PORTS) >>> 16) & 0xffff;
  }

  public long maskHigh(int session) {
    return used(session, MASK_HIGH);
  }

  public long maskLow(int session) {
    return used(session, MASK_LOW);
  }

  public int maskPort(int session) {
    return (int) used(session, REVERSE_PORTS) & 0xffff;
  }

  /// Gives the memory back.
  @Override
  public void close() {
    arena.close();
  }

  private long used(int session, int word) {
    assert isInUse(session) : "session " + session + " is not in use";
    return word(session, word);
  }

  private long word(int session, int word) {
    return Memory.getLong(words + ((long) session * WORDS + word) * Long.BYTES);
  }

  private void word(int session, int word, long value) {
    Memory.putLong(words + ((long) session * WORDS + word) * Long.BYTES, value);
  }

  private void pair(int session, int from, FlowKey key) {
    word(session, from, key.fromHigh);
    word(session, from + 1, key.fromLow);
    word(session, from + 2, key.toHigh);
    word(session, from + 3, key.toLow);
  }

  private boolean isPair(int session, int from, int ports, FlowKey key) {
    return word(session, ports) == key.ports
        && word(session, from + 1) == key.fromLow
        && word(session, from + 3) == key.toLow
        && word(session, from) == key.fromHigh
        && word(session, from + 2) == key.toHigh;
  }

  private int claim() {
    if (firstFree == NONE && highWater == capacity) {
      makeRoom();
    }
    if (firstFree == NONE) {
      return highWater < capacity ? highWater++ : NONE;
    }
    int session = firstFree;
    firstFree = link(forwardNext, session);
    return session;
  }

  /// A flood of openings must not lock out those who are answered.
  private void makeRoom() {
    for (int looked = 0; looked < LOOKED_AT_FOR_ROOM; looked++) {
      int session = roomCursor;
      roomCursor = roomCursor + 1 < capacity ? roomCursor + 1 : 0;
      if (isInUse(session) && state(session) == FlowState.OPENING) {
        remove(session);
        return;
      }
    }
  }

  private int slot(FlowKey key) {
    return slot(key.fromHigh, key.fromLow, key.toHigh, key.toLow, key.ports);
  }

  private int slot(int session, int from, int ports) {
    return slot(
        word(session, from),
        word(session, from + 1),
        word(session, from + 2),
        word(session, from + 3),
        word(session, ports));
  }

  private int slot(long fromHigh, long fromLow, long toHigh, long toLow, long ports) {
    int from = hash.hash(fromHigh, fromLow, ports);
    return hash.hash(toHigh, toLow, from) & mask;
  }

  private static int link(long links, int index) {
    return Memory.getInt(links + (long) index * Integer.BYTES) - 1;
  }

  private static void link(long links, int index, int session) {
    Memory.putInt(links + (long) index * Integer.BYTES, session + 1);
  }

  private static void putFirst(long heads, long next, int slot, int session) {
    link(next, session, link(heads, slot));
    link(heads, slot, session);
  }

  private static void unlink(long heads, long next, int slot, int session) {
    int at = link(heads, slot);
    if (at == session) {
      link(heads, slot, link(next, session));
      return;
    }
    while (link(next, at) != session) {
      at = link(next, at);
    }
    link(next, at, link(next, session));
  }
}
