package io.pitchlake.node.arp;

import java.util.Arrays;

/// Who may be a DHCP server that has not been heard yet. A server asks and pings before it offers
/// an address, and an answer makes it abandon the address; its offer goes to the client alone, past
/// everybody else. What everybody hears is the client's question.
///
/// So for [#WINDOW_NANOS] after a client has looked for a lease every station may be the server: it
/// gets no answer for the first addresses that it asks for, as many as clients have looked. Whoever
/// asks for more is none, and a scan loses no more than that. Engine thread; only [#configure]
/// allocates.
final class LeaseSearches {
  /// As long as servers wait for an answer, and kernels ask by ARP for them.
  static final long WINDOW_NANOS = 5_000_000_000L;

  /// Addresses for which stations get no answer at once, of all networks; when there are more the
  /// oldest goes.
  static final int CAPACITY = 64;

  private final int[] networks = new int[CAPACITY];
  private final long[] macs = new long[CAPACITY];
  private final long[] lows = new long[CAPACITY];
  private final long[] untilNanos = new long[CAPACITY];
  private int suspicions;

  /// By network: when its window ends, and how many clients have looked within it.
  private long[] windowNanos = new long[0];

  private int[] searches = new int[0];

  /// Makes room for so many networks.
  void configure(int networkCount) {
    windowNanos = Arrays.copyOf(windowNanos, networkCount);
    searches = Arrays.copyOf(searches, networkCount);
  }

  /// A client looks for a lease.
  void add(int network, long nowNanos) {
    if (!isOpen(network, nowNanos)) {
      searches[network] = 0;
    }
    searches[network] = Math.min(searches[network] + 1, CAPACITY);
    windowNanos[network] = nowNanos + WINDOW_NANOS;
  }

  /// Whether a station that asks for an IPv4 address, or pings it, may do so in order to lease it.
  ///
  /// @param low the address
  boolean isSuspected(int network, long mac, long low, long nowNanos) {
    if (!isOpen(network, nowNanos)) {
      return false;
    }
    int asked = 0;
    for (int i = 0; i < Math.min(suspicions, CAPACITY); i++) {
      if (macs[i] == mac && networks[i] == network && untilNanos[i] - nowNanos > 0) {
        if (lows[i] == low) {
          return true;
        }
        asked++;
      }
    }
    if (asked >= searches[network]) {
      return false;
    }
    int slot = suspicions % CAPACITY;
    // Once around, the ring stays full.
    suspicions = suspicions == 2 * CAPACITY - 1 ? CAPACITY : suspicions + 1;
    networks[slot] = network;
    macs[slot] = mac;
    lows[slot] = low;
    untilNanos[slot] = windowNanos[network];
    return true;
  }

  private boolean isOpen(int network, long nowNanos) {
    return searches[network] > 0 && windowNanos[network] - nowNanos > 0;
  }
}
