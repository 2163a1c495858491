package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The test tools themselves: a failure must be replayable, and a stray write must show.
final class PropertyTest {
  @Test
  void aFailureNamesTheSeedThatReplaysIt() {
    List<Integer> seen = new ArrayList<>();
    Property.Check check =
        random -> {
          int value = random.nextInt(100);
          seen.add(value);
          assertTrue(value < 90, "value " + value);
        };
    AssertionError error =
        assertThrows(AssertionError.class, () -> Property.forAll("below 90", 1_000, check));
    Matcher seed = Pattern.compile("-Dpitchlake\\.seed=(-?\\d+)").matcher(error.getMessage());
    assertTrue(seed.find(), error.getMessage());
    int failed = seen.getLast();
    assertTrue(error.getMessage().contains("value " + failed), error.getMessage());

    seen.clear();
    System.setProperty(Property.SEED, seed.group(1));
    try {
      assertThrows(AssertionError.class, () -> Property.forAll("below 90", 1_000, check));
    } finally {
      System.clearProperty(Property.SEED);
    }
    assertEquals(List.of(failed), seen);
  }

  @Test
  void runsAreTheSameEachTime() {
    assertEquals(values(), values());
    assertEquals(20, values().stream().distinct().count());
  }

  private static List<Long> values() {
    List<Long> values = new ArrayList<>();
    Property.forAll("same", 20, random -> values.add(random.nextLong()));
    return values;
  }

  @Test
  void aStrayWriteShows() {
    try (NativeBuffer buffer = new NativeBuffer(16)) {
      buffer.put(new byte[16]);
      buffer.assertUntouchedOutside(0, 16);
      Memory.putByte(buffer.address() + 16, 0);
      AssertionError behind =
          assertThrows(AssertionError.class, () -> buffer.assertUntouchedOutside(0, 16));
      assertTrue(behind.getMessage().startsWith("byte 16 "), behind.getMessage());
      buffer.refill();
      Memory.putByte(buffer.address() - 1, 7);
      AssertionError before =
          assertThrows(AssertionError.class, () -> buffer.assertUntouchedOutside(0, 16));
      assertTrue(before.getMessage().startsWith("byte -1 "), before.getMessage());
    }
  }

  @Test
  void aFrameThatDiffersShowsBothLinesAndTheBytes() {
    byte[] frame = Golden.UDP.frame();
    AssertionError error =
        assertThrows(
            AssertionError.class,
            () -> FrameAssert.assertThat(frame).reads("* > * IP *.5353 > *.54: UDP length 5"));
    assertTrue(error.getMessage().contains("expected: * > * IP *.5353 > *.54"));
    assertTrue(error.getMessage().contains("192.168.2.77.53: UDP length 5"));
    assertTrue(error.getMessage().contains("0000  00 00 5e 00 01 32 02 00"));
  }
}
