package io.pitchlake.node.event.sink;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs the body of a webhook as Standard Webhooks does: HMAC-SHA-256 over `ID.SECONDS.BODY`, in
/// base64, as `v1,...`. Any thread.
final class Signature {
  private static final String PREFIX = "whsec_";
  private static final int SHORTEST_BYTES = 16;
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  private Signature(byte[] secret) {
    key = new SecretKeySpec(secret, ALGORITHM);
  }

  /// The key in a file: `whsec_` and base64, or any other text, which is taken as it stands,
  /// without the white space around it.
  ///
  /// @throws SinkException it cannot be read, or is too short for a key
  static Signature of(Path file) throws SinkException {
    String text = SinkFiles.text(file).strip();
    byte[] secret;
    try {
      secret =
          text.startsWith(PREFIX)
              ? Base64.getDecoder().decode(text.substring(PREFIX.length()))
              : text.getBytes(StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new SinkException(file + " has no base64 behind whsec_");
    }
    if (secret.length < SHORTEST_BYTES) {
      throw new SinkException(
          "%s has %d bytes, but a key needs at least %d; make one with 'head -c 32 /dev/urandom | base64 > FILE'"
              .formatted(file, secret.length, SHORTEST_BYTES));
    }
    return new Signature(secret);
  }

  /// The value of the header `webhook-signature`.
  String sign(String id, long seconds, String body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      byte[] signed = (id + "." + seconds + "." + body).getBytes(StandardCharsets.UTF_8);
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java runtime has " + ALGORITHM, e);
    }
  }
}
