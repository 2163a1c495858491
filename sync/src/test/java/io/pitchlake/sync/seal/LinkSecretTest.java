package io.pitchlake.sync.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.pitchlake.common.hash.ClusterKey;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class LinkSecretTest {
  private static final ClusterKey KEY =
      new ClusterKey("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII));

  private static String hex(String cluster, String label, String... parts) {
    byte[][] bytes = new byte[parts.length][];
    for (int i = 0; i < parts.length; i++) {
      bytes[i] = parts[i].getBytes(StandardCharsets.US_ASCII);
    }
    return HexFormat.of().formatHex(new LinkSecret(KEY, cluster).hmac(label, bytes));
  }

  /// From openssl: HMAC-SHA-256 of `pitchlake/1/sync link/lab` under the key, and under that one of
  /// `proof 2`, a zero byte and `hello`. Nodes of two releases understand each other.
  @Test
  void keysStayWhatTheyAreFromReleaseToRelease() {
    assertEquals(
        "da2760b3c64bfbc525f02fb2d16dcca6d6ee56b53006b10c27dd34c5f8adbdbd",
        hex("lab", "proof 2", "hello"));
  }

  @Test
  void clustersLabelsAndPartsAreToldApart() {
    String one = hex("lab", "proof 2", "hello");
    assertNotEquals(one, hex("lab2", "proof 2", "hello"));
    assertNotEquals(one, hex("lab", "proof 1", "hello"));
    assertNotEquals(one, hex("lab", "proof 2", "hullo"));
    assertNotEquals(hex("lab", "proof", "x"), hex("lab", "proof\0", "x"));
    assertEquals(one, hex("lab", "proof 2", "hel", "lo"));
  }
}
