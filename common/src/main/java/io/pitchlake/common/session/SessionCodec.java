package io.pitchlake.common.session;

import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.wire.Memory;

/// One entry of a session table as nodes tell each other of it.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +---------------+---------------+-------------------------------+
///     |     kind      | state, 0: gone|            target             |
///     +---------------+---------------+-------------------------------+
///     |                     milliseconds, relative                    |
///     +---------------------------------------------------------------+
///     |                    address, bits 127..64                  (8) |
///     |                    address, bits 63..0                    (8) |
///     |                    name                                   (8) |
///     |                    stamp                                  (8) |
///     +---------------------------------------------------------------+
///     |                    station: network : 16, MAC : 48        (8) |  ADDRESS, TRANSLATION
///     +---------------------------------------------------------------+
///     |                    mask, bits 127..64                     (8) |  TRANSLATION
///     |                    mask, bits 63..0                       (8) |
///     |    target's port : 16, mask's port : 16, answered : 1     (8) |
///     +---------------------------------------------------------------+
///
/// Kind, address and name are the key. Everything is named by its number in the configuration,
/// never by a position in a table, and no time is a clock's: milliseconds count from now, either
/// way. All numbers are big-endian; addresses are kept IPv4-mapped.
///
/// Two copies of an entry with the same key and stamp say the same, so [#contribution] of equal
/// tables adds up to equal sums, whatever the age of their entries. One thread.
public final class SessionCodec {
  /// The longest entry.
  public static final int MAX_BYTES = 72;

  /// What state says of an entry that its table does not hold any more.
  public static final int GONE = 0;

  /// Numbers of the kinds start here.
  public static final int FIRST_KIND = 1;

  /// What an entry tells of. Name, target and milliseconds mean something else for each.
  public enum Kind {
    /// Name: the network's number. State: [AddressState], counted from 1. Milliseconds: how long
    /// the state will last. Station: the owner's MAC.
    ADDRESS(48, AddressState.values().length),
    /// Name: as [FlowHash#tuple] packs ports, protocol and the server's number. State: [FlowState],
    /// counted from 1. Milliseconds: since its last frame.
    FLOW(40, FlowState.values().length),
    /// Address: a prefix of clients. Name: the server's number. Milliseconds: how long it will
    /// last.
    PERSISTENCE(40, 1),
    /// Name: the target's number. State: what an administrator wants, counted from 1.
    TARGET(40, 3),
    /// As FLOW; with what the target takes for the client, and where the client is.
    TRANSLATION(72, FlowState.values().length);

    private final int bytes;
    private final int states;

    Kind(int bytes, int states) {
      this.bytes = bytes;
      this.states = states;
    }

    /// How long each entry of the kind is.
    public int bytes() {
      return bytes;
    }
  }

  private static final Kind[] KINDS = Kind.values();

  private static final int KIND = 0;
  private static final int STATE = 1;
  private static final int TARGET = 2;
  private static final int MILLIS = 4;
  private static final int HIGH = 8;
  private static final int LOW = 16;
  private static final int NAME = 24;
  private static final int STAMP = 32;
  private static final int STATION = 40;
  private static final int MASK_HIGH = 48;
  private static final int MASK_LOW = 56;
  private static final int PORTS = 64;

  private static final long MAC_BITS = 0xffff_ffff_ffffL;
  private static final long ANSWERED = 1L << 31;

  private long address;

  /// Points at an entry that came from elsewhere. False when there is none of a known kind and
  /// state within `length` bytes, or its stamp is impossible; then the codec must not be used.
  public boolean wrap(long at, int length) {
    if (length < 1) {
      return false;
    }
    int number = Memory.getByte(at) - FIRST_KIND;
    if (number < 0 || number >= KINDS.length || length < KINDS[number].bytes) {
      return false;
    }
    address = at;
    return stateNumber() <= KINDS[number].states && stamp() > 0;
  }

  /// Points at an entry that is known to be whole.
  public SessionCodec at(long known) {
    address = known;
    return this;
  }

  /// Begins an entry at an address with room for [#MAX_BYTES]; all its other fields are 0.
  public SessionCodec create(long at, Kind kind) {
    address = at;
    Memory.clear(at, kind.bytes);
    Memory.putByte(at, KIND, kind.ordinal() + FIRST_KIND);
    return this;
  }

  /// Where it lies.
  public long address() {
    return address;
  }

  public Kind kind() {
    return KINDS[Memory.getByte(address, KIND) - FIRST_KIND];
  }

