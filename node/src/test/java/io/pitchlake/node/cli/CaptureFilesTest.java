package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.pcap.PcapReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that are bounded, and which of them has which frames.
class CaptureFilesTest {
  /// A file's head and three frames of 60 bytes.
  private static final int THREE_FRAMES = 24 + 3 * (16 + 60);

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("trapped.pcap");
  }

  private static boolean write(CaptureFiles files, int number) throws IOException {
    byte[] frame = new byte[60];
    frame[0] = (byte) number;
    return files.write(number * 1_000_000_000L, frame, frame.length);
  }

  private static List<Integer> frames(Path file) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    try (PcapReader reader = PcapReader.open(file)) {
      while (reader.next()) {
        assertEquals(60, reader.length());
        assertEquals(reader.bytes()[0] * 1_000_000_000L, reader.timestampNanos());
        numbers.add((int) reader.bytes()[0]);
      }
    }
    return numbers;
  }

  @Test
  void theNewestFramesAreInTheFileItself() throws IOException {
    try (CaptureFiles files = new CaptureFiles(file, THREE_FRAMES, 3)) {
      for (int i = 1; i <= 10; i++) {
        assertTrue(write(files, i), "frame " + i);
      }
    }
    assertEquals(List.of(10), frames(file));
    assertEquals(List.of(7, 8, 9), frames(folder.resolve("trapped.pcap.1")));
    assertEquals(List.of(4, 5, 6), frames(folder.resolve("trapped.pcap.2")));
    assertFalse(Files.exists(folder.resolve("trapped.pcap.3")));
  }

  @Test
  void oneFileIsFullAtItsEnd() throws IOException {
    try (CaptureFiles files = new CaptureFiles(file, THREE_FRAMES + 10, 1)) {
      for (int i = 1; i <= 3; i++) {
        assertTrue(write(files, i), "frame " + i);
      }
      assertFalse(write(files, 4), "there is no room for a fourth");
    }
    assertEquals(List.of(1, 2, 3), frames(file));
    assertTrue(Files.size(file) <= THREE_FRAMES + 10, "bytes: " + Files.size(file));
  }

  @Test
  void aFrameThatIsLargerThanAFileIsWrittenAllTheSame() throws IOException {
    try (CaptureFiles files = new CaptureFiles(file, 30, 2)) {
      assertTrue(write(files, 1));
      assertTrue(write(files, 2));
    }
    assertEquals(List.of(2), frames(file));
    assertEquals(List.of(1), frames(folder.resolve("trapped.pcap.1")));
  }

  @Test
  void whatIsFlushedCanBeRead() throws IOException {
    try (CaptureFiles files = new CaptureFiles(file, THREE_FRAMES, 2)) {
      write(files, 1);
      files.flush();
      assertEquals(List.of(1), frames(file));
    }
  }
}
