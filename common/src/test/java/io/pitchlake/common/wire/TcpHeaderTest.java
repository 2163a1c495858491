package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// [TcpHeader] and [TcpOptions].
final class TcpHeaderTest {
  private static final int OFFSET = 34;

  private final NativeBuffer buffer = new NativeBuffer(512);
  private final TcpHeader header = new TcpHeader();
  private final TcpOptions options = new TcpOptions();
  private final ParsedFrame parsed = new ParsedFrame();

  @AfterEach
  void free() {
    buffer.close();
  }

  @Test
  void deconstruct() {
    assertTrue(header.wrap(buffer.put(Golden.SYN.from(OFFSET)), 40));
    assertEquals(40000, header.sourcePort());
    assertEquals(80, header.destinationPort());
    assertEquals(0xdeadbeef, header.sequence());
    assertEquals(0, header.acknowledgment());
    assertEquals(40, header.headerLength());
    assertEquals(TcpHeader.SYN | TcpHeader.ECE | TcpHeader.CWR, header.flags());
    assertTrue(header.isPureSyn());
    assertEquals(64240, header.window());
    assertEquals(0x8874, header.checksum());
    assertEquals(0, header.urgentPointer());
    assertEquals(20, header.optionsLength());
    assertEquals(buffer.address() + 20, header.optionsAddress());
    assertEquals(0, header.payloadLength());
    assertEquals(1, header.sequenceLength());

    assertTrue(options.wrap(header.optionsAddress(), header.optionsLength()));
    assertTrue(options.hasMss() && options.hasWindowScale() && options.hasTimestamps());
    assertTrue(options.isSackPermitted());
    assertFalse(options.hasSack());
    assertEquals(1460, options.mss());
    assertEquals(7, options.windowScale());
    assertEquals(0x01020304, options.timestampValue());
    assertEquals(0, options.timestampEcho());
  }

  @Test
  void construct() {
    header
        .create(buffer.refill().address(), 40, 40)
        .sourcePort(40000)
        .destinationPort(80)
        .sequence(0xdeadbeef)
        .flags(TcpHeader.SYN | TcpHeader.ECE | TcpHeader.CWR)
        .window(64240)
        .checksum(0x8874);
    putOptions(header.optionsAddress());
    assertEquals(FrameAssert.dump(Golden.SYN.from(OFFSET)), FrameAssert.dump(buffer.get(40)));
    buffer.assertUntouchedOutside(0, 40);
  }

  /// What Linux sends; the sum of the words.
  private static long putOptions(long address) {
    int[] words = {
      TcpOptions.mssWord(1460),
      TcpOptions.SACK_PERMITTED_TIMESTAMPS_WORD,
      0x01020304,
      0,
      TcpOptions.windowScaleWord(7)
    };
    long sum = 0;
    for (int i = 0; i < words.length; i++) {
      Memory.putInt(address, i * 4, words[i]);
      sum += words[i] & 0xffff_ffffL;
    }
    return sum;
  }

