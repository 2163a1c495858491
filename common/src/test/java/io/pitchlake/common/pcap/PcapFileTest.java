package io.pitchlake.common.pcap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.NativeBuffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PcapFileTest {
  private static final byte[] FRAME = HexFormat.of().parseHex("ffffffffffff02000000000108060001");
  private static final long SECOND = 1_700_000_000L;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "BIG_ENDIAN, 0xa1b2c3d4, 123456, 123456000",
    "LITTLE_ENDIAN, 0xa1b2c3d4, 123456, 123456000",
    "BIG_ENDIAN, 0xa1b23c4d, 123456789, 123456789",
    "LITTLE_ENDIAN, 0xa1b23c4d, 123456789, 123456789",
  })
  void readsBothByteOrdersAndResolutions(String order, String magic, int fraction, long nanos)
      throws IOException {
    ByteBuffer file = header(order, Long.decode(magic).intValue(), 1);
    record(file, (int) SECOND, fraction, FRAME.length, 1514).put(FRAME);
    try (PcapReader reader = reader(file)) {
      assertTrue(reader.next());
      assertEquals(SECOND * 1_000_000_000L + nanos, reader.timestampNanos());
      assertEquals(FRAME.length, reader.length());
      assertEquals(1514, reader.originalLength());
      assertEquals(24, reader.recordOffset());
      assertArrayEquals(FRAME, Arrays.copyOf(reader.bytes(), reader.length()));
      assertFalse(reader.next());
      assertEquals(0, reader.length());
    }
  }

  @Test
  void secondsAreUnsigned() throws IOException {
    ByteBuffer file = header("BIG_ENDIAN", 0xa1b2c3d4, 1);
    record(file, 0xffff_ffff, 999_999, 0, 0);
    try (PcapReader reader = reader(file)) {
      assertTrue(reader.next());
      assertEquals(4_294_967_295_999_999_000L, reader.timestampNanos());
    }
  }

  @Test
  void writesTheDocumentedBytes() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (PcapWriter writer = new PcapWriter(out)) {
      writer.write(SECOND * 1_000_000_000L + 123_456_789L, FRAME, 0, FRAME.length);
    }
    ByteBuffer expected = header("LITTLE_ENDIAN", 0xa1b2c3d4, 1);
    record(expected, (int) SECOND, 123_456, FRAME.length, FRAME.length).put(FRAME);
    assertArrayEquals(Arrays.copyOf(expected.array(), expected.position()), out.toByteArray());
  }

  @Test
  void aFileReadsBackAsWritten() throws IOException {
    Path file = folder.resolve("out.pcap");
    try (NativeBuffer buffer = new NativeBuffer(100);
        PcapWriter writer = PcapWriter.create(file)) {
      Frame frame = new Frame().wrap(buffer.put(FRAME), FRAME.length, 100);
      for (int i = 0; i < 1000; i++) {
        writer.write(i * 1_000L, frame);
      }
    }
    try (PcapReader reader = PcapReader.open(file)) {
      for (int i = 0; i < 1000; i++) {
        assertTrue(reader.next());
        assertEquals(i * 1_000L, reader.timestampNanos());
        assertArrayEquals(FRAME, Arrays.copyOf(reader.bytes(), reader.length()));
      }
      assertFalse(reader.next());
    }
  }

  @Test
  void aFileCutAnywhereButBetweenRecordsIsRefusedWithThePlace() throws IOException {
    ByteBuffer file = header("LITTLE_ENDIAN", 0xa1b2c3d4, 1);
    record(file, 0, 0, FRAME.length, FRAME.length).put(FRAME);
    record(file, 0, 0, FRAME.length, FRAME.length).put(FRAME);
    byte[] whole = Arrays.copyOf(file.array(), file.position());
    int recordLength = 16 + FRAME.length;
    for (int cut = 0; cut <= whole.length; cut++) {
      byte[] part = Arrays.copyOf(whole, cut);
      if (cut >= 24 && (cut - 24) % recordLength == 0) {
        assertEquals((cut - 24) / recordLength, countRecords(part), "cut at " + cut);
      } else {
        PcapFormatException e =
            assertThrows(PcapFormatException.class, () -> countRecords(part), "cut at " + cut);
        assertEquals(cut, e.offset());
        assertTrue(
            e.getMessage().startsWith("x.pcap: byte " + cut + ": the file "), e.getMessage());
      }
    }
  }

  @Test
  void otherKindsOfFileAreNamed() {
    assertRefused(ByteBuffer.allocate(40).putInt(0x0a0d0d0a), 0, "tcpdump -r IN -w OUT");
    assertRefused(ByteBuffer.allocate(40).putInt(0x1f8b0800), 0, "this is a gzip file");
    assertRefused(ByteBuffer.allocate(40).putInt(0x7f454c46), 0, "it starts with 0x7f454c46");
    assertRefused(
        header("BIG_ENDIAN", 0xa1b2c3d4, 113), 20, "link type 113, but only 1 (Ethernet)");
    assertRefused(
        header("LITTLE_ENDIAN", 0xa1b2c3d4, 1).putShort(4, (short) 3), 4, "pcap version 3.4");
  }

  @ParameterizedTest
  @CsvSource({"262145, 262145", "-1, 4294967295"})
  void anAbsurdRecordLengthIsRefusedBeforeItIsRead(int length, String text) {
    ByteBuffer file = header("LITTLE_ENDIAN", 0xa1b2c3d4, 1);
    record(file, 0, 0, length, length);
    assertRefused(file, 32, "a record of " + text + " bytes, but no capture has more than 262144");
  }

  @Test
  void aFileThatIsRefusedIsNotHeldOpenAndNamesItself() throws IOException {
    Path file = Files.writeString(folder.resolve("notes.txt"), "these are no frames at all, sorry");
    PcapFormatException e = assertThrows(PcapFormatException.class, () -> PcapReader.open(file));
    assertTrue(e.getMessage().startsWith(file + ": byte 0: this is no pcap file"), e.getMessage());
  }

  private static void assertRefused(ByteBuffer file, long offset, String words) {
    PcapFormatException e =
        assertThrows(
            PcapFormatException.class,
            () -> {
              try (PcapReader reader = reader(file)) {
                reader.next();
              }
            });
    assertEquals(offset, e.offset(), e.getMessage());
    assertTrue(e.getMessage().contains(words), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
  }

  private static int countRecords(byte[] file) throws IOException {
    try (PcapReader reader = new PcapReader("x.pcap", new ByteArrayInputStream(file))) {
      int records = 0;
      while (reader.next()) {
        records++;
      }
      return records;
    }
  }

  private static PcapReader reader(ByteBuffer file) throws IOException {
    return new PcapReader(
        "x.pcap", new ByteArrayInputStream(file.array(), 0, Math.max(file.position(), 40)));
  }

  private static ByteBuffer header(String order, int magic, int linkType) {
    ByteOrder byteOrder =
        order.equals("BIG_ENDIAN") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    return ByteBuffer.allocate(400)
        .order(byteOrder)
        .putInt(magic)
        .putShort((short) 2)
        .putShort((short) 4)
        .putInt(0)
        .putInt(0)
        .putInt(262_144)
        .putInt(linkType);
  }

  private static ByteBuffer record(
      ByteBuffer file, int seconds, int fraction, int length, int wire) {
    return file.putInt(seconds).putInt(fraction).putInt(length).putInt(wire);
  }
}
