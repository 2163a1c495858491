package io.pitchlake.common.wire;

/// A VRRP advertisement, version 3 (RFC 9568 section 5.2) or version 2 (RFC 3768 section 5.1).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |Version| Type  | Virtual Rtr ID|   Priority    |Address count  |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     | v3: (rsvd) |  Max advert int  |           Checksum            |
///     | v2: Auth type | Advert int    |                               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |           Addresses, 4 bytes each, or 16 over IPv6            |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                v2 only: authentication, 8 bytes               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// The checksum of version 2 covers the message alone, that of version 3 over IPv6 the pseudo-header too. For version
/// 3 over IPv4 RFC 9568 says message alone, while practice since RFC 5798 (keepalived among it) adds the pseudo-header;
/// [#isChecksumGood] therefore takes the pseudo-header's sum, or 0, and the caller decides what to accept.
public final class VrrpHeader extends Flyweight {
  /// IP protocol number of VRRP.
  public static final int PROTOCOL = 112;

  /// Type: advertisement, the only one.
  public static final int ADVERTISEMENT = 1;

  /// TTL or hop limit that an advertisement is sent with and must arrive with.
  public static final int HOP_LIMIT = 255;

  /// 224.0.0.18, where advertisements go.
  public static final int GROUP_IPV4 = 0xe000_0012;

  /// High half of ff02::12.
  public static final long GROUP_IPV6_HIGH = 0xff02_0000_0000_0000L;

  /// Low half of ff02::12.
  public static final long GROUP_IPV6_LOW = 0x12;

  /// Offset of version and type.
  public static final int VERSION_TYPE = 0;

  /// Offset of the virtual router id.
  public static final int VRID = 1;

  /// Offset of the priority.
  public static final int PRIORITY = 2;

  /// Offset of the address count.
  public static final int COUNT = 3;

  /// Offset of version 3's interval, the low 12 bits of 16.
  public static final int MAX_ADVERT_INTERVAL = 4;

  /// Offset of version 2's authentication type.
  public static final int AUTH_TYPE = 4;

  /// Offset of version 2's interval in seconds.
  public static final int ADVERT_INTERVAL = 5;

  /// Offset of the checksum.
  public static final int CHECKSUM = 6;

  /// Offset of the addresses, and length of the header.
  public static final int LENGTH = 8;

  /// Bytes of version 2's authentication trailer.
  public static final int AUTH_LENGTH = 8;

  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  private int addressBytes;

  /// Points at an advertisement over IPv4 that fills `lengthBytes`. False when the version is
  /// neither 2 nor 3 or when the addresses, or version 2's trailer, are cut off. Type, count and
  /// interval may hold anything.
  public boolean wrap(long address, int lengthBytes) {
    return wrap(address, lengthBytes, IPV4_BYTES);
  }

  /// Points at an advertisement over IPv6, which is version 3 always; otherwise as [#wrap].
  public boolean wrapIpv6(long address, int lengthBytes) {
    return wrap(address, lengthBytes, IPV6_BYTES);
  }

  private boolean wrap(long address, int lengthBytes, int addressBytes) {
    if (lengthBytes < LENGTH) {
      return refuse();
    }
    int version = Memory.getByte(address) >>> 4;
    boolean known = version == 3 || version == 2 && addressBytes == IPV4_BYTES;
    int trailer = version == 2 ? AUTH_LENGTH : 0;
    int needed = LENGTH + Memory.getByte(address + COUNT) * addressBytes + trailer;
    if (!known || needed > lengthBytes) {
      return refuse();
    }
    this.addressBytes = addressBytes;
    return accept(address, lengthBytes);
  }

  /// Bytes of an advertisement with `count` addresses.
  public static int length(int version, int count, boolean ipv6) {
    return LENGTH + count * (ipv6 ? IPV6_BYTES : IPV4_BYTES) + (version == 2 ? AUTH_LENGTH : 0);
  }

  /// Starts an advertisement with `count` addresses; version, type and count are set, all else is
  /// 0.
  ///
  /// @param lengthBytes as [#length] says
  /// @param version 2 or 3
  public VrrpHeader create(long address, int lengthBytes, int version, int count, boolean ipv6) {
    begin(address, lengthBytes, length(version, count, ipv6));
    addressBytes = ipv6 ? IPV6_BYTES : IPV4_BYTES;
    u8(VERSION_TYPE, version << 4 | ADVERTISEMENT);
    u8(COUNT, count);
    return this;
  }

