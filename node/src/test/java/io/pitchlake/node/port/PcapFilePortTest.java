package io.pitchlake.node.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.pcap.PcapReader;
import io.pitchlake.common.pcap.PcapWriter;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Memory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PcapFilePortTest {
  private static final long START_NANOS = 1_700_000_000_000_000_000L;
  private static final long MILLI = 1_000_000;
  private static final long GRACE_NANOS = 2_000 * MILLI;

  @TempDir Path folder;
  private Path input;
  private Path output;
  private final Batch batch = new Batch(64);

  @BeforeEach
  void nameFiles() {
    input = folder.resolve("in.pcap");
    output = folder.resolve("out.pcap");
  }

  private PcapFilePort open() throws PortException {
    return PcapFilePort.open(input, output, 0x0200_0000_0001L, GRACE_NANOS);
  }

  private static byte[] frame(int index, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) index);
    return bytes;
  }

  private void capture(long... offsetsMillis) throws Exception {
    try (PcapWriter writer = PcapWriter.create(input)) {
      for (int i = 0; i < offsetsMillis.length; i++) {
        byte[] bytes = frame(i, 60 + i);
        writer.write(START_NANOS + offsetsMillis[i] * MILLI, bytes, 0, bytes.length);
      }
    }
  }

  @Test
  void handsEachFrameOutAtItsOwnTime() throws Exception {
    capture(0, 0, 5, 700);
    List<Long> times = new ArrayList<>();
    List<byte[]> frames = new ArrayList<>();
    try (PcapFilePort port = open()) {
      while (frames.size() < 4) {
        long now = port.clock().nanoTime();
        port.receive(batch);
        for (int i = 0; i < batch.count(); i++) {
          times.add((now - START_NANOS) / MILLI);
          frames.add(batch.get(i).toByteArray());
        }
        port.flush();
      }
      assertEquals(4, port.statistics().receivedFrames());
    }
    assertEquals(List.of(0L, 0L, 5L, 700L), times);
    for (int i = 0; i < 4; i++) {
      assertArrayEquals(frame(i, 60 + i), frames.get(i));
    }
  }

  @Test
  void leavesTurnsBetweenFramesInWhichTimersRunOut() throws Exception {
    capture(0, 700);
    try (PcapFilePort port = open()) {
      int turnsBefore600 = 0;
      while (port.clock().nanoTime() < START_NANOS + 600 * MILLI) {
        port.receive(batch);
        turnsBefore600++;
      }
      assertEquals(601, turnsBefore600);
      port.awaitInput(10_000 * MILLI);
      assertEquals(START_NANOS + 700 * MILLI, port.clock().nanoTime());
      assertEquals(1_700_000_000_700L, port.clock().wallMillis());
      assertEquals(1, port.receive(batch));
    }
  }

  @Test
  void runsOnForTheGraceAndThenEnds() throws Exception {
    capture(0, 10);
    try (PcapFilePort port = open()) {
      assertThrows(
          PortClosedException.class,
          () -> {
            for (int turn = 0; turn < 1_000_000; turn++) {
              port.receive(batch);
            }
          });
      assertEquals(START_NANOS + 10 * MILLI + GRACE_NANOS, port.clock().nanoTime());
    }
  }

  @Test
  void writesAnswersWithTheTimeOfTheReplay() throws Exception {
    capture(0, 42);
    byte[] answer = frame(0xa5, 99);
    try (PcapFilePort port = open()) {
      port.receive(batch);
      port.awaitInput(1_000 * MILLI);
      port.receive(batch);
      Frame built = port.newFrame().length(answer.length);
      Memory.copy(answer, 0, built.address(), answer.length);
      port.transmit(built);
      port.transmit(batch.get(0));
      assertEquals(2, port.flush());
      assertEquals(2, port.statistics().transmittedFrames());
    }
    try (PcapReader reader = PcapReader.open(output)) {
      assertTrue(reader.next());
      assertEquals(START_NANOS + 42 * MILLI, reader.timestampNanos());
      assertArrayEquals(answer, Arrays.copyOf(reader.bytes(), reader.length()));
      assertTrue(reader.next());
      assertArrayEquals(frame(1, 61), Arrays.copyOf(reader.bytes(), reader.length()));
      assertFalse(reader.next());
    }
  }

  @Test
  void neverLetsTimeRunBackwards() throws Exception {
    capture(100, 50, 120);
    try (PcapFilePort port = open()) {
      assertEquals(2, port.receive(batch));
      port.awaitInput(1_000 * MILLI);
      assertEquals(START_NANOS + 120 * MILLI, port.clock().nanoTime());
    }
  }

  @Test
  void handsOutMoreThanABatchInSeveralTurnsOfTheSameTime() throws Exception {
    capture(new long[150]);
    try (PcapFilePort port = open()) {
      assertEquals(64, port.receive(batch));
      assertEquals(64, port.receive(batch));
      assertEquals(22, port.receive(batch));
      assertEquals(START_NANOS, port.clock().nanoTime());
    }
  }

  @Test
  void endsAtOnceOnACaptureWithoutFrames() throws Exception {
    capture();
    try (PcapFilePort port = open()) {
      assertEquals(0, port.receive(batch));
      port.awaitInput(GRACE_NANOS);
      assertThrows(PortClosedException.class, () -> port.receive(batch));
    }
  }

  @Test
  void refusesADamagedFileBeforeAnythingIsWritten() throws Exception {
    capture(0, 1, 2);
    byte[] whole = Files.readAllBytes(input);
    Files.write(input, Arrays.copyOf(whole, whole.length - 7));
    PortException refusal = assertThrows(PortException.class, this::open);
    assertEquals(PortException.Reason.BAD_FILE, refusal.reason());
    assertTrue(refusal.getMessage().contains("in.pcap"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("cut off"), refusal.getMessage());
    assertFalse(Files.exists(output));
  }

  @Test
  void refusesAMissingFileAndAFileThatIsItsOwnOutput() throws Exception {
    assertTrue(assertThrows(PortException.class, this::open).getMessage().endsWith("no such file"));
    capture(0);
    output = input;
    assertTrue(assertThrows(PortException.class, this::open).getMessage().contains("is the input"));
    output = folder.resolve("missing/out.pcap");
    assertTrue(
        assertThrows(PortException.class, this::open).getMessage().startsWith("cannot write"));
  }

  @Test
  void leavesOutWhatTheCaptureHasCut() throws Exception {
    capture(0, 1);
    byte[] bytes = Files.readAllBytes(input);
    bytes[24 + 12] = 127;
    Files.write(input, bytes);
    try (PcapFilePort port = open()) {
      port.receive(batch);
      port.awaitInput(1_000 * MILLI);
      port.receive(batch);
      assertEquals(1, port.statistics().receivedFrames());
      assertEquals(1, port.statistics().receiveOversized());
    }
  }
}
