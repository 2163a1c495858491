package io.pitchlake.common.wire;

/// One Ethernet frame where it lies: an address, a length and the room behind it.
///
/// A frame is a flyweight. Ports point it at a ring slot, a UMEM chunk or a buffer of their own;
/// modules read and edit the bytes in place and hand the same object back to a port. It owns no
/// memory and lives as long as the port's contract says (until the next `receive`, or `flush` for a
/// transmitted one). Confined to the engine thread.
///
/// VLAN tags are always inline, in the bytes: a port whose kernel strips them puts them back.
public final class Frame {
  /// Longest frame a port hands out: a super-frame of 65,535 bytes of IP, Ethernet header and two
  /// VLAN tags.
  public static final int MAX_LENGTH = 65_535 + 14 + 8;

  /// What the port knows of the transport checksum.
  public enum ChecksumState {
    /// The port cannot tell (pcap): a checksum equal to the folded pseudo-header sum counts as
    /// partial.
    UNKNOWN,
    /// The checksum on the wire is final; a wrong one is wrong.
    COMPLETE,
    /// The sender left the checksum to hardware: only the pseudo-header is summed
    /// (`VIRTIO_NET_HDR_F_NEEDS_CSUM`).
    PARTIAL
  }

  private long address;
  private int length;
  private int capacity;
  private ChecksumState checksumState = ChecksumState.UNKNOWN;
  private int gsoType;
  private int headerLength;
  private int gsoSizeBytes;
  private int checksumStart;
  private int checksumOffset;

  /// Points at `length` bytes of frame at `address`, in a buffer that holds `capacity` bytes from
  /// there on.
  public Frame wrap(long address, int length, int capacity) {
    assert length >= 0 && length <= capacity : "length " + length + " exceeds capacity " + capacity;
    this.address = address;
    this.length = length;
    this.capacity = capacity;
    this.checksumState = ChecksumState.UNKNOWN;
    this.gsoType = 0;
    return this;
  }

  /// Address of the first byte of the Ethernet header.
  public long address() {
    return address;
  }

  /// Bytes of the frame, without FCS.
  public int length() {
    return length;
  }

  /// Bytes from [#address()] that may be written.
  public int capacity() {
    return capacity;
  }

  /// Sets the length of an edited or newly built frame, at most [#capacity()].
  public Frame length(int length) {
    assert length >= 0 && length <= capacity : "length " + length + " exceeds capacity " + capacity;
    this.length = length;
    return this;
  }

  /// What the port said of the transport checksum.
  public ChecksumState checksumState() {
    return checksumState;
  }

  /// Says that the checksum is final or of unknown kind; clears segmentation.
  public Frame checksumState(ChecksumState state) {
    this.checksumState = state;
    this.gsoType = 0;
    return this;
  }

  /// Takes over a virtio_net_hdr: a partial checksum and, where `gsoType` is not 0, a super-frame
  /// that the kernel or the NIC will cut. Offsets count from the start of this frame, VLAN tags
  /// included.
  public Frame offload(
      int gsoType, int headerLength, int gsoSizeBytes, int checksumStart, int checksumOffset) {
    this.checksumState = ChecksumState.PARTIAL;
    this.gsoType = gsoType;
    this.headerLength = headerLength;
    this.gsoSizeBytes = gsoSizeBytes;
    this.checksumStart = checksumStart;
    this.checksumOffset = checksumOffset;
    return this;
  }

  /// `VIRTIO_NET_HDR_GSO_*`, 0 for an ordinary frame.
  public int gsoType() {
    return gsoType;
  }

  /// Bytes of headers in front of the payload of a super-frame.
  public int headerLength() {
    return headerLength;
  }

  /// Payload bytes per segment of a super-frame.
  public int gsoSizeBytes() {
    return gsoSizeBytes;
  }

  /// Where the sum of a partial checksum starts, in bytes from the frame's start.
  public int checksumStart() {
    return checksumStart;
  }

  /// Where the sum is stored, in bytes from [#checksumStart()].
  public int checksumOffset() {
    return checksumOffset;
  }

  /// Moves the frame's start by `bytes` (negative: into the room of a header that is taken out);
  /// what counts from the start is corrected. The bytes stay where they are.
  Frame shiftStart(int bytes) {
    address -= bytes;
    length += bytes;
    capacity += bytes;
    shiftOffload(bytes);
    return this;
  }

  /// Makes room for `bytes` at `offset` by moving what lies behind; what counts from the start is
  /// corrected.
  Frame insert(int offset, int bytes) {
    assert length + bytes <= capacity : "no room for " + bytes + " more bytes";
    Memory.copy(address + offset, address + offset + bytes, length - offset);
    length += bytes;
    shiftOffload(bytes);
    return this;
  }

  private void shiftOffload(int bytes) {
    if (checksumState == ChecksumState.PARTIAL) {
      headerLength += bytes;
      checksumStart += bytes;
    }
  }

  /// Copies bytes and offload state of `source`; its length must fit this frame's capacity.
  public Frame copyFrom(Frame source) {
    length(source.length);
    Memory.copy(source.address, address, source.length);
    this.checksumState = source.checksumState;
    this.gsoType = source.gsoType;
    this.headerLength = source.headerLength;
    this.gsoSizeBytes = source.gsoSizeBytes;
    this.checksumStart = source.checksumStart;
    this.checksumOffset = source.checksumOffset;
    return this;
  }

  /// The bytes as an array, for tests, traces and files; allocates.
  public byte[] toByteArray() {
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    return bytes;
  }
}
