package io.pitchlake.node.engine;

import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.net.IpAddress;

/// What is constant for a simulated address and nobody outside can foresee: 64 bits that decide
/// which machine it is and where its clocks and counters begin. The key is the cluster's, so it is
/// the same machine on every node and after every start. Any thread.
public final class Looks {
  /// Keeps this use of the key apart from the cookies.
  private static final long PURPOSE = 0x6c6f6f6bL;

  private final SipHash hash;

  public Looks(SipHash key) {
    hash = new SipHash(key.hash(PURPOSE, 0), key.hash(PURPOSE, 1));
  }

  /// Of an address as in [IpAddress].
  public long of(long high, long low) {
    return IpAddress.isIpv4(high, low) ? hash.hash12(low, 0) : hash.hash(high, low);
  }
}
