package io.pitchlake.node.arp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.wire.Property;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A set that a library's set agrees with.
class GroupSetTest {
  @Test
  void itHoldsWhatWasAdded() {
    Property.forAll(
        "a set holds what was added",
        200,
        random -> {
          int capacity = 1 + random.nextInt(200);
          GroupSet set = new GroupSet(capacity);
          Set<Long> expected = new HashSet<>();
          while (expected.size() < capacity) {
            long group = 1L + random.nextInt(1000);
            set.add(group);
            expected.add(group);
          }
          Set<Long> held = new HashSet<>();
          for (int slot = 0; slot < set.slots(); slot++) {
            if (set.at(slot) != 0) {
              held.add(set.at(slot));
            }
          }
          assertEquals(expected, held);
          assertEquals(expected.size(), set.size());
          for (long group = 1; group <= 1000; group++) {
            assertEquals(expected.contains(group), set.contains(group), "group " + group);
          }
          set.clear();
          assertEquals(0, set.size());
          assertEquals(false, set.contains(held.iterator().next()));
        });
  }
}
