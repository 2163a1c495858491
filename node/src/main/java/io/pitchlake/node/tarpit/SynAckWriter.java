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

/// Turns a received segment into the answer of a current Linux server, where the segment lies: the
/// VLAN tag stays as it came, everything else is written anew. Nothing is copied from the client
/// but what the protocol echoes. Engine thread.
final class SynAckWriter {
  private static final int TIME_TO_LIVE = 64;
  private static final int WINDOW_SCALE = 7;
  private static final int WORD = 4;

  /// 45 segments of 1,448 bytes, what Linux offers over Ethernet when timestamps are on and when
  /// they are not.
  private static final int WINDOW_BYTES = 65_160;

  private final TcpOptions offered = new TcpOptions();

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
    int ipLength = ipLength(packet);
    int length =
        TcpHeader.MIN_LENGTH
            + WORD
            + (timestamps ? 3 * WORD : sack ? WORD : 0)
            + (scale ? WORD : 0);
    if (!fits(packet, ipLength + length)) {
      return false;
    }
    int acknowledgment = syn.sequence() + 1;
    long at = packet.ethernet().payloadAddress() + ipLength + TcpHeader.MIN_LENGTH;
    int word = TcpOptions.mssWord(mtuBytes - ipLength - TcpHeader.MIN_LENGTH);
    long sum = unsigned(word);
    int ports = Integer.rotateLeft(syn.ports(), 16);
    Memory.putInt(at, word);
    if (timestamps) {
      word = sack ? TcpOptions.SACK_PERMITTED_TIMESTAMPS_WORD : TcpOptions.TIMESTAMPS_WORD;
      int echo = offered.timestampValue();
      Memory.putInt(at, WORD, word);
      Memory.putInt(at, 2 * WORD, timestamp);
      Memory.putInt(at, 3 * WORD, echo);
      sum += unsigned(word) + unsigned(timestamp) + unsigned(echo);
      at += 3 * WORD;
    } else if (sack) {
      word = TcpOptions.SACK_PERMITTED_WORD;
      Memory.putInt(at, WORD, word);
      sum += word;
      at += WORD;
    }
    if (scale) {
      word = TcpOptions.windowScaleWord(WINDOW_SCALE);
      Memory.putInt(at, WORD, word);
      sum += word;
    }
    finish(
        packet,
        sourceMac,
        length,
        ports,
        cookie,
        acknowledgment,
        TcpHeader.SYN | TcpHeader.ACK,
        WINDOW_BYTES,
        sum);
    return true;
  }

  /// Answers a segment with the reset a real host sends: for a SYN it acknowledges (RFC 9293
  /// 3.10.7.1), for anything with an acknowledgment it takes its sequence number from there. False
  /// when it does not fit.
  boolean reset(PacketContext packet, long sourceMac) {
    TcpHeader segment = packet.tcp();
    if (!fits(packet, ipLength(packet) + TcpHeader.MIN_LENGTH)) {
      return false;
    }
    boolean acknowledged = segment.hasAny(TcpHeader.ACK);
    finish(
        packet,
        sourceMac,
        TcpHeader.MIN_LENGTH,
        Integer.rotateLeft(segment.ports(), 16),
        acknowledged ? segment.acknowledgment() : 0,
        acknowledged ? 0 : segment.sequence() + segment.sequenceLength(),
        acknowledged ? TcpHeader.RST : TcpHeader.RST | TcpHeader.ACK,
        0,
        0);
    return true;
  }

  private static int ipLength(PacketContext packet) {
    return packet.kind() == PacketContext.Kind.IPV4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
  }

  private static boolean fits(PacketContext packet, int ipTotalLength) {
    return packet.ethernet().headerLength() + ipTotalLength <= packet.frame().capacity();
  }

  private static long unsigned(int word) {
    return word & 0xffff_ffffL;
  }

  /// Writes the headers, last and from values: options and addresses of the received segment are in
  /// their way.
  private static void finish(
      PacketContext packet,
      long sourceMac,
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
          .create(at, ipLength + tcpLength, TIME_TO_LIVE, TcpHeader.PROTOCOL, source, destination);
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
              TIME_TO_LIVE,
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
