package io.pitchlake.node.tarpit;

import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.net.IpAddress;

/// The sequence number of a SYN-ACK: a keyed hash of the connection's four addresses and ports, so
/// that a later segment tells by itself whether it belongs to a connection that this cluster has
/// trapped. The key is the cluster's: every node makes the same numbers. Any thread.
///
/// Its low 12 bits have those of the client's first sequence number added to them. Since every
/// later segment acknowledges our number, that gives back where the client's numbers began, modulo
/// 4096: enough to tell the end of a handshake from the probe of a closed window, which are
/// otherwise the same to whoever remembers nothing. The other 20 bits are what a forger has to
/// guess.
final class SynCookie {
  private static final int BEGINNING = 0xfff;

  private final SipHash hash;

  SynCookie(SipHash hash) {
    this.hash = hash;
  }

  /// The hash of a connection; addresses as in [io.pitchlake.common.net.IpAddress].
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

  /// The sequence number of the SYN-ACK.
  ///
  /// @param connection its hash
  /// @param client sequence number of its SYN
  static int sequence(int connection, int client) {
    return connection & ~BEGINNING | connection + client & BEGINNING;
  }

  /// Whether a segment acknowledges a SYN-ACK of the connection, and nothing behind it.
  static boolean isTrapped(int connection, int acknowledgment) {
    return (acknowledgment - 1 ^ connection) >>> 12 == 0;
  }

  /// Whether a trapped segment's sequence number is the first behind the SYN: nothing the client
  /// has said so far was acknowledged. Wrong for every 4096th place behind it, where a client looks
  /// as if it had just begun.
  static boolean isFirst(int connection, int acknowledgment, int sequence) {
    int client = acknowledgment - 1 - connection;
    return (sequence - 1 - client & BEGINNING) == 0;
  }
}