  @Test
  void constructAtOnce() {
    long sum = putOptions(buffer.refill().address() + TcpHeader.MIN_LENGTH);
    long pseudoHeader = Checksum.pseudoHeaderSum(0xc0a80209, 0xc0a8024d, TcpHeader.PROTOCOL, 40);
    header.create(
        buffer.address(),
        40,
        40,
        40000 << 16 | 80,
        0xdeadbeef,
        0,
        TcpHeader.SYN | TcpHeader.ECE | TcpHeader.CWR,
        64240,
        pseudoHeader + sum);
    assertEquals(40000 << 16 | 80, header.ports());
    assertEquals(FrameAssert.dump(Golden.SYN.from(OFFSET)), FrameAssert.dump(buffer.get(40)));
    buffer.assertUntouchedOutside(0, 40);
    assertThrows(
        IllegalArgumentException.class,
        () -> header.create(buffer.address(), 39, 40, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void parse() {
    Property.forAll(
        "tcp fields read as built",
        300,
        random -> {
          int sequence = random.nextInt();
          int acknowledgment = random.nextInt();
          int flags = random.nextInt(256);
          int window = random.nextInt(65_536);
          int value = random.nextInt();
          byte[] payload = new byte[random.nextInt(60)];
          boolean ipv6 = random.nextBoolean();
          PacketBuilder builder = PacketBuilder.ethernet("02:00:00:00:00:09", "00:00:5e:00:01:32");
          builder =
              ipv6
                  ? builder.ipv6("2001:db8::9", "2001:db8::77")
                  : builder.ipv4("192.168.2.9", "192.168.2.77");
          byte[] frame =
              builder
                  .tcp(window, 65_535 - window)
                  .sequence(sequence)
                  .ack(acknowledgment)
                  .flags(flags)
                  .window(window)
                  .windowScale(flags & 15)
                  .timestamps(value, ~value)
                  .payload(payload)
                  .padTo(60, 0xee)
                  .build();
          assertTrue(parsed.parse(buffer.put(frame), frame.length));
          assertEquals(window, parsed.tcp.sourcePort());
          assertEquals(65_535 - window, parsed.tcp.destinationPort());
          assertEquals(sequence, parsed.tcp.sequence());
          assertEquals(acknowledgment, parsed.tcp.acknowledgment());
          assertEquals(flags, parsed.tcp.flags());
          assertEquals((flags & 0x17) == TcpHeader.SYN, parsed.tcp.isPureSyn());
          assertEquals((flags & 0x24) != 0, parsed.tcp.hasAny(TcpHeader.RST | TcpHeader.URG));
          assertEquals(window, parsed.tcp.window());
          assertEquals(payload.length, parsed.tcp.payloadLength());
          int phantom = ((flags & 1) != 0 ? 1 : 0) + ((flags & 2) != 0 ? 1 : 0);
          assertEquals(payload.length + phantom, parsed.tcp.sequenceLength());
          assertEquals(Math.min(14, flags & 15), parsed.tcpOptions.windowScale());
          assertEquals(value, parsed.tcpOptions.timestampValue());
          assertEquals(~value, parsed.tcpOptions.timestampEcho());
          assertFalse(parsed.tcpOptions.hasMss());
          assertFalse(parsed.tcpOptions.isSackPermitted());
        });
  }

  @Test
  void emit() {
    byte[] expected = Golden.SYN.frame();
    Frame frame = new Frame().wrap(buffer.refill().address(), expected.length, 100);
    EthernetHeader ethernet = new EthernetHeader();
    ethernet
        .create(frame.address(), frame.length())
        .destination(0x0000_5e00_0132L)
        .source(0x0200_0000_0009L)
        .etherType(Ipv4Header.ETHER_TYPE);
    Ipv4Header ip = new Ipv4Header();
    ip.create(ethernet.payloadAddress(), ethernet.payloadLength())
        .identification(1)
        .dontFragment(true)
        .timeToLive(64)
        .protocol(TcpHeader.PROTOCOL)
        .source(0xc0a80209)
        .destination(0xc0a8024d)
        .updateChecksum();
    header
        .create(ip.payloadAddress(), ip.payloadLength(), 40)
        .sourcePort(40000)
        .destinationPort(80)
        .sequence(0xdeadbeef)
        .flags(TcpHeader.SYN | TcpHeader.ECE | TcpHeader.CWR)
        .window(64240);
    putOptions(header.optionsAddress());
    header.updateChecksum(ip);
    FrameAssert.assertThat(frame).hasBytes(expected);
    buffer.assertUntouchedOutside(0, expected.length);
  }

  @Test
  void truncatedAtEveryLength() {
    long address = buffer.put(Golden.SYN.from(OFFSET));
    for (int length = 0; length < 40; length++) {
      assertFalse(header.wrap(address, length), "length " + length);
      assertEquals(0, header.lengthBytes());
      assertThrows(AssertionError.class, header::flags);
    }
  }

  @Test
  void headerLengthsThatCannotBeAreRefused() {
    byte[] segment = Golden.SYN.from(OFFSET);
    for (int headerLength = 0; headerLength <= 60; headerLength += 4) {
      segment[12] = (byte) (headerLength << 2);
      assertEquals(
          headerLength >= 20 && headerLength <= 40,
          header.wrap(buffer.put(segment), segment.length),
          "header of " + headerLength);
    }
    assertThrows(IllegalArgumentException.class, () -> header.create(buffer.address(), 60, 16));
    assertThrows(IllegalArgumentException.class, () -> header.create(buffer.address(), 60, 22));
    assertThrows(IllegalArgumentException.class, () -> header.create(buffer.address(), 99, 64));
    assertThrows(IllegalArgumentException.class, () -> header.create(buffer.address(), 23, 24));
  }

  @ParameterizedTest
  @CsvSource({
    "020405, an MSS cut off",
    "02, a kind without a length",
    "0200, length 0",
    "0201, length 1",
    "030405b4, a window scale of 4 bytes",
    "020305, an MSS of 3 bytes",
    "040300, SACK permitted of 3 bytes",
    "0809010203040506, timestamps cut off",
    "0809010203040506070809, timestamps of 9 bytes",
    "0502, SACK without a block",
    "050b0102030405060708090a0b, SACK of a block and a byte",
    "020405b4fd06000102, an unknown one of which a byte is missing",
  })
  void malformedOptionsAreRefused(String hex, String why) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    assertFalse(options.wrap(buffer.put(bytes), bytes.length), why);
    assertFalse(options.hasMss());
    assertEquals(0, options.mss());
  }

  @ParameterizedTest
  @CsvSource({
    "'', false, 0",
    "01010101, false, 0",
    "00020405, false, 0",
    "020405b400000000, true, 1460",
    "fd06010203040204ffff, true, 65535",
    "0204000102040002, true, 2",
    "050a0102030405060708020405b4, true, 1460",
  })
  void goodOptions(String hex, boolean hasMss, int mss) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    assertTrue(options.wrap(buffer.put(bytes), bytes.length));
    assertEquals(hasMss, options.hasMss());
    assertEquals(mss, options.mss());
    assertEquals(hex.startsWith("05"), options.hasSack());
  }

  @Test
  void optionsTruncatedAtEveryLength() {
    byte[] bytes = Golden.SYN.from(OFFSET + 20);
    long address = buffer.put(bytes);
    for (int length = 0; length <= bytes.length; length++) {
      boolean atABoundary =
          length == 0 || length == 4 || length == 6 || length == 16 || length == 17 || length == 20;
      assertEquals(atABoundary, options.wrap(address, length), "length " + length);
      assertEquals(atABoundary && length >= 16, options.hasTimestamps());
    }
  }
}
