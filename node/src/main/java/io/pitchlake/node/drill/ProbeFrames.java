package io.pitchlake.node.drill;

import io.pitchlake.common.wire.Checksum;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Frame.ChecksumState;
import io.pitchlake.common.wire.Memory;
import java.nio.ByteBuffer;

/// The frames that a probe asks with: an ARP request, an echo request, a SYN. Each is a template of
/// 60 bytes (the shortest Ethernet frame) with its variable fields written into the frame.
///
/// @param mac the probe's own hardware address, 48 bits
/// @param source the probe's own IPv4 address
record ProbeFrames(long mac, int source) {
  static final int ARP = 0x0806;
  static final int IPV4 = 0x0800;
  static final int ICMP = 1;
  static final int TCP = 6;
  static final int ETHERNET_BYTES = 14;

  /// The identifier of our echo requests: "PL".
  static final int ECHO_IDENTIFIER = 0x504c;

  /// The port of the trap that SYNs go to.
  static final int TRAP_PORT = 80;

  /// SYNs leave from ports below those that kernels give their own connections.
  static final int FIRST_SOURCE_PORT = 10_000;

  static final int SOURCE_PORTS = 20_000;

  private static final int FRAME_BYTES = 60;
  private static final long BROADCAST = 0xffff_ffff_ffffL;
  private static final int ECHO_BYTES = 20 + 8 + 8;
  private static final int SYN_BYTES = 20 + 20 + 4;
  private static final int MSS_OPTION = 0x0204_05b4;

  private ByteBuffer ethernet(long destination, int type) {
    ByteBuffer bytes = ByteBuffer.allocate(FRAME_BYTES);
    bytes.putShort((short) (destination >>> 32)).putInt((int) destination);
    bytes.putShort((short) (mac >>> 32)).putInt((int) mac);
    return bytes.putShort((short) type);
  }

  private static void finish(ByteBuffer bytes, Frame frame) {
    Memory.copy(bytes.array(), 0, frame.address(), FRAME_BYTES);
    frame.length(FRAME_BYTES).checksumState(ChecksumState.COMPLETE);
  }

  /// Who has `target`? RFC 826.
  void arpRequest(Frame frame, int target) {
    ByteBuffer bytes = ethernet(BROADCAST, ARP);
    bytes.putShort((short) 1).putShort((short) IPV4).put((byte) 6).put((byte) 4);
    bytes.putShort((short) 1);
    bytes.putShort((short) (mac >>> 32)).putInt((int) mac).putInt(source);
    bytes.putShort((short) 0).putInt(0).putInt(target);
    finish(bytes, frame);
  }

  private void ipv4(ByteBuffer bytes, int totalBytes, int protocol, int target) {
    bytes.put((byte) 0x45).put((byte) 0).putShort((short) totalBytes);
    bytes.putShort((short) 0).putShort((short) 0x4000);
    bytes.put((byte) 64).put((byte) protocol).putShort((short) 0);
    bytes.putInt(source).putInt(target);
  }

  private static void sumIpv4(long ipv4) {
    Memory.putShort(ipv4, 10, Checksum.finish(Checksum.sum(ipv4, 20)));
  }

  /// An echo request with its `number` as data. RFC 792.
  void echoRequest(Frame frame, long destination, int target, int number) {
    ByteBuffer bytes = ethernet(destination, IPV4);
    ipv4(bytes, ECHO_BYTES, ICMP, target);
    bytes.put((byte) 8).put((byte) 0).putShort((short) 0);
    bytes.putShort((short) ECHO_IDENTIFIER).putShort((short) number);
    bytes.putLong(number);
    finish(bytes, frame);
    long ipv4 = frame.address() + ETHERNET_BYTES;
    sumIpv4(ipv4);
    Memory.putShort(ipv4, 22, Checksum.finish(Checksum.sum(ipv4 + 20, ECHO_BYTES - 20)));
  }

  /// A SYN whose sequence number is its `number`. RFC 9293.
  void syn(Frame frame, long destination, int target, int number) {
    ByteBuffer bytes = ethernet(destination, IPV4);
    ipv4(bytes, SYN_BYTES, TCP, target);
    bytes.putShort((short) (FIRST_SOURCE_PORT + number % SOURCE_PORTS));
    bytes.putShort((short) TRAP_PORT).putInt(number).putInt(0);
    bytes.put((byte) 0x60).put((byte) 2).putShort((short) 64_240).putShort((short) 0);
    bytes.putShort((short) 0).putInt(MSS_OPTION);
    finish(bytes, frame);
    long ipv4 = frame.address() + ETHERNET_BYTES;
    sumIpv4(ipv4);
    long pseudo = Checksum.pseudoHeaderSum(source, target, TCP, SYN_BYTES - 20);
    long tcp = ipv4 + 20;
    Memory.putShort(tcp, 16, Checksum.finish(Checksum.sum(tcp, SYN_BYTES - 20) + pseudo));
  }
}
