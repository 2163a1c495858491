package io.pitchlake.common.wire;

/// A DHCP message for IPv4 (RFC 2131 section 2) with those options that tell who is a server and which address is
/// being given out (RFC 2132).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |     op        |   htype (1)   |   hlen (6)    |     hops      |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                              xid                              |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |             secs              |             flags             |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                            ciaddr                             |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                            yiaddr                             |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                            siaddr                             |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                            giaddr                             |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                       chaddr (16 bytes)                       |
///     |                       sname  (64 bytes)                       |
///     |                       file  (128 bytes)                       |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                 magic cookie 99.130.83.99                     |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                options: code, length, data ...                |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
public final class DhcpHeader extends Flyweight {
  /// UDP port of servers.
  public static final int SERVER_PORT = 67;

  /// UDP port of clients.
  public static final int CLIENT_PORT = 68;

  /// Op: from a client.
  public static final int BOOT_REQUEST = 1;

  /// Op: from a server.
  public static final int BOOT_REPLY = 2;

  /// Message type: who is a server?
  public static final int DISCOVER = 1;

  /// Message type: a server offers yiaddr.
  public static final int OFFER = 2;

  /// Message type: a client asks for an address.
  public static final int REQUEST = 3;

  /// Message type: a client found the address in use.
  public static final int DECLINE = 4;

  /// Message type: a server gives yiaddr.
  public static final int ACK = 5;

  /// Message type: a server refuses.
  public static final int NAK = 6;

  /// Message type: a client gives its address back.
  public static final int RELEASE = 7;

  /// Message type: a client with an address asks for settings.
  public static final int INFORM = 8;

  /// Option: the address a client asks for.
  public static final int OPTION_REQUESTED_ADDRESS = 50;

  /// Option: the message type.
  public static final int OPTION_MESSAGE_TYPE = 53;

  /// Option: the server's address.
  public static final int OPTION_SERVER_IDENTIFIER = 54;

  /// Offset of op.
  public static final int OP = 0;

  /// Offset of the hardware type.
  public static final int HARDWARE_TYPE = 1;

  /// Offset of the hardware address length.
  public static final int HARDWARE_LENGTH = 2;

  /// Offset of the transaction id.
  public static final int XID = 4;

  /// Offset of the flags; the highest bit asks for a broadcast answer.
  public static final int FLAGS = 10;

  /// Offset of the client's present address.
  public static final int CLIENT_ADDRESS = 12;

  /// Offset of the address that is given to the client.
  public static final int YOUR_ADDRESS = 16;

  /// Offset of the next server's address.
  public static final int SERVER_ADDRESS = 20;

  /// Offset of the relay's address.
  public static final int RELAY_ADDRESS = 24;

  /// Offset of the client's hardware address.
  public static final int CLIENT_MAC = 28;

  /// Offset of the magic cookie.
  public static final int COOKIE = 236;

  /// Offset of the options, and length of the shortest message.
  public static final int LENGTH = 240;

  /// The magic cookie, 99.130.83.99.
  public static final int MAGIC = 0x6382_5363;

  private static final int PAD = 0;
  private static final int END = 255;

  private int messageType;
  private int requestedAddress;
  private int serverIdentifier;

  /// Points at a message that fills `lengthBytes` of UDP payload. False when it is cut off, has no
  /// magic cookie, is not for Ethernet, or when an option is cut off or one of those above has a
  /// wrong length. A missing end option is forgiven.
  public boolean wrap(long address, int lengthBytes) {
    messageType = 0;
    requestedAddress = 0;
    serverIdentifier = 0;
    if (lengthBytes < LENGTH
        || Memory.getShort(address + HARDWARE_TYPE) != 0x0106
        || Memory.getInt(address + COOKIE) != MAGIC
        || !readOptions(address, lengthBytes)) {
      messageType = 0;
      requestedAddress = 0;
      serverIdentifier = 0;
      return refuse();
    }
    return accept(address, lengthBytes);
  }

