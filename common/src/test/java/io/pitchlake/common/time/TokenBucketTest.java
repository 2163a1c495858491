package io.pitchlake.common.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
  @Test
  void givesTheRateOverTimeAndAtMostOneSecondAtOnce() {
    TokenBucket bucket = new TokenBucket(10, 0);
    assertEquals(10, drain(bucket, 0));
    assertEquals(5, drain(bucket, 500_000_000L));
    assertEquals(10, drain(bucket, 3_600_000_000_000L));
  }

  @Test
  void aRateOfZeroGivesNothing() {
    assertFalse(new TokenBucket(0, 0).take(1_000_000_000_000L));
  }

  private static int drain(TokenBucket bucket, long nowNanos) {
    int taken = 0;
    while (bucket.take(nowNanos)) {
      taken++;
    }
    return taken;
  }
}
