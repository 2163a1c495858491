package io.pitchlake.node.port;

import java.util.Arrays;

/// Assembles the XDP program that sorts frames before the kernel's network stack sees them.
///
///     unless the frame is unicast IPv4 or IPv6 behind at most two VLAN tags     pass
///     unless stations[destination MAC] exists                                  pass
///     redirect to the AF_XDP socket of this queue, or pass if there is none
///
/// What passes goes to the host as ever, and a packet socket beside this port sees it too. So frames that concern both
/// (ARP, neighbour discovery, multicast) reach both, which a redirect alone cannot do.
///
/// Instructions are 8 bytes (`Documentation/bpf/standardization/instruction-set.rst`): opcode, destination and source register of 4 bits each,
/// offset of 16 bits, constant of 32 bits.
final class XdpProgram {
  private static final int LOAD_HALF = 0x69;
  private static final int LOAD_WORD = 0x61;
  private static final int STORE_WORD = 0x63;
  private static final int LOAD_CONSTANT_LONG = 0x18;
  private static final int MOVE = 0xbf;
  private static final int MOVE_CONSTANT = 0xb7;
  private static final int ADD_CONSTANT = 0x07;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int JUMP_IF_NOT_EQUAL = 0x55;
  private static final int JUMP_IF_ANY_BIT = 0x45;
  private static final int JUMP_IF_GREATER = 0x2d;
  private static final int CALL = 0x85;
  private static final int EXIT = 0x95;

  /// Source register of a constant that is the descriptor of a map.
  private static final int MAP_DESCRIPTOR = 1;

  private static final int MAP_LOOKUP = 1;
  private static final int REDIRECT_MAP = 51;
  private static final int XDP_PASS = 2;

  // struct xdp_md
  private static final int DATA = 0;
  private static final int DATA_END = 4;
  private static final int RX_QUEUE_INDEX = 16;

  // 16-bit fields as a little-endian load sees them.
  private static final int TYPE_VLAN = 0x0081;
  private static final int TYPE_SERVICE_VLAN = 0xa888;
  private static final int TYPE_IPV4 = 0x0008;
  private static final int TYPE_IPV6 = 0xdd86;

  private static final int ETHERNET_BYTES = 14;
  private static final int TAG_BYTES = 4;

  // Registers that keep their value over a call.
  private static final int CONTEXT = 6;
  private static final int PACKET = 7;
  private static final int TYPE = 8;
  private static final int STACK = 10;

  private static final int STATION_KEY = -8;

  private final long[] program = new long[64];
  private int length;
  private final Label pass = new Label();

  /// A forward jump target.
  private final class Label {
    private final int[] jumps = new int[16];
    private int count;

    void bind() {
      for (int i = 0; i < count; i++) {
        program[jumps[i]] |= (long) (length - jumps[i] - 1 & 0xffff) << 16;
      }
    }
  }

  private XdpProgram() {}

  /// The program with the descriptors of its maps: stations (6 bytes of MAC address and 2 of zero
  /// -> anything), sockets by queue.
  static long[] assemble(int stations, int sockets) {
    XdpProgram assembler = new XdpProgram();
    assembler.write(stations, sockets);
    return Arrays.copyOf(assembler.program, assembler.length);
  }

  private void write(int stations, int sockets) {
    Label typed = new Label();
    Label ip = new Label();

    emit(MOVE, CONTEXT, 1, 0, 0);
    emit(LOAD_WORD, 2, CONTEXT, DATA, 0);
    requireBytes(2, ETHERNET_BYTES);
    emit(LOAD_WORD, 5, 2, 0, 0);
    jumpIf(JUMP_IF_ANY_BIT, 5, 1, pass);
    emit(STORE_WORD, STACK, 5, STATION_KEY, 0);
    emit(LOAD_HALF, 5, 2, 4, 0);
    emit(STORE_WORD, STACK, 5, STATION_KEY + 4, 0);
    emit(LOAD_HALF, TYPE, 2, 12, 0);
    emit(MOVE, PACKET, 2, 0, 0);
    emit(ADD_CONSTANT, PACKET, 0, 0, ETHERNET_BYTES);
    skipTag(typed);
    skipTag(typed);
    typed.bind();
    jumpIf(JUMP_IF_EQUAL, TYPE, TYPE_IPV4, ip);
    jumpIf(JUMP_IF_NOT_EQUAL, TYPE, TYPE_IPV6, pass);
    ip.bind();
    loadMap(stations);
    emit(MOVE, 2, STACK, 0, 0);
    emit(ADD_CONSTANT, 2, 0, 0, STATION_KEY);
    emit(CALL, 0, 0, 0, MAP_LOOKUP);
    jumpIf(JUMP_IF_EQUAL, 0, 0, pass);

    loadMap(sockets);
    emit(LOAD_WORD, 2, CONTEXT, RX_QUEUE_INDEX, 0);
    emit(MOVE_CONSTANT, 3, 0, 0, XDP_PASS);
    emit(CALL, 0, 0, 0, REDIRECT_MAP);
    emit(EXIT, 0, 0, 0, 0);
    pass.bind();
    emit(MOVE_CONSTANT, 0, 0, 0, XDP_PASS);
    emit(EXIT, 0, 0, 0, 0);
  }

  /// Passes the frame unless `bytes` bytes are there from the address in `register` on. The
  /// verifier wants the proof.
  private void requireBytes(int register, int bytes) {
    emit(LOAD_WORD, 3, CONTEXT, DATA_END, 0);
    emit(MOVE, 4, register, 0, 0);
    emit(ADD_CONSTANT, 4, 0, 0, bytes);
    note(pass);
    emit(JUMP_IF_GREATER, 4, 3, 0, 0);
  }

  private void skipTag(Label typed) {
    Label tagged = new Label();
    jumpIf(JUMP_IF_EQUAL, TYPE, TYPE_VLAN, tagged);
    jumpIf(JUMP_IF_NOT_EQUAL, TYPE, TYPE_SERVICE_VLAN, typed);
    tagged.bind();
    requireBytes(PACKET, TAG_BYTES);
    emit(LOAD_HALF, TYPE, PACKET, 2, 0);
    emit(ADD_CONSTANT, PACKET, 0, 0, TAG_BYTES);
  }

  private void loadMap(int map) {
    emit(LOAD_CONSTANT_LONG, 1, MAP_DESCRIPTOR, 0, map);
    emit(0, 0, 0, 0, 0);
  }

  private void jumpIf(int opcode, int register, int constant, Label target) {
    note(target);
    emit(opcode, register, 0, 0, constant);
  }

  private void note(Label target) {
    target.jumps[target.count++] = length;
  }

  private void emit(int opcode, int destination, int source, int offset, int constant) {
    program[length++] =
        opcode
            | (long) destination << 8
            | (long) source << 12
            | (long) (offset & 0xffff) << 16
            | (long) constant << 32;
  }
}
