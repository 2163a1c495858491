package io.pitchlake.node.tarpit;

import io.pitchlake.common.hash.TableHash;

/// Lines that wait for their time, each with all that its segment needs, in the order in which they
/// came: all wait equally long. A ring of a fixed size; whoever finds it full is not noted. Engine
/// thread; no allocation after the start.
///
/// Beside the ring stands, for each connection, which place its next line has in the stream: so a
/// line waits once however often it is asked for, and one that was sent is known not to have been
/// acknowledged when its time comes again. Connections that meet in one of those slots at worst ask
/// for a line twice, or are not sent a lost one again.
final class DripQueue {
  private static final int SLOTS_PER_LINE = 4;

  private final TableHash hash;
  private final int capacity;
  private final long[] waiting;
  private final long[] dueNanos;
  private final long[] clientHigh;
  private final long[] clientLow;
  private final long[] targetHigh;
  private final long[] targetLow;
  private final long[] clientMac;
  private final long[] ownMac;
  private final int[] ports;
  private final int[] sequence;
  private final int[] acknowledgment;
  private final int[] stampEcho;
  private final int[] connection;
  private final int[] networkAndTci;
  private final byte[] tries;
  private int first;
  private int size;

  /// @param capacity lines that may wait at once, at least one
  /// @param hash slots are secret, so that nobody can aim at another's
  DripQueue(int capacity, TableHash hash) {
    this.capacity = capacity;
    this.hash = hash;
    int slots = Integer.highestOneBit(Math.max(1, SLOTS_PER_LINE * capacity - 1)) << 1;
    waiting = new long[slots];
    dueNanos = new long[capacity];
    clientHigh = new long[capacity];
    clientLow = new long[capacity];
    targetHigh = new long[capacity];
    targetLow = new long[capacity];
    clientMac = new long[capacity];
    ownMac = new long[capacity];
    ports = new int[capacity];
    sequence = new int[capacity];
    acknowledgment = new int[capacity];
    stampEcho = new int[capacity];
    connection = new int[capacity];
    networkAndTci = new int[capacity];
    tries = new byte[capacity];
  }

  int capacity() {
    return capacity;
  }

  /// How many lines wait.
  int size() {
    return size;
  }

  /// Notes a line. False when there is no room for it; true also where it waits already.
  ///
  /// @param line its segment; copied
  boolean add(Line line, long atNanos) {
    int slot = slot(line.connection);
    long key = key(line.connection, line.sequence);
    if (waiting[slot] == key) {
      return true;
    }
    if (size == capacity) {
      return false;
    }
    int at = (first + size++) % capacity;
    waiting[slot] = key;
    dueNanos[at] = atNanos;
    clientHigh[at] = line.clientHigh;
    clientLow[at] = line.clientLow;
    targetHigh[at] = line.targetHigh;
    targetLow[at] = line.targetLow;
    clientMac[at] = line.clientMac;
    ownMac[at] = line.ownMac;
    ports[at] = line.ports;
    sequence[at] = line.sequence;
    acknowledgment[at] = line.acknowledgment;
    stampEcho[at] = line.stampEcho;
    connection[at] = line.connection;
    networkAndTci[at] = line.network << 17 | (line.hasStamps ? 1 << 31 : 0) | line.vlanTci + 1;
    tries[at] = (byte) line.tries;
    return true;
  }

  /// Takes the next line that is due; false when none is. One that was sent before and has been
  /// acknowledged since is passed over.
  boolean take(Line line, long nowNanos) {
    while (size > 0 && nowNanos - dueNanos[first] >= 0) {
      int at = first;
      first = (first + 1) % capacity;
      size--;
      if (tries[at] > 0 && waiting[slot(connection[at])] != key(connection[at], sequence[at])) {
        continue;
      }
      line.clientHigh = clientHigh[at];
      line.clientLow = clientLow[at];
      line.targetHigh = targetHigh[at];
      line.targetLow = targetLow[at];
      line.clientMac = clientMac[at];
      line.ownMac = ownMac[at];
      line.ports = ports[at];
      line.sequence = sequence[at];
      line.acknowledgment = acknowledgment[at];
      line.stampEcho = stampEcho[at];
      line.connection = connection[at];
      line.network = networkAndTci[at] << 1 >>> 18;
      line.hasStamps = networkAndTci[at] < 0;
      line.vlanTci = (networkAndTci[at] & 0x1_ffff) - 1;
      line.tries = tries[at];
      return true;
    }
    return false;
  }

  /// Forgets that a line waits: it may be asked for again.
  void forget(Line line) {
    int slot = slot(line.connection);
    if (waiting[slot] == key(line.connection, line.sequence)) {
      waiting[slot] = 0;
    }
  }

  private int slot(int connection) {
    return hash.hash(connection, 0, 0) & waiting.length - 1;
  }

  private static long key(int connection, int sequence) {
    return (long) connection << 32 | sequence & 0xffff_ffffL;
  }

  /// One line's segment; reused.
  static final class Line {
    long clientHigh;
    long clientLow;
    long targetHigh;
    long targetLow;
    long clientMac;
    long ownMac;

    /// Of the decoy in the high 16 bits, of the client in the low ones.
    int ports;

    int sequence;
    int acknowledgment;
    int stampEcho;
    boolean hasStamps;

    /// The connection's hash.
    int connection;

    /// Index of the network.
    int network;

    /// -1: untagged.
    int vlanTci;

    /// How often it was sent.
    int tries;
  }
}
