package io.pitchlake.common.wire;

/// An ICMP message for IPv4 (RFC 792), with the fields of an echo.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |     Type      |     Code      |           Checksum            |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |          Identifier           |            Sequence           |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |     Data, or the packet that an error message is about        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
public final class IcmpHeader extends Flyweight {
  /// IP protocol number of ICMP.
  public static final int PROTOCOL = 1;

  /// Type: echo reply.
  public static final int ECHO_REPLY = 0;

  /// Type: destination unreachable.
  public static final int DESTINATION_UNREACHABLE = 3;

  /// Type: redirect.
  public static final int REDIRECT = 5;

  /// Type: echo request.
  public static final int ECHO_REQUEST = 8;

  /// Type: time exceeded.
  public static final int TIME_EXCEEDED = 11;

  /// Type: parameter problem.
  public static final int PARAMETER_PROBLEM = 12;

  /// Offset of the type.
  public static final int TYPE = 0;

  /// Offset of the code.
  public static final int CODE = 1;

  /// Offset of the checksum over the whole message.
  public static final int CHECKSUM = 2;

  /// Offset of an echo's identifier.
  public static final int IDENTIFIER = 4;

  /// Offset of an echo's sequence number.
  public static final int SEQUENCE = 6;

  /// Offset of the data, and length of the header.
  public static final int LENGTH = 8;

  /// Points at a message that fills `lengthBytes`. False when the header is cut off.
  public boolean wrap(long address, int lengthBytes) {
    return lengthBytes >= LENGTH ? accept(address, lengthBytes) : refuse();
  }

  /// Starts a message of `lengthBytes`; the header is all 0, the data behind it untouched.
  public IcmpHeader create(long address, int lengthBytes) {
    begin(address, lengthBytes, LENGTH);
    return this;
  }

  /// Whether a message of this type quotes the packet it is about; a redirect does too, but is no
  /// error.
  public static boolean isError(int type) {
    return type == DESTINATION_UNREACHABLE || type == TIME_EXCEEDED || type == PARAMETER_PROBLEM;
  }

  public int type() {
    return u8(TYPE);
  }

  public IcmpHeader type(int type) {
    u8(TYPE, type);
    return this;
  }

  public int code() {
    return u8(CODE);
  }

  public IcmpHeader code(int code) {
    u8(CODE, code);
    return this;
  }

  public int checksum() {
    return u16(CHECKSUM);
  }

  public IcmpHeader checksum(int checksum) {
    u16(CHECKSUM, checksum);
    return this;
  }

  public int identifier() {
    return u16(IDENTIFIER);
  }

  public IcmpHeader identifier(int identifier) {
    u16(IDENTIFIER, identifier);
    return this;
  }

  public int sequence() {
    return u16(SEQUENCE);
  }

  public IcmpHeader sequence(int sequence) {
    u16(SEQUENCE, sequence);
    return this;
  }

  /// Address of the data.
  public long dataAddress() {
    return address() + LENGTH;
  }

  /// Bytes of the data.
  public int dataLength() {
    return lengthBytes() - LENGTH;
  }

  /// Whether the checksum covers the message. No sender leaves this one to hardware.
  public boolean isChecksumGood() {
    return Checksum.finish(Checksum.sum(address(), lengthBytes())) == 0;
  }

  /// Sums the message and stores the checksum: the last step of building one.
  public IcmpHeader updateChecksum() {
    checksum(0);
    return checksum(Checksum.finish(Checksum.sum(address(), lengthBytes())));
  }
}
