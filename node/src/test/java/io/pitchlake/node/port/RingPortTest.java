package io.pitchlake.node.port;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.wire.Frame;
import java.util.List;
import org.junit.jupiter.api.Test;

/// [RingPort] keeps the contract, and does what only it can.
class RingPortTest extends FilteringPortContract {
  @Override
  Port open(String name) throws PortException {
    return RingPort.open(name);
  }

  @Test
  void saysThatAReceivedChecksumIsFinal() {
    withPort((port, peer) -> {
      peer.send(frame(100, 1));
      port.awaitInput(1_000_000_000);
      assertEquals(1, port.receive(batch));
      assertEquals(Frame.ChecksumState.COMPLETE, batch.get(0).checksumState());
    });
  }

  /// More frames than the ring has slots, taken in time, so that every slot is used more than once.
  @Test
  void goesRoundTheRing() {
    withPort((port, peer) -> {
      for (int round = 0; round < 300; round++) {
        for (int i = 0; i < 40; i++) {
          peer.send(frame(64, round * 40 + i));
        }
        List<byte[]> seen = receive(port, 40);
        assertEquals(40, seen.size());
      }
      assertEquals(12_000, port.statistics().receivedFrames());
      assertEquals(0, port.statistics().receiveDropped());
    });
  }

  @Test
  void countsWhatTheKernelDroppedWhenNobodyRead() {
    withPort((port, peer) -> {
      byte[] bytes = frame(64, 1);
      for (int i = 0; i < 5_000; i++) {
        peer.send(bytes);
      }
      int received = 0;
      while (port.receive(batch) > 0) {
        received += batch.count();
      }
      assertEquals(5_000 - received, port.statistics().receiveDropped());
      assertEquals(5_000 - received, port.statistics().receiveDropped(), "read twice");
      assertEquals(4_096, received);
    });
  }
}
