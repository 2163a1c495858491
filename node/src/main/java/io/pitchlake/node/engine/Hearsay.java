package io.pitchlake.node.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// What one engine has heard of addresses that another engine keeps, on its way there: a bounded
/// ring of longs with one writer and one reader. The writer never waits; when the ring is full it
/// is told and counts it. A hearing that is lost is heard again with the owner's next frame, and a
/// simulated address is proved again in any case.
public final class Hearsay {
  /// What was heard.
  public enum Kind {
    /// A living owner, by ARP or neighbour discovery.
    OWNER,
    /// A machine that claims an address of our own.
    CONFLICT,
    /// The source of an IP packet.
    SOURCE,
    /// A probe, a check for duplicates, a lease.
    CLAIM,
    /// A DHCP server's MAC; the address does not matter.
    DHCP_SERVER,
    /// A DHCP server's address, named by a client; it need not lie in the network.
    NAMED_DHCP_SERVER,
    /// A client looks for a lease; no address matters.
    LEASE_SEARCH,
    /// A router's address.
    ROUTER
  }

  /// Takes what was heard.
  @FunctionalInterface
  public interface Listener {
    void heard(Kind kind, int network, long high, long low, long mac);
  }

  private static final int WORDS = 4;
  private static final VarHandle WRITTEN;
  private static final VarHandle READ;
  private static final Kind[] KINDS = Kind.values();

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WRITTEN = lookup.findVarHandle(Hearsay.class, "written", long.class);
      READ = lookup.findVarHandle(Hearsay.class, "read", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long[] words;
  private final int mask;

  @SuppressWarnings("unused") // through WRITTEN
  private long written;

  @SuppressWarnings("unused") // through READ
  private long read;

  /// @param capacity hearings on the way, a power of two
  public Hearsay(int capacity) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException(
          "the capacity of a ring is a power of two, not " + capacity);
    }
    words = new long[capacity * WORDS];
    mask = capacity - 1;
  }

  /// Sends one on; false when the ring is full. The writer's engine thread.
  public boolean offer(Kind kind, int network, long high, long low, long mac) {
    long at = (long) WRITTEN.get(this);
    if (at - (long) READ.getAcquire(this) > mask) {
      return false;
    }
    int base = (int) (at & mask) * WORDS;
    words[base] = high;
    words[base + 1] = low;
    words[base + 2] = mac;
    words[base + 3] = (long) kind.ordinal() << 32 | network;
    WRITTEN.setRelease(this, at + 1);
    return true;
  }

  /// Hands over at most `limit` hearings. The reader's engine thread.
  public void drain(int limit, Listener listener) {
    long at = (long) READ.get(this);
    long end = Math.min((long) WRITTEN.getAcquire(this), at + limit);
    for (; at < end; at++) {
      int base = (int) (at & mask) * WORDS;
      listener.heard(
          KINDS[(int) (words[base + 3] >>> 32)],
          (int) words[base + 3],
          words[base],
          words[base + 1],
          words[base + 2]);
    }
    READ.setRelease(this, at);
  }
}
