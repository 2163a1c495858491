package io.pitchlake.node.port;

import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Frame.ChecksumState;
import java.lang.foreign.Arena;

/// Sends frames from where they lie through packet sockets, a batch per system call (sendmmsg).
///
/// Finished frames, such as all answers of our own, leave by a plain socket. Those with a partial
/// checksum and super-frames leave by one that wants a virtio_net_hdr in front of each, as a piece
/// of its own, so that nothing need be writable in front of a frame, which may lie in another
/// port's memory. The header and the second piece cost the kernel more than all our own work on a
/// frame. A change from one socket to the other ends a batch, so frames leave in their order.
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

  private static final int MESSAGE_PIECES = 16;
  private static final int MESSAGE_PIECE_COUNT = 24;
  private static final int SEND_BUFFER_BYTES = 8 << 20;

  private final Arena arena = Arena.ofShared();
  private final Libc libc;
  private final PacketSocket plain;
  private final PacketSocket offload;
  private final PortCounters counters;
  private final long messages = arena.allocate((long) BATCH_FRAMES * MESSAGE_BYTES, 64).address();
  private final long pieces = arena.allocate(2L * BATCH_FRAMES * PIECE_BYTES, 64).address();
  private final long headers =
      arena.allocate((long) BATCH_FRAMES * HEADER_STRIDE_BYTES, 64).address();
  private PacketSocket current;
  private int queued;
  private int taken;
  private boolean linkTrouble;

  private PacketSender(Libc libc, PacketSocket plain, PacketSocket offload, PortCounters counters) {
    this.libc = libc;
    this.plain = plain;
    this.offload = offload;
    this.current = plain;
    this.counters = counters;
    for (int i = 0; i < BATCH_FRAMES; i++) {
      Native.putLong(pieces + 2L * i * PIECE_BYTES + 8, HEADER_BYTES);
    }
  }

  /// Opens the two sockets on `link`.
  static PacketSender open(Libc libc, NetworkLink link, PortCounters counters)
      throws PortException {
    PacketSocket plain = PacketSocket.open(libc, link);
    try {
      PacketSocket offload = PacketSocket.open(libc, link);
      try {
        offload.set(PacketSocket.PACKET_VNET_HDR, 1, "PACKET_VNET_HDR");
        for (PacketSocket socket : new PacketSocket[] {plain, offload}) {
          socket.set(PacketSocket.PACKET_QDISC_BYPASS, 1, "PACKET_QDISC_BYPASS");
          socket.bufferBytes(Libc.SO_SNDBUFFORCE, Libc.SO_SNDBUF, SEND_BUFFER_BYTES);
          socket.bind(PacketSocket.NO_PROTOCOL);
        }
        return new PacketSender(libc, plain, offload, counters);
      } catch (PortException e) {
        offload.close();
        throw e;
      }
    } catch (PortException e) {
      plain.close();
      throw e;
    }
  }

  /// Queues a frame, and sends the queue when it is full.
  void add(Frame frame) {
    if (frame.checksumState() == ChecksumState.UNKNOWN) {
      PartialChecksum.complete(frame);
    }
    boolean partial = frame.checksumState() == ChecksumState.PARTIAL;
    PacketSocket socket = partial ? offload : plain;
    if (socket != current) {
      if (queued > 0) {
        send();
      }
      current = socket;
    }
    long header = pieces + 2L * queued * PIECE_BYTES;
    long body = header + PIECE_BYTES;
    long message = messages + (long) queued * MESSAGE_BYTES;
    if (partial) {
      Native.putLong(header, offloadHeader(frame));
      Native.putLong(message + MESSAGE_PIECES, header);
      Native.putLong(message + MESSAGE_PIECE_COUNT, 2);
    } else {
      Native.putLong(message + MESSAGE_PIECES, body);
      Native.putLong(message + MESSAGE_PIECE_COUNT, 1);
    }
    Native.putLong(body, frame.address());
    Native.putLong(body + 8, frame.length());
    if (++queued == BATCH_FRAMES) {
      send();
    }
  }

  private long offloadHeader(Frame frame) {
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

  /// Forgets what is queued; returns how many frames.
  int discard() {
    int discarded = queued;
    queued = 0;
    return discarded;
  }

  /// sendmmsg stops at the first frame that the kernel refuses. That one is skipped and counted,
  /// and the rest is tried again, unless the link or the socket's memory is at fault: then the rest
  /// would fare no better.
  private void send() {
    int from = 0;
    while (from < queued) {
      int sent =
          libc.sendmmsg(
              current.descriptor(),
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
    plain.close();
    offload.close();
    arena.close();
  }
}
