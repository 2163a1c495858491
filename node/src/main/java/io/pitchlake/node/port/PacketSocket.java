package io.pitchlake.node.port;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.pitchlake.node.port.PortException.Reason;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// An AF_PACKET socket and its options (packet(7)). Made step by step, because the order matters:
/// header options come before the ring, the filter before [#bind].
final class PacketSocket {
  static final int SOL_PACKET = 263;
  static final int PACKET_ADD_MEMBERSHIP = 1;
  static final int PACKET_RX_RING = 5;
  static final int PACKET_STATISTICS = 6;
  static final int PACKET_COPY_THRESH = 7;
  static final int PACKET_VERSION = 10;
  static final int PACKET_RESERVE = 12;
  static final int PACKET_VNET_HDR = 15;
  static final int PACKET_FANOUT = 18;
  static final int PACKET_QDISC_BYPASS = 20;
  static final int PACKET_FANOUT_DATA = 22;
  static final int PACKET_IGNORE_OUTGOING = 23;
  static final int TPACKET_V2 = 1;

  /// ETH_P_ALL in network byte order.
  static final int EVERY_PROTOCOL = 0x0300;

  /// A socket bound to no protocol only sends.
  static final int NO_PROTOCOL = 0;

  private static final int AF_PACKET = 17;
  private static final int PACKET_MR_PROMISC = 1;
  private static final int MEMBERSHIP_BYTES = 16;
  private static final int ADDRESS_BYTES = 20;
  private static final int FILTER_PROGRAM_BYTES = 16;
  private static final int FANOUT_CBPF = 6 << 16;
  private static final int FANOUT_NEW_GROUP = 0x2000 << 16;
  private static final int FANOUT_GROUP_MASK = 0xffff;

  private final Libc libc;
  private final NetworkLink link;
  private final int descriptor;

  private PacketSocket(Libc libc, NetworkLink link, int descriptor) {
    this.libc = libc;
    this.link = link;
    this.descriptor = descriptor;
  }

  /// Makes a socket for `link` that sees nothing yet.
  static PacketSocket open(Libc libc, NetworkLink link) throws PortException {
    int descriptor = libc.socket(AF_PACKET, Libc.SOCK_RAW, 0);
    if (descriptor < 0) {
      if (libc.errno() == Libc.EPERM || libc.errno() == Libc.EACCES) {
        throw link.capabilityMissing();
      }
      throw new PortException(
          Reason.UNSUPPORTED, "this system has no packet sockets: " + libc.errorText());
    }
    return new PacketSocket(libc, link, descriptor);
  }

  int descriptor() {
    return descriptor;
  }

  /// Sets an option of level SOL_PACKET that is an int.
  void set(int option, int value, String optionName) throws PortException {
    if (libc.setOption(descriptor, SOL_PACKET, option, value) < 0) {
      throw refused(optionName);
    }
  }

  /// Asks for socket buffers of `bytes`; with less than CAP_NET_ADMIN the system's limit holds.
  void bufferBytes(int force, int ordinary, int bytes) {
    if (libc.setOption(descriptor, Libc.SOL_SOCKET, force, bytes) < 0) {
      libc.setOption(descriptor, Libc.SOL_SOCKET, ordinary, bytes);
    }
  }

  /// Asks for frames to every destination for as long as this socket is open, without a mark on the
  /// interface.
  void joinPromiscuously() throws PortException {
    MemorySegment membership = libc.scratch();
    membership.set(JAVA_INT, 0, link.index());
    membership.set(JAVA_SHORT, 4, (short) PACKET_MR_PROMISC);
    if (libc.setOption(
            descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership.address(), MEMBERSHIP_BYTES)
        < 0) {
      throw refused("PACKET_ADD_MEMBERSHIP");
    }
  }

  /// Lays a receive ring of `blocks` blocks of `blockBytes`, cut into slots of `slotBytes`, and
  /// maps it.
  long mapReceiveRing(int blockBytes, int blocks, int slotBytes) throws PortException {
    MemorySegment request = libc.scratch();
    request.set(JAVA_INT, 0, blockBytes);
    request.set(JAVA_INT, 4, blocks);
    request.set(JAVA_INT, 8, slotBytes);
    request.set(JAVA_INT, 12, blockBytes / slotBytes * blocks);
    if (libc.setOption(descriptor, SOL_PACKET, PACKET_RX_RING, request.address(), 16) < 0) {
      throw refused("PACKET_RX_RING");
    }
    long ring =
        libc.mmap(
            (long) blockBytes * blocks,
            Libc.PROT_READ_WRITE,
            Libc.MAP_SHARED | Libc.MAP_POPULATE,
            descriptor,
            0);
    if (ring == -1) {
      throw refused("mapping the receive ring");
    }
    return ring;
  }

  /// Replaces the filter for the frames that arrive from here on; false when the kernel has no room
  /// for it (net.core.optmem_max).
  boolean attach(long[] program) {
    return give(program, Libc.SOL_SOCKET, Libc.SO_ATTACH_FILTER);
  }

  /// Founds a group of sockets that share the link's frames; the program that steers them is the
  /// group's. Returns its number, for [#join]. The socket must be bound.
  int found(long[] steering) throws PortException {
    set(PACKET_FANOUT, FANOUT_CBPF | FANOUT_NEW_GROUP, "PACKET_FANOUT");
    if (!give(steering, SOL_PACKET, PACKET_FANOUT_DATA)) {
      throw refused("PACKET_FANOUT_DATA");
    }
    MemorySegment value = libc.scratch();
    value.set(JAVA_INT, 16, 4);
    long address = value.address();
    if (libc.getOption(descriptor, SOL_PACKET, PACKET_FANOUT, address, address + 16) < 0) {
      throw refused("PACKET_FANOUT");
    }
    return value.get(JAVA_INT, 0) & FANOUT_GROUP_MASK;
  }

  /// Joins a group; its number in the group follows from the order of joining.
  void join(int group) throws PortException {
    set(PACKET_FANOUT, FANOUT_CBPF | group, "PACKET_FANOUT");
  }

  private boolean give(long[] program, int level, int option) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment instructions = arena.allocate(program.length * 8L, 8);
      MemorySegment.copy(
          MemorySegment.ofArray(program), 0, instructions, 0, instructions.byteSize());
      MemorySegment description = libc.scratch();
      description.set(JAVA_SHORT, 0, (short) program.length);
      Native.putLong(description.address() + 8, instructions.address());
      return libc.setOption(descriptor, level, option, description.address(), FILTER_PROGRAM_BYTES)
          == 0;
    }
  }

  /// Takes the filter away; harmless when there is none.
  void detach() {
    libc.setOption(descriptor, Libc.SOL_SOCKET, Libc.SO_DETACH_FILTER, 0);
  }

  /// Starts: frames of `protocol` (in network byte order) arrive from here on.
  void bind(int protocol) throws PortException {
    MemorySegment address = libc.scratch();
    address.set(JAVA_SHORT, 0, (short) AF_PACKET);
    address.set(JAVA_SHORT, 2, (short) protocol);
    address.set(JAVA_INT, 4, link.index());
    if (libc.bind(descriptor, address.address(), ADDRESS_BYTES) < 0) {
      throw refused("bind");
    }
  }

  void close() {
    libc.close(descriptor);
  }

  private PortException refused(String what) {
    return new PortException(
        Reason.UNSUPPORTED,
        "interface '" + link.name() + "': " + what + " was refused: " + libc.errorText());
  }
}
