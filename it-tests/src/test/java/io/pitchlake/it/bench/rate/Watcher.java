package io.pitchlake.it.bench.rate;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/// The router's ears and questions: asks for addresses until they are answered for, answers for the
/// target, and counts the ARP frames that would otherwise be taken for what came back.
final class Watcher {
  private static final long PATIENCE_NANOS = 20_000_000_000L;
  private static final long ASK_AGAIN_NANOS = 300_000_000L;
  private static final int BUFFER_BYTES = 2048;

  private final Kernel kernel;
  private final int socket;
  private final MemorySegment question = Arena.global().allocate(Segment.ARP_BYTES, 8);
  private final MemorySegment reply = Arena.global().allocate(Segment.ARP_BYTES, 8);
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

  /// Asks until each of `count` addresses is answered for; returns the MAC of who answers.
  long await(int firstAddress, int count, Running contestant) throws InterruptedException {
    BitSet answered = new BitSet();
    long mac = 0;
    long start = System.nanoTime();
    while (System.nanoTime() - start < PATIENCE_NANOS) {
      contestant.requireAlive();
      ask(firstAddress, count, answered);
      long asked = System.nanoTime();
      while (System.nanoTime() - asked < ASK_AGAIN_NANOS && answered.cardinality() < count) {
        if (next() <= 0) {
          Thread.sleep(1);
        } else if (Segment.getShort(heard, Segment.ARP_OPERATION) == Segment.ARP_REPLY) {
          int address = Segment.getInt(heard, Segment.ARP_SENDER_IP) - firstAddress;
          if (address >= 0 && address < count) {
            answered.set(address);
            mac = Segment.getMac(heard, Segment.ARP_SENDER_MAC);
          }
        }
      }
      if (answered.cardinality() == count) {
        return mac;
      }
    }
    throw new BenchException(
        "%s answers for %d of %d addresses after %d s; its log: %s"
            .formatted(
                contestant.name(),
                answered.cardinality(),
                count,
                PATIENCE_NANOS / 1_000_000_000,
                contestant.log()));
  }

  private void ask(int firstAddress, int count, BitSet answered) throws InterruptedException {
    for (int i = answered.nextClearBit(0); i < count; i = answered.nextClearBit(i + 1)) {
      Segment.writeArpRequest(question, firstAddress + i);
      kernel.require(kernel.send(socket, question.address(), Segment.ARP_BYTES), "an ARP request");
      Thread.sleep(1);
    }
  }

  /// Hears one frame, if there is one, and answers if it asks for the target.
  private int next() {
    int bytes = kernel.receive(socket, heard.address(), BUFFER_BYTES);
    if (bytes > 0) {
      arpFrames++;
      if (Segment.getShort(heard, Segment.ARP_OPERATION) == Segment.ARP_REQUEST
          && Segment.getInt(heard, Segment.ARP_TARGET_IP) == Segment.TARGET) {
        Segment.writeArpReply(reply, heard);
        kernel.require(kernel.send(socket, reply.address(), Segment.ARP_BYTES), "an ARP reply");
      }
    }
    return bytes;
  }
}
