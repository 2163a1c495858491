package io.pitchlake.common.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// A capture file is read to its end or to a sentence that says at which byte it is none; its
/// records survive being written.
class PcapFuzzTest {
  private static final String NANOS = "a1b23c4d00020004" + "0000000000000000" + "0004000000000001";

  static Stream<byte[]> files() {
    return Stream.of(
            NANOS + "000000010000000200000003000000090a0b0c",
            "d4c3b2a102000400"
                + "0000000000000000"
                + "ffff000001000000"
                + "010000000200000002000000020000000a0b"
                + "010000000300000001000000010000000c")
        .map(HexFormat.of()::parseHex);
  }

  @MethodSource("files")
  @FuzzTest
  void anyFile(byte[] file) throws IOException {
    ByteArrayOutputStream copy = new ByteArrayOutputStream();
    StringBuilder records = new StringBuilder();
    try (PcapReader reader = new PcapReader("fuzzed", new ByteArrayInputStream(file));
        PcapWriter writer = new PcapWriter(copy)) {
      while (reader.next()) {
        assertTrue(reader.recordOffset() < file.length);
        append(records, reader);
        writer.write(reader.timestampNanos(), reader.bytes(), 0, reader.length());
      }
    } catch (PcapFormatException refused) {
      assertTrue(refused.offset() >= 0 && refused.offset() <= file.length, refused::getMessage);
      return;
    }
    StringBuilder again = new StringBuilder();
    try (PcapReader reader =
        new PcapReader("copied", new ByteArrayInputStream(copy.toByteArray()))) {
      while (reader.next()) {
        append(again, reader);
      }
    }
    assertEquals(records.toString(), again.toString());
  }

  /// A written file has microseconds, and seconds of 32 bits.
  private static void append(StringBuilder to, PcapReader from) {
    byte[] frame = Arrays.copyOf(from.bytes(), from.length());
    long micros = from.timestampNanos() / 1_000 % (1_000_000L << 32);
    to.append(micros).append(' ').append(HexFormat.of().formatHex(frame)).append('\n');
  }
}
