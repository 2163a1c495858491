package io.pitchlake.node.port;

import static io.pitchlake.node.port.ClassicBpf.JUMP_IF_ANY_BIT;
import static io.pitchlake.node.port.ClassicBpf.JUMP_IF_EQUAL;
import static io.pitchlake.node.port.ClassicBpf.JUMP_IF_NOT_LESS;
import static io.pitchlake.node.port.ClassicBpf.LOAD_BYTE;
import static io.pitchlake.node.port.ClassicBpf.LOAD_BYTE_INDEXED;
import static io.pitchlake.node.port.ClassicBpf.LOAD_HALF;
import static io.pitchlake.node.port.ClassicBpf.LOAD_HALF_INDEXED;
import static io.pitchlake.node.port.ClassicBpf.LOAD_WORD;
import static io.pitchlake.node.port.ClassicBpf.LOAD_WORD_INDEXED;
import static io.pitchlake.node.port.ClassicBpf.RETURN;
import static io.pitchlake.node.port.ClassicBpf.SET_INDEX;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.node.port.ClassicBpf.Label;
import java.util.Set;

/// Assembles a [PortFilter] into the classic BPF program that a packet socket runs on each frame
/// before it is copied to the ring.
///
/// The kernel has taken the outer VLAN tag out of the bytes when the program runs; X holds the
/// bytes of an inner one, 0 or 4.
final class SocketFilter {
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
  private static final int IPV4_DESTINATION_PORT = 36;
  private static final int IPV6_DESTINATION_PORT = 56;
  private static final int ICMP = 1;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMPV6 = 58;
  private static final int VRRP = 112;

  /// What an accepting program returns: more bytes than any frame has.
  private static final int WHOLE_FRAME = 1 << 18;

  private final ClassicBpf bpf = new ClassicBpf();

  private SocketFilter() {}

  /// The program, one instruction per element as the kernel's `struct sock_filter` lies in memory
  /// on a little-endian machine.
  static long[] assemble(PortFilter filter) {
    SocketFilter assembler = new SocketFilter();
    assembler.write(filter);
    return assembler.bpf.program();
  }

  private void write(PortFilter filter) {
    Label accept = bpf.label();
    Label drop = bpf.label();
    Label tagged = bpf.label();
    Label typed = bpf.label();
    Label ipv4 = bpf.label();
    Label ipv6 = bpf.label();
    Label hostIpv4 = bpf.label();
    Label hostIpv6 = bpf.label();
    Label stations = bpf.label();

    bpf.emit(LOAD_BYTE, 0);
    bpf.jumpIf(JUMP_IF_ANY_BIT, 1, accept);
    bpf.emit(SET_INDEX, 0);
    bpf.emit(LOAD_HALF, ETHERTYPE);
    bpf.jumpIf(JUMP_IF_EQUAL, VLAN, tagged);
    bpf.jumpIf(JUMP_IF_EQUAL, SERVICE_VLAN, tagged);
    bpf.jump(typed);
    tagged.bind();
    bpf.emit(SET_INDEX, 4);
    typed.bind();
    bpf.emit(LOAD_HALF_INDEXED, ETHERTYPE);
    bpf.jumpIf(JUMP_IF_EQUAL, ARP, accept);
    bpf.jumpIf(JUMP_IF_EQUAL, IPV4, ipv4);
    bpf.jumpIf(JUMP_IF_EQUAL, IPV6, ipv6);
    bpf.jump(stations);

    ipv4.bind();
    bpf.emit(LOAD_BYTE_INDEXED, IPV4_PROTOCOL);
    bpf.jumpIf(JUMP_IF_EQUAL, VRRP, accept);
    bpf.emit(LOAD_WORD_INDEXED, IPV4_DESTINATION);
    for (IpAddress host : filter.hostAddresses()) {
      if (host.isIpv4()) {
        bpf.jumpIf(JUMP_IF_EQUAL, host.ipv4(), hostIpv4);
      }
    }
    bpf.jump(accept);

    ipv6.bind();
    bpf.emit(LOAD_BYTE_INDEXED, IPV6_NEXT_HEADER);
    bpf.jumpIf(JUMP_IF_EQUAL, ICMPV6, accept);
    bpf.jumpIf(JUMP_IF_EQUAL, VRRP, accept);
    for (IpAddress host : filter.hostAddresses()) {
      if (!host.isIpv4()) {
        ifIpv6(host, hostIpv6);
      }
    }
    bpf.jump(accept);

    // The ports stand behind a header without options: answers to probes have none.
    hostIpv4.bind();
    bpf.emit(LOAD_BYTE_INDEXED, IPV4_PROTOCOL);
    bpf.jumpIf(JUMP_IF_EQUAL, ICMP, accept);
    acceptProbePorts(IPV4_DESTINATION_PORT, accept);
    bpf.jump(drop);

    hostIpv6.bind();
    bpf.emit(LOAD_BYTE_INDEXED, IPV6_NEXT_HEADER);
    acceptProbePorts(IPV6_DESTINATION_PORT, accept);
    bpf.jump(drop);

    stations.bind();
    writeStations(filter.stations(), accept);
    drop.bind();
    bpf.emit(RETURN, 0);
    accept.bind();
    bpf.emit(RETURN, WHOLE_FRAME);
  }

  /// Reads the protocol from the accumulator.
  private void acceptProbePorts(int destinationPort, Label accept) {
    Label ports = bpf.label();
    Label others = bpf.label();
    bpf.jumpIf(JUMP_IF_EQUAL, TCP, ports);
    bpf.jumpIf(JUMP_IF_EQUAL, UDP, ports);
    bpf.jump(others);
    ports.bind();
    bpf.emit(LOAD_HALF_INDEXED, destinationPort);
    bpf.jumpIf(JUMP_IF_NOT_LESS, PortFilter.FIRST_PROBE_PORT, accept);
    others.bind();
  }

  private void ifIpv6(IpAddress host, Label target) {
    for (int word = 0; word < 4; word++) {
      long half = word < 2 ? host.high() : host.low();
      bpf.emit(LOAD_WORD_INDEXED, IPV6_DESTINATION + 4 * word);
      bpf.skipUnlessEqual((int) (half >>> (word % 2 == 0 ? 32 : 0)), 2 * (3 - word) + 1);
    }
    bpf.jump(target);
  }

  private void writeStations(Set<MacAddress> stations, Label accept) {
    for (MacAddress station : stations) {
      bpf.emit(LOAD_WORD, 2);
      bpf.skipUnlessEqual((int) station.value(), 3);
      bpf.emit(LOAD_HALF, 0);
      bpf.jumpIf(JUMP_IF_EQUAL, (int) (station.value() >>> 32), accept);
    }
  }
}
