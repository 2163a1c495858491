package io.pitchlake.node.port;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.node.port.PortException.Reason;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// [PeerLink] over a UDP socket that is bound to one address. Whatever goes wrong with a datagram,
/// it is lost: a peer that hears nothing draws its conclusions. Engine thread, but for opening and
/// closing.
public final class PeerSocket implements PeerLink {
  /// `struct sockaddr_in6`, the longer of the two.
  private static final int ADDRESS_BYTES = 28;

  private static final int IPV4_ADDRESS_BYTES = 16;

  private final List<IpAddress> peers;
  private final Libc libc = new Libc();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(LONGEST_BYTES, 8);
  private final long[] addresses;
  private final long sender = arena.allocate(ADDRESS_BYTES, 8).address();
  private final long senderLength = arena.allocate(4, 4).address();
  private final long poll = arena.allocate(8, 8).address();
  private final int socket;

  private PeerSocket(IpAddress bind, List<IpAddress> peers, int port) throws PortException {
    this.peers = List.copyOf(peers);
    this.addresses = new long[peers.size()];
    for (int i = 0; i < addresses.length; i++) {
      addresses[i] = socketAddress(peers.get(i), port);
    }
    this.socket = libc.socket(family(bind), Libc.SOCK_DGRAM, 0);
    if (socket < 0 || libc.bind(socket, socketAddress(bind, port), length(bind)) < 0) {
      String why = libc.errorText();
      close();
      throw new PortException(
          Reason.UNSUPPORTED,
          "heartbeats cannot be received at %s, UDP port %d: %s; 'sync { bind ... }' is an address of"
                  .formatted(bind, port, why)
              + " this host, and 'set syncbeatport' a port that is free");
    }
  }

  /// A socket at `bind`, for datagrams to and from `port` of the peers, which are of its address
  /// family.
  ///
  /// @throws PortException with one sentence for the user when the address cannot be used
  public static PeerSocket open(IpAddress bind, List<IpAddress> peers, int port)
      throws PortException {
    return new PeerSocket(bind, peers, port);
  }

  private static int family(IpAddress address) {
    return address.isIpv4() ? Libc.AF_INET : Libc.AF_INET6;
  }

  private static int length(IpAddress address) {
    return address.isIpv4() ? IPV4_ADDRESS_BYTES : ADDRESS_BYTES;
  }

  private long socketAddress(IpAddress address, int port) {
    long at = arena.allocate(ADDRESS_BYTES, 8).address();
    Native.putShort(at, family(address));
    Memory.putShort(at + 2, port);
    if (address.isIpv4()) {
      Memory.putInt(at + 4, address.ipv4());
    } else {
      Memory.putLong(at + 8, address.high());
      Memory.putLong(at + 16, address.low());
    }
    return at;
  }

  @Override
  public List<IpAddress> peers() {
    return peers;
  }

  @Override
  public void send(int peer, byte[] datagram, int length) {
    MemorySegment.copy(datagram, 0, buffer, JAVA_BYTE, 0, length);
    libc.sendto(
        socket,
        buffer.address(),
        length,
        Libc.MSG_DONTWAIT,
        addresses[peer],
        length(peers.get(peer)));
  }

  /// Sends the first `length` bytes to where the datagram received last came from.
  public void answer(byte[] datagram, int length) {
    MemorySegment.copy(datagram, 0, buffer, JAVA_BYTE, 0, length);
    libc.sendto(
        socket,
        buffer.address(),
        length,
        Libc.MSG_DONTWAIT,
        sender,
        isFromIpv4() ? IPV4_ADDRESS_BYTES : ADDRESS_BYTES);
  }

  /// Waits until a datagram is there or about `timeoutNanos` have passed.
  public void await(long timeoutNanos) {
    Native.putInt(poll, socket);
    Native.putShort(poll + 4, Libc.POLLIN);
    libc.poll(poll, 1, timeoutNanos);
  }

  @Override
  public int receive(byte[] into) {
    Native.putInt(senderLength, ADDRESS_BYTES);
    long length =
        libc.recvfrom(
            socket, buffer.address(), LONGEST_BYTES, Libc.MSG_DONTWAIT, sender, senderLength);
    if (length <= 0) {
      return 0;
    }
    MemorySegment.copy(buffer, JAVA_BYTE, 0, into, 0, (int) length);
    return (int) length;
  }

  @Override
  public long senderHigh() {
    return isFromIpv4() ? 0 : Memory.getLong(sender + 8);
  }

  @Override
  public long senderLow() {
    return isFromIpv4()
        ? IpAddress.mappedLow(Memory.getInt(sender + 4))
        : Memory.getLong(sender + 16);
  }

  private boolean isFromIpv4() {
    return Native.getShort(sender) == Libc.AF_INET;
  }

  @Override
  public int[] inputDescriptors() {
    return new int[] {socket};
  }

  @Override
  public void close() {
    if (socket >= 0) {
      libc.close(socket);
    }
    libc.close();
    arena.close();
  }
}
