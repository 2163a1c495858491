package io.pitchlake.node.tarpit;

import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.net.IpAddress;

/// The sequence number of a SYN-ACK: a keyed hash of the connection's four addresses and ports, so
/// that a later segment tells by itself whether it belongs to a connection that this cluster has
/// trapped. The key is the cluster's: every node makes the same numbers. Any thread.
final class SynCookie {
  /// Keeps this use of the key apart from the cookies.
  private static final long TIMESTAMPS = 0x7473L;

  private final SipHash hash;
  private final TableHash timestamps;

  SynCookie(SipHash hash) {
    this.hash = hash;
    this.timestamps = new TableHash(hash.hash(TIMESTAMPS, 0));
  }

  /// The cookie of a connection; addresses as in [io.pitchlake.common.net.IpAddress].
  int of(
      long clientHigh,
      long clientLow,
      int clientPort,
      long targetHigh,
      long targetLow,
      int targetPort) {
    int ports = clientPort << 16 | targetPort;
    // The upper 96 bits of IPv4-mapped addresses are the same; the rest says everything.
    return (int)
        (IpAddress.isIpv4(clientHigh, clientLow)
            ? hash.hash12(clientLow << 32 | targetLow & 0xffff_ffffL, ports)
            : hash.hash36(clientHigh, clientLow, targetHigh, targetLow, ports));
  }

  /// What else is constant for an address and should not be guessed: the offset of its timestamp
  /// clock. Nothing is trusted for it, so a fast mix under a secret seed will do.
  int timestampOffset(long targetHigh, long targetLow) {
    return timestamps.hash(targetHigh, targetLow, 0);
  }
}
