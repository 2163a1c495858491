package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.wire.Checksum.Verdict;
import io.pitchlake.common.wire.Frame.ChecksumState;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ChecksumTest {
  private static final String CLIENT = "02:00:00:00:00:09";
  private static final String NODE = "00:00:5e:00:01:32";

  private final NativeBuffer buffer = new NativeBuffer(70_000);
  private final ParsedFrame parsed = new ParsedFrame();

  @AfterEach
  void free() {
    buffer.close();
  }

  @Test
  void theExampleOfTheRfc() {
    // RFC 1071 section 3: 00 01 f2 03 f4 f5 f6 f7 sums to ddf2
    long at = buffer.put(new byte[] {0, 1, (byte) 0xf2, 3, (byte) 0xf4, (byte) 0xf5, -10, -9});
    assertEquals(0xddf2, Checksum.fold(Checksum.sum(at, 8)));
    assertEquals(0x220d, Checksum.finish(Checksum.sum(at, 8)));
  }

  @Test
  void everyLengthAndAlignmentAgreesWithTheNaiveSum() {
    Property.forAll(
        "checksum equals the naive one",
        300,
        random -> {
          byte[] bytes = randomBytes(random, random.nextInt(200));
          for (int offset = 0; offset < 8; offset++) {
            long at = buffer.put(offset, bytes);
            assertEquals(
                NaiveChecksum.of(bytes),
                Checksum.finish(Checksum.sum(at, bytes.length)),
                bytes.length + " bytes at offset " + offset);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {65_515, 65_535})
  void aSuperFrameOfOnesDoesNotOverflow(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 0xff);
    assertEquals(NaiveChecksum.of(bytes), Checksum.finish(Checksum.sum(buffer.put(bytes), length)));
  }

  @Test
  void foldTakesAnySum() {
    assertEquals(0, Checksum.fold(0));
    assertEquals(0xffff, Checksum.fold(0xffff));
    assertEquals(1, Checksum.fold(0x1_0000));
    assertEquals(0xffff, Checksum.fold(0xffff_ffff_ffff_ffffL));
    assertEquals(0xffff, Checksum.fold(0x7fff_8000_0000_0000L));
  }

  @Test
  void incrementalUpdateEqualsRecomputation() {
    Property.forAll(
        "incremental update",
        2_000,
        random -> {
          byte[] bytes = randomBytes(random, 40);
          ByteBuffer view = ByteBuffer.wrap(bytes);
          // now and then a word of zeros or ones, where one's complement has two zeros
          switch (random.nextInt(4)) {
            case 0 -> view.putLong(8, 0);
            case 1 -> view.putLong(8, -1);
            default -> {}
          }
          int before = NaiveChecksum.of(bytes);
          long oldValue = view.getLong(8);
          long newValue = random.nextInt(3) == 0 ? ~oldValue : random.nextLong();
          view.putLong(8, newValue);
          int after = NaiveChecksum.of(bytes);
          assertEquals(after, Checksum.replace64(before, oldValue, newValue));
          int byInts =
              Checksum.replace32(
                  Checksum.replace32(before, (int) (oldValue >>> 32), (int) (newValue >>> 32)),
                  (int) oldValue,
                  (int) newValue);
          assertEquals(after, byInts);
          int byShorts = before;
          for (int shift = 0; shift < 64; shift += 16) {
            byShorts =
                Checksum.replace16(
                    byShorts, (int) (oldValue >>> shift), (int) (newValue >>> shift));
          }
          assertEquals(after, byShorts);
        });
  }

  @Test
  void theExampleOfRfc1624() {
    // section 4: header checksum dd2f, field 5555 becomes 3285, and the result must be 0000
    assertEquals(0x0000, Checksum.replace16(0xdd2f, 0x5555, 0x3285));
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60})
  void tcpVerdictsHoldForEveryHeaderLengthAndFamily(int headerLength) {
    Property.forAll(
        "tcp checksum, header of " + headerLength,
        30,
        random -> {
          for (boolean ipv6 : new boolean[] {false, true}) {
            byte[] options = new byte[headerLength - 20];
            Arrays.fill(options, (byte) 1);
            byte[] payload = randomBytes(random, 1 + random.nextInt(40));
            assertVerdicts(
                random,
                () -> ip(ipv6).tcp(1, 2).syn().option(options).payload(payload),
                state ->
                    ipv6
                        ? parsed.tcp.verifyChecksum(state, parsed.ipv6)
                        : parsed.tcp.verifyChecksum(state, parsed.ipv4));
            assertEquals(headerLength, parsed.tcp.headerLength());
          }
        });
  }

  @Test
  void udpAndIcmpv6Verdicts() {
    Property.forAll(
        "udp and icmpv6 checksum",
        100,
        random -> {
          byte[] payload = randomBytes(random, 1 + random.nextInt(40));
          assertVerdicts(
              random,
              () -> ip(false).udp(1, 2).payload(payload),
              state -> parsed.udp.verifyChecksum(state, parsed.ipv4));
          assertVerdicts(
              random,
              () -> ip(true).udp(1, 2).payload(payload),
              state -> parsed.udp.verifyChecksum(state, parsed.ipv6));
          assertVerdicts(
              random,
              () -> ip(true).echoRequest(1, 2).payload(payload),
              state -> parsed.icmpv6.verifyChecksum(state, parsed.ipv6));
        });
  }

  private interface Verifier {
    Verdict verify(ChecksumState state);
  }

  private interface Builder {
    PacketBuilder start();
  }

  private void assertVerdicts(RandomGenerator random, Builder builder, Verifier verifier) {
    byte[] good = builder.start().build();
    parse(good);
    assertVerdict(Verdict.GOOD, Verdict.GOOD, Verdict.PARTIAL, verifier);

    parse(builder.start().partialChecksum().build());
    assertVerdict(Verdict.PARTIAL, Verdict.BAD, Verdict.PARTIAL, verifier);

    parse(builder.start().badChecksum().build());
    assertVerdict(Verdict.BAD, Verdict.BAD, Verdict.PARTIAL, verifier);

    byte[] damaged = good.clone();
    damaged[damaged.length - 1] ^= (byte) (1 << random.nextInt(8));
    parse(damaged);
    assertVerdict(Verdict.BAD, Verdict.BAD, Verdict.PARTIAL, verifier);
    parse(good);
  }

  private static void assertVerdict(
      Verdict unknown, Verdict complete, Verdict partial, Verifier verifier) {
    assertEquals(unknown, verifier.verify(ChecksumState.UNKNOWN), "state UNKNOWN");
    assertEquals(complete, verifier.verify(ChecksumState.COMPLETE), "state COMPLETE");
    assertEquals(partial, verifier.verify(ChecksumState.PARTIAL), "state PARTIAL");
  }

  @ParameterizedTest
  @CsvSource({"false, GOOD", "true, BAD"})
  void udpWithoutChecksumIsGoodOverIpv4Only(boolean ipv6, Verdict expected) {
    parse(ip(ipv6).udp(1, 2).payload("x").noChecksum().build());
    for (ChecksumState state :
        new ChecksumState[] {ChecksumState.UNKNOWN, ChecksumState.COMPLETE}) {
      assertEquals(
          expected,
          ipv6
              ? parsed.udp.verifyChecksum(state, parsed.ipv6)
              : parsed.udp.verifyChecksum(state, parsed.ipv4));
    }
  }

  @Test
  void udpNeverSendsZero() {
    parse(ip(false).udp(0, 2).payload(new byte[2]).build());
    // choose the payload so that everything sums to all ones: the checksum would be 0
    int checksum = parsed.udp.checksum();
    Memory.putShort(parsed.udp.payloadAddress(), checksum);
    parsed.udp.updateChecksum(parsed.ipv4);
    assertEquals(0xffff, parsed.udp.checksum());
    assertEquals(Verdict.GOOD, parsed.udp.verifyChecksum(ChecksumState.COMPLETE, parsed.ipv4));
  }

  private void parse(byte[] frame) {
    assertTrue(parsed.parse(buffer.put(frame), frame.length), () -> CaptureLine.of(frame));
  }

  private static PacketBuilder ip(boolean ipv6) {
    PacketBuilder builder = PacketBuilder.ethernet(CLIENT, NODE);
    return ipv6
        ? builder.ipv6("2001:db8::9", "2001:db8::77")
        : builder.ipv4("192.168.2.9", "192.168.2.77");
  }

  private static byte[] randomBytes(RandomGenerator random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
