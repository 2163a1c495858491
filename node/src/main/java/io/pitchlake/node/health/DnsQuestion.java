package io.pitchlake.node.health;

import io.pitchlake.common.config.HealthCheck;
import io.pitchlake.common.wire.Memory;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The question of a DNS check and what counts as its answer (RFC 1035 section 4.1).
///
///     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
///     |                identification                 |
///     |QR|  opcode   |AA|TC|RD|RA|   Z    |   RCODE   |
///     |                 questions = 1                 |
///     |       answers, authorities, additionals       |
///     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
///     |       name, type and class of a question      |
///     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
final class DnsQuestion {
  static final int HEADER_LENGTH = 12;
  private static final int FLAGS = 2;
  private static final int QUESTIONS = 4;
  private static final int RESPONSE = 0x8000;
  private static final int OPCODE = 0x7800;
  private static final int CODE = 0x000f;
  private static final int CLASS_INTERNET = 1;

  private DnsQuestion() {}

  /// The bytes of a question that wants recursion, identification 0.
  static byte[] of(HealthCheck.Dns check) {
    byte[] name = check.name().getBytes(StandardCharsets.US_ASCII);
    boolean isRoot = check.name().equals(".");
    int nameLength = isRoot ? 1 : name.length + 2;
    byte[] message = new byte[HEADER_LENGTH + nameLength + 4];
    message[FLAGS] = 1;
    message[QUESTIONS + 1] = 1;
    int at = HEADER_LENGTH;
    if (!isRoot) {
      for (String label : check.name().split("\\.")) {
        message[at++] = (byte) label.length();
        for (int i = 0; i < label.length(); i++) {
          message[at++] = (byte) label.charAt(i);
        }
      }
    }
    at++;
    message[at + 1] = (byte) check.type().code();
    message[at + 3] = CLASS_INTERNET;
    return message;
  }

  /// One bit for each code.
  static int bits(List<HealthCheck.DnsCode> codes) {
    return codes.stream().mapToInt(code -> 1 << code.ordinal()).reduce(0, (a, b) -> a | b);
  }

  /// Whether the bytes are a response to the question under this identification.
  static boolean isAnswered(byte[] question, int identification, long at, int length) {
    if (length < HEADER_LENGTH
        || Memory.getShort(at) != identification
        || (Memory.getShort(at + FLAGS) & (RESPONSE | OPCODE)) != RESPONSE) {
      return false;
    }
    if (Memory.getShort(at + QUESTIONS) == 0) {
      return true; // a server that could not read the question may leave it out
    }
    if (length < question.length) {
      return false;
    }
    for (int i = HEADER_LENGTH; i < question.length; i++) {
      if (lower(Memory.getByte(at + i)) != lower(question[i])) {
        return false;
      }
    }
    return true;
  }

  /// The response code, 0 to 15.
  static int code(long at) {
    return Memory.getShort(at + FLAGS) & CODE;
  }

  static String nameOf(int code) {
    HealthCheck.DnsCode[] known = HealthCheck.DnsCode.values();
    return code < known.length ? known[code].name() : "code " + code;
  }

  /// Names are compared without regard to case (RFC 4343).
  private static int lower(int letter) {
    return letter >= 'A' && letter <= 'Z' ? letter + 32 : letter;
  }
}
