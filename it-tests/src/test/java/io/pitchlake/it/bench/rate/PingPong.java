package io.pitchlake.it.bench.rate;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// One SYN at a time at a fixed pace, and how long its SYN-ACK takes: from before the call that
/// sends to after the call that receives, so the generator's own two system calls are in it.
final class PingPong {
  private static final long LOST_NANOS = 50_000_000;
  private static final int BUFFER_BYTES = 2048;

  private final Kernel kernel;
  private final int interfaceIndex;
  private final MemorySegment syn = Arena.global().allocate(Segment.FRAME_BYTES, 8);
  private final MemorySegment answer = Arena.global().allocate(BUFFER_BYTES, 8);
  private int sequence = 0x1000_0000;

  PingPong(Kernel kernel, int interfaceIndex) {
    this.kernel = kernel;
    this.interfaceIndex = interfaceIndex;
  }

  /// What came of it; quantiles in nanoseconds, 0 when nothing was answered.
  record Latency(int sent, int lost, long p50Nanos, long p99Nanos, long p999Nanos, long maxNanos) {}

  /// Sends `count` SYNs, `perSecond` each second or slower if answers are.
  Latency run(long destinationMac, int count, int perSecond) {
    int socket = kernel.packetSocket(interfaceIndex, Segment.ETHERTYPE_IPV4);
    try {
      long[] nanos = new long[count];
      int answered = 0;
      long gap = 1_000_000_000L / perSecond;
      long due = System.nanoTime();
      for (int i = 0; i < count; i++) {
        sequence += 7;
        Segment.write(
            syn, Traffic.SYNS_TO_TRAPS, destinationMac, sequence, 1024 + i % 60_000, i, sequence);
        while (System.nanoTime() - due < 0) {
          Thread.onSpinWait();
        }
        long sent = System.nanoTime();
        due = Math.max(due + gap, sent);
        kernel.require(kernel.send(socket, syn.address(), Segment.FRAME_BYTES), "sending");
        long arrived = awaitAnswer(socket, sent);
        if (arrived != 0) {
          nanos[answered++] = arrived - sent;
        }
      }
      return summary(nanos, count, answered);
    } finally {
      kernel.close(socket);
    }
  }

  /// When the answer was there, or 0 if it did not come.
  private long awaitAnswer(int socket, long sent) {
    while (true) {
      int bytes = kernel.receive(socket, answer.address(), BUFFER_BYTES);
      long now = System.nanoTime();
      if (bytes > Segment.TCP_FLAGS
          && Segment.getByte(answer, Segment.TCP_FLAGS) == Segment.SYN_ACK
          && Segment.getInt(answer, Segment.TCP_ACKNOWLEDGMENT) == sequence + 1) {
        return now;
      }
      if (now - sent > LOST_NANOS) {
        return 0;
      }
    }
  }

  private static Latency summary(long[] nanos, int sent, int answered) {
    Arrays.sort(nanos, 0, answered);
    return new Latency(
        sent,
        sent - answered,
        quantile(nanos, answered, 0.5),
        quantile(nanos, answered, 0.99),
        quantile(nanos, answered, 0.999),
        quantile(nanos, answered, 1));
  }

  private static long quantile(long[] sorted, int count, double part) {
    return count == 0 ? 0 : sorted[(int) Math.ceil(count * part) - 1];
  }
}
