package io.pitchlake.common.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class EthernetHeaderTest {
  private static final long CLIENT = 0x0200_0000_0009L;
  private static final long NODE = 0x0000_5e00_0132L;

  private final NativeBuffer buffer = new NativeBuffer(128);
  private final EthernetHeader header = new EthernetHeader();
  private final VlanTag tag = new VlanTag();

  @AfterEach
  void free() {
    buffer.close();
  }

  @Test
  void deconstruct() {
    byte[] frame = Golden.ARP_REPLY.frame();
    assertTrue(header.wrap(buffer.put(frame), frame.length));
    assertEquals(CLIENT, header.destination());
    assertEquals(NODE, header.source());
    assertEquals(0x0806, header.etherType());
    assertEquals(0x0806, header.payloadType());
    assertEquals(0, header.vlanId());
    assertFalse(header.isTagged());
    assertEquals(14, header.headerLength());
    assertEquals(buffer.address() + 14, header.payloadAddress());
    assertEquals(28, header.payloadLength());
  }

  @Test
  void construct() {
    header
        .create(buffer.refill().address(), 14)
        .destination(CLIENT)
        .source(NODE)
        .etherType(ArpHeader.ETHER_TYPE);
    assertArrayEquals(Golden.ARP_REPLY.bytes(0, 14), buffer.get(14));
    buffer.assertUntouchedOutside(0, 14);
    assertEquals(0x0806, header.payloadType());
    header.addresses(NODE, CLIENT);
    assertEquals(NODE, header.destination());
    assertEquals(CLIENT, header.source());
    assertEquals(ArpHeader.ETHER_TYPE, header.etherType());
  }

  @Test
  void parseSkipsTheTag() {
    byte[] frame = Golden.VLAN_ARP_REQUEST.frame();
    assertTrue(header.wrap(buffer.put(frame), frame.length));
    assertEquals(0x8100, header.etherType());
    assertEquals(0x0806, header.payloadType());
    assertTrue(header.isTagged());
    assertEquals(7, header.vlanId());
    assertEquals(18, header.headerLength());
    assertEquals(28, header.payloadLength());

    assertTrue(tag.wrap(header.address() + EthernetHeader.ETHER_TYPE, frame.length - 12));
    assertEquals(VlanTag.TYPE_CUSTOMER, tag.type());
    assertEquals(7, tag.id());
    assertEquals(5, tag.priority());
    assertTrue(tag.isDropEligible());
    assertEquals(0x0806, tag.etherType());
  }

  @Test
  void emitWithATag() {
    header.create(buffer.refill().address(), 18).destination(NODE).source(CLIENT);
    tag.create(buffer.address() + 12, 6)
        .id(7)
        .priority(5)
        .dropEligible(true)
        .etherType(ArpHeader.ETHER_TYPE);
    assertArrayEquals(Golden.VLAN_ARP_REQUEST.bytes(0, 18), buffer.get(18));
    buffer.assertUntouchedOutside(0, 18);
  }

  @Test
  void settersOfATagLeaveItsOtherFieldsAlone() {
    tag.create(buffer.address(), 6).id(0xfff).priority(7).dropEligible(true);
    assertEquals(0, tag.id(0).id());
    assertEquals(7, tag.priority());
    assertTrue(tag.isDropEligible());
    assertEquals(0, tag.priority(0).priority());
    assertTrue(tag.isDropEligible());
    assertFalse(tag.dropEligible(false).isDropEligible());
    assertEquals(VlanTag.TYPE_SERVICE, tag.type(VlanTag.TYPE_SERVICE).type());
  }

  @Test
  void aReplyKeepsTheTags() {
    byte[] request =
        PacketBuilder.ethernet("02:00:00:00:00:09", "00:00:5e:00:01:32")
            .tag(0x88a8, 0x2001)
            .vlan(7)
            .arpRequest("192.168.2.9", "192.168.2.77")
            .build();
    byte[] expected =
        PacketBuilder.ethernet("00:00:5e:00:01:32", "02:00:00:00:00:09")
            .tag(0x88a8, 0x2001)
            .vlan(7)
            .arpRequest("192.168.2.9", "192.168.2.77")
            .build();
    assertTrue(header.wrap(buffer.put(request), request.length));
    assertEquals(22, header.headerLength());
    EthernetHeader reply = new EthernetHeader();
    reply.createReply(buffer.address() + 64, 60, header);
    assertArrayEquals(Arrays.copyOf(expected, 22), buffer.get(64, 22), "the header of the reply");
    assertEquals(22, reply.headerLength());
    assertEquals(0x0806, reply.payloadType());
  }

  @Test
  void aThirdTagIsNotSkipped() {
    byte[] frame =
        PacketBuilder.ethernet("02:00:00:00:00:09", "00:00:5e:00:01:32")
            .vlan(1)
            .vlan(2)
            .vlan(3)
            .arpProbe("192.168.2.77")
            .build();
    assertTrue(header.wrap(buffer.put(frame), frame.length));
    assertEquals(VlanTag.TYPE_CUSTOMER, header.payloadType());
    assertEquals(1, header.vlanId());
  }

  @Test
  void truncatedAtEveryLength() {
    long address = buffer.put(Golden.VLAN_ARP_REQUEST.frame());
    for (int length = 0; length < 18; length++) {
      assertFalse(header.wrap(address, length), "length " + length);
      assertEquals(0, header.lengthBytes());
    }
    assertTrue(header.wrap(address, 18));
    for (int length = 0; length < 6; length++) {
      assertFalse(tag.wrap(address + 12, length), "tag length " + length);
    }
    assertFalse(tag.wrap(address, 18), "a MAC is no tag");
  }
}
