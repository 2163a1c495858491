package io.pitchlake.it.bench.rate;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/// The router's ears and questions: asks for every trap until it is answered for, and counts the
/// ARP frames that would otherwise be taken for answers to SYNs.
final class Watcher {
  private static final long PATIENCE_NANOS = 20_000_000_000L;
  private static final long ASK_AGAIN_NANOS = 300_000_000L;
  private static final int BUFFER_BYTES = 2048;

  private final Kernel kernel;
  private final int socket;
  private final MemorySegment question = Arena.global().allocate(Segment.ARP_BYTES, 8);
  private final MemorySegment heard = Arena.global().allocate(BUFFER_BYTES, 8);
  private long arpFrames;

  Watcher(Kernel kernel, int interfaceIndex) {
    this.kernel = kernel;
    socket = kernel.packetSocket(interfaceIndex, Segment.ETHERTYPE_ARP);
  }

  /// ARP frames that have come in since the start.
  long arpFrames() {
    while (next() > 0) {
      // counted by next()
    }
    return arpFrames;
  }

  /// Asks until every trap is answered for; returns the MAC of who answers.
  long awaitTraps(Contestant.Running contestant) throws InterruptedException {
    BitSet answered = new BitSet();
    long mac = 0;
    long start = System.nanoTime();
    while (System.nanoTime() - start < PATIENCE_NANOS) {
      contestant.requireAlive();
      for (int trap = answered.nextClearBit(0);
          trap < Segment.TRAPS;
          trap = answered.nextClearBit(trap + 1)) {
        Segment.writeArpRequest(question, Segment.FIRST_TRAP + trap);
        kernel.require(
            kernel.send(socket, question.address(), Segment.ARP_BYTES), "an ARP request");
        Thread.sleep(1);
      }
      long asked = System.nanoTime();
      while (System.nanoTime() - asked < ASK_AGAIN_NANOS
          && answered.cardinality() < Segment.TRAPS) {
        int bytes = next();
        if (bytes <= 0) {
          Thread.sleep(1);
        } else if (bytes >= Segment.ARP_BYTES
            && Segment.getShort(heard, Segment.ARP_OPERATION) == Segment.ARP_REPLY) {
          int trap = Segment.getInt(heard, Segment.ARP_SENDER_IP) - Segment.FIRST_TRAP;
          if (trap >= 0 && trap < Segment.TRAPS) {
            answered.set(trap);
            mac = Segment.getMac(heard, Segment.ARP_SENDER_MAC);
          }
        }
      }
      if (answered.cardinality() == Segment.TRAPS) {
        return mac;
      }
    }
    throw new BenchException(
        "%s answers for %d of %d addresses after %d s; its log: %s"
            .formatted(
                contestant.name(),
                answered.cardinality(),
                Segment.TRAPS,
                PATIENCE_NANOS / 1_000_000_000,
                contestant.log()));
  }

  private int next() {
    int bytes = kernel.receive(socket, heard.address(), BUFFER_BYTES);
    if (bytes > 0) {
      arpFrames++;
    }
    return bytes;
  }
}
