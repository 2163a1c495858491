package io.pitchlake.common.wire;

/// An ARP message for IPv4 over Ethernet (RFC 826); every other kind is refused.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |       Hardware type (1)       |    Protocol type (0x0800)     |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |  Hw len (6)   |  Pr len (4)   |           Operation           |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                          Sender MAC                           |
///     +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                               |      Sender IPv4 address      |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                               |                               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
///     |                          Target MAC                           |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                      Target IPv4 address                      |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
public final class ArpHeader extends Flyweight {
  /// EtherType of ARP.
  public static final int ETHER_TYPE = 0x0806;

  /// Of reverse ARP, which looks the same (RFC 903).
  public static final int REVERSE_ETHER_TYPE = 0x8035;

  /// Operation of a request.
  public static final int REQUEST = 1;

  /// Operation of a reply.
  public static final int REPLY = 2;

  /// A machine asks for the address of a MAC (RFC 903).
  public static final int REVERSE_REQUEST = 3;

  /// Offset of the hardware type, 1 for Ethernet.
  public static final int HARDWARE_TYPE = 0;

  /// Offset of the protocol type, an EtherType.
  public static final int PROTOCOL_TYPE = 2;

  /// Offset of the two address lengths, 6 and 4.
  public static final int ADDRESS_LENGTHS = 4;

  /// Offset of the operation.
  public static final int OPERATION = 6;

  /// Offset of the sender's MAC.
  public static final int SENDER_MAC = 8;

  /// Offset of the sender's IPv4 address.
  public static final int SENDER_ADDRESS = 14;

  /// Offset of the target's MAC.
  public static final int TARGET_MAC = 18;

  /// Offset of the target's IPv4 address.
  public static final int TARGET_ADDRESS = 24;

  /// Bytes of a message; what follows is padding.
  public static final int LENGTH = 28;

  /// The first 6 bytes, which never vary.
  private static final int ETHERNET_IPV4 = 0x0001_0800;

  private static final int LENGTHS_6_4 = 0x0604;

  /// Points at a message. False when it is cut off or not IPv4 over Ethernet. Any operation will
  /// do.
  public boolean wrap(long address, int lengthBytes) {
    return lengthBytes >= LENGTH
            && Memory.getInt(address) == ETHERNET_IPV4
            && Memory.getShort(address + ADDRESS_LENGTHS) == LENGTHS_6_4
        ? accept(address, LENGTH)
        : refuse();
  }

  /// Starts a message with operation and addresses 0.
  public ArpHeader create(long address, int lengthBytes) {
    begin(address, lengthBytes, LENGTH);
    accept(address, LENGTH);
    i32(HARDWARE_TYPE, ETHERNET_IPV4);
    u16(ADDRESS_LENGTHS, LENGTHS_6_4);
    return this;
  }

  /// [#REQUEST], [#REPLY] or something rarer.
  public int operation() {
    return u16(OPERATION);
  }

  public ArpHeader operation(int operation) {
    u16(OPERATION, operation);
    return this;
  }

  /// Whether this is a request without a sender address: a machine that comes up asks whether the
  /// target address is free (RFC 5227 section 1.1).
  public boolean isProbe() {
    return operation() == REQUEST && senderAddress() == 0;
  }

  /// Whether sender and target address are the same: a machine says that it has the address (RFC
  /// 5227 section 3).
  public boolean isAnnouncement() {
    return senderAddress() == targetAddress();
  }

  /// The sender's MAC.
  public long senderMac() {
    return mac(SENDER_MAC);
  }

  public ArpHeader senderMac(long mac) {
    mac(SENDER_MAC, mac);
    return this;
  }

  /// The sender's IPv4 address.
  public int senderAddress() {
    return i32(SENDER_ADDRESS);
  }

  public ArpHeader senderAddress(int ipv4) {
    i32(SENDER_ADDRESS, ipv4);
    return this;
  }

  /// The target's MAC; 0 in a request, as a rule.
  public long targetMac() {
    return mac(TARGET_MAC);
  }

  public ArpHeader targetMac(long mac) {
    mac(TARGET_MAC, mac);
    return this;
  }

  /// The target's IPv4 address.
  public int targetAddress() {
    return i32(TARGET_ADDRESS);
  }

  public ArpHeader targetAddress(int ipv4) {
    i32(TARGET_ADDRESS, ipv4);
    return this;
  }
}
