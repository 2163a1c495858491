package io.pitchlake.sync.seal;

import io.pitchlake.common.hash.ClusterKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What the nodes of one cluster have in common: its name, and a secret that follows from its key
/// and that name. Immutable; any thread. It has no text form.
public final class LinkSecret {
  static final int HMAC_BYTES = 32;
  private static final String HMAC = "HmacSHA256";

  private final String cluster;
  private final SecretKeySpec secret;

  /// @param cluster at most 255 bytes in UTF-8
  public LinkSecret(ClusterKey key, String cluster) {
    this.cluster = cluster;
    this.secret = new SecretKeySpec(key.deriveBytes("sync link/" + cluster), HMAC);
  }

  String cluster() {
    return cluster;
  }

  /// HMAC-SHA-256 of a label and what follows it.
  byte[] hmac(String label, byte[]... parts) {
    return hmac(secret, label, parts);
  }

  /// An AES-256 key for one purpose.
  SecretKeySpec aesKey(String label, byte[]... parts) {
    return new SecretKeySpec(hmac(label, parts), "AES");
  }

  /// The key that takes an AES key's place when it has been used for long.
  static SecretKeySpec successor(SecretKeySpec key) {
    SecretKeySpec old = new SecretKeySpec(key.getEncoded(), HMAC);
    return new SecretKeySpec(hmac(old, "next"), "AES");
  }

  private static byte[] hmac(SecretKeySpec key, String label, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      mac.update(label.getBytes(StandardCharsets.UTF_8));
      // A label has no zero byte, so no label and part can be taken for another pair.
      mac.update((byte) 0);
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }
}
