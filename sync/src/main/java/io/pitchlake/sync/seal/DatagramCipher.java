package io.pitchlake.sync.seal;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// AES-256-GCM for the datagrams of one sender in one direction. The nonce is the datagram's
/// number, and each 2^24 numbers have a key of their own. One thread at a time.
final class DatagramCipher {
  private static final int NUMBERS_PER_KEY_BITS = 24;
  private static final int NONCE_BYTES = 12;

  private final LinkSecret secret;
  private final UUID sender;
  private final int mode;
  private final Cipher cipher = RecordCipher.newCipher();
  private final byte[] nonce = new byte[NONCE_BYTES];
  private final ByteBuffer nonceNumber = ByteBuffer.wrap(nonce);
  private SecretKeySpec key;
  private long keyOf = -1;

  private DatagramCipher(LinkSecret secret, UUID sender, int mode) {
    this.secret = secret;
    this.sender = sender;
    this.mode = mode;
  }

  static DatagramCipher sealing(LinkSecret secret, UUID sender) {
    return new DatagramCipher(secret, sender, Cipher.ENCRYPT_MODE);
  }

  static DatagramCipher opening(LinkSecret secret, UUID sender) {
    return new DatagramCipher(secret, sender, Cipher.DECRYPT_MODE);
  }

  /// Seals or opens a payload under a header and says how long it has become.
  ///
  /// @param header begins with the datagram's [Datagram#HEADER_BYTES]
  int run(byte[] header, long number, byte[] in, int at, int length, byte[] out, int outAt)
      throws GeneralSecurityException {
    long wanted = number >>> NUMBERS_PER_KEY_BITS;
    if (wanted != keyOf) {
      byte[] whose =
          ByteBuffer.allocate(3 * Long.BYTES)
              .putLong(sender.getMostSignificantBits())
              .putLong(sender.getLeastSignificantBits())
              .putLong(wanted)
              .array();
      key = secret.aesKey("datagrams", whose);
      keyOf = wanted;
    }
    nonceNumber.putLong(NONCE_BYTES - Long.BYTES, number);
    cipher.init(mode, key, new GCMParameterSpec(RecordCipher.TAG_BYTES * 8, nonce));
    cipher.updateAAD(header, 0, Datagram.HEADER_BYTES);
    return cipher.doFinal(in, at, length, out, outAt);
  }
}
