package io.pitchlake.node.engine;

import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.TcpHeader;

/// What becomes of the next frames, noted for an operator: as many as there is room for, then no
/// more. Whoever asks makes it; the engine fills it in and allocates nothing; once [#count] has
/// been read, that many rows may be read, on any thread.
///
/// What a frame was is noted before the chain sees it, for modules edit frames where they lie.
public final class Trace {
  /// Words of a row.
  private static final int WORDS = 9;

  private static final PacketContext.Kind[] KINDS = PacketContext.Kind.values();
  private static final PacketContext.Transport[] TRANSPORTS = PacketContext.Transport.values();
  private static final Verdict[] VERDICTS = Verdict.values();
  private static final DropReason[] REASONS = DropReason.values();
  private static final int NO_REASON = 0xff;

  private final long[] rows;
  private final IpAddress only;
  private volatile int count;

  /// @param frames how many
  /// @param only notes frames from or to this address alone; null: all
  public Trace(int frames, IpAddress only) {
    this.rows = new long[frames * WORDS];
    this.only = only;
  }

  /// How many frames have been noted so far.
  public int count() {
    return count;
  }

  /// Whether there is no room for another one.
  public boolean isFull() {
    return count == rows.length / WORDS;
  }

  // ---- the engine's side

  boolean wants(PacketContext packet) {
    return !isFull()
        && (only == null
            || packet.sourceLow() == only.low() && packet.sourceHigh() == only.high()
            || packet.destinationLow() == only.low() && packet.destinationHigh() == only.high());
  }

  /// Notes what a frame is.
  void begin(PacketContext packet) {
    int at = count * WORDS;
    rows[at] = packet.nowNanos();
    rows[at + 1] = packet.sourceHigh();
    rows[at + 2] = packet.sourceLow();
    rows[at + 3] = packet.destinationHigh();
    rows[at + 4] = packet.destinationLow();
    rows[at + 5] = packet.ethernet().source();
    rows[at + 6] = packet.ethernet().destination();
    int transport = packet.kind() == PacketContext.Kind.ARP ? 0 : packet.transport().ordinal();
    rows[at + 7] =
        (long) detail(packet) << 32
            | (long) (packet.vlan() & 0xffff) << 16
            | (long) packet.port() << 8
            | (long) transport << 4
            | packet.kind().ordinal();
    rows[at + 8] = (long) packet.frame().length() << 32;
  }

  /// ARP's operation, TCP's and UDP's ports, ICMP's type; else the number of the protocol.
  private static int detail(PacketContext packet) {
    if (packet.kind() == PacketContext.Kind.ARP) {
      return packet.arp().operation();
    }
    return switch (packet.transport()) {
      case TCP -> packet.tcp().sourcePort() << 16 | packet.tcp().destinationPort();
      case UDP -> packet.udp().sourcePort() << 16 | packet.udp().destinationPort();
      case ICMP -> packet.icmp().type();
      case ICMPV6 -> packet.icmpv6().type();
      case OTHER ->
          packet.kind() == PacketContext.Kind.IPV4
              ? packet.ipv4().protocol()
              : packet.ipv6().upperProtocol();
    };
  }

  /// Notes where the frame's way has ended.
  ///
  /// @param module place in the chain; behind the last one when nobody wanted it
  /// @param tcpFlags as they were, 0 where it is no TCP
  void end(int module, Verdict verdict, DropReason reason, int tcpFlags) {
    int at = count * WORDS + 8;
    rows[at] |=
        (long) tcpFlags << 24
            | (long) (reason == null ? NO_REASON : reason.ordinal()) << 16
            | (long) module << 8
            | verdict.ordinal();
    int noted = count + 1;
    count = noted;
  }

  /// The flags of a frame that is TCP.
  static int flags(PacketContext packet) {
    return packet.kind() != PacketContext.Kind.ARP
            && packet.transport() == PacketContext.Transport.TCP
        ? packet.tcp().flags() & 0xff
        : 0;
  }

  // ---- the reader's side

  private long word(int row, int word) {
    return rows[row * WORDS + word];
  }

  public long nanos(int row) {
    return word(row, 0);
  }

  public IpAddress source(int row) {
    return new IpAddress(word(row, 1), word(row, 2));
  }

  public IpAddress destination(int row) {
    return new IpAddress(word(row, 3), word(row, 4));
  }

  public long sourceMac(int row) {
    return word(row, 5);
  }

  public long destinationMac(int row) {
    return word(row, 6);
  }

  public int port(int row) {
    return (int) (word(row, 7) >>> 8) & 0xff;
  }

  public int lengthBytes(int row) {
    return (int) (word(row, 8) >>> 32);
  }

  /// The place of the module that ended the frame's way.
  public int module(int row) {
    return (int) (word(row, 8) >>> 8) & 0xff;
  }

  public Verdict verdict(int row) {
    return VERDICTS[(int) word(row, 8) & 0xff];
  }

  /// Why it was dropped, or null.
  public DropReason reason(int row) {
    int reason = (int) (word(row, 8) >>> 16) & 0xff;
    return reason == NO_REASON ? null : REASONS[reason];
  }

  /// What the frame was, in words: `TCP 4711 > 80 SYN`.
  public String what(int row) {
    long packed = word(row, 7);
    int detail = (int) (packed >>> 32);
    if (KINDS[(int) packed & 0xf] == PacketContext.Kind.ARP) {
      return detail == 1 ? "ARP request" : detail == 2 ? "ARP reply" : "ARP " + detail;
    }
    String ports = " %d > %d".formatted(detail >>> 16, detail & 0xffff);
    return switch (TRANSPORTS[(int) (packed >>> 4) & 0xf]) {
      case TCP -> "TCP" + ports + flagWords((int) (word(row, 8) >>> 24) & 0xff);
      case UDP -> "UDP" + ports;
      case ICMP -> "ICMP type " + detail;
      case ICMPV6 -> "ICMPv6 type " + detail;
      case OTHER -> "IP protocol " + detail;
    };
  }

  private static String flagWords(int flags) {
    return ((flags & TcpHeader.SYN) != 0 ? " SYN" : "")
        + ((flags & TcpHeader.ACK) != 0 ? " ACK" : "")
        + ((flags & TcpHeader.FIN) != 0 ? " FIN" : "")
        + ((flags & TcpHeader.RST) != 0 ? " RST" : "");
  }
}
