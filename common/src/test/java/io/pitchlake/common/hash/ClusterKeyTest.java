package io.pitchlake.common.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ClusterKeyTest {
  private static final String TEXT = "0123456789abcdef0123456789abcdef";

  private static ClusterKey key(String text) {
    return new ClusterKey(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static long sample(SipHash hash) {
    return hash.hash(1, 2);
  }

  @Test
  void everyNodeDerivesTheSameKeys() {
    assertEquals(sample(key(TEXT).derive("cookies")), sample(key(TEXT).derive("cookies")));
  }

  /// From `printf 'pitchlake/1/cookies' | openssl dgst -sha256 -hmac 0123456789abcdef...`, whose
  /// first 16 bytes are the two words: a cluster may run two releases for a while.
  @Test
  void keysStayWhatTheyAreFromReleaseToRelease() {
    assertEquals(
        sample(new SipHash(0x1c5c_0e53_5d33_681aL, 0x09d0_af9c_6b96_9ef9L)),
        sample(key(TEXT).derive("cookies")));
  }

  @Test
  void purposesAndSecretsHaveKeysOfTheirOwn() {
    assertNotEquals(sample(key(TEXT).derive("cookies")), sample(key(TEXT).derive("targets")));
    assertNotEquals(sample(key(TEXT).derive("cookies")), sample(key(TEXT + "x").derive("cookies")));
  }

  @Test
  void aShortSecretIsRefusedAndNeverShown() {
    String seen =
        assertThrows(IllegalArgumentException.class, () -> key("hush".repeat(7))).getMessage();
    assertEquals("a cluster key has at least 32 bytes, not 28", seen);
    assertFalse(key("hush".repeat(8)).toString().contains("hush"));
  }
}
