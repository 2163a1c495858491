package io.pitchlake.sync.seal;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// AES-256-GCM for the records of one direction of one connection. A nonce is the number of its
/// record, so none is used twice; each [#RECORDS_PER_KEY] the key gives way to its successor. One
/// thread at a time.
///
/// The JDK's cipher keeps its round keys as long as the key stays the same.
final class RecordCipher {
  static final int TAG_BYTES = 16;

  /// Far below what a key stands.
  static final long RECORDS_PER_KEY = 1 << 16;

  private static final int NONCE_BYTES = 12;

  private final Cipher cipher;
  private final int mode;
  private final byte[] nonce = new byte[NONCE_BYTES];
  private final ByteBuffer nonceCounter = ByteBuffer.wrap(nonce);
  private SecretKeySpec key;
  private long next;

  private RecordCipher(int mode, SecretKeySpec key) {
    this.mode = mode;
    this.key = key;
    this.cipher = newCipher();
  }

  static RecordCipher sealing(SecretKeySpec key) {
    return new RecordCipher(Cipher.ENCRYPT_MODE, key);
  }

  static RecordCipher opening(SecretKeySpec key) {
    return new RecordCipher(Cipher.DECRYPT_MODE, key);
  }

  static Cipher newCipher() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES-GCM", e);
    }
  }

  /// Seals or opens the next record into `out` from `outAt` on and says how long it has become.
  ///
  /// @param header bytes before the record that nobody may alter either
  /// @throws GeneralSecurityException somebody has
  int next(byte[] header, int headerLength, byte[] in, int at, int length, byte[] out, int outAt)
      throws GeneralSecurityException {
    if (next > 0 && next % RECORDS_PER_KEY == 0) {
      key = LinkSecret.successor(key);
    }
    nonceCounter.putLong(NONCE_BYTES - Long.BYTES, next);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
    cipher.updateAAD(header, 0, headerLength);
    int made = cipher.doFinal(in, at, length, out, outAt);
    next++;
    return made;
  }
}
