package io.pitchlake.common.hash;

/// A fast keyed hash of a flow: who talks to which service, from which port to which.
///
/// Two folded 64 x 64 -> 128-bit products under four secret words, a few nanoseconds. Nobody
/// outside who does not know the key can choose flows that share a bucket or a target; it is no
/// MAC, so what it gives must never be shown to a peer (a cookie is [SipHash]'s business). Under
/// the cluster's key every node gives the same flow the same hash. All 64 bits are mixed; tables
/// use the upper 32. Any thread.
///
/// @param k0 against the upper half of the address
/// @param k1 against the lower half
/// @param k2 against the tuple
/// @param k3 the last factor; odd, so that it loses nothing
public record FlowHash(long k0, long k1, long k2, long k3) {
  /// The hash whose words are drawn from a key, one hash for each purpose.
  ///
  /// @param purpose keeps hashes apart that are drawn from the same key
  public static FlowHash drawnFrom(SipHash key, long purpose) {
    return new FlowHash(
        key.hash(purpose, 0),
        key.hash(purpose, 1),
        key.hash(purpose, 2),
        // An odd factor loses no bit of the other.
        key.hash(purpose, 3) | 1);
  }

  /// The part of a flow that is not the client's address, packed into one word; its low byte is 0.
  ///
  ///     63         48 47         32 31     16 15      8 7       0
  ///     | client port | service port| service | protocol |    0    |
  ///
  /// @param service number of the server, 0..65535; it stands for the address the client talks to
  /// @param protocol the IP protocol number
  /// @param clientPort 0..65535; for ICMP the identifier
  /// @param servicePort 0..65535, as the client addressed it
  public static long tuple(int service, int protocol, int clientPort, int servicePort) {
    return (long) clientPort << 48
        | (long) servicePort << 32
        | (long) service << 16
        | (long) protocol << 8;
  }

  /// The hash of a flow.
  ///
  /// @param clientHigh bits 127..64 of the client's address, IPv4 as IPv4-mapped
  /// @param clientLow bits 63..0
  /// @param tuple as [#tuple] packs it
  public long hash(long clientHigh, long clientLow, long tuple) {
    long folded = fold(fold(clientHigh ^ k0, clientLow ^ k1) ^ tuple ^ k2, k3);
    // With one factor fixed, a fold alone leaves patterns in the low bits of flows that count up.
    folded = (folded ^ folded >>> 32) * 0xd6e8_feb8_6659_fd93L;
    return folded ^ folded >>> 32;
  }

  /// Both halves of the unsigned 128-bit product, one over the other.
  private static long fold(long a, long b) {
    return a * b ^ Math.unsignedMultiplyHigh(a, b);
  }
}
