package io.pitchlake.sync;

import io.pitchlake.common.wire.Memory;

/// The head of a replication frame.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-------------------------------+---------------+---------------+
///     |          magic "PL"           |    version    |     type      |
///     +-------------------------------+---------------+---------------+
///     |            records            |             flags             |
///     +---------------------------------------------------------------+
///     |                    the sender's boot                      (8) |
///     |                    the receiver's boot                    (8) |
///     |                    the sender's epoch                     (8) |
///     |                    stream                                 (8) |
///     |                    sequence number                        (8) |
///     +---------------------------------------------------------------+
///
/// RECORDS: as many records follow; the stream is the sender's, numbered from 1 each time it begins
/// anew, and frames of a stream are numbered from 0.
///
/// ACK: the stream is the receiver's; all its frames below the sequence number have been taken.
/// Behind the head, a bit for each of 64 frames from there on that has been taken, too (8), and how
/// many frames from there on there is room for (8).
///
/// HELLO: who somebody is. Behind the head, the format of entries (2), how many addresses follow
/// (2), 0 (4), a fingerprint of the keys (8), and addresses of the sender's own: network (8),
/// address (16).
///
/// One thread.
final class SyncFrame {
  static final int MAGIC = 0x504c;

  /// What this node speaks. Others are refused.
  static final int VERSION = 1;

  /// How it writes entries.
  static final int FORMAT = 1;

  static final int HELLO = 1;
  static final int ACK = 2;
  static final int RECORDS = 3;

  /// HELLO: the sender wants one back.
  static final int ANSWER = 1;

  /// RECORDS: not to be taken before all earlier frames of the stream.
  static final int IN_ORDER = 2;

  static final int HEAD_BYTES = 48;
  static final int ACK_BYTES = HEAD_BYTES + 16;
  static final int HELLO_BYTES = HEAD_BYTES + 16;
  static final int MEMBER_BYTES = 24;

  private static final int VERSION_AT = 2;
  private static final int TYPE = 3;
  private static final int COUNT = 4;
  private static final int FLAGS = 6;
  private static final int SENDER = 8;
  private static final int RECEIVER = 16;
  private static final int EPOCH = 24;
  private static final int STREAM = 32;
  private static final int SEQUENCE = 40;

  private long address;
  private int length;

  /// Points at bytes that came from elsewhere; false when they are no frame of any version.
  boolean wrap(long at, int lengthBytes) {
    address = at;
    length = lengthBytes;
    return lengthBytes >= VERSION_AT + 1 && Memory.getShort(at) == MAGIC;
  }

  /// Whether what [#wrap] took is a whole frame of this version.
  boolean isWhole() {
    return version() == VERSION
        && length >= HEAD_BYTES
        && switch (type()) {
          case HELLO -> length >= HELLO_BYTES && length == HELLO_BYTES + members() * MEMBER_BYTES;
          case ACK -> length == ACK_BYTES;
          case RECORDS -> true;
          default -> false;
        };
  }

  SyncFrame create(long at, int type, long sender, long receiver) {
    address = at;
    length = HEAD_BYTES;
    Memory.clear(at, HEAD_BYTES);
    Memory.putShort(at, MAGIC);
    Memory.putByte(at, VERSION_AT, VERSION);
    Memory.putByte(at, TYPE, type);
    Memory.putLong(at, SENDER, sender);
    Memory.putLong(at, RECEIVER, receiver);
    return this;
  }

  int lengthBytes() {
    return length;
  }

  int version() {
    return Memory.getByte(address, VERSION_AT);
  }

  int type() {
    return Memory.getByte(address, TYPE);
  }

  int count() {
    return Memory.getShort(address, COUNT);
  }

  SyncFrame count(int records) {
    Memory.putShort(address, COUNT, records);
    return this;
  }

  boolean has(int flag) {
    return (Memory.getShort(address, FLAGS) & flag) != 0;
  }

  SyncFrame flags(int flags) {
    Memory.putShort(address, FLAGS, flags);
    return this;
  }

  long sender() {
    return Memory.getLong(address, SENDER);
  }

  long receiver() {
    return Memory.getLong(address, RECEIVER);
  }

  long epoch() {
    return Memory.getLong(address, EPOCH);
  }

  SyncFrame epoch(long epoch) {
    Memory.putLong(address, EPOCH, epoch);
    return this;
  }

  long stream() {
    return Memory.getLong(address, STREAM);
  }

  long sequence() {
    return Memory.getLong(address, SEQUENCE);
  }

  SyncFrame place(long stream, long sequence) {
    Memory.putLong(address, STREAM, stream);
    Memory.putLong(address, SEQUENCE, sequence);
    return this;
  }

  /// ACK: frames taken beyond the sequence number.
  long takenBeyond() {
    return Memory.getLong(address, HEAD_BYTES);
  }

  /// ACK: how many frames there is room for.
  long room() {
    return Memory.getLong(address, HEAD_BYTES + 8);
  }

  SyncFrame taken(long beyond, long room) {
    Memory.putLong(address, HEAD_BYTES, beyond);
    Memory.putLong(address, HEAD_BYTES + 8, room);
    length = ACK_BYTES;
    return this;
  }

  /// HELLO: the format of entries.
  int format() {
    return Memory.getShort(address, HEAD_BYTES);
  }

  int members() {
    return Memory.getShort(address, HEAD_BYTES + 2);
  }

  long fingerprint() {
    return Memory.getLong(address, HEAD_BYTES + 8);
  }

  SyncFrame introduce(int format, long fingerprint) {
    Memory.putLong(address, HEAD_BYTES, (long) format << 48);
    Memory.putLong(address, HEAD_BYTES + 8, fingerprint);
    length = HELLO_BYTES;
    return this;
  }

  /// HELLO: adds an address of the sender's own.
  SyncFrame member(int network, long high, long low) {
    long at = address + length;
    Memory.putLong(at, network);
    Memory.putLong(at + 8, high);
    Memory.putLong(at + 16, low);
    length += MEMBER_BYTES;
    Memory.putShort(address, HEAD_BYTES + 2, members() + 1);
    return this;
  }

  int memberNetwork(int index) {
    return (int) Memory.getLong(member(index)) & 0xffff;
  }

  long memberHigh(int index) {
    return Memory.getLong(member(index) + 8);
  }

  long memberLow(int index) {
    return Memory.getLong(member(index) + 16);
  }

  private long member(int index) {
    return address + HELLO_BYTES + (long) index * MEMBER_BYTES;
  }
}