  private boolean readOptions(long address, int end) {
    int at = LENGTH;
    while (at < end) {
      int code = Memory.getByte(address + at);
      if (code == END) {
        return true;
      }
      if (code == PAD) {
        at++;
        continue;
      }
      if (end - at < 2) {
        return false;
      }
      int length = Memory.getByte(address + at + 1);
      long data = address + at + 2;
      if (length > end - at - 2) {
        return false;
      }
      switch (code) {
        case OPTION_MESSAGE_TYPE -> {
          if (length != 1) {
            return false;
          }
          messageType = Memory.getByte(data);
        }
        case OPTION_REQUESTED_ADDRESS -> {
          if (length != 4) {
            return false;
          }
          requestedAddress = Memory.getInt(data);
        }
        case OPTION_SERVER_IDENTIFIER -> {
          if (length != 4) {
            return false;
          }
          serverIdentifier = Memory.getInt(data);
        }
        default -> {
          // every other option is skipped by its length
        }
      }
      at += 2 + length;
    }
    return true;
  }

  /// Starts a message of `lengthBytes` with its message type as the first option and an end option
  /// behind it; hardware type and cookie are set, all else is 0.
  ///
  /// @param lengthBytes at least 244; 300 suits every receiver
  public DhcpHeader create(long address, int lengthBytes, int op, int messageType) {
    begin(address, lengthBytes, LENGTH + 4);
    Memory.clear(address, lengthBytes);
    this.messageType = messageType;
    requestedAddress = 0;
    serverIdentifier = 0;
    u8(OP, op);
    u16(HARDWARE_TYPE, 0x0106);
    i32(COOKIE, MAGIC);
    u16(LENGTH, OPTION_MESSAGE_TYPE << 8 | 1);
    u8(LENGTH + 2, messageType);
    u8(LENGTH + 3, END);
    return this;
  }

  /// [#BOOT_REQUEST] or [#BOOT_REPLY].
  public int op() {
    return u8(OP);
  }

  public int transactionId() {
    return i32(XID);
  }

  public DhcpHeader transactionId(int id) {
    i32(XID, id);
    return this;
  }

  /// Whether the client asks for a broadcast answer.
  public boolean isBroadcast() {
    return (u16(FLAGS) & 0x8000) != 0;
  }

  public DhcpHeader broadcast(boolean set) {
    u16(FLAGS, set ? 0x8000 : 0);
    return this;
  }

  /// ciaddr: the address the client has.
  public int clientAddress() {
    return i32(CLIENT_ADDRESS);
  }

  public DhcpHeader clientAddress(int ipv4) {
    i32(CLIENT_ADDRESS, ipv4);
    return this;
  }

  /// yiaddr: the address the client is given.
  public int yourAddress() {
    return i32(YOUR_ADDRESS);
  }

  public DhcpHeader yourAddress(int ipv4) {
    i32(YOUR_ADDRESS, ipv4);
    return this;
  }

  /// siaddr: the next server, as a rule for booting; not the DHCP server itself.
  public int serverAddress() {
    return i32(SERVER_ADDRESS);
  }

  public DhcpHeader serverAddress(int ipv4) {
    i32(SERVER_ADDRESS, ipv4);
    return this;
  }

  /// giaddr: the relay.
  public int relayAddress() {
    return i32(RELAY_ADDRESS);
  }

  public DhcpHeader relayAddress(int ipv4) {
    i32(RELAY_ADDRESS, ipv4);
    return this;
  }

  /// chaddr: the client's MAC.
  public long clientMac() {
    return mac(CLIENT_MAC);
  }

  public DhcpHeader clientMac(long mac) {
    mac(CLIENT_MAC, mac);
    return this;
  }

  /// Option 53, [#DISCOVER] to [#INFORM]; 0 when absent (plain BOOTP).
  public int messageType() {
    return messageType;
  }

  /// Option 50, the address the client asks for; 0 when absent.
  public int requestedAddress() {
    return requestedAddress;
  }

  /// Option 54, the server's address; 0 when absent.
  public int serverIdentifier() {
    return serverIdentifier;
  }

  /// Whether a client speaks that looks for a lease, takes an offer or wants its last lease again.
  public boolean isSearch() {
    return op() == BOOT_REQUEST && (messageType == DISCOVER || messageType == REQUEST);
  }

  /// Whether a server speaks: a BOOTP reply that is an offer, an acknowledgment or a refusal.
  public boolean isFromServer() {
    return op() == BOOT_REPLY && (messageType == OFFER || messageType == ACK || messageType == NAK);
  }

  /// Whether a server offers or gives [#yourAddress()] to a client. The answer to an INFORM gives
  /// none.
  public boolean isLease() {
    return op() == BOOT_REPLY && (messageType == OFFER || messageType == ACK) && yourAddress() != 0;
  }
}
