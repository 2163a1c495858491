package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Random bytes, damaged golden frames and whatever a fuzzer finds: no `wrap` throws, no accessor
/// leaves the bounds (it would be an assertion), and what lies behind the given length changes
/// nothing, so it was not read.
final class WireFuzzTest {
  /// Some IPv4 header, for the pseudo-header of transport checksums.
  private static final NativeBuffer IP = new NativeBuffer(60);

  /// Some message for options to belong to.
  private static final NativeBuffer SOLICITATION = new NativeBuffer(60);

  static {
    IP.put(Golden.SYN.from(14));
    SOLICITATION.put(Golden.SOLICITATION.from(54));
  }

  private final NativeBuffer buffer = new NativeBuffer(1_024);
  private final ParsedFrame parsed = new ParsedFrame();

  interface Wrap {
    boolean at(ParsedFrame parsed, long address, int length);
  }

  record Kind(String name, Golden golden, int offset, Wrap wrap) {
    byte[] usual() {
      return golden.from(offset);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  static void assertionsAreOn() {
    assertTrue(WireFuzzTest.class.desiredAssertionStatus(), "bounds are assertions: run with -ea");
  }

  @AfterEach
  void free() {
    buffer.close();
  }

  static Stream<Kind> kinds() {
    return Stream.of(
        kind("EthernetHeader", Golden.VLAN_ARP_REQUEST, 0, (p, a, n) -> p.ethernet.wrap(a, n)),
        kind("ArpHeader", Golden.ARP_REPLY, 14, (p, a, n) -> p.arp.wrap(a, n)),
        kind("Ipv4Header", Golden.FRAGMENT, 14, (p, a, n) -> p.ipv4.wrap(a, n)),
        kind("Ipv6Header", Golden.UDP_EXTENSIONS, 14, (p, a, n) -> p.ipv6.wrap(a, n)),
        kind("IcmpHeader", Golden.ECHO, 34, (p, a, n) -> p.icmp.wrap(a, n)),
        kind("Icmpv6Header", Golden.SOLICITATION, 54, (p, a, n) -> p.icmpv6.wrap(a, n)),
        kind("MldReport", Golden.MLD_REPORT, 62, WireFuzzTest::wrapReport),
        kind("NdpOptions", Golden.SOLICITATION, 78, WireFuzzTest::wrapOptions),
        kind("TcpHeader", Golden.SYN, 34, WireFuzzTest::wrapTcp),
        kind("UdpHeader", Golden.UDP, 34, WireFuzzTest::wrapUdp),
        kind("VrrpHeader", Golden.VRRP_V2, 34, (p, a, n) -> p.vrrp.wrap(a, n)),
        kind("VrrpHeader over IPv6", Golden.VRRP_IPV6, 54, (p, a, n) -> p.vrrp.wrapIpv6(a, n)),
        kind("DhcpHeader", Golden.DHCP_OFFER, 42, (p, a, n) -> p.dhcp.wrap(a, n)));
  }

  private static Kind kind(String name, Golden golden, int offset, Wrap wrap) {
    return new Kind(name, golden, offset, wrap);
  }

  private static boolean wrapOptions(ParsedFrame parsed, long address, int length) {
    // options are read with the message they belong to
    parsed.icmpv6.wrap(SOLICITATION.address(), Icmpv6Header.NEIGHBOR_LENGTH);
    return parsed.ndpOptions.wrap(address, length);
  }

  /// Visits all records, for [ParsedFrame] has no place for them, and once more from the start.
  private static boolean wrapReport(ParsedFrame parsed, long address, int length) {
    MldReport report = new MldReport();
    if (!report.wrap(address, length)) {
      return false;
    }
    long visited = visit(report);
    assertTrue(report.wrap(address, length));
    assertEquals(visited, visit(report));
    return true;
  }

  private static long visit(MldReport report) {
    int records = 0;
    long read = 0;
    while (report.next()) {
      read ^= report.recordType() ^ report.sources() ^ report.groupHigh() ^ report.groupLow();
      records++;
    }
    assertEquals(report.records(), records);
    return read;
  }

  private static boolean wrapTcp(ParsedFrame parsed, long address, int length) {
    parsed.ipv4.wrap(IP.address(), 60);
    return parsed.tcp.wrap(address, length)
        && parsed.tcpOptions.wrap(parsed.tcp.optionsAddress(), parsed.tcp.optionsLength());
  }

  private static boolean wrapUdp(ParsedFrame parsed, long address, int length) {
    parsed.ipv4.wrap(IP.address(), 60);
    return parsed.udp.wrap(address, length);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void randomBytes(Kind kind) {
    byte[] usual = kind.usual();
    Property.forAll(
        kind.name + " takes random bytes",
        3_000,
        random -> {
          byte[] bytes = new byte[random.nextInt(2 * usual.length + 8)];
          random.nextBytes(bytes);
          // a little structure, so that not everything fails on the first byte
          int kept = random.nextInt(Math.min(bytes.length, usual.length) + 1);
          System.arraycopy(usual, 0, bytes, 0, kept);
          assertSameWhateverFollows(kind.wrap, bytes);
        });
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void truncatedAndFlipped(Kind kind) {
    byte[] usual = kind.usual();
    Property.forAll(
        kind.name + " takes damaged bytes",
        3_000,
        random -> assertSameWhateverFollows(kind.wrap, damage(usual, random)));
  }

  @Test
  void wholeFrames() {
    List<byte[]> frames = Arrays.stream(Golden.values()).map(Golden::frame).toList();
    int[] accepted = new int[1];
    Property.forAll(
        "damaged frames are walked safely",
        20_000,
        random -> {
          byte[] frame = damage(frames.get(random.nextInt(frames.size())), random);
          if (assertSameWhateverFollows(ParsedFrame::parse, frame)) {
            accepted[0]++;
          }
        });
    if (System.getProperty(Property.SEED) == null) {
      assertTrue(accepted[0] > 1_000, "only " + accepted[0] + " damaged frames were accepted");
    }
  }

  @Test
  void goldenFramesAreAccepted() {
    for (Golden golden : Golden.values()) {
      assertTrue(assertSameWhateverFollows(ParsedFrame::parse, golden.frame()), golden.name());
    }
  }

  @Test
  void anEmptyFlyweightReadsNothing() {
    assertFalse(parsed.tcp.wrap(buffer.address(), 0));
    AssertionError error = assertThrows(AssertionError.class, parsed.tcp::flags);
    assertEquals(
        "TcpHeader is empty: the last wrap said false, or there was none", error.getMessage());
  }

  static Stream<byte[]> goldenFrames() {
    return Arrays.stream(Golden.values()).map(Golden::frame);
  }

  static Stream<byte[]> goldenHeaders() {
    return kinds().map(Kind::usual);
  }

  @MethodSource("goldenFrames")
  @FuzzTest
  void anyFrame(byte[] frame) {
    assertSameWhateverFollows(ParsedFrame::parse, fitting(frame));
  }

  /// The same bytes as each header there is.
  @MethodSource("goldenHeaders")
  @FuzzTest
  void anyHeader(byte[] header) {
    byte[] bytes = fitting(header);
    kinds().forEach(kind -> assertSameWhateverFollows(kind.wrap, bytes));
  }

  /// The same bytes as the quote of an ICMP error, in either family.
  @MethodSource("goldenHeaders")
  @FuzzTest
  void anyQuote(byte[] quote) {
    byte[] bytes = fitting(quote);
    QuotedPacket quoted = new QuotedPacket();
    for (boolean isIpv4 : new boolean[] {true, false}) {
      String first = readQuote(quoted, bytes, isIpv4, (byte) 0x5a);
      assertEquals(first, readQuote(quoted, bytes, isIpv4, (byte) 0), "read behind the end");
    }
  }

  private String readQuote(QuotedPacket quoted, byte[] bytes, boolean isIpv4, byte behind) {
    long address = putBefore(bytes, behind);
    if (!quoted.wrap(address, bytes.length, isIpv4)) {
      return "";
    }
    assertTrue(quoted.transportAddress() + quoted.transportLength() <= address + bytes.length);
    return List.of(
            quoted.headerLength(),
            quoted.protocol(),
            quoted.isFirstPiece(),
            quoted.sourceHigh(),
            quoted.sourceLow(),
            quoted.destinationHigh(),
            quoted.destinationLow(),
            quoted.sourcePort(),
            quoted.destinationPort(),
            Checksum.sum(quoted.transportAddress(), quoted.transportLength()))
        .toString();
  }

  private byte[] fitting(byte[] bytes) {
    return Arrays.copyOf(bytes, Math.min(bytes.length, buffer.capacity()));
  }

  private static byte[] damage(byte[] usual, RandomGenerator random) {
    int length = random.nextInt(4) == 0 ? random.nextInt(usual.length + 1) : usual.length;
    byte[] bytes = Arrays.copyOf(usual, length);
    for (int flips = random.nextInt(4); flips > 0 && length > 0; flips--) {
      // headers stand in front: most damage goes there
      int at = random.nextInt(random.nextBoolean() ? Math.min(length, 64) : length);
      bytes[at] =
          switch (random.nextInt(3)) {
            case 0 -> (byte) random.nextInt(256);
            case 1 -> (byte) (bytes[at] ^ 1 << random.nextInt(8));
            default -> (byte) (bytes[at] + random.nextInt(3) - 1);
          };
    }
    return bytes;
  }

  private boolean assertSameWhateverFollows(Wrap wrap, byte[] bytes) {
    String first = read(wrap, bytes, (byte) 0x5a);
    assertEquals(first, read(wrap, bytes, NativeBuffer.FILL), "read behind the end");
    assertEquals(first, read(wrap, bytes, (byte) 0), "read behind the end");
    buffer.assertUntouchedOutside(0, buffer.capacity());
    return !first.isEmpty();
  }

  private String read(Wrap wrap, byte[] bytes, byte behind) {
    long address = putBefore(bytes, behind);
    parsed.parse(address, 0);
    return wrap.at(parsed, address, bytes.length) ? parsed.readAll() : "";
  }

  private long putBefore(byte[] bytes, byte behind) {
    byte[] all = new byte[buffer.capacity()];
    Arrays.fill(all, behind);
    System.arraycopy(bytes, 0, all, 0, bytes.length);
    return buffer.put(all);
  }
}
