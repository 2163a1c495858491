package io.pitchlake.node.port;

import static io.pitchlake.node.port.ClassicBpf.EXCLUSIVE_OR_INDEX;
import static io.pitchlake.node.port.ClassicBpf.INDEX_FROM_ACCUMULATOR;
import static io.pitchlake.node.port.ClassicBpf.JUMP_IF_EQUAL;
import static io.pitchlake.node.port.ClassicBpf.LOAD_BYTE;
import static io.pitchlake.node.port.ClassicBpf.LOAD_HALF;
import static io.pitchlake.node.port.ClassicBpf.LOAD_WORD;
import static io.pitchlake.node.port.ClassicBpf.REMAINDER;
import static io.pitchlake.node.port.ClassicBpf.RETURN;
import static io.pitchlake.node.port.ClassicBpf.RETURN_ACCUMULATOR;
import static io.pitchlake.node.port.ClassicBpf.SHIFT_RIGHT;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.port.ClassicBpf.Label;
import java.util.Set;

/// How the kernel steers the frames of one interface to several ports (PACKET_FANOUT_CBPF), so that
/// each engine sees everything that concerns the addresses it keeps: questions and answers about an
/// address (ARP, neighbour discovery) and packets to it go to the same engine. Packets to addresses
/// in `spread`, a balancer's, are steered by their source, so that the flows of one server use
/// every engine.
///
/// Only the low 32 bits of an address count. Whoever may choose addresses can load one engine more
/// than the others; that costs speed, not safety.
public final class Fanout {
  // Offsets from the network header, where the program's view of a frame begins.
  private static final int ARP_OPERATION = 6;
  private static final int ARP_SENDER = 14;
  private static final int ARP_TARGET = 24;
  private static final int IPV4_SOURCE = 12;
  private static final int IPV4_DESTINATION = 16;
  private static final int IPV6_NEXT_HEADER = 6;
  private static final int IPV6_SOURCE_LOW = 20;
  private static final int IPV6_DESTINATION = 24;
  private static final int IPV6_DESTINATION_LOW = 36;
  private static final int ICMPV6_TYPE = 40;
  private static final int ND_TARGET_LOW = 60;

  /// Loads the EtherType behind the tags (SKF_AD_OFF + SKF_AD_PROTOCOL).
  private static final int PROTOCOL = -0x1000;

  private static final int ARP = 0x0806;
  private static final int ARP_REPLY = 2;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86dd;
  private static final int ICMPV6 = 58;
  private static final int SOLICITATION = 135;
  private static final int ADVERTISEMENT = 136;

  private Fanout() {}

  /// Which of `count` ports gets what concerns an address with these low 32 bits.
  public static int home(int low, int count) {
    int mixed = low ^ low >>> 16;
    mixed ^= mixed >>> 8;
    return Integer.remainderUnsigned(mixed, count);
  }

  /// The steering program for `count` ports.
  static long[] program(int count, Set<IpAddress> spread) {
    ClassicBpf bpf = new ClassicBpf();
    Label arp = bpf.label();
    Label ipv4 = bpf.label();
    Label ipv6 = bpf.label();
    Label steer = bpf.label();

    bpf.emit(LOAD_WORD, PROTOCOL);
    bpf.jumpIf(JUMP_IF_EQUAL, ARP, arp);
    bpf.jumpIf(JUMP_IF_EQUAL, IPV4, ipv4);
    bpf.jumpIf(JUMP_IF_EQUAL, IPV6, ipv6);
    bpf.emit(RETURN, 0);

    arp.bind();
    Label reply = bpf.label();
    bpf.emit(LOAD_HALF, ARP_OPERATION);
    bpf.jumpIf(JUMP_IF_EQUAL, ARP_REPLY, reply);
    bpf.emit(LOAD_WORD, ARP_TARGET);
    bpf.jump(steer);
    reply.bind();
    bpf.emit(LOAD_WORD, ARP_SENDER);
    bpf.jump(steer);

    ipv4.bind();
    Label spreadIpv4 = bpf.label();
    bpf.emit(LOAD_WORD, IPV4_DESTINATION);
    for (IpAddress server : spread) {
      if (server.isIpv4()) {
        bpf.jumpIf(JUMP_IF_EQUAL, server.ipv4(), spreadIpv4);
      }
    }
    bpf.jump(steer);
    spreadIpv4.bind();
    bpf.emit(LOAD_WORD, IPV4_SOURCE);
    bpf.jump(steer);

    ipv6.bind();
    writeIpv6(bpf, spread, steer);

    steer.bind();
    bpf.emit(INDEX_FROM_ACCUMULATOR, 0);
    bpf.emit(SHIFT_RIGHT, 16);
    bpf.emit(EXCLUSIVE_OR_INDEX, 0);
    bpf.emit(INDEX_FROM_ACCUMULATOR, 0);
    bpf.emit(SHIFT_RIGHT, 8);
    bpf.emit(EXCLUSIVE_OR_INDEX, 0);
    bpf.emit(REMAINDER, count);
    bpf.emit(RETURN_ACCUMULATOR, 0);
    return bpf.program();
  }

  private static void writeIpv6(ClassicBpf bpf, Set<IpAddress> spread, Label steer) {
    Label notNeighbor = bpf.label();
    Label neighbor = bpf.label();
    Label icmpv6 = bpf.label();
    Label spreadIpv6 = bpf.label();
    bpf.emit(LOAD_BYTE, IPV6_NEXT_HEADER);
    bpf.jumpIf(JUMP_IF_EQUAL, ICMPV6, icmpv6);
    bpf.jump(notNeighbor);
    icmpv6.bind();
    bpf.emit(LOAD_BYTE, ICMPV6_TYPE);
    bpf.jumpIf(JUMP_IF_EQUAL, SOLICITATION, neighbor);
    bpf.jumpIf(JUMP_IF_EQUAL, ADVERTISEMENT, neighbor);
    bpf.jump(notNeighbor);
    neighbor.bind();
    bpf.emit(LOAD_WORD, ND_TARGET_LOW);
    bpf.jump(steer);
    notNeighbor.bind();
    for (IpAddress server : spread) {
      if (!server.isIpv4()) {
        for (int word = 0; word < 4; word++) {
          long half = word < 2 ? server.high() : server.low();
          bpf.emit(LOAD_WORD, IPV6_DESTINATION + 4 * word);
          bpf.skipUnlessEqual((int) (half >>> (word % 2 == 0 ? 32 : 0)), 2 * (3 - word) + 1);
        }
        bpf.jump(spreadIpv6);
      }
    }
    bpf.emit(LOAD_WORD, IPV6_DESTINATION_LOW);
    bpf.jump(steer);
    spreadIpv6.bind();
    bpf.emit(LOAD_WORD, IPV6_SOURCE_LOW);
    bpf.jump(steer);
  }
}
