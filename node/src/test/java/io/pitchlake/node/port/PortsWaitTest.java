package io.pitchlake.node.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One wait over several ports ends when any of them has input.
@RequiresNamespaces
class PortsWaitTest {
  /// Longer than any wait of a passing test: a wait that misses its frame makes the test time out.
  private static final long FOREVER_NANOS = 3_600_000_000_000L;

  private final NetworkNamespace namespace = new NetworkNamespace();
  private final Batch batch = new Batch(4);

  @BeforeEach
  void layTwoWires() {
    for (int i = 0; i < 2; i++) {
      namespace.veth(
          "near" + i,
          "02:00:00:00:0" + i + ":e0",
          namespace,
          "far" + i,
          "02:00:00:00:0" + i + ":a0");
    }
  }

  @AfterEach
  void leaveNamespace() {
    namespace.close();
  }

  private interface Opener {
    Port open(String name) throws PortException;
  }

  private void endsWithAFrameOnEither(Opener first, Opener second) {
    namespace.call(() -> {
      try (Port near0 = first.open("near0");
          Port near1 = second.open("near1");
          RawPeer far0 = new RawPeer("far0");
          RawPeer far1 = new RawPeer("far1")) {
        PortsWait wait = PortsWait.on(List.of(near0, near1));
        far0.send(broadcast());
        wait.await(FOREVER_NANOS);
        assertEquals(1, near0.receive(batch), "frames on the first port");
        assertEquals(0, near0.receive(batch));
        far1.send(broadcast());
        wait.await(FOREVER_NANOS);
        assertEquals(1, near1.receive(batch), "frames on the second port");
        assertEquals(0, near1.receive(batch));
        long start = System.nanoTime();
        wait.await(20_000_000);
        long waited = System.nanoTime() - start;
        assertTrue(waited >= 20_000_000, "waited only " + waited + " ns for silence");
      }
      return null;
    });
  }

  private static byte[] broadcast() {
    byte[] frame = new byte[60];
    for (int i = 0; i < 6; i++) {
      frame[i] = (byte) 0xff;
    }
    frame[6] = 2;
    frame[12] = 8;
    return frame;
  }

  @Test
  void twoRings() {
    endsWithAFrameOnEither(RingPort::open, RingPort::open);
  }

  @Test
  void aRingAndAnXdpPort() {
    endsWithAFrameOnEither(RingPort::open, name -> XdpPort.open(name, XdpPort.Mode.NATIVE));
  }

  @Test
  void letsAPortTakeItsErrorSoThatItEnds() {
    namespace.call(() -> {
      try (Port near0 = RingPort.open("near0");
          Port near1 = RingPort.open("near1")) {
        PortsWait wait = PortsWait.on(List.of(near0, near1));
        LivePortContract.ip("link", "del", "near1");
        wait.await(FOREVER_NANOS);
        assertThrows(PortClosedException.class, () -> near1.receive(batch));
        assertEquals(0, near0.receive(batch));
      }
      return null;
    });
  }
}
