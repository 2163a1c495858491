package io.pitchlake.common.wire;

/// A multicast listener report of version 2 (RFC 3810 section 5.2), checked as a whole and then visited in order:
/// `if (report.wrap(...)) while (report.next()) switch (report.recordType()) ...`.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |  Type = 143   |    Reserved   |           Checksum            |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |           Reserved            |      Number of records        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |  Record type  |Auxiliary words|      Number of sources        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                        Group (16 bytes)                       |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |           Sources, 16 bytes each; auxiliary data              |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// What is written names no sources: who listens to solicitations and adverts listens to everybody's.
public final class MldReport extends Flyweight {
  /// The ICMPv6 type.
  public static final int TYPE = 143;

  /// Record: the group is listened to, whoever sends; as it was before.
  public static final int MODE_IS_EXCLUDE = 2;

  /// Record: the group is listened to no more.
  public static final int CHANGE_TO_INCLUDE = 3;

  /// Record: the group is listened to from now on, whoever sends.
  public static final int CHANGE_TO_EXCLUDE = 4;

  /// Offset of the number of records.
  public static final int RECORDS = 6;

  /// Bytes in front of the records.
  public static final int LENGTH = 8;

  /// Bytes of a record without sources and auxiliary data.
  public static final int RECORD_LENGTH = 20;

  /// Records without sources that fit a packet of 1280 bytes, which every link carries, its router
  /// alert included.
  public static final int MOST_RECORDS =
      (1280 - Ipv6Header.LENGTH - Ipv6Header.ROUTER_ALERT_LENGTH - LENGTH) / RECORD_LENGTH;

  private static final int AUXILIARY_WORDS = 1;
  private static final int SOURCES = 2;
  private static final int GROUP = 4;

  private int offset;
  private int nextOffset;

  /// Points at a report that fills `lengthBytes`, whose type the caller has seen. False when a
  /// record is cut off. The visit starts before the first.
  public boolean wrap(long address, int lengthBytes) {
    offset = 0;
    nextOffset = LENGTH;
    if (lengthBytes < LENGTH) {
      return refuse();
    }
    int at = LENGTH;
    for (int left = Memory.getShort(address + RECORDS); left > 0; left--) {
      if (lengthBytes - at < RECORD_LENGTH) {
        return refuse();
      }
      at += recordLength(address + at);
      if (at > lengthBytes) {
        return refuse();
      }
    }
    return accept(address, at);
  }

  private static int recordLength(long record) {
    return RECORD_LENGTH
        + (Memory.getShort(record + SOURCES) << 4)
        + (Memory.getByte(record + AUXILIARY_WORDS) << 2);
  }

  /// Bytes of a report of so many records without sources.
  public static int length(int records) {
    return LENGTH + records * RECORD_LENGTH;
  }

  /// Starts a report that has `records` records, all 0 until [#record] writes them.
  public MldReport create(long address, int lengthBytes, int records) {
    begin(address, lengthBytes, length(records));
    accept(address, length(records));
    offset = 0;
    nextOffset = LENGTH;
    u8(Icmpv6Header.TYPE, TYPE);
    u16(RECORDS, records);
    return this;
  }

  /// Writes the `index`-th record of a report that was created.
  public MldReport record(int index, int type, long groupHigh, long groupLow) {
    int at = length(index);
    u8(at, type);
    i64(at + GROUP, groupHigh);
    i64(at + GROUP + 8, groupLow);
    return this;
  }

  /// How many records it has.
  public int records() {
    return u16(RECORDS);
  }

  /// Goes on to the next record; false behind the last.
  public boolean next() {
    if (nextOffset >= lengthBytes()) {
      return false;
    }
    offset = nextOffset;
    nextOffset += recordLength(address() + offset);
    return true;
  }

  /// Type of the record that [#next()] went to, such as [#MODE_IS_EXCLUDE].
  public int recordType() {
    return u8(offset);
  }

  /// How many sources it names.
  public int sources() {
    return u16(offset + SOURCES);
  }

  /// High half of its group.
  public long groupHigh() {
    return i64(offset + GROUP);
  }

  /// Low half of its group.
  public long groupLow() {
    return i64(offset + GROUP + 8);
  }

  public int checksum() {
    return u16(Icmpv6Header.CHECKSUM);
  }

  /// Judges the checksum; see [Checksum#verify].
  public Checksum.Verdict verifyChecksum(Frame.ChecksumState state, Ipv6Header ip) {
    return Checksum.verify(
        state,
        ip.pseudoHeaderSum(Icmpv6Header.PROTOCOL, ip.upperLength()),
        address(),
        ip.upperLength(),
        checksum());
  }

  /// Sums pseudo-header and message and stores the checksum: the last step of building one.
  public MldReport updateChecksum(Ipv6Header ip) {
    u16(Icmpv6Header.CHECKSUM, 0);
    long sum =
        ip.pseudoHeaderSum(Icmpv6Header.PROTOCOL, lengthBytes())
            + Checksum.sum(address(), lengthBytes());
    u16(Icmpv6Header.CHECKSUM, Checksum.finish(sum));
    return this;
  }
}