  /// 2 or 3.
  public int version() {
    return u8(VERSION_TYPE) >>> 4;
  }

  public int type() {
    return u8(VERSION_TYPE) & 0xf;
  }

  public int vrid() {
    return u8(VRID);
  }

  public VrrpHeader vrid(int vrid) {
    u8(VRID, vrid);
    return this;
  }

  /// 0 when the active router leaves, 255 for the owner of the addresses.
  public int priority() {
    return u8(PRIORITY);
  }

  public VrrpHeader priority(int priority) {
    u8(PRIORITY, priority);
    return this;
  }

  /// How many addresses follow.
  public int count() {
    return u8(COUNT);
  }

  /// The advertisement interval in centiseconds, whichever the version; version 2 counts whole
  /// seconds.
  public int intervalCentis() {
    return version() == 2 ? u8(ADVERT_INTERVAL) * 100 : u16(MAX_ADVERT_INTERVAL) & 0xfff;
  }

  /// Sets the advertisement interval: 1..4095 centiseconds, in version 2 a multiple of 100 up to
  /// 25,500.
  public VrrpHeader intervalCentis(int centis) {
    if (version() == 2) {
      assert centis % 100 == 0 : "version 2 counts whole seconds, not " + centis + " cs";
      u8(ADVERT_INTERVAL, centis / 100);
    } else {
      u16(MAX_ADVERT_INTERVAL, centis & 0xfff);
    }
    return this;
  }

  /// Version 2's authentication type, 0 for none; in version 3 reserved bits and part of the
  /// interval.
  public int authType() {
    return u8(AUTH_TYPE);
  }

  public int checksum() {
    return u16(CHECKSUM);
  }

  public VrrpHeader checksum(int checksum) {
    u16(CHECKSUM, checksum);
    return this;
  }

  /// Whether the addresses are IPv6.
  public boolean isIpv6() {
    return addressBytes == IPV6_BYTES;
  }

  /// The `index`-th address of an advertisement over IPv4, 0 to [#count()] - 1.
  public int ipv4(int index) {
    return i32(LENGTH + index * IPV4_BYTES);
  }

  public VrrpHeader ipv4(int index, int address) {
    i32(LENGTH + index * IPV4_BYTES, address);
    return this;
  }

  /// High half of the `index`-th address of an advertisement over IPv6; the first is link-local.
  public long ipv6High(int index) {
    return i64(LENGTH + index * IPV6_BYTES);
  }

  /// Low half of the `index`-th address of an advertisement over IPv6.
  public long ipv6Low(int index) {
    return i64(LENGTH + index * IPV6_BYTES + 8);
  }

  public VrrpHeader ipv6(int index, long high, long low) {
    i64(LENGTH + index * IPV6_BYTES, high);
    i64(LENGTH + index * IPV6_BYTES + 8, low);
    return this;
  }

  /// Whether the checksum covers the message and a pseudo-header of this sum; 0 for none.
  public boolean isChecksumGood(long pseudoHeaderSum) {
    return Checksum.finish(pseudoHeaderSum + Checksum.sum(address(), lengthBytes())) == 0;
  }

  /// Stores the checksum over the message and a pseudo-header of this sum (0 for none): the last
  /// step of building one.
  public VrrpHeader updateChecksum(long pseudoHeaderSum) {
    checksum(0);
    return checksum(Checksum.finish(pseudoHeaderSum + Checksum.sum(address(), lengthBytes())));
  }

  /// The virtual router's MAC for IPv4, 00:00:5e:00:01:VRID (RFC 9568 section 7.3).
  public static long virtualMac(int vrid) {
    return 0x0000_5e00_0100L | vrid & 0xff;
  }

  /// The virtual router's MAC for IPv6, 00:00:5e:00:02:VRID (RFC 9568 section 7.3).
  public static long virtualMacIpv6(int vrid) {
    return 0x0000_5e00_0200L | vrid & 0xff;
  }
}
