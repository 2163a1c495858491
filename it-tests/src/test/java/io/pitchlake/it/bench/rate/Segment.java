package io.pitchlake.it.bench.rate;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Addresses of the bench's wire, and the frames the generator puts on it.
///
/// The generator plays the segment's router, [#ROUTER]: segments come through it from 65,536
/// sources of another network, to [#TRAPS] addresses of the tarpit's or to the balanced [#SERVER],
/// whose target is played by the generator, too. Neither MAC is its interface's own, so that the
/// kernel drops what comes back early and receiving costs the contestants little.
final class Segment {
  /// The network, 10.200.0.0/24; its upper half is trapped.
  static final int NETWORK = 0x0ac8_0000;

  static final int ROUTER = NETWORK + 1;
  static final int TARGET = NETWORK + 2;

  /// The node's own address.
  static final int NODE = NETWORK + 4;

  /// The balanced address.
  static final int SERVER = NETWORK + 10;

  /// A client on the same bridge, for bulk transfer.
  static final int CLIENT = NETWORK + 66;

  static final int FIRST_TRAP = NETWORK + 128;
  static final int TRAPS = 64;

  /// Sources are 10.8.x.y.
  static final int SOURCES = 0x0a08_0000;

  static final long ROUTER_MAC = 0x0200_0000_00aaL;
  static final long TARGET_MAC = 0x0200_0000_00bbL;
  static final int SERVICE_PORT = 80;

  static final int ETHERTYPE_IPV4 = 0x0800;
  static final int ETHERTYPE_ARP = 0x0806;
  static final int FRAME_BYTES = 74;
  static final int ARP_BYTES = 42;

  static final int ETHERTYPE = 12;
  static final int IP_CHECKSUM = 24;
  static final int IP_PROTOCOL = 23;
  static final int IP_SOURCE = 26;
  static final int IP_DESTINATION = 30;
  static final int TCP_SOURCE_PORT = 34;
  static final int TCP_SEQUENCE = 38;
  static final int TCP_ACKNOWLEDGMENT = 42;
  static final int TCP_FLAGS = 47;
  static final int TCP_CHECKSUM = 50;
  static final int ARP_OPERATION = 20;
  static final int ARP_SENDER_MAC = 22;
  static final int ARP_SENDER_IP = 28;
  static final int ARP_TARGET_MAC = 32;
  static final int ARP_TARGET_IP = 38;

  static final int SYN_ACK = 0x12;
  static final int ARP_REQUEST = 1;
  static final int ARP_REPLY = 2;

  private static final int TCP = 6;
  private static final long BROADCAST = 0xffff_ffff_ffffL;

  /// What Linux sends: MSS, SACK permitted, timestamps, window scale.
  private static final byte[] SYN_OPTIONS = {
    2, 4, 5, (byte) 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7
  };

  /// Timestamps, and eight bytes of data.
  private static final byte[] OPTIONS_AND_DATA = {
    1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 'b', 'a', 'l', 'a', 'n', 'c', 'e', 'd'
  };

  /// Header length and flags.
  private static final int SYN = 0xa002;

  private static final int PSH_ACK = 0x8018;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private Segment() {}

