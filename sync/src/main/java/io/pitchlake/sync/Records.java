package io.pitchlake.sync;

import io.pitchlake.common.session.SessionCodec;
import io.pitchlake.common.wire.Memory;

/// What a frame of records may hold: entries of session tables, and what the engines of two nodes
/// say to each other about all of them.
///
///     SUMMARY        kind : 8 | 0 : 56 | total : 64                the sum over all that I hold
///     DIGEST_WANTED  kind : 8 | 0 : 56                             yours differs; by ranges, please
///     DIGEST_PART    kind : 8 | 0 : 8 | part : 16 | 0 : 32 | 8 sums : 64
///     RANGES_PART    kind : 8 | 0 : 8 | part : 16 | 0 : 32 | 8 words of a bit for each range : 64
///     SWEPT          kind : 8 | 0 : 56                             that was all of those ranges
///
/// Records of the other kinds never leave the node.
final class Records {
  /// The longest record.
  static final int MAX_BYTES = SessionCodec.MAX_BYTES;

  /// Words in a part of a digest or of a set of ranges.
  static final int PART_WORDS = 8;

  static final int SUMMARY = 32;
  static final int DIGEST_WANTED = 33;
  static final int DIGEST_PART = 34;
  static final int RANGES_PART = 35;
  static final int SWEPT = 36;

  /// A peer can be talked to from now on, one cannot any more, one has an address of its own; what
  /// one held has been taken over.
  static final int PEER_UP = 64;

  static final int PEER_DOWN = 65;
  static final int MEMBER = 66;
  static final int CAUGHT_UP = 67;

  private static final int PART = 2;
  private static final int HEAD = 8;
  private static final int PART_BYTES = HEAD + PART_WORDS * Long.BYTES;

  private Records() {}

  static int kind(long at) {
    return Memory.getByte(at);
  }

  static boolean isEntry(long at) {
    return kind(at) < SUMMARY;
  }

  /// The length of a record that came from another node, or -1 when it is none that a node sends,
  /// or does not fit.
  ///
  /// @param codec overwritten
  static int lengthOf(long at, int available, SessionCodec codec) {
    if (available < HEAD) {
      return -1;
    }
    int length =
        switch (kind(at)) {
          case SUMMARY -> HEAD + Long.BYTES;
          case DIGEST_WANTED, SWEPT -> HEAD;
          case DIGEST_PART, RANGES_PART -> PART_BYTES;
          default -> codec.wrap(at, available) ? codec.lengthBytes() : -1;
        };
    boolean partFits =
        switch (kind(at)) {
          case DIGEST_PART -> part(at) < Ranges.COUNT / PART_WORDS;
          case RANGES_PART -> part(at) < Ranges.WORDS / PART_WORDS;
          default -> true;
        };
    return length <= available && partFits ? length : -1;
  }

  /// The length of a record that this node made.
  static int lengthOfOwn(long at, SessionCodec codec) {
    return switch (kind(at)) {
      case SUMMARY -> HEAD + Long.BYTES;
      case DIGEST_WANTED, SWEPT -> HEAD;
      case DIGEST_PART, RANGES_PART -> PART_BYTES;
      default -> codec.at(at).lengthBytes();
    };
  }

  static void create(long at, int kind, int part) {
    Memory.putLong(at, (long) kind << 56 | (long) part << 32);
  }

  static int part(long at) {
    return Memory.getShort(at, PART);
  }

  static long word(long at, int index) {
    return Memory.getLong(at + HEAD + (long) index * Long.BYTES);
  }

  static void word(long at, int index, long value) {
    Memory.putLong(at + HEAD + (long) index * Long.BYTES, value);
  }
}
