package io.pitchlake.sync.seal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// How each end of a connection begins, in the clear.
///
///     0        3         4      5             13             45          46
///     | "PLK"  | version | role | boot        | nonce        | length n  | n bytes: cluster, UTF-8 |
///
/// Big endian. A role is 1 for who connects and 2 for who is connected to, so that nothing one side
/// says can be given back to it as another's.
///
/// @param boot drawn at random when its node started
/// @param nonce drawn at random for this connection
record Hello(int role, long boot, byte[] nonce, String cluster) {
  static final int VERSION = 1;
  static final int CONNECTS = 1;
  static final int IS_CONNECTED_TO = 2;
  static final int NONCE_BYTES = 32;

  static final int PREFIX_BYTES = 4;
  static final int FIXED_BYTES = PREFIX_BYTES + 1 + Long.BYTES + NONCE_BYTES + 1;
  static final int LONGEST_CLUSTER_BYTES = 255;

  private static final byte[] MAGIC = {'P', 'L', 'K'};

  /// What a connection of JGroups without this begins with.
  private static final int JGROUPS_COOKIE = 0x62_65_6c_61;

  byte[] bytes() {
    byte[] name = cluster.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(FIXED_BYTES + name.length)
        .put(MAGIC)
        .put((byte) VERSION)
        .put((byte) role)
        .putLong(boot)
        .put(nonce)
        .put((byte) name.length)
        .put(name)
        .array();
  }

  /// Turns away who does not begin as this version does.
  ///
  /// @param prefix the first [#PREFIX_BYTES]
  static void checkPrefix(byte[] prefix) throws RefusedException {
    ByteBuffer in = ByteBuffer.wrap(prefix);
    if (in.getInt(0) == JGROUPS_COOKIE) {
      throw new RefusedException("speaks JGroups without the cluster's key");
    }
    for (byte letter : MAGIC) {
      if (in.get() != letter) {
        throw new RefusedException("does not speak the protocol of the sync link");
      }
    }
    int version = in.get() & 0xff;
    if (version != VERSION) {
      throw new RefusedException(
          "speaks version %d of the sync link, and this node version %d"
              .formatted(version, VERSION));
    }
  }

  /// How many bytes of name follow the fixed part.
  static int clusterBytes(byte[] fixed) {
    return fixed[FIXED_BYTES - 1] & 0xff;
  }

  /// Reads what [#checkPrefix] has let pass.
  static Hello parse(byte[] fixed, byte[] name) {
    ByteBuffer in = ByteBuffer.wrap(fixed).position(PREFIX_BYTES);
    int role = in.get();
    long boot = in.getLong();
    byte[] nonce = new byte[NONCE_BYTES];
    in.get(nonce);
    return new Hello(role, boot, nonce, new String(name, StandardCharsets.UTF_8));
  }
}
