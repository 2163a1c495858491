package io.pitchlake.node.tarpit;

import io.pitchlake.common.wire.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.List;

/// Tells tarpits from machines by the decisions that a published detector makes (Alt, Beverly,
/// Dainotti: "Uncovering Network Tarpits with Degreaser"), written from their description:
///
///     SYN -> SYN-ACK with options beyond MSS, or a window above 20   a real host
///     else ACK -> an ACK with window 0                              iptables' TARPIT
///             -> RST                                                 DELUDE
///     else data of window - 1 bytes -> nothing                      LaBrea, persistent
///             -> an answer                                           a real host
final class Degreaser {
  private static final int LARGEST_TARPIT_WINDOW = 20;
  private static final int ACK = 0x10;
  private static final int RST = 0x04;

  /// What it says.
  enum Verdict {
    SILENT,
    REFUSES,
    REAL_HOST,
    IPTABLES,
    DELUDE,
    LABREA
  }

  /// Somebody who answers segments, or does not.
  interface Peer {
    /// Begins a segment to it, from one port to the port in question.
    PacketBuilder to();

    /// Everything it answers.
    List<byte[]> ask(byte[] segment);
  }

  private Degreaser() {}

  static Verdict judge(Peer peer) {
    byte[] syn =
        peer.to()
            .sequence(1000)
            .flags(2)
            .mss(1460)
            .sackPermitted()
            .timestamps(7, 0)
            .noOperation()
            .windowScale(7)
            .build();
    List<byte[]> answers = peer.ask(syn);
    if (answers.isEmpty()) {
      return Verdict.SILENT;
    }
    byte[] answer = answers.getFirst();
    if ((flags(answer) & RST) != 0) {
      return Verdict.REFUSES;
    }
    int window = tcp(answer).getShort(14) & 0xffff;
    if (hasOptionsBeyondMss(answer) || window > LARGEST_TARPIT_WINDOW) {
      return Verdict.REAL_HOST;
    }
    int acknowledgment = tcp(answer).getInt(4) + 1;
    List<byte[]> toAck = peer.ask(peer.to().sequence(1001).ack(acknowledgment).build());
    for (byte[] segment : toAck) {
      if ((flags(segment) & RST) != 0) {
        return Verdict.DELUDE;
      }
      if ((flags(segment) & ACK) != 0 && tcp(segment).getShort(14) == 0) {
        return Verdict.IPTABLES;
      }
    }
    byte[] data = new byte[Math.max(1, window - 1)];
    boolean answered =
        !peer.ask(peer.to().sequence(1001).ack(acknowledgment).payload(data).build()).isEmpty();
    return answered ? Verdict.REAL_HOST : Verdict.LABREA;
  }

  private static ByteBuffer tcp(byte[] segment) {
    int at = Fingerprint.upper(segment);
    return ByteBuffer.wrap(segment, at, segment.length - at).slice();
  }

  private static int flags(byte[] segment) {
    return tcp(segment).get(13);
  }

  private static boolean hasOptionsBeyondMss(byte[] segment) {
    ByteBuffer tcp = tcp(segment);
    int end = (tcp.get(12) >> 4 & 15) * 4;
    int at = 20;
    while (at < end && tcp.get(at) != 0) {
      int kind = tcp.get(at);
      if (kind != 1 && kind != 2) {
        return true;
      }
      at += kind == 1 ? 1 : tcp.get(at + 1);
    }
    return false;
  }
}
