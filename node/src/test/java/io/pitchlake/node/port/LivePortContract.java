package io.pitchlake.node.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every port on a live interface must do, tried on a veth pair in a namespace of the test's
/// own.
@RequiresNamespaces
abstract class LivePortContract {
  static final String NEAR = "near0";
  static final String FAR = "far0";
  static final long NEAR_MAC = 0x0200_0000_00e0L;
  static final long FAR_MAC = 0x0200_0000_00a0L;

  /// Longer than any wait of a passing test; only a failing one uses it up.
  private static final int PATIENCE_MILLIS = 5_000;

  final NetworkNamespace namespace = new NetworkNamespace();
  final Batch batch = new Batch(64);

  /// Opens the port under test on interface `name`; runs inside the namespace.
  abstract Port open(String name) throws Exception;

  @BeforeEach
  void layWire() {
    namespace.veth(NEAR, "02:00:00:00:00:e0", namespace, FAR, "02:00:00:00:00:a0");
  }

  @AfterEach
  void leaveNamespace() {
    namespace.close();
  }

  interface Body {
    void run(Port port, RawPeer peer) throws Exception;
  }

  void withPort(Body body) {
    namespace.call(() -> {
      try (Port port = open(NEAR);
          RawPeer peer = new RawPeer(FAR)) {
        body.run(port, peer);
      }
      return null;
    });
  }

  /// Where the peer's frames go: broadcast, which every filter lets in, or a station that is the
  /// engine's alone.
  long destination() {
    return MacAddress.BROADCAST;
  }

  /// IPv4 of `length` bytes whose payload depends on `seed`.
  byte[] frame(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    for (int i = 0; i < 6; i++) {
      bytes[i] = (byte) (destination() >>> (40 - 8 * i));
      bytes[6 + i] = (byte) (FAR_MAC >>> (40 - 8 * i));
    }
    bytes[12] = 0x08;
    bytes[13] = 0;
    return bytes;
  }

  /// Receives until `count` frames have come, and fails when they do not.
  List<byte[]> receive(Port port, int count) {
    List<byte[]> frames = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
    while (frames.size() < count) {
      if (port.receive(batch) == 0) {
        assertTrue(
            System.nanoTime() < deadline, "expected " + count + " frames, saw " + frames.size());
        port.awaitInput(10_000_000);
      }
      for (int i = 0; i < batch.count(); i++) {
        frames.add(batch.get(i).toByteArray());
      }
    }
    return frames;
  }

  static void assertReceives(RawPeer peer, byte[] expected) {
    byte[] seen = peer.receive(PATIENCE_MILLIS);
    assertNotNull(seen, "expected a frame of " + expected.length + " bytes, saw none");
    assertArrayEquals(expected, seen);
  }

  static Frame build(Port port, byte[] bytes) {
    Frame frame = port.newFrame().length(bytes.length);
    Memory.copy(bytes, 0, frame.address(), bytes.length);
    return frame;
  }

  @Test
  void mayBeClosedTwice() {
    withPort((port, peer) -> port.close());
  }

  @Test
  void tellsWhatTheInterfaceIs() {
    withPort((port, peer) -> {
      assertEquals(NEAR, port.name());
      assertEquals(NEAR_MAC, port.mac());
      assertEquals(1500, port.mtuBytes());
    });
  }

  @Test
  void receivesFramesWholeAndInOrder() {
    withPort((port, peer) -> {
      List<byte[]> sent = new ArrayList<>();
      for (int length = 14; length <= 1514; length += 25) {
        sent.add(frame(length, length));
        peer.send(sent.getLast());
      }
      List<byte[]> seen = receive(port, sent.size());
      for (int i = 0; i < sent.size(); i++) {
        assertArrayEquals(sent.get(i), seen.get(i), "frame " + i);
      }
    });
  }

  @Test
  void deliversInSeveralBatchesWhatDoesNotFitOne() {
    withPort((port, peer) -> {
      for (int i = 0; i < 10; i++) {
        peer.send(frame(60, i));
      }
      Batch small = new Batch(3);
      List<byte[]> seen = new ArrayList<>();
      long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
      while (seen.size() < 10 && System.nanoTime() < deadline) {
        int count = port.receive(small);
        assertTrue(count <= 3);
        for (int i = 0; i < count; i++) {
          seen.add(small.get(i).toByteArray());
        }
      }
      assertEquals(10, seen.size());
      for (int i = 0; i < 10; i++) {
        assertArrayEquals(frame(60, i), seen.get(i), "frame " + i);
      }
    });
  }

  @Test
  void sendsWhatWasBuilt() {
    withPort((port, peer) -> {
      for (int length : new int[] {14, 60, 577, 1514}) {
        byte[] bytes = frame(length, length);
        port.transmit(build(port, bytes));
        assertEquals(1, port.flush());
        assertReceives(peer, bytes);
      }
    });
  }

  @Test
  void neverRunsOutOfFramesToBuildIn() {
    withPort((port, peer) -> {
      int count = 5_000;
      for (int i = 0; i < count; i++) {
        port.transmit(build(port, frame(60, i)));
      }
      port.flush();
      for (int i = 0; i < count; i++) {
        assertReceives(peer, frame(60, i));
      }
      assertEquals(count, port.statistics().transmittedFrames());
    });
  }

