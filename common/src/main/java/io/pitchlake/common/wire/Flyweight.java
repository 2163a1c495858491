package io.pitchlake.common.wire;

/// What every header flyweight is: an address and the bytes from there on that belong to its
/// packet.
///
/// Reused for frame after frame, confined to one thread, owner of no memory. Bounds are asserted,
/// not checked: without `-ea` an access outside the packet is undefined, and one after a refused
/// `wrap` ends the process.
public abstract class Flyweight {
  private long address;
  private int lengthBytes;

  Flyweight() {}

  /// Address of the header's first byte; 0 while nothing is wrapped.
  public final long address() {
    return address;
  }

  /// Bytes from [#address()] that belong to the packet, header and payload; 0 while nothing is
  /// wrapped.
  public final int lengthBytes() {
    return lengthBytes;
  }

  final boolean accept(long address, int lengthBytes) {
    this.address = address;
    this.lengthBytes = lengthBytes;
    return true;
  }

  final boolean refuse() {
    this.address = 0;
    this.lengthBytes = 0;
    return false;
  }

  /// Points at room for a new header and clears its first `clearBytes`.
  final void begin(long address, int lengthBytes, int clearBytes) {
    require(lengthBytes, clearBytes);
    accept(address, lengthBytes);
    Memory.clear(address, clearBytes);
  }

  /// Refuses to start a header where there is no room for it.
  final void require(int lengthBytes, int neededBytes) {
    if (lengthBytes < neededBytes) {
      refuse();
      throw new IllegalArgumentException(
          getClass().getSimpleName() + " needs " + neededBytes + " bytes, not " + lengthBytes);
    }
  }

  final int u8(int offset) {
    assert within(offset, 1);
    return Memory.getByte(address, offset);
  }

  final int u16(int offset) {
    assert within(offset, 2);
    return Memory.getShort(address, offset);
  }

  final int i32(int offset) {
    assert within(offset, 4);
    return Memory.getInt(address, offset);
  }

  final long i64(int offset) {
    assert within(offset, 8);
    return Memory.getLong(address, offset);
  }

  /// One load, of the 8 bytes that end with the MAC; at the packet's start of those that begin with
  /// it.
  final long mac(int offset) {
    assert within(offset, 6);
    return offset < 2
        ? Memory.getLong(address, offset) >>> 16
        : Memory.getLong(address, offset - 2) & 0xffff_ffff_ffffL;
  }

  final void u8(int offset, int value) {
    assert within(offset, 1);
    Memory.putByte(address, offset, value);
  }

  final void u16(int offset, int value) {
    assert within(offset, 2);
    Memory.putShort(address, offset, value);
  }

  final void i32(int offset, int value) {
    assert within(offset, 4);
    Memory.putInt(address, offset, value);
  }

  final void i64(int offset, long value) {
    assert within(offset, 8);
    Memory.putLong(address, offset, value);
  }

  final void mac(int offset, long value) {
    assert within(offset, 6);
    Memory.putShort(address, offset, (int) (value >>> 32));
    Memory.putInt(address, offset + 2, (int) value);
  }

  private boolean within(int offset, int size) {
    if (offset < 0 || offset + size > lengthBytes) {
      throw new AssertionError(
          getClass().getSimpleName()
              + (address == 0
                  ? " is empty: the last wrap said false, or there was none"
                  : " has " + lengthBytes + " bytes, no " + size + " at offset " + offset));
    }
    return true;
  }
}
