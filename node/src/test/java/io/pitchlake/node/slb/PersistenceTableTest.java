package io.pitchlake.node.slb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.wire.Property;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class PersistenceTableTest {
  private static final long SECOND_NANOS = 1_000_000_000L;

  private record Key(int server, long high, long low) {}

  private record Entry(int target, long endNanos) {}

  /// Random histories beside a map: an entry is what was put last, or it was given up for another,
  /// which was said.
  @Test
  void theTableIsAMapThatForgetsAndSaysSo() {
    Property.forAll("the table is a map that forgets and says so", 200, PersistenceTableTest::run);
  }

  private static void run(RandomGenerator random) {
    PersistenceTable table =
        new PersistenceTable(1 + random.nextInt(64), new TableHash(random.nextLong()));
    Map<Key, Entry> model = new HashMap<>();
    long now = random.nextLong();
    int given = 0;
    for (int step = 0; step < 500; step++) {
      now += random.nextLong(SECOND_NANOS);
      Key key = new Key(random.nextInt(2), random.nextInt(2), random.nextInt(40));
      long at = now;
      model.values().removeIf(entry -> at - entry.endNanos() >= 0);
      Entry expected = model.get(key);
      int seen = table.get(key.server(), key.high(), key.low(), now);
      if (seen == PersistenceTable.NONE && expected != null) {
        given--;
        model.remove(key);
      } else {
        assertEquals(expected == null ? PersistenceTable.NONE : expected.target(), seen, "" + key);
      }
      if (random.nextBoolean()) {
        Entry entry = new Entry(random.nextInt(65_536), now + random.nextLong(60 * SECOND_NANOS));
        given +=
            table.put(key.server(), key.high(), key.low(), entry.target(), entry.endNanos(), now)
                ? 0
                : 1;
        model.put(key, entry);
      }
      table.advance(now);
      assertTrue(table.size() <= model.size(), table.size() + " of " + model.size());
    }
    assertTrue(given >= 0, -given + " entries vanished without a word");
  }

  @Test
  void noTurnLooksAtMoreThanItMay() {
    PersistenceTable table = new PersistenceTable(16_384, new TableHash(1));
    for (int i = 0; i < 4096; i++) {
      table.put(1, 0, i, 1, SECOND_NANOS, 0);
    }
    int before = table.size();
    int turns = 0;
    while (table.size() > 0) {
      table.advance(2 * SECOND_NANOS);
      assertTrue(before - table.size() <= PersistenceTable.LOOKED_AT_PER_TURN);
      before = table.size();
      turns++;
    }
    assertTrue(turns <= 16, turns + " turns for 16,384 slots");
  }
}
