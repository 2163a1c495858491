package io.pitchlake.node.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A few histories in every build, and that the invariants bite. `deploy/sim.sh` runs thousands.
class HistoryTest {
  private static final int SEEDS = 20;
  private static final int SEEDS_OF_SABOTAGE = 60;

  private static Optional<String> broken(long seed, Sabotage sabotage) {
    try (History history = new History(seed, sabotage, false)) {
      history.run();
      return Optional.empty();
    } catch (BrokenInvariant broken) {
      return Optional.of(broken.getMessage());
    }
  }

  @Test
  void noHistoryBreaksAnInvariant() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      String replay = "; replay: deploy/sim.sh --seed " + seed;
      broken(seed, Sabotage.NONE).ifPresent(what -> fail(what + replay));
    }
  }

  @Test
  void aSeedTellsTheWholeHistory() {
    assertEquals(journal(7), journal(7));
  }

  private static List<String> journal(long seed) {
    try (History history = new History(seed, Sabotage.NONE, true)) {
      history.run();
      assertTrue(history.journal().size() > 20, "a history of some events");
      return history.journal();
    }
  }

  /// Each way to break a node is noticed, and for the right reason.
  @ParameterizedTest
  @CsvSource({
    "CLOCK_STOPS, its last advert left",
    "DEAF_TO_ADVERTS, it read a superior's advert",
    "DEAF_TO_OWNERS, whose owner it heard",
    "DEAF_TO_PROBES, which was probed or leased",
    "MUTE_PROOFS, after 0 requests",
    "MUTE_ADVERTS, has answered",
    "MISDIRECTS, moves the flow from",
  })
  void sabotageIsNoticed(Sabotage sabotage, String words) {
    List<String> others = new ArrayList<>();
    for (long seed = 1; seed <= SEEDS_OF_SABOTAGE; seed++) {
      Optional<String> what = broken(seed, sabotage);
      if (what.isPresent() && what.get().contains(words)) {
        return;
      }
      what.ifPresent(others::add);
    }
    fail("only other invariants were broken: " + others);
  }
}
