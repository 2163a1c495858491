package io.pitchlake.node.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Frame.ChecksumState;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// [XdpPort] keeps the contract on its fast lane, in the driver and in generic mode, and on its
/// slow one; and it leaves the host what is the host's.
@RequiresNamespaces
class XdpPortTest {
  private static final MacAddress STATION = MacAddress.parse("00:00:5e:00:01:32");

  @Nested
  class SlowLane extends LivePortContract {
    @Override
    Port open(String name) throws PortException {
      return XdpPort.open(name, XdpPort.Mode.NATIVE);
    }
  }

  @Nested
  class FastLane extends FastLaneContract {
    FastLane() {
      super(XdpPort.Mode.NATIVE);
    }
  }

  @Nested
  class GenericFastLane extends FastLaneContract {
    GenericFastLane() {
      super(XdpPort.Mode.GENERIC);
    }
  }

  abstract static class FastLaneContract extends FilteringPortContract {
    private final XdpPort.Mode mode;

    FastLaneContract(XdpPort.Mode mode) {
      this.mode = mode;
    }

    @Override
    Port open(String name) throws PortException {
      Port port = XdpPort.open(name, mode);
      port.filter(new PortFilter(Set.of(STATION), Set.of()));
      return port;
    }

    @Override
    long destination() {
      return STATION.value();
    }

    /// Only the ring knows of checksums, so an unknown state shows the fast lane.
    @Test
    void takesFramesToAStationOnTheFastLane() {
      withPort((port, peer) -> {
        peer.send(frame(60, 1));
        receive(port, 1);
        assertEquals(ChecksumState.UNKNOWN, batch.get(0).checksumState());
      });
    }

    @Test
    void forgetsStationsThatANewFilterLeavesOut() {
      withPort((port, peer) -> {
        // What the fast lane forgets takes the slow one, whose kernel tells the checksum's state.
        port.filter(new PortFilter(Set.of(), Set.of()));
        peer.send(frame(60, 1));
        assertEquals(60, receive(port, 1).getFirst().length);
        assertEquals(Frame.ChecksumState.COMPLETE, batch.get(0).checksumState());
        port.filter(new PortFilter(Set.of(STATION), Set.of()));
        peer.send(frame(61, 2));
        assertEquals(61, receive(port, 1).getFirst().length);
        assertEquals(Frame.ChecksumState.UNKNOWN, batch.get(0).checksumState());
      });
    }

    @Test
    void goesRoundTheRings() {
      withPort((port, peer) -> {
        for (int round = 0; round < 200; round++) {
          for (int i = 0; i < 40; i++) {
            peer.send(frame(64, round * 40 + i));
          }
          int seen = 0;
          while (seen < 40) {
            seen += port.receive(batch);
            for (int i = 0; i < batch.count(); i++) {
              port.transmit(batch.get(i));
            }
            port.flush();
          }
          for (int i = 0; i < 40; i++) {
            assertReceives(peer, frame(64, round * 40 + i));
          }
        }
        PortStatistics statistics = port.statistics();
        assertEquals(8_000, statistics.receivedFrames());
        assertEquals(8_000, statistics.transmittedFrames());
        assertEquals(0, statistics.receiveDropped());
      });
    }

    @Test
    void countsWhatTheKernelDroppedWhenNobodyRead() {
      withPort((port, peer) -> {
        byte[] bytes = frame(64, 1);
        for (int i = 0; i < 3_000; i++) {
          peer.send(bytes);
        }
        receive(port, 2_048);
        long deadline = System.nanoTime() + 5_000_000_000L;
        while (port.statistics().receiveDropped() < 3_000 - 2_048 && System.nanoTime() < deadline) {
          Thread.onSpinWait();
        }
        assertEquals(3_000 - 2_048, port.statistics().receiveDropped());
      });
    }

    @Test
    void opensAgainAtOnce() {
      for (int i = 0; i < 3; i++) {
        takesFramesToAStationOnTheFastLane();
      }
    }

    @Test
    void readsEveryQueue() {
      namespace.run("ip", "link", "del", NEAR);
      namespace.run(
          "ip",
          "link",
          "add",
          NEAR,
          "numrxqueues",
          "2",
          "numtxqueues",
          "2",
          "address",
          "02:00:00:00:00:e0",
          "type",
          "veth",
          "peer",
          "name",
          FAR,
          "numrxqueues",
          "2",
          "numtxqueues",
          "2",
          "address",
          "02:00:00:00:00:a0");
      namespace.run("ip", "link", "set", NEAR, "up");
      namespace.run("ip", "link", "set", FAR, "up");
      withPort((port, peer) -> {
        assertEquals(2, ((XdpPort) port).queueCount());
        peer.send(frame(60, 1));
        assertEquals(60, receive(port, 1).getFirst().length);
      });
    }
  }

  @Test
  void leavesTheHostItsOwnConnections() throws Exception {
    try (NetworkNamespace host = new NetworkNamespace();
        NetworkNamespace client = new NetworkNamespace()) {
      host.veth("h0", "02:00:00:00:00:e0", client, "c0", "02:00:00:00:00:a0");
      host.run("ip", "addr", "add", "192.0.2.9/24", "dev", "h0");
      client.run("ip", "addr", "add", "192.0.2.1/24", "dev", "c0");
      ServerSocket server =
          host.call(() -> new ServerSocket(5001, 1, InetAddress.getByName("192.0.2.9")));
      XdpPort port = host.call(() -> XdpPort.open("h0", XdpPort.Mode.NATIVE));
      AtomicBoolean stopped = new AtomicBoolean();
      CountDownLatch heard = new CountDownLatch(1);
      Thread engine = Thread.ofPlatform().start(() -> discard(port, heard, stopped));
      try (server) {
        port.filter(
            new PortFilter(
                Set.of(new MacAddress(port.mac()), STATION), Set.of(IpAddress.parse("192.0.2.9"))));
        Socket near =
            client.call(() -> {
              Socket socket = new Socket("192.0.2.9", 5001);
              socket.setSoTimeout(10_000);
              return socket;
            });
        try (near;
            Socket far = server.accept()) {
          near.getOutputStream().write(42);
          assertEquals(42, far.getInputStream().read());
          far.getOutputStream().write(43);
          assertEquals(43, near.getInputStream().read());
        }
        assertTrue(heard.await(10, TimeUnit.SECONDS), "the ARP request is for both");
      } finally {
        stopped.set(true);
        engine.join();
        port.close();
      }
    }
  }

  private static void discard(Port port, CountDownLatch heard, AtomicBoolean stopped) {
    Batch batch = new Batch(64);
    while (!stopped.get()) {
      if (port.receive(batch) > 0) {
        heard.countDown();
      }
      port.awaitInput(1_000_000);
    }
  }
}