  @Test
  void sendsReceivedFramesFromWhereTheyLie() {
    withPort((port, peer) -> {
      int count = 40;
      for (int i = 0; i < count; i++) {
        peer.send(frame(100 + i, i));
      }
      int answered = 0;
      while (answered < count) {
        if (port.receive(batch) == 0) {
          port.awaitInput(10_000_000);
        }
        for (int i = 0; i < batch.count(); i++) {
          Memory.putInt(batch.get(i).address() + 20, answered++);
          port.transmit(batch.get(i));
        }
        port.flush();
      }
      for (int i = 0; i < count; i++) {
        byte[] expected = frame(100 + i, i);
        expected[20] = 0;
        expected[21] = 0;
        expected[22] = 0;
        expected[23] = (byte) i;
        assertReceives(peer, expected);
      }
    });
  }

  @Test
  void keepsVlanTagsInline() {
    withPort((port, peer) -> {
      byte[] once = frame(80, 1);
      once[12] = (byte) 0x81;
      once[13] = 0;
      once[16] = 0x08;
      once[17] = 0;
      byte[] twice = frame(90, 2);
      twice[12] = (byte) 0x88;
      twice[13] = (byte) 0xa8;
      twice[16] = (byte) 0x81;
      twice[17] = 0;
      twice[20] = 0x08;
      twice[21] = 0;
      peer.send(once);
      peer.send(twice);
      List<byte[]> seen = receive(port, 2);
      assertArrayEquals(once, seen.get(0));
      assertArrayEquals(twice, seen.get(1));
    });
  }

  @Test
  void doesNotReceiveItsOwnFrames() {
    withPort((port, peer) -> {
      port.transmit(build(port, frame(60, 1)));
      port.flush();
      assertReceives(peer, frame(60, 1));
      byte[] answer = frame(61, 2);
      peer.send(answer);
      assertArrayEquals(answer, receive(port, 1).getFirst());
    });
  }

  @Test
  void waitsForInputAndNoLonger() {
    withPort((port, peer) -> {
      assertEquals(0, port.receive(batch));
      long start = System.nanoTime();
      port.awaitInput(20_000_000);
      long waited = System.nanoTime() - start;
      assertTrue(waited > 5_000_000, "waited only " + waited + " ns for silence");
      peer.send(frame(60, 1));
      port.awaitInput(60_000_000_000L);
      assertEquals(1, receive(port, 1).size());
    });
  }

  @Test
  void countsWhatItDid() {
    withPort((port, peer) -> {
      peer.send(frame(60, 1));
      peer.send(frame(60, 2));
      receive(port, 2);
      port.transmit(build(port, frame(60, 3)));
      port.flush();
      assertReceives(peer, frame(60, 3));
      PortStatistics statistics = port.statistics();
      assertEquals(2, statistics.receivedFrames());
      assertEquals(1, statistics.transmittedFrames());
      assertEquals(0, statistics.receiveDropped());
      assertEquals(0, statistics.transmitFailed());
      assertNull(peer.receive(0));
    });
  }

  @Test
  void survivesThatTheLinkGoesDownAndComesBack() {
    withPort((port, peer) -> {
      ip("link", "set", NEAR, "down");
      for (int i = 0; i < 20; i++) {
        assertEquals(0, port.receive(batch));
        port.awaitInput(1_000_000);
        port.transmit(build(port, frame(60, i)));
        port.flush();
      }
      assertTrue(port.statistics().transmitFailed() > 0);
      ip("link", "set", NEAR, "up");
      long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
      boolean heard = false;
      while (!heard && System.nanoTime() < deadline) {
        try {
          peer.send(frame(60, 99));
        } catch (IllegalStateException e) {
          // The carrier is not back yet.
        }
        port.awaitInput(10_000_000);
        heard = port.receive(batch) > 0;
      }
      assertTrue(heard, "no frame came in after the link was up again");
    });
  }

  @Test
  void endsWhenTheInterfaceDisappearsAndOpensAgainWhenItIsBack() {
    withPort((port, peer) -> {
      ip("link", "del", NEAR);
      assertThrows(
          PortClosedException.class,
          () -> {
            long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
            while (System.nanoTime() < deadline) {
              port.receive(batch);
              port.awaitInput(1_000_000);
            }
          });
      port.transmit(build(port, frame(60, 1)));
      port.flush();
    });
    layWire();
    receivesFramesWholeAndInOrder();
  }

  @Test
  void refusesAnUnknownInterfaceByNamingTheOnesThereAre() {
    PortException refusal = refusal(() -> open("nosuch0"));
    assertEquals(PortException.Reason.UNKNOWN_INTERFACE, refusal.reason());
    assertTrue(refusal.getMessage().contains("'nosuch0'"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(NEAR), refusal.getMessage());
  }

  @Test
  void refusesAnInterfaceThatIsDown() {
    namespace.run("ip", "link", "set", NEAR, "down");
    PortException refusal = refusal(() -> open(NEAR));
    assertEquals(PortException.Reason.INTERFACE_DOWN, refusal.reason());
    assertTrue(refusal.getMessage().contains("ip link set near0 up"), refusal.getMessage());
  }

  PortException refusal(Callable<Port> opening) {
    return namespace.call(() -> {
      try (Port port = opening.call()) {
        throw new AssertionError("expected a refusal, saw an open port " + port.access());
      } catch (PortException e) {
        return e;
      }
    });
  }

  static void ip(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    int code = new ProcessBuilder(command).inheritIO().start().waitFor();
    assertEquals(0, code, String.join(" ", command));
  }
}
