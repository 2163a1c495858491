package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class Ipv4HeaderTest {
  private static final int CLIENT = 0xc0a80209;
  private static final int DECOY = 0xc0a8024d;

  private final NativeBuffer buffer = new NativeBuffer(70_000);
  private final Ipv4Header header = new Ipv4Header();

  @AfterEach
  void free() {
    buffer.close();
  }

  @Test
  void deconstruct() {
    byte[] packet = Golden.ECHO.from(14);
    assertTrue(header.wrap(buffer.put(packet), packet.length));
    assertEquals(20, header.headerLength());
    assertEquals(37, header.totalLength());
    assertEquals(0x10, header.typeOfService());
    assertEquals(0x1234, header.identification());
    assertTrue(header.isDontFragment());
    assertFalse(header.isMoreFragments());
    assertEquals(0, header.fragmentOffset());
    assertFalse(header.isFragment());
    assertEquals(61, header.timeToLive());
    assertEquals(IcmpHeader.PROTOCOL, header.protocol());
    assertEquals(0xa5ed, header.checksum());
    assertTrue(header.isChecksumGood());
    assertEquals(CLIENT, header.source());
    assertEquals(DECOY, header.destination());
    assertEquals(buffer.address() + 20, header.payloadAddress());
    assertEquals(17, header.payloadLength());
  }

  @Test
  void deconstructOptionsAndFragments() {
    byte[] packet = Golden.FRAGMENT.from(14);
    assertTrue(header.wrap(buffer.put(packet), packet.length));
    assertEquals(28, header.headerLength());
    assertTrue(header.isMoreFragments());
    assertEquals(1480, header.fragmentOffset());
    assertTrue(header.isFragment());
    assertTrue(header.isChecksumGood());
    assertEquals(8, header.payloadLength());
  }

  @Test
  void construct() {
    byte[] packet = Golden.ECHO.from(14);
    header
        .create(buffer.refill().address(), packet.length)
        .typeOfService(0x10)
        .identification(0x1234)
        .dontFragment(true)
        .timeToLive(61)
        .protocol(IcmpHeader.PROTOCOL)
        .source(CLIENT)
        .destination(DECOY)
        .updateChecksum();
    assertEquals(FrameAssert.dump(Golden.ECHO.bytes(14, 20)), FrameAssert.dump(buffer.get(20)));
    buffer.assertUntouchedOutside(0, 20);
  }

  @Test
  void constructAtOnce() {
    int word = Ipv4Header.identificationWord(0xbeef, true);
    header.create(buffer.refill().address(), 60, word, 64, TcpHeader.PROTOCOL, CLIENT, DECOY);
    byte[] atOnce = buffer.get(20);
    buffer.assertUntouchedOutside(0, 20);
    assertEquals(20, header.headerLength());
    header
        .create(buffer.refill().address(), 60)
        .identification(0xbeef)
        .dontFragment(true)
        .timeToLive(64)
        .protocol(TcpHeader.PROTOCOL)
        .source(CLIENT)
        .destination(DECOY)
        .updateChecksum();
    assertEquals(FrameAssert.dump(buffer.get(20)), FrameAssert.dump(atOnce));
    assertThrows(
        IllegalArgumentException.class,
        () -> header.create(buffer.address(), 19, word, 64, TcpHeader.PROTOCOL, CLIENT, DECOY));
  }

  @Test
  void parse() {
    Property.forAll(
        "ipv4 fields read as built",
        200,
        random -> {
          int id = random.nextInt(65_536);
          int offset = random.nextInt(8_192) * 8;
          boolean more = random.nextBoolean();
          byte[] options = new byte[4 * random.nextInt(11)];
          random.nextBytes(options);
          byte[] payload = new byte[random.nextInt(100)];
          byte[] frame =
              PacketBuilder.ethernet("02:00:00:00:00:09", "00:00:5e:00:01:32")
                  .ipv4("192.168.2.9", "192.168.2.77")
                  .identification(id)
                  .timeToLive(id & 0xff)
                  .ipOptions(options)
                  .fragment(offset, more)
                  .protocol(99)
                  .payload(payload)
                  .padTo(60, 0xee)
                  .build();
          assertTrue(header.wrap(buffer.put(frame) + 14, frame.length - 14));
          assertEquals(id, header.identification());
          assertEquals(id & 0xff, header.timeToLive());
          assertEquals(20 + options.length, header.headerLength());
          assertEquals(offset, header.fragmentOffset());
          assertEquals(more, header.isMoreFragments());
          assertEquals(more || offset > 0, header.isFragment());
          assertEquals(99, header.protocol());
          assertEquals(payload.length, header.payloadLength());
          assertTrue(header.isChecksumGood());
        });
  }

  @Test
  void emitWithIcmp() {
    byte[] expected = Golden.ECHO.frame();
    Frame frame = new Frame().wrap(buffer.refill().address(), expected.length, 100);
    EthernetHeader ethernet = new EthernetHeader();
    ethernet
        .create(frame.address(), frame.length())
        .destination(0x0000_5e00_0132L)
        .source(0x0200_0000_0009L)
        .etherType(Ipv4Header.ETHER_TYPE);
    header
        .create(ethernet.payloadAddress(), ethernet.payloadLength())
        .typeOfService(0x10)
        .identification(0x1234)
        .dontFragment(true)
        .timeToLive(61)
        .protocol(IcmpHeader.PROTOCOL)
        .source(CLIENT)
        .destination(DECOY)
        .updateChecksum();
    IcmpHeader icmp = new IcmpHeader();
    icmp.create(header.payloadAddress(), header.payloadLength())
        .type(IcmpHeader.ECHO_REQUEST)
        .identifier(1234)
        .sequence(3);
    Memory.copy(Golden.ECHO.from(42), 0, icmp.dataAddress(), icmp.dataLength());
    icmp.updateChecksum();
    FrameAssert.assertThat(frame).hasBytes(expected);
    buffer.assertUntouchedOutside(0, expected.length);
  }

  @Test
  void flagsLeaveTheFragmentOffsetAlone() {
    header.create(buffer.address(), 20).fragmentOffset(65_528).dontFragment(true);
    assertEquals(65_528, header.moreFragments(true).fragmentOffset());
    assertTrue(header.isDontFragment());
    assertEquals(0, header.fragmentOffset(0).fragmentOffset());
    assertTrue(header.isMoreFragments() && header.isDontFragment());
    assertFalse(header.moreFragments(false).isMoreFragments());
    assertFalse(header.dontFragment(false).isDontFragment());
  }

  @Test
  void truncatedAtEveryLength() {
    byte[] packet = Golden.ECHO.from(14);
    long address = buffer.put(packet);
    for (int length = 0; length < packet.length; length++) {
      assertFalse(header.wrap(address, length), "length " + length);
      assertEquals(0, header.lengthBytes());
      assertThrows(AssertionError.class, header::source);
    }
  }

  @Test
  void paddingIsOutOfBounds() {
    byte[] packet = Golden.UDP.from(14);
    buffer.put(packet);
    assertTrue(header.wrap(buffer.address(), 46));
    assertEquals(13, header.payloadLength());
    assertEquals(packet.length, header.lengthBytes());
  }

  @Test
  void lengthsThatCannotBeAreRefused() {
    PacketBuilder builder =
        PacketBuilder.ethernet("02:00:00:00:00:09", "00:00:5e:00:01:32")
            .ipv4("192.168.2.9", "192.168.2.77")
            .udp(1, 2)
            .padTo(60);
    for (int headerLength = 0; headerLength <= 60; headerLength += 4) {
      byte[] frame = builder.ipHeaderLength(headerLength).build();
      boolean fits = headerLength >= 20 && headerLength <= 28;
      assertEquals(
          fits, header.wrap(buffer.put(frame) + 14, frame.length - 14), "ihl " + headerLength);
    }
    builder.ipHeaderLength(20);
    for (int total = 0; total <= 100; total++) {
      byte[] frame = builder.ipLength(total).build();
      boolean fits = total >= 20 && total <= 46;
      assertEquals(fits, header.wrap(buffer.put(frame) + 14, frame.length - 14), "total " + total);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x05, 0x55, 0x65, 0xf5})
  void otherVersionsAreRefused(int versionIhl) {
    byte[] packet = Golden.ECHO.from(14);
    packet[0] = (byte) versionIhl;
    assertFalse(header.wrap(buffer.put(packet), packet.length));
  }

  @Test
  void aSuperFrameIsTaken() {
    header.create(buffer.address(), 65_535);
    assertTrue(header.wrap(buffer.address(), 65_535));
    assertEquals(65_515, header.payloadLength());
    assertFalse(header.wrap(buffer.address(), 65_534));
  }

  @Test
  void createNeedsRoom() {
    assertThrows(IllegalArgumentException.class, () -> header.create(buffer.address(), 19));
    assertEquals(0, header.address());
  }

  @Test
  void multicastMac() {
    assertEquals(0x0100_5e00_0012L, Ipv4Header.multicastMac(0xe0000012));
    assertEquals(0x0100_5e7f_ffffL, Ipv4Header.multicastMac(0xefff_ffff));
  }
}
