package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.node.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Whether engines turn, asked of whole nodes.
class EnginePulseTest {
  @Test
  void itBeatsWhenEveryEngineHasTurned() {
    Node first = QuietNode.make();
    Node second = QuietNode.make();
    try {
      EnginePulse pulse = new EnginePulse(List.of(first, second));
      assertFalse(pulse.hasBeaten(), "nobody had been asked");
      first.turn();
      assertFalse(pulse.hasBeaten(), "the second engine has not turned");
      second.turn();
      assertTrue(pulse.hasBeaten(), "both have");
      first.turn();
      assertFalse(pulse.hasBeaten(), "the second has not turned since");
      second.turn();
      assertTrue(pulse.hasBeaten(), "both have again");
    } finally {
      first.close();
      second.close();
    }
  }

  @Test
  void aFullCommandQueueIsAskedAgain() {
    Node node = QuietNode.make();
    try {
      EnginePulse pulse = new EnginePulse(List.of(node));
      while (node.whenTurning(() -> {})) {
        // until no command fits
      }
      assertFalse(pulse.hasBeaten());
      while (node.turn() > 0) {
        // until all are done
      }
      assertFalse(pulse.hasBeaten(), "its question found no room");
      node.turn();
      assertTrue(pulse.hasBeaten());
    } finally {
      node.close();
    }
  }
}
