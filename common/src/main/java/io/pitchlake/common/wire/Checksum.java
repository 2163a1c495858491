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

  /// Bytes from which on speed counts more than short code.
  private static final int LONG = 128;

  private Checksum() {}

  /// The sum of `lengthBytes` bytes; an odd last byte counts as if a zero followed.
  ///
  /// Short code on purpose: it is inlined several times into a frame's way, and what limits that is
  /// how many bytes of instructions the processor can fetch.
  public static long sum(long address, int lengthBytes) {
    return lengthBytes < LONG ? sum(address, 0, lengthBytes) : sumLong(address, lengthBytes);
  }

  private static long sum(long address, int from, int lengthBytes) {
    long sum = 0;
    int at = from;
    for (; at + 8 <= lengthBytes; at += 8) {
      sum += halves(Memory.getLong(address + at));
    }
    if ((lengthBytes & 4) != 0) {
      sum += Memory.getInt(address + at) & 0xffff_ffffL;
      at += 4;
    }
    if ((lengthBytes & 2) != 0) {
      sum += Memory.getShort(address + at);
      at += 2;
    }
    if ((lengthBytes & 1) != 0) {
      sum += (long) Memory.getByte(address + at) << 8;
    }
    return sum;
  }

  /// Unrolled by hand: the JIT does not unroll a loop over raw addresses.
  private static long sumLong(long address, int lengthBytes) {
    long sum = 0;
    int at = 0;
    for (; at + 32 <= lengthBytes; at += 32) {
      long first = Memory.getLong(address + at);
      long second = Memory.getLong(address + at + 8);
      long third = Memory.getLong(address + at + 16);
      long fourth = Memory.getLong(address + at + 24);
      sum += halves(first) + halves(second) + (halves(third) + halves(fourth));
    }
    return sum + sum(address, at, lengthBytes);
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
    // Adding a number to itself with the halves exchanged leaves their end-around sum in the upper
    // half.
    int words = (int) (sum + Long.rotateLeft(sum, 32) >>> 32);
    return words + Integer.rotateLeft(words, 16) >>> 16;
  }

  /// The checksum of a sum, as it is stored in a header: folded and complemented.
  public static int finish(long sum) {
    return ~fold(sum) & ALL_ONES;
  }

  /// What a sum gains when a 16-bit word under it changes (RFC 1624, eqn. 3): to be added to it.
  /// Gains of several changes add up.
  public static long gain16(int oldWord, int newWord) {
    return (~oldWord & ALL_ONES) + (long) (newWord & ALL_ONES);
  }

  /// What a sum gains when a 32-bit value under it, at an even offset, changes.
  public static long gain32(int oldValue, int newValue) {
    return (~oldValue & 0xffff_ffffL) + (newValue & 0xffff_ffffL);
  }

  /// What a sum gains when a 64-bit value under it, at an even offset, changes: half an IPv6
  /// address.
  public static long gain64(long oldValue, long newValue) {
    return halves(~oldValue) + halves(newValue);
  }

  /// The checksum after the sum behind it has gained this.
  public static int update(int checksum, long gain) {
    return finish((~checksum & ALL_ONES) + gain);
  }

  /// The checksum after a 16-bit word under it changed.
  public static int replace16(int checksum, int oldWord, int newWord) {
    return update(checksum, gain16(oldWord, newWord));
  }

  /// The checksum after a 32-bit value under it, at an even offset, changed.
  public static int replace32(int checksum, int oldValue, int newValue) {
    return update(checksum, gain32(oldValue, newValue));
  }

  /// The checksum after a 64-bit value under it, at an even offset, changed: half an IPv6 address.
  public static int replace64(int checksum, long oldValue, long newValue) {
    return update(checksum, gain64(oldValue, newValue));
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
