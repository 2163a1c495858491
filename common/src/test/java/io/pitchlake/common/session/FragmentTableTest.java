package io.pitchlake.common.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.hash.TableHash;
import org.junit.jupiter.api.Test;

/// What is remembered of fragmented packets, and for how long.
class FragmentTableTest {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long UDP_1 = FragmentTable.packet(17, 1);

  private final FragmentTable table = new FragmentTable(64, new TableHash(5));

  @Test
  void aPacketIsKnownByAddressesProtocolAndIdentification() {
    table.put(1, 2, 3, 4, UDP_1, 9, 0);
    assertEquals(9, table.get(1, 2, 3, 4, UDP_1, 1));
    assertEquals(FragmentTable.NONE, table.get(0, 2, 3, 4, UDP_1, 1), "another source");
    assertEquals(FragmentTable.NONE, table.get(1, 0, 3, 4, UDP_1, 1), "another source");
    assertEquals(FragmentTable.NONE, table.get(1, 2, 0, 4, UDP_1, 1), "another destination");
    assertEquals(FragmentTable.NONE, table.get(1, 2, 3, 0, UDP_1, 1), "another destination");
    assertEquals(FragmentTable.NONE, table.get(1, 2, 3, 4, FragmentTable.packet(6, 1), 1), "TCP");
    assertEquals(
        FragmentTable.NONE, table.get(1, 2, 3, 4, FragmentTable.packet(17, 2), 1), "another id");
    assertEquals(
        FragmentTable.NONE, table.get(1, 2, 3, 4, FragmentTable.packet(17, -1), 1), "another id");
  }

  @Test
  void anIdentificationUsedAgainMeansTheLaterPacket() {
    table.put(1, 2, 3, 4, UDP_1, 9, 0);
    table.put(1, 2, 3, 4, UDP_1, 10, 5);
    assertEquals(10, table.get(1, 2, 3, 4, UDP_1, 6));
  }

  @Test
  void aPacketIsForgottenAfterThirtySeconds() {
    table.put(1, 2, 3, 4, UDP_1, 9, 0);
    assertEquals(9, table.get(1, 2, 3, 4, UDP_1, 30 * SECOND_NANOS));
    assertEquals(FragmentTable.NONE, table.get(1, 2, 3, 4, UDP_1, 30 * SECOND_NANOS + 1));
  }

  @Test
  void aFloodPushesOutTheOldestAndNeverTheNewest() {
    for (int id = 0; id < 10_000; id++) {
      table.put(1, 2, 3, 4, FragmentTable.packet(17, id), id, id);
      assertEquals(id, table.get(1, 2, 3, 4, FragmentTable.packet(17, id), id), "packet " + id);
    }
    int known = 0;
    for (int id = 0; id < 10_000; id++) {
      if (table.get(1, 2, 3, 4, FragmentTable.packet(17, id), 10_000) != FragmentTable.NONE) {
        known++;
        assertTrue(id > 9_500, "packet " + id + " of 10,000 is still known in a table of 64");
      }
    }
    assertEquals(64, known);
  }
}
