package io.pitchlake.sync.seal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.wire.Property;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DatagramSealTest {
  private static final byte[] TEXT = {1, 2, 3, 4, 5};

  private final SimClock clock = new SimClock();
  private final byte[] into = new byte[66_000];

  private DatagramSeal node(int key) {
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) key);
    return new DatagramSeal(new LinkSecret(new ClusterKey(secret), "lab"), clock);
  }

  private static byte[] data(DatagramSeal from) {
    return from.seal(TEXT, 0, TEXT.length);
  }

  private DatagramSeal.Opened give(DatagramSeal to, byte[] datagram) throws RefusedException {
    return to.open(datagram, datagram.length, into);
  }

  /// Has `to` get to know `from`: a datagram that is lost, the question, the proof.
  private void introduce(DatagramSeal from, DatagramSeal to) throws RefusedException {
    byte[] question = give(to, data(from)).answer().orElseThrow();
    byte[] proof = give(from, question).answer().orElseThrow();
    assertEquals(new DatagramSeal.Opened(0, Optional.empty()), give(to, proof));
  }

  private boolean isTaken(DatagramSeal by, byte[] datagram) throws RefusedException {
    DatagramSeal.Opened opened = give(by, datagram);
    if (opened.length() == 0) {
      return false;
    }
    assertArrayEquals(TEXT, Arrays.copyOf(into, opened.length()));
    return true;
  }

  @Test
  void whoHasAnsweredIsHeardOnceEach() throws RefusedException {
    DatagramSeal a = node(1);
    DatagramSeal b = node(1);
    assertFalse(isTaken(b, data(a)));
    introduce(a, b);
    byte[] one = data(a);
    byte[] two = data(a);
    assertTrue(isTaken(b, two));
    assertTrue(isTaken(b, one));
    assertFalse(isTaken(b, one));
    assertFalse(isTaken(b, two));
    assertFalse(isTaken(a, data(a)), "a node's own multicast");
  }

  /// What was recorded before a node's start is asked about, and a recording does not answer; nor
  /// does a proof that was recorded.
  @Test
  void recordingsAreOfNoUseToANodeThatStartsAnew() throws RefusedException {
    DatagramSeal a = node(1);
    DatagramSeal b = node(1);
    byte[] early = data(a);
    byte[] question = give(b, early).answer().orElseThrow();
    byte[] proof = give(a, question).answer().orElseThrow();
    give(b, proof);
    byte[] late = data(a);
    assertTrue(isTaken(b, late));
    DatagramSeal restarted = node(1);
    for (byte[] recorded : List.of(early, late, proof, late, question)) {
      assertFalse(isTaken(restarted, recorded));
    }
    introduce(a, restarted);
    assertFalse(isTaken(restarted, late), "from before the proof");
  }

  @Test
  void anotherKeyAndEveryAlterationAreRefused() throws RefusedException {
    DatagramSeal a = node(1);
    DatagramSeal b = node(1);
    introduce(a, b);
    RefusedException e = assertThrows(RefusedException.class, () -> give(b, data(node(2))));
    assertEquals("holds another key, or belongs to another cluster", e.getMessage());
    byte[] good = data(a);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 4;
      assertThrows(RefusedException.class, () -> give(b, bad), "byte " + i);
    }
    for (int length = 0; length < good.length; length++) {
      byte[] shorter = Arrays.copyOf(good, length);
      assertThrows(RefusedException.class, () -> give(b, shorter), "length " + length);
    }
    assertTrue(isTaken(b, good));
  }

  @Test
  void otherVersionsAndOtherProtocolsAreNamed() {
    byte[] noise = new byte[100];
    assertEquals(
        "does not speak the protocol of the sync link",
        assertThrows(RefusedException.class, () -> give(node(1), noise)).getMessage());
    byte[] newer = data(node(1));
    newer[3] = 9;
    assertEquals(
        "speaks version 9 of the sync link, and this node version 1",
        assertThrows(RefusedException.class, () -> give(node(1), newer)).getMessage());
  }

  /// Whoever plays thousands of recordings gets no more than fifty questions a second.
  @Test
  void questionsAreBounded() throws RefusedException {
    DatagramSeal b = node(1);
    int questions = 0;
    for (int i = 0; i < 2_000; i++) {
      questions += give(b, data(node(1))).answer().isPresent() ? 1 : 0;
    }
    assertTrue(questions <= 51, questions + " questions");
    clock.advanceSeconds(1);
    DatagramSeal a = node(1);
    introduce(a, b);
    assertTrue(isTaken(b, data(a)));
  }

  @Test
  void theWindowLetsEachNumberInOnce() {
    Property.forAll(
        "replay window",
        200,
        random -> {
          long start = random.nextLong(1L << 40);
          ReplayWindow window = new ReplayWindow(start);
          Set<Long> taken = new HashSet<>();
          long highest = start;
          for (int i = 0; i < 5_000; i++) {
            long near = random.nextInt(50) == 0 ? random.nextInt(20_000) : random.nextInt(200);
            long number = Math.max(0, highest + near - 100);
            boolean fresh =
                number > start
                    && highest - number < ReplayWindow.NUMBERS
                    && !taken.contains(number);
            assertEquals(fresh, window.take(number), () -> "number " + number);
            taken.add(number);
            highest = Math.max(highest, number);
          }
        });
  }

  @Test
  void manyNumbersWithoutLossAllGetIn() throws RefusedException {
    DatagramSeal a = node(1);
    DatagramSeal b = node(1);
    introduce(a, b);
    List<byte[]> sent = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      sent.add(data(a));
    }
    Collections.shuffle(sent, new Random(1));
    for (byte[] datagram : sent) {
      assertTrue(isTaken(b, datagram));
    }
  }
}
