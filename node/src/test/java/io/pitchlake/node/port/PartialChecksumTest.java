package io.pitchlake.node.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Frame.ChecksumState;
import io.pitchlake.common.wire.NativeBuffer;
import io.pitchlake.common.wire.PacketBuilder;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a sender leaves to hardware must come out as the builder's own finished frame.
class PartialChecksumTest {
  private static final String NEAR = "02:00:00:00:00:01";
  private static final String FAR = "02:00:00:00:00:02";

  private static final List<Supplier<PacketBuilder>> PACKETS =
      List.of(
          () -> ipv4().tcp(1024, 80).syn().mss(1460),
          () -> ipv4().tcp(1024, 80).ack(7).payload("odd"),
          () -> ipv4().udp(1024, 53).payload("even"),
          () -> ipv4().ipOptions((byte) 1, (byte) 1, (byte) 1, (byte) 0).tcp(1024, 80).syn(),
          () -> ipv6().tcp(1024, 80).syn(),
          () -> ipv6().udp(1024, 53).payload("query"),
          () ->
              PacketBuilder.ethernet(NEAR, FAR)
                  .vlan(7)
                  .ipv4("192.0.2.1", "192.0.2.2")
                  .tcp(1024, 80)
                  .syn());

  private final NativeBuffer buffer = new NativeBuffer(256);

  @AfterEach
  void close() {
    buffer.close();
  }

  private static PacketBuilder ipv4() {
    return PacketBuilder.ethernet(NEAR, FAR).ipv4("192.0.2.1", "192.0.2.2");
  }

  private static PacketBuilder ipv6() {
    return PacketBuilder.ethernet(NEAR, FAR).ipv6("2001:db8::1", "2001:db8::2");
  }

  @Test
  void finishesWhatLooksPartialWhenTheStateIsUnknown() {
    for (Supplier<PacketBuilder> packet : PACKETS) {
      Frame frame = buffer.refill().frame(packet.get().partialChecksum().build());
      assertTrue(PartialChecksum.complete(frame));
      assertArrayEquals(packet.get().build(), frame.toByteArray());
      assertEquals(ChecksumState.COMPLETE, frame.checksumState());
    }
  }

  @Test
  void leavesFinishedAndWrongChecksumsAlone() {
    for (Supplier<PacketBuilder> packet : PACKETS) {
      for (byte[] bytes : List.of(packet.get().build(), packet.get().badChecksum().build())) {
        Frame frame = buffer.refill().frame(bytes);
        assertTrue(PartialChecksum.complete(frame));
        assertArrayEquals(bytes, frame.toByteArray());
      }
    }
  }

  @Test
  void finishesWhereTheSenderSaidToBegin() {
    byte[] partial = ipv4().tcp(1024, 80).syn().partialChecksum().build();
    Frame frame = buffer.frame(partial).offload(0, 54, 0, 34, 16);
    assertTrue(PartialChecksum.complete(frame));
    assertArrayEquals(ipv4().tcp(1024, 80).syn().build(), frame.toByteArray());
  }

  @Test
  void leavesAFrameAloneWhoseOffsetsLieOutsideIt() {
    byte[] partial = ipv4().tcp(1024, 80).syn().partialChecksum().build();
    Frame frame = buffer.frame(partial).offload(0, 54, 0, partial.length - 1, 16);
    assertTrue(PartialChecksum.complete(frame));
    assertArrayEquals(partial, frame.toByteArray());
  }

  @Test
  void cannotSendASuperFrame() {
    byte[] partial = ipv4().tcp(1024, 80).syn().partialChecksum().build();
    assertFalse(PartialChecksum.complete(buffer.frame(partial).offload(1, 54, 1448, 34, 16)));
  }

  @Test
  void neitherReadsNorWritesPastATruncatedFrame() {
    for (Supplier<PacketBuilder> packet : PACKETS) {
      byte[] whole = packet.get().partialChecksum().build();
      for (int length = 0; length < whole.length; length++) {
        buffer.refill();
        buffer.put(whole);
        Frame frame = new Frame().wrap(buffer.address(), length, buffer.capacity());
        assertTrue(PartialChecksum.complete(frame));
        assertArrayEquals(whole, buffer.get(whole.length), "cut to " + length);
      }
    }
  }
}
