package io.pitchlake.node.tarpit;

import java.nio.ByteBuffer;

/// What a scanner reads out of an answer, in the notation of nmap's database: an independent reading
/// of the bytes.
///
///     DF=Y TTL=64 ID=0 W=FE88 S=O A=S+ F=AS O=M5B4ST11NW7
///
/// DF and ID only for IPv4; S and A are told relative to the probe: Z is 0, A the probe's
/// acknowledgment, S its sequence, O anything else. TS values are not part of it, nor are IDs but 0.
final class Fingerprint {
  private final ByteBuffer answer;
  private final ByteBuffer probe;
  private final int ip;

  private Fingerprint(byte[] answer, byte[] probe) {
    this.answer = ByteBuffer.wrap(answer);
    this.probe = ByteBuffer.wrap(probe);
    ip = 14;
  }

  /// The reading of a TCP answer to a probe.
  static String of(byte[] answer, byte[] probe) {
    return new Fingerprint(answer, probe).read();
  }

  /// The position of the TCP header or of ICMP.
  static int upper(byte[] frame) {
    return frame[12] == 0x08 ? 14 + (frame[14] & 15) * 4 : 54;
  }

  /// The sender's timestamp of a segment; -1 when it has none.
  static long timestamp(byte[] segment) {
    ByteBuffer bytes = ByteBuffer.wrap(segment);
    int at = upper(segment) + 20;
    int end = upper(segment) + (bytes.get(upper(segment) + 12) >> 4 & 15) * 4;
    while (at < end) {
      int kind = bytes.get(at);
      if (kind == 8) {
        return bytes.getInt(at + 2) & 0xffff_ffffL;
      }
      at += kind < 2 ? 1 : bytes.get(at + 1);
    }
    return -1;
  }

  static int identification(byte[] packet) {
    return ByteBuffer.wrap(packet).getShort(18) & 0xffff;
  }

  private String read() {
    int tcp = upper(answer.array());
    int asked = upper(probe.array());
    String network =
        answer.get(12) == 0x08
            ? "DF=%s TTL=%d ID=%s"
                .formatted(
                    (answer.getShort(ip + 6) & 0x4000) != 0 ? "Y" : "N",
                    answer.get(ip + 8) & 0xff,
                    answer.getShort(ip + 4) == 0 ? "0" : "X")
            : "TTL=" + (answer.get(ip + 7) & 0xff);
    return network
        + " W=%X S=%s A=%s F=%s O=%s"
            .formatted(
                answer.getShort(tcp + 14) & 0xffff,
                number(answer.getInt(tcp + 4), asked),
                number(answer.getInt(tcp + 8), asked),
                flags(answer.get(tcp + 13)),
                options(tcp));
  }

  private String number(int value, int asked) {
    int sequence = probe.getInt(asked + 4);
    int acknowledgment = probe.getInt(asked + 8);
    if (value == 0) {
      return "Z";
    }
    if (value == acknowledgment) {
      return "A";
    }
    return value == sequence ? "S" : value == sequence + 1 ? "S+" : "O";
  }

  private static String flags(int flags) {
    StringBuilder text = new StringBuilder();
    String names = "EUAPRSF";
    int[] bits = {0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x01};
    for (int i = 0; i < bits.length; i++) {
      text.append((flags & bits[i]) != 0 ? names.substring(i, i + 1) : "");
    }
    return text.toString();
  }

  private String options(int tcp) {
    StringBuilder text = new StringBuilder();
    int at = tcp + 20;
    int end = tcp + (answer.get(tcp + 12) >> 4 & 15) * 4;
    while (at < end) {
      int kind = answer.get(at);
      text.append(
          switch (kind) {
            case 0 -> "L";
            case 1 -> "N";
            case 2 -> "M%X".formatted(answer.getShort(at + 2));
            case 3 -> "W%X".formatted(answer.get(at + 2));
            case 4 -> "S";
            case 8 -> "T" + bit(answer.getInt(at + 2)) + bit(answer.getInt(at + 6));
            default -> "?" + kind;
          });
      at += kind < 2 ? 1 : answer.get(at + 1);
    }
    return text.toString();
  }

  private static String bit(int value) {
    return value == 0 ? "0" : "1";
  }
}
