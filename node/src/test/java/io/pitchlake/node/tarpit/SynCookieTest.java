package io.pitchlake.node.tarpit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.wire.Property;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SynCookieTest {
  @Test
  void itTellsItsOwnFromOthersAndTheFirstSegmentFromLaterOnes() {
    Property.forAll(
        "a cookie is known, and where the client began",
        20_000,
        random -> {
          int connection = random.nextInt();
          int client = random.nextInt();
          int acknowledgment = SynCookie.sequence(connection, client) + 1;
          assertTrue(SynCookie.isTrapped(connection, acknowledgment));
          assertTrue(SynCookie.isFirst(connection, acknowledgment, client + 1));
          int further = 1 + random.nextInt(1 << 20);
          assertEquals(
              further % 4096 == 0,
              SynCookie.isFirst(connection, acknowledgment, client + 1 + further),
              "at " + further);
          int other = connection ^ 1 << 12 + random.nextInt(20);
          assertFalse(SynCookie.isTrapped(other, acknowledgment));
        });
  }

  /// 20 bits are to be guessed.
  @Test
  void aForgerHitsOnceInAMillion() {
    int hits = 0;
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 1 << 22; i++) {
      hits += SynCookie.isTrapped(0x5eed_5eed, random.nextInt()) ? 1 : 0;
    }
    assertTrue(hits < 20, hits + " of 4,194,304");
  }
}
