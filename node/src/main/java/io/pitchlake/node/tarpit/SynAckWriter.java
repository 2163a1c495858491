package io.pitchlake.node.tarpit;

import io.pitchlake.common.wire.EthernetHeader;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.TcpOptions;
import io.pitchlake.common.wire.TcpOptionsWriter;
import io.pitchlake.node.engine.PacketContext;

/// Turns a received segment into the answer of a current Linux server, where the segment lies: the
/// VLAN tag stays as it came, everything else is written anew. Nothing is copied from the client
/// but what the protocol echoes. Engine thread.
final class SynAckWriter {
  private static final int TIME_TO_LIVE = 64;
  private static final int WINDOW_SCALE = 7;
  private static final int MSS_OPTION = 4;
  private static final int SACK_PERMITTED_WORDS = 4;
  private static final int TIMESTAMPS_WORDS = 12;
  private static final int WINDOW_SCALE_WORDS = 4;

  /// 45 segments of 1,448 bytes, what Linux offers over Ethernet when timestamps are on and when
  /// they are not.
  private static final int WINDOW_BYTES = 65_160;

  private final TcpOptions offered = new TcpOptions();
  private final TcpOptionsWriter options = new TcpOptionsWriter();

  /// Answers a SYN with a SYN-ACK. False when the answer does not fit the frame's room or the SYN's
  /// options make no sense; then the frame is as it was.
  boolean synAck(PacketContext packet, long sourceMac, int cookie, int timestamp, int mtuBytes) {
    TcpHeader syn = packet.tcp();
    if (!offered.wrap(syn.optionsAddress(), syn.optionsLength())) {
      return false;
    }
    boolean timestamps = offered.hasTimestamps();
    boolean sack = offered.isSackPermitted();
    boolean scale = offered.hasWindowScale();
    int echo = timestamps ? offered.timestampValue() : 0;
    boolean isIpv4 = packet.kind() == PacketContext.Kind.IPV4;
    int ipLength = isIpv4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
    int headerLength =
        TcpHeader.MIN_LENGTH
            + MSS_OPTION
            + (timestamps ? TIMESTAMPS_WORDS : sack ? SACK_PERMITTED_WORDS : 0)
            + (scale ? WINDOW_SCALE_WORDS : 0);
    int acknowledgment = syn.sequence() + 1;
    if (!begin(packet, sourceMac, headerLength, cookie, acknowledgment)) {
      return false;
    }
    TcpHeader tcp = packet.tcp();
    tcp.flags(TcpHeader.SYN | TcpHeader.ACK).window(WINDOW_BYTES);
    options.create(tcp.optionsAddress(), tcp.optionsLength());
    options.mss(mtuBytes - ipLength - TcpHeader.MIN_LENGTH);
    if (timestamps) {
      if (sack) {
        options.sackPermitted();
      } else {
        options.noOperation().noOperation();
      }
      options.timestamps(timestamp, echo);
    } else if (sack) {
      options.noOperation().noOperation().sackPermitted();
    }
    if (scale) {
      options.noOperation().windowScale(WINDOW_SCALE);
    }
    finish(packet);
    return true;
  }

  /// Answers a segment with the reset a real host sends: for a SYN it acknowledges (RFC 9293
  /// 3.10.7.1), for anything with an acknowledgment it takes its sequence number from there. False
  /// when it does not fit.
  boolean reset(PacketContext packet, long sourceMac) {
    TcpHeader segment = packet.tcp();
    boolean acknowledged = segment.hasAny(TcpHeader.ACK);
    int sequence = acknowledged ? segment.acknowledgment() : 0;
    int acknowledgment = acknowledged ? 0 : segment.sequence() + segment.sequenceLength();
    if (!begin(packet, sourceMac, TcpHeader.MIN_LENGTH, sequence, acknowledgment)) {
      return false;
    }
    packet.tcp().flags(acknowledged ? TcpHeader.RST : TcpHeader.RST | TcpHeader.ACK);
    finish(packet);
    return true;
  }

  /// One method per header: the compiler stops inlining in long ones.
  private static boolean begin(
      PacketContext packet, long sourceMac, int tcpLength, int sequence, int acknowledgment) {
    EthernetHeader ethernet = packet.ethernet();
    Frame frame = packet.frame();
    boolean isIpv4 = packet.kind() == PacketContext.Kind.IPV4;
    int ipLength = isIpv4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
    int length = ethernet.headerLength() + ipLength + tcpLength;
    if (length > frame.capacity()) {
      return false;
    }
    TcpHeader tcp = packet.tcp();
    int clientPort = tcp.sourcePort();
    int targetPort = tcp.destinationPort();
    ethernet.destination(ethernet.source()).source(sourceMac);
    if (isIpv4) {
      beginIpv4(packet, tcpLength);
    } else {
      beginIpv6(packet, tcpLength);
    }
    tcp.create(ethernet.payloadAddress() + ipLength, tcpLength, tcpLength)
        .sourcePort(targetPort)
        .destinationPort(clientPort)
        .sequence(sequence)
        .acknowledgment(acknowledgment);
    frame.length(length);
    return true;
  }

  private static void beginIpv4(PacketContext packet, int tcpLength) {
    packet
        .ipv4()
        .create(packet.ethernet().payloadAddress(), Ipv4Header.MIN_LENGTH + tcpLength)
        .dontFragment(true)
        .timeToLive(TIME_TO_LIVE)
        .protocol(TcpHeader.PROTOCOL)
        .source((int) packet.destinationLow())
        .destination((int) packet.sourceLow())
        .updateChecksum();
  }

  private static void beginIpv6(PacketContext packet, int tcpLength) {
    packet
        .ipv6()
        .create(
            packet.ethernet().payloadAddress(), Ipv6Header.LENGTH + tcpLength, TcpHeader.PROTOCOL)
        .hopLimit(TIME_TO_LIVE)
        .source(packet.destinationHigh(), packet.destinationLow())
        .destination(packet.sourceHigh(), packet.sourceLow());
  }

  private static void finish(PacketContext packet) {
    if (packet.kind() == PacketContext.Kind.IPV4) {
      packet.tcp().updateChecksum(packet.ipv4());
    } else {
      packet.tcp().updateChecksum(packet.ipv6());
    }
    packet.frame().checksumState(Frame.ChecksumState.COMPLETE);
  }
}
