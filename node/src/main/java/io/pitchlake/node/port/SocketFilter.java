package io.pitchlake.node.port;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import java.util.Arrays;
import java.util.Set;

/// Assembles a [PortFilter] into the classic BPF program that a packet socket runs on each frame
/// before it is copied to the ring (`Documentation/networking/filter.rst` of the kernel).
///
/// The machine has an accumulator A, an index X and packed instructions of 8 bytes: opcode (16
/// bits), two jump distances (8 bits each) and a constant (32 bits). The kernel has taken the outer
/// VLAN tag out of the bytes when the program runs; X holds the bytes of an inner one, 0 or 4. A
/// load beyond the end of the frame drops it.
final class SocketFilter {
  private static final int LOAD_BYTE = 0x30;
  private static final int LOAD_HALF = 0x28;
  private static final int LOAD_WORD = 0x20;
  private static final int LOAD_BYTE_INDEXED = 0x50;
  private static final int LOAD_HALF_INDEXED = 0x48;
  private static final int LOAD_WORD_INDEXED = 0x40;
  private static final int SET_INDEX = 0x01;
  private static final int JUMP = 0x05;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int JUMP_IF_ANY_BIT = 0x45;
  private static final int RETURN = 0x06;

  private static final int ETHERTYPE = 12;
  private static final int ARP = 0x0806;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86dd;
  private static final int VLAN = 0x8100;
  private static final int SERVICE_VLAN = 0x88a8;
  private static final int IPV4_PROTOCOL = 23;
  private static final int IPV4_DESTINATION = 30;
  private static final int IPV6_NEXT_HEADER = 20;
  private static final int IPV6_DESTINATION = 38;
  private static final int ICMPV6 = 58;
  private static final int VRRP = 112;

  /// What an accepting program returns: more bytes than any frame has.
  private static final int WHOLE_FRAME = 1 << 18;

  private long[] program = new long[64];
  private int length;

  /// A forward jump target: the places that jump to it are patched when it is bound.
  private final class Label {
    private int[] jumps = new int[8];
    private int count;

    void add(int at) {
      if (count == jumps.length) {
        jumps = Arrays.copyOf(jumps, 2 * count);
      }
      jumps[count++] = at;
    }

    void bind() {
      for (int i = 0; i < count; i++) {
        program[jumps[i]] |= (long) (length - jumps[i] - 1) << 32;
      }
    }
  }

  private SocketFilter() {}

  /// The program, one instruction per element as the kernel's `struct sock_filter` lies in memory
  /// on a little-endian machine.
  static long[] assemble(PortFilter filter) {
    SocketFilter assembler = new SocketFilter();
    assembler.write(filter);
    return Arrays.copyOf(assembler.program, assembler.length);
  }

  private void write(PortFilter filter) {
    Label accept = new Label();
    Label drop = new Label();
    Label tagged = new Label();
    Label typed = new Label();
    Label ipv4 = new Label();
    Label ipv6 = new Label();
    Label stations = new Label();

    emit(LOAD_BYTE, 0);
    jumpIf(JUMP_IF_ANY_BIT, 1, accept);
    emit(SET_INDEX, 0);
    emit(LOAD_HALF, ETHERTYPE);
    jumpIf(JUMP_IF_EQUAL, VLAN, tagged);
    jumpIf(JUMP_IF_EQUAL, SERVICE_VLAN, tagged);
    jump(typed);
    tagged.bind();
    emit(SET_INDEX, 4);
    typed.bind();
    emit(LOAD_HALF_INDEXED, ETHERTYPE);
    jumpIf(JUMP_IF_EQUAL, ARP, accept);
    jumpIf(JUMP_IF_EQUAL, IPV4, ipv4);
    jumpIf(JUMP_IF_EQUAL, IPV6, ipv6);
    jump(stations);

    ipv4.bind();
    emit(LOAD_BYTE_INDEXED, IPV4_PROTOCOL);
    jumpIf(JUMP_IF_EQUAL, VRRP, accept);
    emit(LOAD_WORD_INDEXED, IPV4_DESTINATION);
    for (IpAddress host : filter.hostAddresses()) {
      if (host.isIpv4()) {
        jumpIf(JUMP_IF_EQUAL, host.ipv4(), drop);
      }
    }
    jump(stations);

    ipv6.bind();
    emit(LOAD_BYTE_INDEXED, IPV6_NEXT_HEADER);
    jumpIf(JUMP_IF_EQUAL, ICMPV6, accept);
    jumpIf(JUMP_IF_EQUAL, VRRP, accept);
    for (IpAddress host : filter.hostAddresses()) {
      if (!host.isIpv4()) {
        dropIpv6(host, drop);
      }
    }

    stations.bind();
    writeStations(filter.stations(), accept);
    drop.bind();
    emit(RETURN, 0);
    accept.bind();
    emit(RETURN, WHOLE_FRAME);
  }

  private void dropIpv6(IpAddress host, Label drop) {
    for (int word = 0; word < 4; word++) {
      long half = word < 2 ? host.high() : host.low();
      emit(LOAD_WORD_INDEXED, IPV6_DESTINATION + 4 * word);
      skipUnlessEqual((int) (half >>> (word % 2 == 0 ? 32 : 0)), 2 * (3 - word) + 1);
    }
    jump(drop);
  }

  private void writeStations(Set<MacAddress> stations, Label accept) {
    for (MacAddress station : stations) {
      emit(LOAD_WORD, 2);
      skipUnlessEqual((int) station.value(), 3);
      emit(LOAD_HALF, 0);
      jumpIf(JUMP_IF_EQUAL, (int) (station.value() >>> 32), accept);
    }
  }

  private void emit(int opcode, int constant) {
    if (length == program.length) {
      program = Arrays.copyOf(program, 2 * length);
    }
    program[length++] = opcode | (long) constant << 32;
  }

  private void jump(Label target) {
    target.add(length);
    emit(JUMP, 0);
  }

  /// A conditional jump reaches only 255 instructions, so it hops over an unconditional one, which
  /// reaches all.
  private void jumpIf(int opcode, int constant, Label target) {
    emit(opcode | 1 << 24, constant);
    jump(target);
  }

  private void skipUnlessEqual(int constant, int instructions) {
    emit(JUMP_IF_EQUAL | instructions << 24, constant);
  }
}