  /// How many bytes the entry takes.
  public int lengthBytes() {
    return kind().bytes;
  }

  /// Whether it says that its table does not hold the entry any more.
  public boolean isGone() {
    return stateNumber() == GONE;
  }

  /// The state's ordinal + 1, or [#GONE].
  public int stateNumber() {
    return Memory.getByte(address, STATE);
  }

  public SessionCodec stateNumber(int number) {
    Memory.putByte(address, STATE, number);
    return this;
  }

  /// A target's number, 0..65535.
  public int target() {
    return Memory.getShort(address, TARGET);
  }

  public SessionCodec target(int number) {
    Memory.putShort(address, TARGET, number);
    return this;
  }

  /// 0 to 2^32 - 1.
  public long millis() {
    return Memory.getInt(address, MILLIS) & 0xffff_ffffL;
  }

  /// Takes what is out of range as the nearest that is not.
  public SessionCodec millis(long relative) {
    Memory.putInt(address, MILLIS, (int) Math.clamp(relative, 0, 0xffff_ffffL));
    return this;
  }

  /// Bits 127..64 of the address.
  public long high() {
    return Memory.getLong(address, HIGH);
  }

  /// Bits 63..0 of the address.
  public long low() {
    return Memory.getLong(address, LOW);
  }

  /// The rest of the key.
  public long name() {
    return Memory.getLong(address, NAME);
  }

  public SessionCodec key(long high, long low, long name) {
    Memory.putLong(address, HIGH, high);
    Memory.putLong(address, LOW, low);
    Memory.putLong(address, NAME, name);
    return this;
  }

  /// Which of two differing copies is the newer one; positive.
  public long stamp() {
    return Memory.getLong(address, STAMP);
  }

  public SessionCodec stamp(long stamp) {
    Memory.putLong(address, STAMP, stamp);
    return this;
  }

  /// The MAC of an address's owner, or that a client is reached at.
  public long mac() {
    return Memory.getLong(address, STATION) & MAC_BITS;
  }

  /// The number of the network that a client is reached in.
  public int network() {
    return Memory.getShort(address, STATION);
  }

  /// ADDRESS and TRANSLATION only.
  public SessionCodec station(int network, long mac) {
    Memory.putLong(address, STATION, (long) network << 48 | mac & MAC_BITS);
    return this;
  }

  public long maskHigh() {
    return Memory.getLong(address, MASK_HIGH);
  }

  public long maskLow() {
    return Memory.getLong(address, MASK_LOW);
  }

  public int targetPort() {
    return Memory.getShort(address, PORTS);
  }

  public int maskPort() {
    return Memory.getShort(address, PORTS + 2);
  }

  public boolean isAnswered() {
    return (Memory.getLong(address, PORTS) & ANSWERED) != 0;
  }

  /// TRANSLATION only: what the target takes for the client, and the ports on that side.
  public SessionCodec mask(long high, long low, int targetPort, int maskPort, boolean answered) {
    Memory.putLong(address, MASK_HIGH, high);
    Memory.putLong(address, MASK_LOW, low);
    Memory.putLong(
        address,
        PORTS,
        (long) targetPort << 48 | (long) maskPort << 32 | (answered ? ANSWERED : 0));
    return this;
  }

  /// What the entry says, but for key, stamp and times, in one word that two copies are compared
  /// by. The mask's address does not count: it follows from the rest.
  public long content() {
    long content = (long) stateNumber() << 56 | (long) target() << 40;
    return switch (kind()) {
      case ADDRESS -> content ^ mac();
      case FLOW, PERSISTENCE, TARGET -> content;
      case TRANSLATION ->
          content ^ Memory.getLong(address, PORTS) ^ Long.rotateLeft(mac(), 8) ^ network();
    };
  }

  /// The hash of the key, the same on all nodes that have the same function.
  public long keyHash(FlowHash hash) {
    return hash.hash(high(), low(), name() ^ (long) Memory.getByte(address, KIND) << 56);
  }

  /// What the entry adds to the sum over a table; never 0.
  ///
  /// @param keyHash its own
  public long contribution(long keyHash) {
    long mixed = keyHash ^ stamp() * 0x9e37_79b9_7f4a_7c15L;
    mixed = (mixed ^ mixed >>> 32) * 0xd6e8_feb8_6659_fd93L ^ content();
    mixed = (mixed ^ mixed >>> 29) * 0xbf58_476d_1ce4_e5b9L;
    return (mixed ^ mixed >>> 32) | 1;
  }
}
