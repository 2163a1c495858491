package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VrrpHeaderTest {
  private static final int OFFSET = 34;
  private static final int OFFSET_IPV6 = 54;
  private static final long LINK_LOCAL_HIGH = 0xfe80_0000_0000_0000L;
  private static final long HIGH = 0x2001_0db8_0000_0000L;

  private final NativeBuffer buffer = new NativeBuffer(8_192);
  private final VrrpHeader header = new VrrpHeader();
  private final ParsedFrame parsed = new ParsedFrame();

  @AfterEach
  void free() {
    buffer.close();
  }

  @Test
  void deconstructVersion3() {
    assertTrue(header.wrap(buffer.put(Golden.VRRP_V3.from(OFFSET)), 16));
    assertEquals(3, header.version());
    assertEquals(VrrpHeader.ADVERTISEMENT, header.type());
    assertEquals(50, header.vrid());
    assertEquals(200, header.priority());
    assertEquals(2, header.count());
    assertEquals(10, header.intervalCentis());
    assertEquals(0xde24, header.checksum());
    assertFalse(header.isIpv6());
    assertEquals(0xc0a80205, header.ipv4(0));
    assertEquals(0xc0a80206, header.ipv4(1));
    assertThrows(AssertionError.class, () -> header.ipv4(2));
  }

  @Test
  void deconstructVersion2() {
    assertTrue(header.wrap(buffer.put(Golden.VRRP_V2.from(OFFSET)), 20));
    assertEquals(2, header.version());
    assertEquals(VrrpHeader.ADVERTISEMENT, header.type());
    assertEquals(50, header.vrid());
    assertEquals(100, header.priority());
    assertEquals(1, header.count());
    assertEquals(0, header.authType());
    assertEquals(100, header.intervalCentis());
    assertEquals(0xc0a80205, header.ipv4(0));
    assertTrue(header.isChecksumGood(0));
  }

  @Test
  void deconstructIpv6() {
    assertTrue(header.wrapIpv6(buffer.put(Golden.VRRP_IPV6.from(OFFSET_IPV6)), 40));
    assertEquals(3, header.version());
    assertEquals(2, header.count());
    assertTrue(header.isIpv6());
    assertEquals(LINK_LOCAL_HIGH, header.ipv6High(0));
    assertEquals(5, header.ipv6Low(0));
    assertEquals(HIGH, header.ipv6High(1));
    assertEquals(5, header.ipv6Low(1));
  }

  @Test
  void construct() {
    header
        .create(buffer.refill().address(), VrrpHeader.length(2, 1, false), 2, 1, false)
        .vrid(50)
        .priority(100)
        .intervalCentis(100)
        .ipv4(0, 0xc0a80205)
        .updateChecksum(0);
    assertEquals(FrameAssert.dump(Golden.VRRP_V2.from(OFFSET)), FrameAssert.dump(buffer.get(20)));
    buffer.assertUntouchedOutside(0, 20);

    header
        .create(buffer.refill().address(), VrrpHeader.length(3, 2, true), 3, 2, true)
        .vrid(50)
        .priority(200)
        .intervalCentis(10)
        .ipv6(0, LINK_LOCAL_HIGH, 5)
        .ipv6(1, HIGH, 5)
        .checksum(0xdc4a);
    assertEquals(
        FrameAssert.dump(Golden.VRRP_IPV6.from(OFFSET_IPV6)), FrameAssert.dump(buffer.get(40)));
    buffer.assertUntouchedOutside(0, 40);
  }

  @Test
  void parse() {
    byte[] frame = Golden.VRRP_V3.frame();
    assertTrue(parsed.parse(buffer.put(frame), frame.length));
    long pseudo = parsed.ipv4.pseudoHeaderSum(VrrpHeader.PROTOCOL, parsed.vrrp.lengthBytes());
    assertTrue(parsed.vrrp.isChecksumGood(pseudo));
    assertFalse(parsed.vrrp.isChecksumGood(0));
    assertEquals(VrrpHeader.HOP_LIMIT, parsed.ipv4.timeToLive());
    assertEquals(VrrpHeader.GROUP_IPV4, parsed.ipv4.destination());
    assertEquals(VrrpHeader.virtualMac(50), parsed.ethernet.source());
    assertEquals(Ipv4Header.multicastMac(VrrpHeader.GROUP_IPV4), parsed.ethernet.destination());

    byte[] overIpv6 = Golden.VRRP_IPV6.frame();
    assertTrue(parsed.parse(buffer.put(overIpv6), overIpv6.length));
    assertTrue(parsed.vrrp.isChecksumGood(parsed.ipv6.pseudoHeaderSum(VrrpHeader.PROTOCOL, 40)));
    assertEquals(VrrpHeader.GROUP_IPV6_HIGH, parsed.ipv6.destinationHigh());
    assertEquals(VrrpHeader.GROUP_IPV6_LOW, parsed.ipv6.destinationLow());
    assertEquals(VrrpHeader.virtualMacIpv6(50), parsed.ethernet.source());
  }

  @Test
  void emit() {
    byte[] expected = Golden.VRRP_V3.frame();
    Frame frame = new Frame().wrap(buffer.refill().address(), expected.length, 100);
    EthernetHeader ethernet = new EthernetHeader();
    ethernet
        .create(frame.address(), frame.length())
        .destination(Ipv4Header.multicastMac(VrrpHeader.GROUP_IPV4))
        .source(VrrpHeader.virtualMac(50))
        .etherType(Ipv4Header.ETHER_TYPE);
    Ipv4Header ip = new Ipv4Header();
    ip.create(ethernet.payloadAddress(), ethernet.payloadLength())
        .timeToLive(VrrpHeader.HOP_LIMIT)
        .protocol(VrrpHeader.PROTOCOL)
        .source(0xc0a80204)
        .destination(VrrpHeader.GROUP_IPV4)
        .updateChecksum();
    header
        .create(ip.payloadAddress(), ip.payloadLength(), 3, 2, false)
        .vrid(50)
        .priority(200)
        .intervalCentis(10)
        .ipv4(0, 0xc0a80205)
        .ipv4(1, 0xc0a80206)
        .updateChecksum(ip.pseudoHeaderSum(VrrpHeader.PROTOCOL, ip.payloadLength()));
    FrameAssert.assertThat(frame).hasBytes(expected);
    buffer.assertUntouchedOutside(0, expected.length);
  }

  @Test
  void truncatedAtEveryLength() {
    long address = buffer.put(Golden.VRRP_V3.from(OFFSET));
    for (int length = 0; length < 16; length++) {
      assertFalse(header.wrap(address, length), "version 3, length " + length);
      assertThrows(AssertionError.class, header::vrid);
    }
    address = buffer.put(Golden.VRRP_V2.from(OFFSET));
    for (int length = 0; length < 20; length++) {
      assertFalse(header.wrap(address, length), "version 2, length " + length);
    }
    address = buffer.put(Golden.VRRP_IPV6.from(OFFSET_IPV6));
    for (int length = 0; length < 40; length++) {
      assertFalse(header.wrapIpv6(address, length), "IPv6, length " + length);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x11, 0x41, 0xf1})
  void otherVersionsAreRefused(int versionType) {
    byte[] advert = Golden.VRRP_V3.from(OFFSET);
    advert[0] = (byte) versionType;
    assertFalse(header.wrap(buffer.put(advert), advert.length));
  }

  @Test
  void version2OverIpv6IsRefused() {
    byte[] advert = Golden.VRRP_IPV6.from(OFFSET_IPV6);
    advert[0] = 0x21;
    assertFalse(header.wrapIpv6(buffer.put(advert), advert.length));
  }

  @Test
  void aFullListOfAddresses() {
    int length = VrrpHeader.length(3, 255, true);
    assertEquals(4088, length);
    header.create(buffer.refill().address(), length, 3, 255, true).ipv6(254, 1, 2);
    assertTrue(header.wrapIpv6(buffer.address(), length));
    assertEquals(1, header.ipv6High(254));
    assertEquals(2, header.ipv6Low(254));
    buffer.assertUntouchedOutside(0, length);
  }

  @Test
  void theIntervalHasTwelveBits() {
    header.create(buffer.address(), 12, 3, 1, false).intervalCentis(4095);
    assertEquals(4095, header.intervalCentis());
    Memory.putShort(buffer.address() + VrrpHeader.MAX_ADVERT_INTERVAL, 0xf064);
    assertEquals(100, header.intervalCentis(), "reserved bits do not count");
  }
}
