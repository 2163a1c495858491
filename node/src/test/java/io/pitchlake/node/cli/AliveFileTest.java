package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.node.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The file that `run --alive` writes.
class AliveFileTest {
  @TempDir private Path folder;

  private boolean isWritten(AliveFile alive) throws IOException {
    alive.run();
    return Files.deleteIfExists(folder.resolve("alive"));
  }

  @Test
  void itIsWrittenByWhatEveryEngineDid() throws Exception {
    Node node = QuietNode.make();
    try {
      AliveFile alive = AliveFile.of(folder.resolve("alive"), List.of(node));
      assertFalse(isWritten(alive), "nobody has been asked");
      node.turn();
      assertTrue(isWritten(alive), "the engine has turned");
      assertFalse(isWritten(alive), "it has not turned since");
    } finally {
      node.close();
    }
  }

  @Test
  void aFileOfAnEarlierStartIsTakenAway() throws Exception {
    Path file = Files.writeString(folder.resolve("alive"), "earlier");
    Node node = QuietNode.make();
    AliveFile.of(file, List.of(node));
    node.close();
    assertFalse(Files.exists(file));
  }
}
