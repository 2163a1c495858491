package io.pitchlake.common.wire;

/// Writes the options of one TCP header in the order the caller says, for a header whose length is
/// known beforehand: `writer.create(tcp.optionsAddress(),
/// tcp.optionsLength()).mss(1460).sackPermitted().timestamps(a, b)`.
///
/// [TcpHeader#create] cleared the room, so what stays unwritten reads as end of the list. Room that
/// does not suffice is a mistake of the caller: an assertion.
public final class TcpOptionsWriter extends Flyweight {
  private int position;

  /// Points at the room for the options, 0..40 bytes.
  public TcpOptionsWriter create(long address, int lengthBytes) {
    begin(address, lengthBytes, 0);
    position = 0;
    return this;
  }

  /// Maximum segment size in bytes; 4 bytes.
  public TcpOptionsWriter mss(int bytes) {
    u16(position, TcpOptions.MSS << 8 | 4);
    u16(position + 2, bytes);
    position += 4;
    return this;
  }

  /// Window shift, 0..14; 3 bytes.
  public TcpOptionsWriter windowScale(int shift) {
    u16(position, TcpOptions.WINDOW_SCALE << 8 | 3);
    u8(position + 2, shift);
    position += 3;
    return this;
  }

  /// Selective acknowledgments are welcome; 2 bytes.
  public TcpOptionsWriter sackPermitted() {
    u16(position, TcpOptions.SACK_PERMITTED << 8 | 2);
    position += 2;
    return this;
  }

  /// Timestamps; 10 bytes.
  public TcpOptionsWriter timestamps(int value, int echo) {
    u16(position, TcpOptions.TIMESTAMPS << 8 | 10);
    i32(position + 2, value);
    i32(position + 6, echo);
    position += 10;
    return this;
  }

  /// No operation, for alignment; 1 byte.
  public TcpOptionsWriter noOperation() {
    u8(position, TcpOptions.NO_OPERATION);
    position++;
    return this;
  }

  /// Bytes written so far.
  public int position() {
    return position;
  }
}
