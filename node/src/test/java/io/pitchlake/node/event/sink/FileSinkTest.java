package io.pitchlake.node.event.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.SinkPlan.Format;
import io.pitchlake.common.config.SinkPlan.Intake;
import io.pitchlake.common.config.SinkPlan.ToFile;
import io.pitchlake.common.config.SinkPlan.Topic;
import io.pitchlake.node.event.Occurrence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Lines in a file that is rotated.
class FileSinkTest {
  @TempDir Path folder;

  private FileSink sink(Path path, long size, int keep) {
    return new FileSink(
        new ToFile(path, Format.LINE, size, keep, new Intake(EnumSet.allOf(Topic.class), 10)),
        event -> "line " + event.number());
  }

  private static List<Occurrence> events(long from, long to) {
    return LongStream.rangeClosed(from, to).mapToObj(Samples::connection).toList();
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aFileThatWouldGrowTooLargeIsRenamedAndTheOldestGoes() throws Exception {
    Path path = folder.resolve("events");
    try (FileSink sink = sink(path, 64, 3)) {
      for (long i = 0; i < 20; i++) {
        sink.deliver(events(100 + 3 * i, 102 + 3 * i));
      }
    }
    assertEquals(List.of("events", "events.1", "events.2", "events.3"), files());
    List<String> kept = new ArrayList<>();
    for (String name : List.of("events.3", "events.2", "events.1", "events")) {
      assertTrue(Files.size(folder.resolve(name)) <= 64, name);
      kept.addAll(Files.readAllLines(folder.resolve(name)));
    }
    assertEquals(
        LongStream.range(160 - kept.size(), 160).mapToObj(i -> "line " + i).toList(),
        kept,
        "the last ones, in order, none twice");
    assertEquals(24, kept.size(), "6 lines of 9 bytes fit 64 bytes");
  }

  @Test
  void withoutAnyToKeepTheFileBeginsAnew() throws Exception {
    Path path = folder.resolve("events");
    try (FileSink sink = sink(path, 20, 0)) {
      sink.deliver(events(1, 2));
      sink.deliver(events(3, 4));
    }
    assertEquals(List.of("events"), files());
    assertEquals(List.of("line 3", "line 4"), Files.readAllLines(path));
  }

  @Test
  void aStartGoesOnWhereTheLastOneEndedAndKeepsTheFileFromOthers() throws Exception {
    Path path = folder.resolve("events");
    for (long i = 1; i <= 2; i++) {
      try (FileSink sink = sink(path, 1000, 1)) {
        sink.deliver(events(i, i));
      }
    }
    assertEquals(List.of("line 1", "line 2"), Files.readAllLines(path));
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
  }

  @Test
  void aFileThatSomebodyElseMovesAwayIsBegunAnew() throws Exception {
    Path path = folder.resolve("events");
    try (FileSink sink = sink(path, 1000, 1)) {
      sink.deliver(events(1, 1));
      Files.move(path, folder.resolve("moved"));
      sink.deliver(events(2, 2));
      Files.delete(path);
      sink.deliver(events(3, 3));
    }
    assertEquals(List.of("line 1"), Files.readAllLines(folder.resolve("moved")));
    assertEquals(List.of("line 3"), Files.readAllLines(path));
  }

  @Test
  void aFolderThatIsMissingIsWaitedFor() throws Exception {
    Path path = folder.resolve("later/events");
    try (FileSink sink = sink(path, 1000, 1)) {
      assertThrows(IOException.class, () -> sink.deliver(events(1, 1)));
      Files.createDirectory(path.getParent());
      sink.deliver(events(1, 1));
      assertEquals(List.of("line 1"), Files.readAllLines(path));
    }
  }

  /// A full disk: what could not be written whole leaves nothing behind.
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aDiskThatIsFullIsAnErrorAndNotSilence() {
    Path full = Path.of("/dev/full");
    try (FileSink sink = sink(full, 1000, 1)) {
      assertThrows(IOException.class, () -> sink.deliver(events(1, 1)));
    }
  }
}
