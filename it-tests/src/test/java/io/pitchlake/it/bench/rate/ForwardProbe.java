package io.pitchlake.it.bench.rate;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// One segment after the other to the balanced address, until one comes out for the target.
final class ForwardProbe {
  private static final long PATIENCE_NANOS = 20_000_000_000L;
  private static final long TRY_AGAIN_NANOS = 50_000_000L;
  private static final int BUFFER_BYTES = 2048;

  private final Kernel kernel;
  private final int interfaceIndex;
  private final Watcher watcher;
  private final MemorySegment segment = Arena.global().allocate(Segment.FRAME_BYTES, 8);
  private final MemorySegment heard = Arena.global().allocate(BUFFER_BYTES, 8);

  /// @param watcher answers for the target meanwhile
  ForwardProbe(Kernel kernel, int interfaceIndex, Watcher watcher) {
    this.kernel = kernel;
    this.interfaceIndex = interfaceIndex;
    this.watcher = watcher;
  }

  void await(long destinationMac, Running contestant) throws InterruptedException {
    int socket = kernel.packetSocket(interfaceIndex, Segment.ETHERTYPE_IPV4);
    try {
      Segment.write(segment, Traffic.SYNS_TO_SERVER, destinationMac, 1, 1024, 0, 1);
      long start = System.nanoTime();
      while (System.nanoTime() - start < PATIENCE_NANOS) {
        contestant.requireAlive();
        kernel.require(kernel.send(socket, segment.address(), Segment.FRAME_BYTES), "sending");
        if (comesOut(socket)) {
          return;
        }
      }
    } finally {
      kernel.close(socket);
    }
    throw new BenchException(
        "forwards nothing to its target in %d s; its log: %s"
            .formatted(PATIENCE_NANOS / 1_000_000_000, contestant.log()));
  }

  private boolean comesOut(int socket) throws InterruptedException {
    long sent = System.nanoTime();
    while (System.nanoTime() - sent < TRY_AGAIN_NANOS) {
      watcher.arpFrames();
      int bytes = kernel.receive(socket, heard.address(), BUFFER_BYTES);
      if (bytes <= 0) {
        Thread.sleep(1);
      } else if (Segment.getMac(heard, 0) == Segment.TARGET_MAC
          && Segment.getInt(heard, Segment.IP_DESTINATION) == Segment.SERVER) {
        return true;
      }
    }
    return false;
  }
}
