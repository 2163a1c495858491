package io.pitchlake.node.port;

import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Frame.ChecksumState;
import java.lang.foreign.Arena;

/// Sends frames from where they lie through a packet socket, a batch per system call (sendmmsg),
/// each with a virtio_net_hdr in front that tells the kernel of partial checksums and super-frames.
///
/// The header is a piece of its own, so that nothing need be writable in front of a frame, which
/// may lie in another port's memory; finished frames share one header of zeros.
final class PacketSender implements AutoCloseable {
  private static final int BATCH_FRAMES = 64;

  /// `struct virtio_net_hdr`: flags, gso_type, then hdr_len, gso_size, csum_start and csum_offset
  /// of 16 bits each.
  static final int HEADER_BYTES = 10;

  static final int NEEDS_CHECKSUM = 1;
  private static final int HEADER_STRIDE_BYTES = 16;

  /// `struct iovec`: address and length; two per frame.
  private static final int PIECE_BYTES = 16;

  /// `struct mmsghdr`: a msghdr with the pieces' address at 16 and their number at 24, and the
  /// length sent at 56.
  private static final int MESSAGE_BYTES = 64;

  private final Arena arena = Arena.ofShared();
  private final Libc libc;
  private final PacketSocket socket;
  private final PortCounters counters;
  private final long messages = arena.allocate((long) BATCH_FRAMES * MESSAGE_BYTES, 64).address();
  private final long pieces = arena.allocate(2L * BATCH_FRAMES * PIECE_BYTES, 64).address();
  private final long headers =
      arena.allocate((long) BATCH_FRAMES * HEADER_STRIDE_BYTES, 64).address();
  private final long finishedHeader = arena.allocate(HEADER_STRIDE_BYTES, 64).address();
  private int queued;
  private int taken;
  private boolean linkTrouble;

  /// Sends through `socket`, which has PACKET_VNET_HDR set.
  PacketSender(Libc libc, PacketSocket socket, PortCounters counters) {
    this.libc = libc;
    this.socket = socket;
    this.counters = counters;
    for (int i = 0; i < BATCH_FRAMES; i++) {
      long piece = pieces + 2L * i * PIECE_BYTES;
      Native.putLong(piece + 8, HEADER_BYTES);
      Native.putLong(messages + (long) i * MESSAGE_BYTES + 16, piece);
      Native.putLong(messages + (long) i * MESSAGE_BYTES + 24, 2);
    }
  }

  /// Queues a frame, and sends the queue when it is full.
  void add(Frame frame) {
    long piece = pieces + 2L * queued * PIECE_BYTES;
    Native.putLong(piece, header(frame));
    Native.putLong(piece + PIECE_BYTES, frame.address());
    Native.putLong(piece + PIECE_BYTES + 8, frame.length());
    if (++queued == BATCH_FRAMES) {
      send();
    }
  }

  private long header(Frame frame) {
    if (frame.checksumState() == ChecksumState.COMPLETE) {
      return finishedHeader;
    }
    if (frame.checksumState() == ChecksumState.UNKNOWN) {
      PartialChecksum.complete(frame);
      return finishedHeader;
    }
    long header = headers + (long) queued * HEADER_STRIDE_BYTES;
    Native.putShort(header, NEEDS_CHECKSUM | frame.gsoType() << 8);
    Native.putShort(header + 2, frame.headerLength());
    Native.putShort(header + 4, frame.gsoSizeBytes());
    Native.putShort(header + 6, frame.checksumStart());
    Native.putShort(header + 8, frame.checksumOffset());
    return header;
  }

  /// Sends what is queued; returns how many frames the kernel took since the last call.
  int flush() {
    if (queued > 0) {
      send();
    }
    int sent = taken;
    taken = 0;
    counters.transmitted(sent);
    return sent;
  }

  /// sendmmsg stops at the first frame that the kernel refuses. That one is skipped and counted,
  /// and the rest is tried again, unless the link or the socket's memory is at fault: then the rest
  /// would fare no better.
  private void send() {
    int from = 0;
    while (from < queued) {
      int sent =
          libc.sendmmsg(
              socket.descriptor(),
              messages + (long) from * MESSAGE_BYTES,
              queued - from,
              Libc.MSG_DONTWAIT);
      if (sent > 0) {
        from += sent;
        taken += sent;
        continue;
      }
      int failed = 1;
      switch (libc.errno()) {
        case Libc.EINTR -> failed = 0;
        case Libc.EAGAIN, Libc.ENOBUFS -> failed = queued - from;
        case Libc.ENETDOWN, Libc.ENXIO, Libc.ENODEV -> {
          failed = queued - from;
          linkTrouble = true;
        }
        default -> {}
      }
      from += failed;
      counters.failed(failed);
    }
    queued = 0;
  }

  /// Whether the kernel has said since the last call that the link is down or gone.
  boolean takeLinkTrouble() {
    boolean trouble = linkTrouble;
    linkTrouble = false;
    return trouble;
  }

  @Override
  public void close() {
    arena.close();
  }
}
