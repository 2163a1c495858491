package io.pitchlake.node.tarpit;

import io.pitchlake.common.wire.Checksum;
import io.pitchlake.common.wire.EthernetHeader;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.TcpOptions;
import io.pitchlake.node.engine.PacketContext;

/// Turns a received segment into the answer of some machine, where the segment lies: the VLAN tag
/// stays as it came, everything else is written anew, as the machine's [Habits] have it. Nothing is
/// copied from the client but what the protocol echoes. Engine thread.
final class SegmentWriter {
  private static final int WORD = 4;
  private static final int ECN_SETUP = TcpHeader.ECE | TcpHeader.CWR;

  private final TcpOptions offered = new TcpOptions();

  /// Answers a SYN with a SYN-ACK. False when the answer does not fit the frame's room or the SYN's
  /// options make no sense; then the frame is as it was.
  ///
  /// @param identification of an IPv4 packet
  boolean synAck(
      PacketContext packet,
      long sourceMac,
      Stack stack,
      int sequence,
      int timestamp,
      int identification) {
    TcpHeader syn = packet.tcp();
    if (!offered.wrap(syn.optionsAddress(), syn.optionsLength())) {
      return false;
    }
    Habits habits = stack.habits();
    SynAckOptions options =
        stack.options(
            packet.port(), packet.kind() == PacketContext.Kind.IPV4, SynAckOptions.offers(offered));
    int ipLength = ipLength(packet);
    int length = options.headerLength();
    if (!fits(packet, ipLength + length)) {
      return false;
    }
    boolean ecn = habits.ecn() && (syn.flags() & ECN_SETUP) == ECN_SETUP;
    int acknowledgment = syn.sequence() + 1;
    int ports = Integer.rotateLeft(syn.ports(), 16);
    long sum =
        options.write(
            packet.ethernet().payloadAddress() + ipLength + TcpHeader.MIN_LENGTH,
            offered,
            habits.mirrorsMss(),
            timestamp,
            offered.timestampValue());
    finish(
        packet,
        sourceMac,
        habits,
        identification,
        length,
        ports,
        sequence,
        acknowledgment,
        TcpHeader.SYN | TcpHeader.ACK | (ecn ? TcpHeader.ECE : 0),
        options.window(),
        sum);
    return true;
  }

  /// Answers a segment with the reset a real host sends: for a SYN it acknowledges (RFC 9293
  /// 3.10.7.1), for anything with an acknowledgment it takes its sequence number from there. False
  /// when it does not fit.
  ///
  /// @param identification of an IPv4 packet
  boolean reset(PacketContext packet, long sourceMac, Habits habits, int identification) {
    TcpHeader segment = packet.tcp();
    if (!fits(packet, ipLength(packet) + TcpHeader.MIN_LENGTH)) {
      return false;
    }
    Habits.Reset fields = habits.reset();
    finish(
        packet,
        sourceMac,
        habits,
        identification,
        TcpHeader.MIN_LENGTH,
        Integer.rotateLeft(segment.ports(), 16),
        fields.sequence(segment),
        fields.acknowledgment(segment),
        segment.hasAny(TcpHeader.ACK) ? TcpHeader.RST : TcpHeader.RST | TcpHeader.ACK,
        fields.window(segment),
        0);
    return true;
  }

  /// Acknowledges a segment, whose own acknowledgment says where our numbers are. False when it
  /// does not fit.
  ///
  /// @param timestamps whether it bears timestamps: `timestamp` and `echo`
  /// @param identification of an IPv4 packet
  boolean acknowledge(
      PacketContext packet,
      long sourceMac,
      Habits habits,
      int acknowledgment,
      int window,
      boolean timestamps,
      int timestamp,
      int echo,
      int identification) {
    int ipLength = ipLength(packet);
    int length = TcpHeader.MIN_LENGTH + (timestamps ? 3 * WORD : 0);
    if (!fits(packet, ipLength + length)) {
      return false;
    }
    TcpHeader segment = packet.tcp();
    int ports = Integer.rotateLeft(segment.ports(), 16);
    int sequence = segment.acknowledgment();
    long sum = 0;
    if (timestamps) {
      long at = packet.ethernet().payloadAddress() + ipLength + TcpHeader.MIN_LENGTH;
      Memory.putInt(at, TcpOptions.TIMESTAMPS_WORD);
      Memory.putInt(at, WORD, timestamp);
      Memory.putInt(at, 2 * WORD, echo);
      sum = TcpOptions.TIMESTAMPS_WORD + unsigned(timestamp) + unsigned(echo);
    }
    finish(
        packet,
        sourceMac,
        habits,
        identification,
        length,
        ports,
        sequence,
        acknowledgment,
        TcpHeader.ACK,
        window,
        sum);
    return true;
  }

  private static long unsigned(int word) {
    return word & 0xffff_ffffL;
  }

  private static int ipLength(PacketContext packet) {
    return packet.kind() == PacketContext.Kind.IPV4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
  }

  private static boolean fits(PacketContext packet, int ipTotalLength) {
    return packet.ethernet().headerLength() + ipTotalLength <= packet.frame().capacity();
  }

  /// Writes the headers, last and from values: options and addresses of the received segment are in
  /// their way.
  private static void finish(
      PacketContext packet,
      long sourceMac,
      Habits habits,
      int identification,
      int tcpLength,
      int ports,
      int sequence,
      int acknowledgment,
      int flags,
      int window,
      long optionsSum) {
    EthernetHeader ethernet = packet.ethernet();
    long at = ethernet.payloadAddress();
    ethernet.addresses(ethernet.source(), sourceMac);
    long pseudoHeaderSum;
    int ipLength;
    if (packet.kind() == PacketContext.Kind.IPV4) {
      ipLength = Ipv4Header.MIN_LENGTH;
      int source = (int) packet.destinationLow();
      int destination = (int) packet.sourceLow();
      packet
          .ipv4()
          .create(
              at,
              ipLength + tcpLength,
              Ipv4Header.identificationWord(identification, habits.dontFragment()),
              habits.timeToLive(),
              TcpHeader.PROTOCOL,
              source,
              destination);
      pseudoHeaderSum =
          Checksum.pseudoHeaderSum(source, destination, TcpHeader.PROTOCOL, tcpLength);
    } else {
      ipLength = Ipv6Header.LENGTH;
      packet
          .ipv6()
          .create(
              at,
              ipLength + tcpLength,
              TcpHeader.PROTOCOL,
              habits.timeToLive(),
              packet.destinationHigh(),
              packet.destinationLow(),
              packet.sourceHigh(),
              packet.sourceLow());
      pseudoHeaderSum =
          Checksum.pseudoHeaderSum(
              packet.destinationHigh(),
              packet.destinationLow(),
              packet.sourceHigh(),
              packet.sourceLow(),
              TcpHeader.PROTOCOL,
              tcpLength);
    }
    packet
        .tcp()
        .create(
            at + ipLength,
            tcpLength,
            tcpLength,
            ports,
            sequence,
            acknowledgment,
            flags,
            window,
            pseudoHeaderSum + optionsSum);
    packet
        .frame()
        .length(ethernet.headerLength() + ipLength + tcpLength)
        .checksumState(Frame.ChecksumState.COMPLETE);
  }
}
