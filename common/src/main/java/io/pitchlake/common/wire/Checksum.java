package io.pitchlake.common.wire;

/// The Internet checksum (RFC 1071), its incremental update (RFC 1624, eqn. 3) and the verdict on a
/// received one.
///
/// Two values go by the same name elsewhere; here a *sum* is the unfolded one's complement sum of
/// 16-bit words as a long, to be added to, and a *checksum* is its 16-bit fold, complemented, as it
/// stands in a header. Sums are added with `+`; they cannot overflow within a frame.
public final class Checksum {
  /// What a received transport checksum is worth.
  public enum Verdict {
    /// It covers the bytes as they are.
    GOOD,
    /// The sender left it to offload hardware: only the pseudo-header is summed. A local sender's
    /// frame; not damaged as far as anybody can tell, and to be completed before it goes out on a
    /// wire.
    PARTIAL,
    /// The bytes are not what was sent.
    BAD
  }

  private static final int ALL_ONES = 0xffff;

  private Checksum() {}

  /// The sum of `lengthBytes` bytes; an odd last byte counts as if a zero followed.
  public static long sum(long address, int lengthBytes) {
    long at = address;
    long sum = 0;
    // unrolled by hand: the JIT does not unroll a loop over raw addresses
    for (int blocks = lengthBytes >>> 5; blocks > 0; blocks--, at += 32) {
      long first = Memory.getLong(at);
      long second = Memory.getLong(at + 8);
      long third = Memory.getLong(at + 16);
      long fourth = Memory.getLong(at + 24);
      sum += halves(first) + halves(second) + (halves(third) + halves(fourth));
    }
    if ((lengthBytes & 16) != 0) {
      sum += halves(Memory.getLong(at)) + halves(Memory.getLong(at + 8));
      at += 16;
    }
    if ((lengthBytes & 8) != 0) {
      sum += halves(Memory.getLong(at));
      at += 8;
    }
    if ((lengthBytes & 4) != 0) {
      sum += Memory.getInt(at) & 0xffff_ffffL;
      at += 4;
    }
    if ((lengthBytes & 2) != 0) {
      sum += Memory.getShort(at);
      at += 2;
    }
    if ((lengthBytes & 1) != 0) {
      sum += (long) Memory.getByte(at) << 8;
    }
    return sum;
  }

  /// The sum of the IPv4 pseudo-header (RFC 9293 section 3.1).
  ///
  /// @param lengthBytes transport header and payload
  public static long pseudoHeaderSum(int source, int destination, int protocol, int lengthBytes) {
    return (source & 0xffff_ffffL) + (destination & 0xffff_ffffL) + protocol + lengthBytes;
  }

  /// The sum of the IPv6 pseudo-header (RFC 8200 section 8.1).
  ///
  /// @param lengthBytes transport header and payload
  public static long pseudoHeaderSum(
      long sourceHigh,
      long sourceLow,
      long destinationHigh,
      long destinationLow,
      int protocol,
      int lengthBytes) {
    return halves(sourceHigh)
        + halves(sourceLow)
        + halves(destinationHigh)
        + halves(destinationLow)
        + protocol
        + lengthBytes;
  }

  /// The sum as 16 bits, carries added back in, not complemented.
  public static int fold(long sum) {
    long folded = halves(sum);
    folded = (folded >>> 32) + (folded >>> 16 & ALL_ONES) + (folded & ALL_ONES);
    folded = (folded >>> 16) + (folded & ALL_ONES);
    return (int) ((folded >>> 16) + (folded & ALL_ONES));
  }

  /// The checksum of a sum, as it is stored in a header: folded and complemented.
  public static int finish(long sum) {
    return ~fold(sum) & ALL_ONES;
  }

  /// The checksum after a 16-bit word under it changed.
  public static int replace16(int checksum, int oldWord, int newWord) {
    return finish((~checksum & ALL_ONES) + (~oldWord & ALL_ONES) + (long) (newWord & ALL_ONES));
  }

  /// The checksum after a 32-bit value under it, at an even offset, changed.
  public static int replace32(int checksum, int oldValue, int newValue) {
    return finish((~checksum & ALL_ONES) + (~oldValue & 0xffff_ffffL) + (newValue & 0xffff_ffffL));
  }

  /// The checksum after a 64-bit value under it, at an even offset, changed: half an IPv6 address.
  public static int replace64(int checksum, long oldValue, long newValue) {
    return finish((~checksum & ALL_ONES) + halves(~oldValue) + halves(newValue));
  }

  /// Judges a checksum with a pseudo-header.
  ///
  /// With state PARTIAL nothing is summed and the verdict is PARTIAL; COMPLETE gives GOOD or BAD;
  /// with UNKNOWN a stored value that equals the folded sum of the pseudo-header is PARTIAL too.
  ///
  /// @param state what the port says of the frame
  /// @param pseudoHeaderSum 0 for a protocol without one
  /// @param address the transport header
  /// @param lengthBytes transport header and payload
  /// @param stored the checksum found in the header
  public static Verdict verify(
      Frame.ChecksumState state, long pseudoHeaderSum, long address, int lengthBytes, int stored) {
    if (state == Frame.ChecksumState.PARTIAL) {
      return Verdict.PARTIAL;
    }
    if (fold(pseudoHeaderSum + sum(address, lengthBytes)) == ALL_ONES) {
      return Verdict.GOOD;
    }
    return state == Frame.ChecksumState.UNKNOWN && stored == fold(pseudoHeaderSum)
        ? Verdict.PARTIAL
        : Verdict.BAD;
  }

  private static long halves(long value) {
    return (value >>> 32) + (value & 0xffff_ffffL);
  }
}
