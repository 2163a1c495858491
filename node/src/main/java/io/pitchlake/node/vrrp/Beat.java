package io.pitchlake.node.vrrp;

import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.port.PeerLink;
import java.nio.ByteBuffer;

/// One heartbeat, written or read where it lies. Big-endian.
///
/// ```
///  0  magic "PLB1"                     4  entries            5..7  0
///  8  boot      of the sender: drawn anew at each start
/// 16  sequence  counts the datagrams of a boot to one peer, from 1
/// 24  tick      of the sender's engine, nanoseconds of its own monotonic clock
/// 32  echoed boot    whom the sender has heard last of the receiver's boots, 0 for none
/// 40  echoed tick    the latest tick that it heard of it
/// 48  entries, 56 bytes each:
///     +0  key       the router's lowest virtual address     +16  source of its adverts
///     +32 vrid      +33 4 or 6       +34 role    +35 priority
///     +36 epoch     +40 advert interval in 10 ms +42 request   +43 flags
///     +44 number of the question that is asked or answered  +48 number of the last rivalry given in
///     +52 0
///  .. tag, 16 bytes: SipHash-2-4 of all before under two keys
/// ```
///
/// The echo makes a heartbeat prove that both ways of the link work, and since when: a replayed one
/// echoes a tick of long ago. One thread at a time; nothing is allocated after the first.
final class Beat {
  /// What the sender wants of the receiver as a router.
  enum Request {
    NOTHING,
    /// Adverts at once, for some are missing.
    BURST,
    /// The active router's place.
    TAKE,
    /// The place is kept.
    REFUSED,
    /// The active router has left; whoever is next may take its place at once. To a witness: the
    /// lease is not needed any more.
    GONE,
    /// To a witness: let me be active.
    LEASE,
    /// From a witness: be active for a while.
    LEASED
  }

  /// The sender has an answer of a station since it began to doubt.
  static final int PROVEN = 1;

  /// The sender's port has a link.
  static final int LINKED = 2;

  /// The sender knows stations that it can ask.
  static final int KNOWS_STATIONS = 4;

  /// The sender hears the active router, and wants its place by priority.
  static final int PREEMPTS = 8;

  /// The sender is active, hears nothing on the segment, and no station answers it.
  static final int DEAF = 16;

  static final int MOST_ENTRIES = 23;

  private static final int MAGIC = 0x504c_4231;
  private static final int HEADER_BYTES = 48;
  private static final int ENTRY_BYTES = 56;
  private static final int TAG_BYTES = 16;
  private static final Request[] REQUESTS = Request.values();
  private static final RouterRole[] ROLES = RouterRole.values();

  private final byte[] bytes = new byte[PeerLink.LONGEST_BYTES];
  private final ByteBuffer at = ByteBuffer.wrap(bytes);
  private final SipHash first;
  private final SipHash second;
  private int length;

  /// A heartbeat under the two halves of a key.
  Beat(SipHash first, SipHash second) {
    this.first = first;
    this.second = second;
  }

  /// A heartbeat under keys that are derived from the cluster's.
  static Beat under(ClusterKey key) {
    return new Beat(key.derive("heartbeat"), key.derive("heartbeat, second half"));
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /// Begins another one.
  Beat create(long boot, long sequence, long tick, long echoedBoot, long echoedTick) {
    at.putInt(0, MAGIC);
    at.putInt(4, 0);
    at.putLong(8, boot);
    at.putLong(16, sequence);
    at.putLong(24, tick);
    at.putLong(32, echoedBoot);
    at.putLong(40, echoedTick);
    length = HEADER_BYTES;
    return this;
  }

  /// Adds what the sender says of a router.
  void add(
      long keyHigh,
      long keyLow,
      long sourceHigh,
      long sourceLow,
      int vrid,
      boolean isIpv4,
      RouterRole role,
      int priority,
      int epoch,
      int intervalCentis,
      Request request,
      int flags,
      int number,
      int conceded) {
    at.putLong(length, keyHigh);
    at.putLong(length + 8, keyLow);
    at.putLong(length + 16, sourceHigh);
    at.putLong(length + 24, sourceLow);
    at.put(length + 32, (byte) vrid);
    at.put(length + 33, (byte) (isIpv4 ? 4 : 6));
    at.put(length + 34, (byte) role.ordinal());
    at.put(length + 35, (byte) priority);
    at.putInt(length + 36, epoch);
    at.putShort(length + 40, (short) intervalCentis);
    at.put(length + 42, (byte) request.ordinal());
    at.put(length + 43, (byte) flags);
    at.putInt(length + 44, number);
    at.putInt(length + 48, conceded);
    at.putInt(length + 52, 0);
    length += ENTRY_BYTES;
    bytes[4]++;
  }

  /// Ends it with its tag; then it may be sent.
  void seal() {
    at.putLong(length, first.hash(bytes, length));
    at.putLong(length + 8, second.hash(bytes, length));
    length += TAG_BYTES;
  }

  /// Whether what lies in the first `received` of the bytes is a whole heartbeat under the key.
  boolean open(int received) {
    length = received;
    int body = received - TAG_BYTES;
    if (body < HEADER_BYTES || at.getInt(0) != MAGIC) {
      return false;
    }
    long wrong =
        at.getLong(body) ^ first.hash(bytes, body)
            | at.getLong(body + 8) ^ second.hash(bytes, body);
    return wrong == 0 && body == HEADER_BYTES + entries() * ENTRY_BYTES;
  }

  int entries() {
    return bytes[4];
  }

  long boot() {
    return at.getLong(8);
  }

  long sequence() {
    return at.getLong(16);
  }

  long tick() {
    return at.getLong(24);
  }

  long echoedBoot() {
    return at.getLong(32);
  }

  long echoedTick() {
    return at.getLong(40);
  }

  private static int offset(int entry) {
    return HEADER_BYTES + entry * ENTRY_BYTES;
  }

  long keyHigh(int entry) {
    return at.getLong(offset(entry));
  }

  long keyLow(int entry) {
    return at.getLong(offset(entry) + 8);
  }

  long sourceHigh(int entry) {
    return at.getLong(offset(entry) + 16);
  }

  long sourceLow(int entry) {
    return at.getLong(offset(entry) + 24);
  }

  int vrid(int entry) {
    return bytes[offset(entry) + 32] & 0xff;
  }

  boolean isIpv4(int entry) {
    return bytes[offset(entry) + 33] == 4;
  }

  /// The role, or null where the sender is of a kind that knows more of them.
  RouterRole role(int entry) {
    int role = bytes[offset(entry) + 34];
    return role >= 0 && role < ROLES.length ? ROLES[role] : null;
  }

  int priority(int entry) {
    return bytes[offset(entry) + 35] & 0xff;
  }

  int epoch(int entry) {
    return at.getInt(offset(entry) + 36);
  }

  int intervalCentis(int entry) {
    return at.getShort(offset(entry) + 40) & 0xffff;
  }

  Request request(int entry) {
    int request = bytes[offset(entry) + 42];
    return request >= 0 && request < REQUESTS.length ? REQUESTS[request] : Request.NOTHING;
  }

  boolean has(int entry, int flag) {
    return (bytes[offset(entry) + 43] & flag) != 0;
  }

  int number(int entry) {
    return at.getInt(offset(entry) + 44);
  }

  int conceded(int entry) {
    return at.getInt(offset(entry) + 48);
  }
}
