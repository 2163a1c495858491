package io.pitchlake.common.wire;

/// A TCP header (RFC 9293 section 3.1).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |          Source port          |       Destination port        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                        Sequence number                        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                     Acknowledgment number                     |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     | Data  |       |C|E|U|A|P|R|S|F|                               |
///     |offset | Rsrvd |W|C|R|C|S|S|Y|I|            Window             |
///     |       |       |R|E|G|K|H|T|N|N|                               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |           Checksum            |        Urgent pointer         |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |            [TcpOptions], 0 to 40 bytes, and data              |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
public final class TcpHeader extends Flyweight {
  /// IP protocol number of TCP.
  public static final int PROTOCOL = 6;

  /// Flag: no more data from the sender.
  public static final int FIN = 0x01;

  /// Flag: synchronise sequence numbers.
  public static final int SYN = 0x02;

  /// Flag: reset the connection.
  public static final int RST = 0x04;

  /// Flag: push.
  public static final int PSH = 0x08;

  /// Flag: the acknowledgment number counts.
  public static final int ACK = 0x10;

  /// Flag: the urgent pointer counts.
  public static final int URG = 0x20;

  /// Flag: ECN echo (RFC 3168).
  public static final int ECE = 0x40;

  /// Flag: congestion window reduced (RFC 3168).
  public static final int CWR = 0x80;

  /// Offset of the source port.
  public static final int SOURCE_PORT = 0;

  /// Offset of the destination port.
  public static final int DESTINATION_PORT = 2;

  /// Offset of the sequence number.
  public static final int SEQUENCE = 4;

  /// Offset of the acknowledgment number.
  public static final int ACKNOWLEDGMENT = 8;

  /// Offset of the data offset, in the high 4 bits.
  public static final int DATA_OFFSET = 12;

  /// Offset of the flags.
  public static final int FLAGS = 13;

  /// Offset of the window.
  public static final int WINDOW = 14;

  /// Offset of the checksum over pseudo-header and segment.
  public static final int CHECKSUM = 16;

  /// Offset of the urgent pointer.
  public static final int URGENT_POINTER = 18;

  /// Offset of the options, and length of a header without them.
  public static final int MIN_LENGTH = 20;

  /// Longest header, with 40 bytes of options.
  public static final int MAX_LENGTH = 60;

  private int headerLength;

  /// Points at a segment that fills `lengthBytes`. False when the header is cut off or its length
  /// is below 20.
  public boolean wrap(long address, int lengthBytes) {
    if (lengthBytes < MIN_LENGTH) {
      return refuse();
    }
    int header = Memory.getByte(address + DATA_OFFSET) >>> 4 << 2;
    if (header < MIN_LENGTH || header > lengthBytes) {
      return refuse();
    }
    headerLength = header;
    return accept(address, lengthBytes);
  }

  /// Starts a segment of `lengthBytes`; header and options are all 0 but the data offset, data
  /// untouched.
  ///
  /// @param headerLengthBytes header with options: a multiple of 4, 20..60
  public TcpHeader create(long address, int lengthBytes, int headerLengthBytes) {
    if (headerLengthBytes < MIN_LENGTH
        || headerLengthBytes > MAX_LENGTH
        || (headerLengthBytes & 3) != 0) {
      throw new IllegalArgumentException(
          "a TCP header has 20 to 60 bytes in steps of 4, not " + headerLengthBytes);
    }
    begin(address, lengthBytes, headerLengthBytes);
    headerLength = headerLengthBytes;
    u8(DATA_OFFSET, headerLengthBytes << 2);
    return this;
  }

  /// Writes the whole fixed header of a segment whose options and data, if any, are in place;
  /// urgent pointer 0. In words as wide as they come, and the checksum from the values (see
  /// [Ipv4Header#create]).
  ///
  /// @param headerLengthBytes header with options: a multiple of 4, 20..60
  /// @param ports source port in the high 16 bits, destination port in the low ones
  /// @param otherSum of what the checksum covers beside this header: pseudo-header, options, data
  public TcpHeader create(
      long address,
      int lengthBytes,
      int headerLengthBytes,
      int ports,
      int sequence,
      int acknowledgment,
      int flags,
      int window,
      long otherSum) {
    require(lengthBytes, headerLengthBytes);
    accept(address, lengthBytes);
    headerLength = headerLengthBytes;
    int lengthFlagsWindow = headerLengthBytes << 26 | flags << 16 | window;
    i64(SOURCE_PORT, (long) ports << 32 | sequence & 0xffff_ffffL);
    i64(ACKNOWLEDGMENT, (long) acknowledgment << 32 | lengthFlagsWindow & 0xffff_ffffL);
    int checksum =
        Checksum.finish(
            otherSum
                + (ports & 0xffff_ffffL)
                + (sequence & 0xffff_ffffL)
                + (acknowledgment & 0xffff_ffffL)
                + (lengthFlagsWindow & 0xffff_ffffL));
    i32(CHECKSUM, checksum << 16);
    return this;
  }