  /// Writes a segment of [#FRAME_BYTES], checksums done. Of `source`, `port` and `destination` the
  /// bits are taken that differ in this traffic.
  static void write(
      MemorySegment frame,
      Traffic traffic,
      long destinationMac,
      int source,
      int port,
      int destination,
      int sequence) {
    byte[] rest = traffic.opens() ? SYN_OPTIONS : OPTIONS_AND_DATA;
    int sourcePort = traffic.firstPort() | port & traffic.portMask();
    frame.asSlice(0, FRAME_BYTES).fill((byte) 0);
    putMac(frame, 0, destinationMac);
    putMac(frame, 6, ROUTER_MAC);
    putShort(frame, ETHERTYPE, ETHERTYPE_IPV4);
    putShort(frame, 14, 0x4500);
    putShort(frame, 16, FRAME_BYTES - 14);
    putShort(frame, 18, sourcePort);
    putShort(frame, 20, 0x4000);
    putShort(frame, 22, 63 << 8 | TCP);
    putInt(frame, IP_SOURCE, SOURCES | source & 0xffff);
    putInt(
        frame,
        IP_DESTINATION,
        traffic.firstDestination() | destination & traffic.destinationMask());
    putShort(frame, TCP_SOURCE_PORT, sourcePort);
    putShort(frame, TCP_SOURCE_PORT + 2, SERVICE_PORT);
    putInt(frame, TCP_SEQUENCE, sequence);
    putInt(frame, TCP_ACKNOWLEDGMENT, traffic.opens() ? 0 : 1);
    putShort(frame, 46, traffic.opens() ? SYN : PSH_ACK);
    putShort(frame, 48, 64_240);
    MemorySegment.copy(rest, 0, frame, ValueLayout.JAVA_BYTE, 54, rest.length);
    putShort(frame, IP_CHECKSUM, ~fold(sum(frame, 14, 34)));
    putShort(frame, TCP_CHECKSUM, ~fold(pseudoHeader() + sum(frame, IP_SOURCE, FRAME_BYTES)));
  }

  /// The part of the TCP checksum that is in no word of the frame after the IP addresses: protocol
  /// and length.
  private static long pseudoHeader() {
    return TCP + (FRAME_BYTES - 34);
  }

  /// Writes the router's question for an address, to everybody.
  static void writeArpRequest(MemorySegment frame, int address) {
    writeArp(frame, ARP_REQUEST, ROUTER_MAC, ROUTER, BROADCAST, address);
  }

  /// Writes the target's answer to `request`.
  static void writeArpReply(MemorySegment frame, MemorySegment request) {
    long asker = getMac(request, ARP_SENDER_MAC);
    writeArp(frame, ARP_REPLY, TARGET_MAC, TARGET, asker, getInt(request, ARP_SENDER_IP));
    putMac(frame, ARP_TARGET_MAC, asker);
  }

  private static void writeArp(
      MemorySegment frame, int operation, long senderMac, int sender, long to, int target) {
    frame.asSlice(0, ARP_BYTES).fill((byte) 0);
    putMac(frame, 0, to);
    putMac(frame, 6, senderMac);
    putShort(frame, ETHERTYPE, ETHERTYPE_ARP);
    putShort(frame, 14, 1);
    putShort(frame, 16, ETHERTYPE_IPV4);
    putShort(frame, 18, 0x0604);
    putShort(frame, ARP_OPERATION, operation);
    putMac(frame, ARP_SENDER_MAC, senderMac);
    putInt(frame, ARP_SENDER_IP, sender);
    putInt(frame, ARP_TARGET_IP, target);
  }

  /// An IPv4 address as people write it.
  static String text(int address) {
    return "%d.%d.%d.%d"
        .formatted(address >>> 24, address >>> 16 & 0xff, address >>> 8 & 0xff, address & 0xff);
  }

  static int getByte(MemorySegment frame, int offset) {
    return frame.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
  }

  static int getShort(MemorySegment frame, int offset) {
    return frame.get(SHORT, offset) & 0xffff;
  }

  static int getInt(MemorySegment frame, int offset) {
    return frame.get(INT, offset);
  }

  static long getMac(MemorySegment frame, int offset) {
    return (long) getShort(frame, offset) << 32 | getInt(frame, offset + 2) & 0xffff_ffffL;
  }

  static void putShort(MemorySegment frame, int offset, int value) {
    frame.set(SHORT, offset, (short) value);
  }

  private static void putInt(MemorySegment frame, int offset, int value) {
    frame.set(INT, offset, value);
  }

  private static void putMac(MemorySegment frame, int offset, long mac) {
    putShort(frame, offset, (int) (mac >>> 32));
    putInt(frame, offset + 2, (int) mac);
  }

  /// The sum of the 16-bit words from `from` to `to`.
  private static long sum(MemorySegment frame, int from, int to) {
    long sum = 0;
    for (int offset = from; offset < to; offset += 2) {
      sum += getShort(frame, offset);
    }
    return sum;
  }

  private static int fold(long sum) {
    long folded = sum;
    while (folded > 0xffff) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) folded;
  }
}
