package io.pitchlake.common.wire;

import static io.pitchlake.common.wire.FrameAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VlanMoveTest {
  private static PacketBuilder frame(int vlan) {
    PacketBuilder frame = PacketBuilder.ethernet("02:00:00:00:00:01", "02:00:00:00:00:02");
    return vlan < 0 ? frame : frame.vlan(vlan);
  }

  private static byte[] build(int vlan) {
    return frame(vlan).ipv4("10.0.0.1", "10.0.0.2").tcp(1, 2).syn().payload("abc").build();
  }

  @ParameterizedTest
  @CsvSource({"-1,-1", "-1,7", "7,-1", "7,9", "7,7"})
  void aMovedFrameIsTheOneBuiltInTheOtherVlan(int from, int to) {
    try (NativeBuffer buffer = new NativeBuffer(256)) {
      Frame frame = buffer.frame(build(from));
      EthernetHeader header = new EthernetHeader();
      header.wrap(frame.address(), frame.length());
      int start = header.headerLength() + 20;
      frame.offload(1, start + 20, 500, start, 16);
      assertTrue(VlanMove.fits(frame, header, to));
      VlanMove.move(frame, header, to);
      assertThat(frame).hasBytes(build(to));
      int moved = (to < 0 ? 14 : 18) + 20;
      assertEquals(moved, frame.checksumStart(), "checksum start");
      assertEquals(moved + 20, frame.headerLength(), "header length");
      assertEquals(frame.address(), header.address());
      assertEquals(to < 0 ? 0 : to, header.vlanId());
    }
  }

  @ParameterizedTest
  @CsvSource({"-1,7,false", "-1,-1,true", "7,9,true"})
  void aFullBufferHasNoRoomForATag(int from, int to, boolean fits) {
    byte[] bytes = build(from);
    try (NativeBuffer buffer = new NativeBuffer(bytes.length)) {
      Frame frame = new Frame().wrap(buffer.put(bytes), bytes.length, bytes.length);
      EthernetHeader header = new EthernetHeader();
      header.wrap(frame.address(), frame.length());
      assertEquals(fits, VlanMove.fits(frame, header, to));
      assertFalse(frame.length() > frame.capacity());
    }
  }
}
