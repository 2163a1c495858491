package io.pitchlake.common.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.Property;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class FlowHashTest {
  private static final int BUCKETS = 1024;
  private static final int FLOWS = 64 * BUCKETS;

  @Test
  void tupleKeepsItsPartsApart() {
    assertEquals(0xffff_0000_0000_0000L, FlowHash.tuple(0, 0, 0xffff, 0));
    assertEquals(0x0000_ffff_0000_0000L, FlowHash.tuple(0, 0, 0, 0xffff));
    assertEquals(0x0000_0000_ffff_0000L, FlowHash.tuple(0xffff, 0, 0, 0));
    assertEquals(0x0000_0000_0000_ff00L, FlowHash.tuple(0, 0xff, 0, 0));
  }

  @Test
  void sameKeyAndPurposeGiveTheSameHash() {
    FlowHash one = FlowHash.drawnFrom(new SipHash(1, 2), 7);
    long tuple = FlowHash.tuple(1, 6, 40_000, 80);
    assertEquals(one, FlowHash.drawnFrom(new SipHash(1, 2), 7));
    assertNotEquals(
        one.hash(0, 5, tuple), FlowHash.drawnFrom(new SipHash(1, 2), 8).hash(0, 5, tuple));
    assertNotEquals(
        one.hash(0, 5, tuple), FlowHash.drawnFrom(new SipHash(1, 3), 7).hash(0, 5, tuple));
  }

  /// Clients count ports and networks count addresses up; under any key the buckets fill evenly.
  @Test
  void flowsThatDifferLittleSpreadEvenly() {
    Property.forAll(
        "flows that differ little spread evenly",
        20,
        random -> {
          FlowHash hash = FlowHash.drawnFrom(new SipHash(random.nextLong(), random.nextLong()), 0);
          long client = IpAddress.mappedLow(random.nextInt());
          long net6 = random.nextLong();
          assertEven(
              "client ports", i -> hash.hash(0, client, FlowHash.tuple(1, 6, i & 0xffff, 80)));
          assertEven(
              "IPv4 neighbours", i -> hash.hash(0, client + i, FlowHash.tuple(1, 6, 40_000, 443)));
          assertEven(
              "IPv6 networks",
              i -> hash.hash(net6 + ((long) i << 16), 1, FlowHash.tuple(1, 17, 53, 53)));
          assertEven("services", i -> hash.hash(0, client, FlowHash.tuple(i & 0xffff, 6, 9, 80)));
        });
  }

  private static void assertEven(String what, IntToLongFunction hashes) {
    int[] upper = new int[BUCKETS];
    int[] lower = new int[BUCKETS];
    for (int i = 0; i < FLOWS; i++) {
      long hash = hashes.applyAsLong(i);
      upper[(int) (hash >>> 54)]++;
      lower[(int) hash & BUCKETS - 1]++;
    }
    assertChiSquare(what + ", upper bits", upper);
    assertChiSquare(what + ", lower bits", lower);
  }

  /// Six standard deviations above what chance gives.
  private static void assertChiSquare(String what, int[] seen) {
    double expected = (double) FLOWS / BUCKETS;
    double chiSquare = 0;
    for (int count : seen) {
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    double bound = BUCKETS - 1 + 6 * Math.sqrt(2.0 * (BUCKETS - 1));
    assertTrue(
        chiSquare < bound,
        "%s: chi-square over %d buckets is %.0f, expected less than %.0f"
            .formatted(what, BUCKETS, chiSquare, bound));
  }
}
