package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DhcpHeaderTest {
  private static final int OFFSET = 42;
  private static final long CLIENT = 0x0200_0000_0009L;
  private static final int SERVER_IP = 0xc0a80201;
  private static final int LEASED_IP = 0xc0a8024d;

  private final NativeBuffer buffer = new NativeBuffer(1_024);
  private final DhcpHeader header = new DhcpHeader();

  @AfterEach
  void free() {
    buffer.close();
  }

  @Test
  void deconstruct() {
    byte[] message = Golden.DHCP_OFFER.from(OFFSET);
    assertTrue(header.wrap(buffer.put(message), message.length));
    assertEquals(DhcpHeader.BOOT_REPLY, header.op());
    assertEquals(0x3903f326, header.transactionId());
    assertTrue(header.isBroadcast());
    assertEquals(0, header.clientAddress());
    assertEquals(LEASED_IP, header.yourAddress());
    assertEquals(SERVER_IP, header.serverAddress());
    assertEquals(0, header.relayAddress());
    assertEquals(CLIENT, header.clientMac());
    assertEquals(DhcpHeader.OFFER, header.messageType());
    assertEquals(SERVER_IP, header.serverIdentifier());
    assertEquals(0, header.requestedAddress());
    assertTrue(header.isFromServer());
    assertTrue(header.isLease());
  }

  @Test
  void construct() {
    header
        .create(buffer.refill().address(), 300, DhcpHeader.BOOT_REPLY, DhcpHeader.OFFER)
        .transactionId(0x3903f326)
        .broadcast(true)
        .yourAddress(LEASED_IP)
        .serverAddress(SERVER_IP)
        .clientMac(CLIENT);
    // the golden message goes on with two options that create does not write
    assertEquals(
        FrameAssert.dump(Golden.DHCP_OFFER.bytes(OFFSET, 243)), FrameAssert.dump(buffer.get(243)));
    assertEquals(255, buffer.get(300)[243] & 0xff);
    buffer.assertUntouchedOutside(0, 300);
    assertTrue(header.wrap(buffer.address(), 300));
    assertEquals(DhcpHeader.OFFER, header.messageType());
  }

  @Test
  void parse() {
    ParsedFrame parsed = new ParsedFrame();
    byte[] frame = Golden.DHCP_OFFER.frame();
    assertTrue(parsed.parse(buffer.put(frame), frame.length));
    assertEquals(DhcpHeader.SERVER_PORT, parsed.udp.sourcePort());
    assertEquals(DhcpHeader.CLIENT_PORT, parsed.udp.destinationPort());
    assertEquals(LEASED_IP, parsed.dhcp.yourAddress());
    assertTrue(parsed.dhcp.isLease());
  }

  @Test
  void emit() {
    byte[] expected =
        PacketBuilder.ethernet("02:00:00:00:00:09", "ff:ff:ff:ff:ff:ff")
            .ipv4("0.0.0.0", "255.255.255.255")
            .udp(68, 67)
            .dhcp(1, 1, "0.0.0.0", "02:00:00:00:00:09")
            .build();
    Frame frame = new Frame().wrap(buffer.refill().address(), expected.length, 1_000);
    EthernetHeader ethernet = new EthernetHeader();
    ethernet
        .create(frame.address(), frame.length())
        .destination(0xffff_ffff_ffffL)
        .source(CLIENT)
        .etherType(Ipv4Header.ETHER_TYPE);
    Ipv4Header ip = new Ipv4Header();
    ip.create(ethernet.payloadAddress(), ethernet.payloadLength())
        .timeToLive(64)
        .protocol(UdpHeader.PROTOCOL)
        .destination(-1)
        .updateChecksum();
    UdpHeader udp = new UdpHeader();
    udp.create(ip.payloadAddress(), ip.payloadLength()).sourcePort(68).destinationPort(67);
    header
        .create(
            udp.payloadAddress(), udp.payloadLength(), DhcpHeader.BOOT_REQUEST, DhcpHeader.DISCOVER)
        .transactionId(0x3903f326)
        .clientMac(CLIENT);
    udp.updateChecksum(ip);
    FrameAssert.assertThat(frame).hasBytes(expected).hasGoodChecksums();
    buffer.assertUntouchedOutside(0, expected.length);
  }

  @ParameterizedTest
  @CsvSource({
    "2, 2, 192.168.2.77, true, true",
    "2, 5, 192.168.2.77, true, true",
    "2, 5, 0.0.0.0, true, false",
    "2, 6, 0.0.0.0, true, false",
    "1, 3, 0.0.0.0, false, false",
    "1, 5, 192.168.2.77, false, false",
    "2, 1, 192.168.2.77, false, false",
  })
  void whoIsAServer(int op, int type, String yourAddress, boolean server, boolean lease) {
    byte[] frame =
        PacketBuilder.ethernet("02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff")
            .ipv4("192.168.2.1", "255.255.255.255")
            .udp(67, 68)
            .dhcp(op, type, yourAddress, "02:00:00:00:00:09")
            .build();
    assertTrue(header.wrap(buffer.put(frame) + OFFSET, frame.length - OFFSET));
    assertEquals(type, header.messageType());
    assertEquals(server, header.isFromServer());
    assertEquals(lease, header.isLease());
  }

  @Test
  void truncatedAtEveryLength() {
    byte[] message = Golden.DHCP_OFFER.from(OFFSET);
    long address = buffer.put(message);
    // options: type 240..242, server 243..248, lease time 249..254, end 255
    for (int length = 0; length <= message.length; length++) {
      boolean whole = length == 240 || length == 243 || length == 249 || length >= 255;
      assertEquals(whole, header.wrap(address, length), "length " + length);
      assertEquals(whole && length >= 243 ? DhcpHeader.OFFER : 0, header.messageType());
      if (!whole) {
        assertThrows(AssertionError.class, header::op);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 6, other hardware",
    "2, 8, other address length",
    "236, 0, no cookie",
    "241, 2, a message type of 2 bytes",
    "244, 3, a server identifier of 3 bytes",
  })
  void otherKindsAreRefused(int offset, int value, String why) {
    byte[] message = Golden.DHCP_OFFER.from(OFFSET);
    message[offset] = (byte) value;
    assertFalse(header.wrap(buffer.put(message), message.length), why);
    assertEquals(0, header.messageType());
    assertEquals(0, header.serverIdentifier());
  }

  @Test
  void padsAndTheRequestedAddress() {
    byte[] message = Arrays.copyOf(Golden.DHCP_OFFER.from(OFFSET), 260);
    byte[] options = {0, 0, 50, 4, 10, 1, 2, 3, 0, 53, 1, 3, 99, 0, -1, 53, 1, 5, 0, 0};
    System.arraycopy(options, 0, message, 240, options.length);
    assertTrue(header.wrap(buffer.put(message), message.length));
    assertEquals(0x0a010203, header.requestedAddress());
    assertEquals(DhcpHeader.REQUEST, header.messageType(), "what follows the end is not read");
  }
}
