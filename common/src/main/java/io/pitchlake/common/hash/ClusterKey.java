package io.pitchlake.common.hash;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The secret that all nodes of a cluster share. Nothing is keyed with it directly: each purpose
/// has a key of its own, so that what one of them gives away tells nothing about another. It has no
/// text form, so it cannot get into a log. Immutable; any thread.
///
/// Source: RFC 2104 with SHA-256, whose output for distinct labels is that of independent keys.
public final class ClusterKey {
  /// A secret that is shorter than the hash's output is not worth its name.
  public static final int SHORTEST_BYTES = 32;

  private static final String HMAC = "HmacSHA256";
  private static final String LABEL = "pitchlake/1/";

  private final SecretKeySpec secret;

  /// @param secret at least [#SHORTEST_BYTES]; copied
  public ClusterKey(byte[] secret) {
    if (secret.length < SHORTEST_BYTES) {
      throw new IllegalArgumentException(
          "a cluster key has at least " + SHORTEST_BYTES + " bytes, not " + secret.length);
    }
    this.secret = new SecretKeySpec(secret, HMAC);
  }

  /// The key for a purpose: the first 16 bytes of [#deriveBytes].
  public SipHash derive(String purpose) {
    ByteBuffer derived = ByteBuffer.wrap(deriveBytes(purpose)).order(ByteOrder.LITTLE_ENDIAN);
    return new SipHash(derived.getLong(), derived.getLong());
  }

  /// The key for a purpose that needs 32 bytes: HMAC-SHA-256 over its label.
  public byte[] deriveBytes(String purpose) {
    try {
      Mac hmac = Mac.getInstance(HMAC);
      hmac.init(secret);
      return hmac.doFinal((LABEL + purpose).getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }
}
