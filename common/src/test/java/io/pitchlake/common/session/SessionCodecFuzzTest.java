package io.pitchlake.common.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.wire.NativeBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.provider.MethodSource;

/// An entry that came from elsewhere is refused, or read within its own bytes.
class SessionCodecFuzzTest {
  private static final FlowHash HASH = new FlowHash(1, 2, 3, 5);

  private final NativeBuffer buffer = new NativeBuffer(2 * SessionCodec.MAX_BYTES);
  private final SessionCodec codec = new SessionCodec();

  @AfterEach
  void free() {
    buffer.close();
  }

  /// An address, a flow and a translated session.
  static Stream<byte[]> entries() {
    String key = "00000000000000000000ffffc0a8024d0000000000000001";
    return Stream.of(
            "0103000000000e10" + key + "0000000100000002" + "0001020000000066",
            "0201000200000005" + key + "0000000100000003",
            "0501000200000005"
                + key
                + "0000000100000004"
                + "0001020000000066"
                + "00000000000000000000ffffc0a80205"
                + "1f90c00080000000")
        .map(HexFormat.of()::parseHex);
  }

  @MethodSource("entries")
  @FuzzTest
  void anyEntry(byte[] data) {
    byte[] entry = Arrays.copyOf(data, Math.min(data.length, SessionCodec.MAX_BYTES));
    assertEquals(read(entry, 0x5a), read(entry, 0), "read behind the end");
  }

  private String read(byte[] entry, int behind) {
    byte[] all = new byte[buffer.capacity()];
    Arrays.fill(all, (byte) behind);
    System.arraycopy(entry, 0, all, 0, entry.length);
    if (!codec.wrap(buffer.put(all), entry.length)) {
      return "";
    }
    assertTrue(codec.lengthBytes() <= entry.length);
    assertTrue(codec.stamp() > 0);
    long contribution = codec.contribution(codec.keyHash(HASH));
    assertTrue(contribution != 0);
    boolean hasStation =
        codec.kind() == SessionCodec.Kind.ADDRESS || codec.kind() == SessionCodec.Kind.TRANSLATION;
    List<Object> common =
        List.of(
            codec.kind(),
            codec.stateNumber(),
            codec.isGone(),
            codec.target(),
            codec.millis(),
            codec.high(),
            codec.low(),
            codec.name(),
            codec.content(),
            contribution);
    String station = hasStation ? codec.mac() + " " + codec.network() : "";
    return common + station + (codec.kind() == SessionCodec.Kind.TRANSLATION ? mask() : "");
  }

  private String mask() {
    return List.of(
            codec.maskHigh(),
            codec.maskLow(),
            codec.targetPort(),
            codec.maskPort(),
            codec.isAnswered())
        .toString();
  }
}
