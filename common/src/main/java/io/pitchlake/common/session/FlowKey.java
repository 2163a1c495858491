package io.pitchlake.common.session;

/// Who sends to whom, as one packet says it: addresses, ports, protocol. Reused for packet after
/// packet; one thread.
///
/// For an ICMP echo the identifier is the asker's port and the other port is 0.
public final class FlowKey {
  long fromHigh;
  long fromLow;
  long toHigh;
  long toLow;

  /// Protocol : 8 in bits 39..32 | sender's port : 16 | receiver's port : 16
  long ports;

  /// Takes a packet's ends over.
  public FlowKey set(
      int protocol,
      long sourceHigh,
      long sourceLow,
      int sourcePort,
      long destinationHigh,
      long destinationLow,
      int destinationPort) {
    fromHigh = sourceHigh;
    fromLow = sourceLow;
    toHigh = destinationHigh;
    toLow = destinationLow;
    ports = ports(protocol, sourcePort, destinationPort);
    return this;
  }

  /// Another port for the sender.
  public FlowKey fromPort(int port) {
    ports = ports & ~0xffff_0000L | (long) port << 16;
    return this;
  }

  /// Another port for the receiver.
  public FlowKey toPort(int port) {
    ports = ports & ~0xffffL | port;
    return this;
  }

  static long ports(int protocol, int from, int to) {
    return (long) protocol << 32 | (long) from << 16 | to;
  }

  public int protocol() {
    return (int) (ports >>> 32);
  }

  public long fromHigh() {
    return fromHigh;
  }

  public long fromLow() {
    return fromLow;
  }

  public int fromPort() {
    return (int) (ports >>> 16) & 0xffff;
  }

  public long toHigh() {
    return toHigh;
  }

  public long toLow() {
    return toLow;
  }

  public int toPort() {
    return (int) ports & 0xffff;
  }
}
