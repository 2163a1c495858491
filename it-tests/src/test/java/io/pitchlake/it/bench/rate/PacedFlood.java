package io.pitchlake.it.bench.rate;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/// Segments at a fixed rate, one by one through a packet socket, so that the rate is even: bursts
/// would let a contestant that sleeps between them look better than between frames of many hosts.
/// Exact up to some hundred thousand per second.
final class PacedFlood {
  /// Different frames, one from each source, sent round and round.
  private static final int FRAMES = 1 << 16;

  private static final int FRAME_STRIDE_BYTES = 80;

  /// `struct mmsghdr`: the pieces' address at 16, their number at 24.
  private static final int MESSAGE_BYTES = 64;

  private static final int PIECE_BYTES = 16;

  private final Kernel kernel;
  private final int socket;
  private final MemorySegment frames =
      Arena.global().allocate((long) FRAMES * FRAME_STRIDE_BYTES, 64);
  private final MemorySegment messages = Arena.global().allocate((long) FRAMES * MESSAGE_BYTES, 64);
  private final MemorySegment pieces = Arena.global().allocate((long) FRAMES * PIECE_BYTES, 64);
  private int next;

  PacedFlood(Kernel kernel, int interfaceIndex) {
    this.kernel = kernel;
    socket = kernel.packetSocket(interfaceIndex, 0);
    for (int i = 0; i < FRAMES; i++) {
      long piece = (long) i * PIECE_BYTES;
      pieces.set(JAVA_LONG, piece, frames.address() + (long) i * FRAME_STRIDE_BYTES);
      pieces.set(JAVA_LONG, piece + 8, Segment.FRAME_BYTES);
      messages.set(JAVA_LONG, (long) i * MESSAGE_BYTES + 16, pieces.address() + piece);
      messages.set(JAVA_INT, (long) i * MESSAGE_BYTES + 24, 1);
    }
  }

  /// Aims at the station that answers for the destinations.
  void aim(Traffic traffic, long destinationMac) {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < FRAMES; i++) {
      write(traffic, destinationMac, i, random.nextInt(1024, 65_536), random);
    }
  }

  /// Sends a frame of each flow to a balanced address, one after the other.
  void fill(Traffic traffic, long destinationMac, int framesPerSecond) {
    SplittableRandom random = new SplittableRandom(1);
    for (int port = 0; port <= traffic.portMask(); port++) {
      for (int i = 0; i < FRAMES; i++) {
        write(traffic, destinationMac, i, port, random);
      }
      next = 0;
      run(framesPerSecond, (FRAMES + 2L) * 1_000_000_000L / framesPerSecond);
    }
  }

  private void write(
      Traffic traffic, long destinationMac, int source, int port, SplittableRandom random) {
    Segment.write(
        frames.asSlice((long) source * FRAME_STRIDE_BYTES, FRAME_STRIDE_BYTES),
        traffic,
        destinationMac,
        source,
        port,
        random.nextInt(),
        random.nextInt());
  }

  /// Sends for `nanos` at `framesPerSecond`; returns how many frames the kernel took.
  long run(double framesPerSecond, long nanos) {
    long limit = (long) (framesPerSecond * nanos / 1e9);
    long start = System.nanoTime();
    long sent = 0;
    while (sent < limit) {
      long elapsed = System.nanoTime() - start;
      if (elapsed > nanos) {
        break;
      }
      if (sent + 1 > elapsed * framesPerSecond / 1e9) {
        Thread.onSpinWait();
        continue;
      }
      sent += kernel.require(sendNext(), "sending");
    }
    return sent;
  }

  private int sendNext() {
    int sent = kernel.sendmmsg(socket, messages.address() + (long) next * MESSAGE_BYTES, 1);
    if (sent > 0) {
      next = (next + sent) % FRAMES;
    }
    return sent;
  }
}
