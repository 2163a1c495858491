package io.pitchlake.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.session.Stamps;
import io.pitchlake.common.wire.Property;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class JournalTest {
  /// Random marks and takings beside a set; sizes on both sides of a word's and of a word of
  /// words'.
  @Test
  void theMarksAreASetThatIsGoneRound() {
    Property.forAll("the journal's marks are a set", 300, JournalTest::history);
  }

  private static void history(RandomGenerator random) {
    int capacity = random.nextInt(1, random.nextBoolean() ? 130 : 10_000);
    Stamps stamps = new Stamps();
    try (SessionReplicator replicator = new SessionReplicator(new CounterBank(), Cluster.KEYS, 0)) {
      Journal journal = new Journal(new PlainTable(capacity), replicator, stamps);
      Set<Integer> model = new TreeSet<>();
      int last = -1;
      for (int step = 0; step < 500; step++) {
        int entry = random.nextInt(capacity);
        switch (random.nextInt(4)) {
          case 0, 1 -> {
            journal.changed(entry);
            assertEquals(stamps.last(), journal.stamp(entry));
            model.add(entry);
          }
          case 2 -> {
            journal.again(entry);
            model.add(entry);
          }
          default -> {
            int next = journal.next();
            assertEquals(model.isEmpty(), next == Journal.NONE);
            if (!model.isEmpty()) {
              int from = last;
              int expected =
                  model.stream().filter(e -> e > from).findFirst().orElse(model.iterator().next());
              assertEquals(expected, next, "round and round");
              model.remove(next);
              last = next + 1 < capacity ? next : -1;
            }
          }
        }
        assertEquals(model.size(), journal.dirtyCount());
      }
      journal.close();
    }
  }

  @Test
  void aPromotionsStampsAreNewerThanAllThatWasSeen() {
    Stamps stamps = new Stamps();
    long before = stamps.next();
    stamps.saw(before + 1_000_000);
    stamps.promote();
    assertEquals(2, stamps.epoch());
    assertTrue(stamps.next() > before + 1_000_000);
    stamps.saw(before);
    assertEquals(2, stamps.epoch());
  }
}
