package io.pitchlake.sync.seal;

import java.nio.ByteBuffer;
import java.util.UUID;

/// What stands in the clear at the head of a sealed datagram, and is sealed with the rest.
///
///     0        3         4      5           21        29
///     | "PLK"  | version | kind | sender    | number  | sealed payload, of which the last 16 bytes
///                                                       are the tag
///
/// Big endian. The sender is drawn at random at its start; it never uses a number twice.
final class Datagram {
  static final int VERSION = 1;
  static final int HEADER_BYTES = 29;

  /// What a header and a tag add.
  static final int OVERHEAD_BYTES = HEADER_BYTES + RecordCipher.TAG_BYTES;

  /// The most that UDP carries.
  static final int LONGEST_BYTES = 65_507;

  static final int NONCE_BYTES = 16;

  /// Carries what JGroups sends.
  static final int DATA = 1;

  /// Asks somebody who has not been heard before whether it lives: its sender, and a random number.
  static final int CHALLENGE = 2;

  /// The answer: that number.
  static final int PROOF = 3;

  private static final int KIND_AT = 4;
  private static final int SENDER_AT = 5;
  private static final int NUMBER_AT = 21;
  private static final int MAGIC_AND_VERSION = 'P' << 24 | 'L' << 16 | 'K' << 8 | VERSION;

  private Datagram() {}

  static void writeHeader(byte[] to, int kind, UUID sender, long number) {
    ByteBuffer.wrap(to)
        .putInt(MAGIC_AND_VERSION)
        .put((byte) kind)
        .putLong(sender.getMostSignificantBits())
        .putLong(sender.getLeastSignificantBits())
        .putLong(number);
  }

  /// Turns away what does not look like one.
  static void check(byte[] from, int length) throws RefusedException {
    if (length < OVERHEAD_BYTES
        || ByteBuffer.wrap(from).getInt() >>> 8 != MAGIC_AND_VERSION >>> 8) {
      throw new RefusedException("does not speak the protocol of the sync link");
    }
    int version = from[KIND_AT - 1] & 0xff;
    if (version != VERSION) {
      throw new RefusedException(
          "speaks version %d of the sync link, and this node version %d"
              .formatted(version, VERSION));
    }
  }

  static int kind(byte[] from) {
    return from[KIND_AT];
  }

  static UUID sender(byte[] from) {
    ByteBuffer in = ByteBuffer.wrap(from);
    return new UUID(in.getLong(SENDER_AT), in.getLong(SENDER_AT + Long.BYTES));
  }

  static long number(byte[] from) {
    return ByteBuffer.wrap(from).getLong(NUMBER_AT);
  }
}
