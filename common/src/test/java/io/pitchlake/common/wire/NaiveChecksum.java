package io.pitchlake.common.wire;

import java.nio.ByteBuffer;

/// The Internet checksum as RFC 1071 words it, 16 bits at a time: slow, obvious, and no kin of
/// [Checksum], which is tested against it.
final class NaiveChecksum {
  private NaiveChecksum() {}

  static int of(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer all = ByteBuffer.allocate(length + length % 2);
    for (byte[] part : parts) {
      all.put(part);
    }
    all.rewind();
    int sum = 0;
    while (all.hasRemaining()) {
      sum += all.getShort() & 0xffff;
      if (sum > 0xffff) {
        sum = sum - 0x10000 + 1;
      }
    }
    return ~sum & 0xffff;
  }

  /// The pseudo-header of either family; addresses of 4 or 16 bytes.
  static byte[] pseudoHeader(byte[] source, byte[] destination, int protocol, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(source.length == 4 ? 12 : 40);
    bytes.put(source).put(destination);
    if (source.length == 4) {
      bytes.put((byte) 0).put((byte) protocol).putShort((short) length);
    } else {
      bytes.putInt(length).putInt(protocol);
    }
    return bytes.array();
  }
}
