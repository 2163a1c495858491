package io.pitchlake.common.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.session.SessionCodec.Kind;
import io.pitchlake.common.wire.NativeBuffer;
import io.pitchlake.common.wire.Property;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SessionCodecTest {
  private static final FlowHash KEYS = new FlowHash(1, 2, 3, 5);
  private static final long STAMP = 0x0000_1000_0000_0007L;

  /// 192.168.2.77 of network 1 is 02:00:00:00:00:77's, for another 3600 s.
  private static final byte[] ADDRESS =
      bytes(
          "01 02 0000 0036ee80 0000000000000000 0000ffffc0a8024d 0000000000000001",
          "0000100000000007 0000020000000077");

  /// 192.168.2.66:40001 to port 80 of server 3 by TCP, established, at target 2, last seen 1.5 s
  /// ago.
  private static final byte[] FLOW =
      bytes(
          "02 02 0002 000005dc 0000000000000000 0000ffffc0a80242 9c41005000030600 0000100000000007");

  /// The same, translated: its target sees 192.168.2.5:61000 and serves at 8080; the client is in
  /// network 1 at 02:00:00:00:00:66.
  private static final byte[] TRANSLATION =
      bytes(
          "05 02 0002 000005dc 0000000000000000 0000ffffc0a80242 9c41005000030600",
          "0000100000000007 0001020000000066 0000000000000000 0000ffffc0a80205 1f90ee4880000000");

  private final NativeBuffer buffer = new NativeBuffer(SessionCodec.MAX_BYTES);
  private final SessionCodec codec = new SessionCodec();

  private static byte[] bytes(String... hex) {
    return HexFormat.of().parseHex(String.join("", hex).replace(" ", ""));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.ofDelimiter(" ").formatHex(bytes);
  }

  @AfterEach
  void free() {
    buffer.close();
  }

  @Test
  void deconstruct() {
    assertTrue(codec.wrap(buffer.put(ADDRESS), ADDRESS.length));
    assertEquals(Kind.ADDRESS, codec.kind());
    assertEquals(AddressState.REAL.ordinal() + 1, codec.stateNumber());
    assertEquals(3_600_000, codec.millis());
    assertEquals(0, codec.high());
    assertEquals(0xffff_c0a8_024dL, codec.low());
    assertEquals(1, codec.name());
    assertEquals(STAMP, codec.stamp());
    assertEquals(0x0200_0000_0077L, codec.mac());
    assertFalse(codec.isGone());

    assertTrue(codec.wrap(buffer.put(FLOW), FLOW.length));
    assertEquals(Kind.FLOW, codec.kind());
    assertEquals(FlowState.ESTABLISHED.ordinal() + 1, codec.stateNumber());
    assertEquals(2, codec.target());
    assertEquals(1500, codec.millis());
    assertEquals(FlowHash.tuple(3, 6, 40_001, 80), codec.name());

    assertTrue(codec.wrap(buffer.put(TRANSLATION), TRANSLATION.length));
    assertEquals(Kind.TRANSLATION, codec.kind());
    assertEquals(1, codec.network());
    assertEquals(0x0200_0000_0066L, codec.mac());
    assertEquals(0xffff_c0a8_0205L, codec.maskLow());
    assertEquals(8080, codec.targetPort());
    assertEquals(61_000, codec.maskPort());
    assertTrue(codec.isAnswered());
  }

  @Test
  void construct() {
    codec
        .create(buffer.refill().address(), Kind.ADDRESS)
        .stateNumber(AddressState.REAL.ordinal() + 1)
        .millis(3_600_000)
        .key(0, 0xffff_c0a8_024dL, 1)
        .stamp(STAMP)
        .station(0, 0x0200_0000_0077L);
    expect(ADDRESS);
    codec
        .create(buffer.refill().address(), Kind.FLOW)
        .stateNumber(FlowState.ESTABLISHED.ordinal() + 1)
        .target(2)
        .millis(1500)
        .key(0, 0xffff_c0a8_0242L, FlowHash.tuple(3, 6, 40_001, 80))
        .stamp(STAMP);
    expect(FLOW);
    codec
        .create(buffer.refill().address(), Kind.TRANSLATION)
        .stateNumber(FlowState.ESTABLISHED.ordinal() + 1)
        .target(2)
        .millis(1500)
        .key(0, 0xffff_c0a8_0242L, FlowHash.tuple(3, 6, 40_001, 80))
        .stamp(STAMP)
        .station(1, 0x0200_0000_0066L)
        .mask(0, 0xffff_c0a8_0205L, 8080, 61_000, true);
    expect(TRANSLATION);
  }

  private void expect(byte[] entry) {
    assertEquals(entry.length, codec.lengthBytes());
    assertEquals(hex(entry), hex(buffer.get(entry.length)));
    buffer.assertUntouchedOutside(0, entry.length);
  }

  @Test
  void parseRefusesWhatIsNoEntry() {
    for (byte[] entry : new byte[][] {ADDRESS, FLOW, TRANSLATION}) {
      for (int length = 0; length < entry.length; length++) {
        assertFalse(codec.wrap(buffer.put(entry), length), length + " bytes");
      }
      assertTrue(codec.wrap(buffer.put(entry), SessionCodec.MAX_BYTES), "more than it needs");
    }
    for (int kind : new int[] {0, 6, 7, 255}) {
      assertFalse(codec.wrap(buffer.put(with(FLOW, 0, kind)), FLOW.length), "kind " + kind);
    }
    assertTrue(codec.wrap(buffer.put(with(FLOW, 1, 0)), FLOW.length));
    assertTrue(codec.isGone());
    assertFalse(codec.wrap(buffer.put(with(FLOW, 1, 5)), FLOW.length), "state 5");
    assertFalse(codec.wrap(buffer.put(with(FLOW, 32, 0x80)), FLOW.length), "a negative stamp");
  }

  private static byte[] with(byte[] entry, int at, int value) {
    byte[] changed = entry.clone();
    changed[at] = (byte) value;
    return changed;
  }

  @Test
  void emit() {
    codec.at(buffer.put(FLOW)).millis(-5);
    assertEquals(0, codec.millis());
    codec.millis(Long.MAX_VALUE);
    assertEquals(0xffff_ffffL, codec.millis());
    codec.stateNumber(SessionCodec.GONE).target(65_535).stamp(STAMP + 1);
    assertEquals(65_535, codec.target());
    assertEquals(STAMP + 1, codec.stamp());
    buffer.assertUntouchedOutside(0, FLOW.length);
  }

  /// Ages differ from node to node; everything else must not.
  @Test
  void whatAnEntryAddsToASumIsAllButItsAge() {
    Property.forAll(
        "contributions",
        1000,
        random -> {
          boolean isFlow = random.nextBoolean();
          byte[] entry = isFlow ? FLOW : TRANSLATION;
          codec.at(buffer.put(entry));
          long whole = codec.contribution(codec.keyHash(KEYS));
          codec.millis(random.nextLong(1L << 32));
          assertEquals(whole, codec.contribution(codec.keyHash(KEYS)));
          int at = random.nextInt(1, entry.length);
          boolean countsNot = at >= 4 && at < 8 || at >= 48 && at < 64 || isFlow && at >= 40;
          byte[] changed = with(entry, at, entry[at] ^ 1 << random.nextInt(8));
          if (!countsNot && codec.wrap(buffer.put(changed), changed.length)) {
            assertNotEquals(whole, codec.contribution(codec.keyHash(KEYS)), "byte " + at);
          }
        });
  }
}