  /// Source port in the high 16 bits, destination port in the low ones.
  public int ports() {
    return i32(SOURCE_PORT);
  }

  public int sourcePort() {
    return u16(SOURCE_PORT);
  }

  public TcpHeader sourcePort(int port) {
    u16(SOURCE_PORT, port);
    return this;
  }

  public int destinationPort() {
    return u16(DESTINATION_PORT);
  }

  public TcpHeader destinationPort(int port) {
    u16(DESTINATION_PORT, port);
    return this;
  }

  public int sequence() {
    return i32(SEQUENCE);
  }

  public TcpHeader sequence(int number) {
    i32(SEQUENCE, number);
    return this;
  }

  public int acknowledgment() {
    return i32(ACKNOWLEDGMENT);
  }

  public TcpHeader acknowledgment(int number) {
    i32(ACKNOWLEDGMENT, number);
    return this;
  }

  /// Bytes of the header with its options, 20..60.
  public int headerLength() {
    return headerLength;
  }

  /// The eight flags, [#FIN] to [#CWR].
  public int flags() {
    return u8(FLAGS);
  }

  public TcpHeader flags(int flags) {
    u8(FLAGS, flags);
    return this;
  }

  /// Whether any of these flags is set.
  public boolean hasAny(int flags) {
    return (u8(FLAGS) & flags) != 0;
  }

  /// Whether this opens a connection: SYN, and none of ACK, RST, FIN. PSH, URG and the ECN flags do
  /// not matter.
  public boolean isPureSyn() {
    return (u8(FLAGS) & (SYN | ACK | RST | FIN)) == SYN;
  }

  /// The window as it stands, not scaled.
  public int window() {
    return u16(WINDOW);
  }

  public TcpHeader window(int window) {
    u16(WINDOW, window);
    return this;
  }

  public int checksum() {
    return u16(CHECKSUM);
  }

  public TcpHeader checksum(int checksum) {
    u16(CHECKSUM, checksum);
    return this;
  }

  public int urgentPointer() {
    return u16(URGENT_POINTER);
  }

  public TcpHeader urgentPointer(int pointer) {
    u16(URGENT_POINTER, pointer);
    return this;
  }

  /// Address of the options.
  public long optionsAddress() {
    return address() + MIN_LENGTH;
  }

  /// Bytes of the options, 0..40.
  public int optionsLength() {
    return headerLength - MIN_LENGTH;
  }

  /// Address of the data.
  public long payloadAddress() {
    return address() + headerLength;
  }

  /// Bytes of the data.
  public int payloadLength() {
    return lengthBytes() - headerLength;
  }

  /// Sequence numbers that the segment takes up: its data, and one each for SYN and FIN.
  public int sequenceLength() {
    int flags = flags();
    return payloadLength() + (flags >>> 1 & 1) + (flags & 1);
  }

  /// Judges the checksum; see [Checksum#verify].
  public Checksum.Verdict verifyChecksum(Frame.ChecksumState state, Ipv4Header ip) {
    return Checksum.verify(
        state, ip.pseudoHeaderSum(PROTOCOL, lengthBytes()), address(), lengthBytes(), checksum());
  }

  /// Judges the checksum; see [Checksum#verify].
  public Checksum.Verdict verifyChecksum(Frame.ChecksumState state, Ipv6Header ip) {
    return Checksum.verify(
        state, ip.pseudoHeaderSum(PROTOCOL, lengthBytes()), address(), lengthBytes(), checksum());
  }

  /// Sums pseudo-header and segment and stores the checksum: the last step of building one.
  public TcpHeader updateChecksum(Ipv4Header ip) {
    return updateChecksum(ip.pseudoHeaderSum(PROTOCOL, lengthBytes()));
  }

  /// Sums pseudo-header and segment and stores the checksum: the last step of building one.
  public TcpHeader updateChecksum(Ipv6Header ip) {
    return updateChecksum(ip.pseudoHeaderSum(PROTOCOL, lengthBytes()));
  }

  private TcpHeader updateChecksum(long pseudoHeaderSum) {
    checksum(0);
    return checksum(Checksum.finish(pseudoHeaderSum + Checksum.sum(address(), lengthBytes())));
  }
}
