package io.pitchlake.sync.seal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.sim.SimClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.params.provider.MethodSource;

/// What strangers send to the sync link is turned away in words, and nothing of it is seen.
class SealFuzzTest {
  private static final LinkSecret SECRET = new LinkSecret(new ClusterKey(new byte[32]), "lab");
  private static final SecretKeySpec KEY = new SecretKeySpec(new byte[32], "AES");
  private static final byte[] TEXT = {1, 2, 3, 4, 5};
  private static final int LONGEST = 2048;

  private final SimClock clock = new SimClock();
  private final byte[] into = new byte[LONGEST + Datagram.OVERHEAD_BYTES];

  private DatagramSeal node() {
    return new DatagramSeal(SECRET, clock);
  }

  static Stream<byte[]> datagrams() {
    return Stream.of(new DatagramSeal(SECRET, new SimClock()).seal(TEXT, 0, TEXT.length));
  }

  @MethodSource("datagrams")
  @FuzzTest
  void anyDatagram(byte[] data) {
    byte[] datagram = Arrays.copyOf(data, Math.min(data.length, LONGEST));
    try {
      DatagramSeal.Opened opened = node().open(datagram, datagram.length, into);
      assertEquals(0, opened.length(), "nobody is heard who has not answered");
    } catch (RefusedException refused) {
      assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
    }
  }

  /// The input is what somebody on the way changes in a datagram of a node that is known.
  @FuzzTest
  void anyAlteration(byte[] change) throws RefusedException {
    DatagramSeal from = node();
    DatagramSeal to = node();
    byte[] first = from.seal(TEXT, 0, TEXT.length);
    byte[] question = to.open(first, first.length, into).answer().orElseThrow();
    byte[] proof = from.open(question, question.length, into).answer().orElseThrow();
    to.open(proof, proof.length, into);
    byte[] datagram = from.seal(TEXT, 0, TEXT.length);
    byte[] altered = datagram.clone();
    for (int i = 0; i < Math.min(change.length, altered.length); i++) {
      altered[i] ^= change[i];
    }
    boolean taken;
    try {
      taken = to.open(altered, altered.length, into).length() == TEXT.length;
    } catch (RefusedException refused) {
      taken = false;
    }
    assertEquals(Arrays.equals(datagram, altered), taken);
    if (taken) {
      assertArrayEquals(TEXT, Arrays.copyOf(into, TEXT.length));
    }
  }

  static Stream<byte[]> connections() throws IOException {
    ByteArrayOutputStream sealed = new ByteArrayOutputStream();
    try (RecordWriter writer = new RecordWriter(sealed, KEY)) {
      writer.write(TEXT);
      writer.flush();
      writer.write(TEXT);
    }
    return Stream.of(sealed.toByteArray());
  }

  /// Of a connection that may have been tampered with, only records that were written are read.
  @MethodSource("connections")
  @FuzzTest
  void anyConnection(byte[] data) {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try (RecordReader reader = new RecordReader(new ByteArrayInputStream(data), KEY)) {
      reader.transferTo(read);
    } catch (IOException refused) {
      assertTrue(refused.getMessage().startsWith("th"), refused.getMessage());
    }
    assertTrue(read.size() <= data.length);
  }

  static Stream<byte[]> greetings() {
    return Stream.of(new Hello(Hello.CONNECTS, 7, new byte[Hello.NONCE_BYTES], "lab").bytes());
  }

  @MethodSource("greetings")
  @FuzzTest
  void anyGreeting(byte[] data) {
    byte[] fixed = Arrays.copyOf(data, Hello.FIXED_BYTES);
    try {
      Hello.checkPrefix(Arrays.copyOf(fixed, Hello.PREFIX_BYTES));
    } catch (RefusedException refused) {
      return;
    }
    int length = Hello.clusterBytes(fixed);
    byte[] name = Arrays.copyOf(data, Hello.FIXED_BYTES + length);
    name = Arrays.copyOfRange(name, Hello.FIXED_BYTES, name.length);
    Hello hello = Hello.parse(fixed, name);
    assertEquals(Hello.NONCE_BYTES, hello.nonce().length);
    assertEquals(hello.boot(), Hello.parse(hello.bytes(), name).boot());
  }
}
