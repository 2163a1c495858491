package io.pitchlake.node.port;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The other end of the wire: a packet socket with one system call per frame, as simple as it can
/// be, so that ports are tested against something that is not a port. A tag that the kernel keeps
/// beside the frame is not put back.
final class RawPeer implements AutoCloseable {
  private static final int AF_PACKET = 17;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_ADD_MEMBERSHIP = 1;
  private static final int PACKET_IGNORE_OUTGOING = 23;
  private static final int ETH_P_ALL_BE = 0x0300;
  private static final int BUFFER_BYTES = 1 << 17;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES);
  private final MemorySegment poll = arena.allocate(8, 8);
  private final Libc libc = new Libc();
  private final int socket;

  RawPeer(String name) throws IOException, PortException {
    int index = NetworkLink.find(name).index();
    socket = libc.socket(AF_PACKET, Libc.SOCK_RAW, 0);
    check(socket, "socket");
    check(libc.setOption(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1), "PACKET_IGNORE_OUTGOING");
    check(libc.setOption(socket, Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, 8 << 20), "SO_RCVBUFFORCE");
    MemorySegment membership = libc.scratch();
    membership.set(JAVA_INT, 0, index);
    membership.set(JAVA_SHORT, 4, (short) 1);
    check(
        libc.setOption(socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership.address(), 16),
        "PACKET_ADD_MEMBERSHIP");
    MemorySegment address = libc.scratch();
    address.set(JAVA_SHORT, 0, (short) AF_PACKET);
    address.set(JAVA_SHORT, 2, (short) ETH_P_ALL_BE);
    address.set(JAVA_INT, 4, index);
    check(libc.bind(socket, address.address(), 20), "bind");
    poll.set(JAVA_INT, 0, socket);
    poll.set(JAVA_SHORT, 4, (short) Libc.POLLIN);
  }

  private void check(int result, String call) throws IOException {
    if (result < 0) {
      throw new IOException(call + ": " + libc.errorText());
    }
  }

  /// Sends one frame.
  void send(byte[] frame) {
    MemorySegment.copy(frame, 0, buffer, JAVA_BYTE, 0, frame.length);
    long sent = libc.send(socket, buffer.address(), frame.length, 0);
    if (sent != frame.length) {
      throw new IllegalStateException(
          "peer sent " + sent + " of " + frame.length + ": " + libc.errorText());
    }
  }

  /// The next frame, or null when none comes within `timeoutMillis`.
  byte[] receive(int timeoutMillis) {
    if (libc.poll(poll.address(), 1, timeoutMillis * 1_000_000L) <= 0) {
      return null;
    }
    long length = libc.recv(socket, buffer.address(), BUFFER_BYTES, Libc.MSG_DONTWAIT);
    return length < 0
        ? null
        : Arrays.copyOf(buffer.asSlice(0, length).toArray(JAVA_BYTE), (int) length);
  }

  @Override
  public void close() {
    libc.close(socket);
    libc.close();
    arena.close();
  }
}
