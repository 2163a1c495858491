package io.pitchlake.node.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.pitchlake.common.net.MacAddress;
import java.lang.management.ManagementFactory;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Ports allocate nothing per frame, by the JVM's own count. Native calls allocate until they are
/// compiled, so rounds are played until one is free of it; a port that allocates for each frame has
/// no such round.
@RequiresNamespaces
class PortAllocationTest {
  private static final MacAddress STATION = MacAddress.parse("00:00:5e:00:01:32");
  private static final int MOST_ROUNDS = 400;
  private static final int TURNS = 200;
  private static final int FRAMES_PER_TURN = 32;

  /// Reading the counter may cost a few bytes itself.
  private static final long SLACK_BYTES = 1_024;

  /// What a port says of itself, added to what its ring says.
  private static final long STATISTICS_BYTES = 300;

  private final NetworkNamespace namespace = new NetworkNamespace();

  @AfterEach
  void leaveNamespace() {
    namespace.close();
  }

  interface Opening {
    Port open(String name) throws PortException;
  }

  @Test
  void ringAllocatesNothing() {
    assertEquals(0, leastBytes(RingPort::open) / SLACK_BYTES);
  }

  @Test
  void fastLaneAllocatesNothing() {
    assertEquals(0, leastBytes(name -> XdpPort.open(name, XdpPort.Mode.NATIVE)) / SLACK_BYTES);
  }

  @Test
  void pcapAllocatesNothing() {
    assertEquals(0, leastBytes(PcapPort::open) / SLACK_BYTES);
  }

  /// The engine asks for losses with every probe. What a call of libc needs is there already: to
  /// give memory back that all threads may read makes each of them stop for a moment.
  @Test
  void whoAsksARingForItsStatisticsGetsOnlyThem() {
    assertOnlyStatistics(RingPort::open);
  }

  @Test
  void whoAsksTheFastLaneForItsStatisticsGetsOnlyThem() {
    assertOnlyStatistics(name -> XdpPort.open(name, XdpPort.Mode.NATIVE));
  }

  private void assertOnlyStatistics(Opening opening) {
    namespace.veth("near0", "02:00:00:00:00:e0", namespace, "far0", "02:00:00:00:00:a0");
    long bytes =
        namespace.call(() -> {
          ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
          long least = Long.MAX_VALUE;
          try (Port port = opening.open("near0")) {
            for (int round = 0; round < MOST_ROUNDS && least > STATISTICS_BYTES; round++) {
              long before = threads.getCurrentThreadAllocatedBytes();
              for (int i = 0; i < TURNS; i++) {
                assertEquals(0, port.statistics().receiveDropped());
              }
              least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / TURNS);
            }
          }
          return least;
        });
    assertTrue(bytes <= STATISTICS_BYTES, bytes + " bytes for each answer");
  }

  /// The bytes that the port's calls allocated in the best round of 6,400 frames there and back.
  private long leastBytes(Opening opening) {
    namespace.veth("near0", "02:00:00:00:00:e0", namespace, "far0", "02:00:00:00:00:a0");
    return namespace.call(() -> {
      try (Port port = opening.open("near0");
          RawPeer peer = new RawPeer("far0")) {
        port.filter(new PortFilter(Set.of(STATION), Set.of()));
        long least = Long.MAX_VALUE;
        for (int round = 0; round < MOST_ROUNDS && least >= SLACK_BYTES; round++) {
          least = Math.min(least, round(port, peer));
        }
        return least;
      }
    });
  }

  private static long round(Port port, RawPeer peer) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Batch batch = new Batch(64);
    byte[] frame = new byte[74];
    for (int i = 0; i < 6; i++) {
      frame[i] = (byte) (STATION.value() >>> (40 - 8 * i));
    }
    frame[12] = 0x08;
    long allocated = 0;
    for (int turn = 0; turn < TURNS; turn++) {
      for (int i = 0; i < FRAMES_PER_TURN; i++) {
        peer.send(frame);
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      int answered = 0;
      while (answered < FRAMES_PER_TURN) {
        answered += answer(port, batch);
      }
      allocated += threads.getCurrentThreadAllocatedBytes() - before;
    }
    return allocated;
  }

  private static int answer(Port port, Batch batch) {
    int count = port.receive(batch);
    for (int i = 0; i < count; i++) {
      port.transmit(batch.get(i));
    }
    port.flush();
    if (count == 0) {
      port.awaitInput(1_000_000);
    }
    return count;
  }
}
