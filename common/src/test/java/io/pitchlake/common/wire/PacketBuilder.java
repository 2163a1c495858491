package io.pitchlake.common.wire;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// Builds frames for tests, outermost layer first, right by default and wrong on demand:
///
///     byte[] syn =
///         PacketBuilder.ethernet("02:00:00:00:00:09", "00:00:5e:00:01:32")
///             .vlan(7)
///             .ipv4("192.168.2.9", "192.168.2.77")
///             .tcp(40000, 80).syn().sequence(1).mss(1460).sackPermitted().timestamps(1, 0)
///             .build();
///
/// It shares no code with the flyweights, so that one can be tested against the other. Lengths and
/// checksums are filled in by [#build()]; the methods at the end of this class break them.
public final class PacketBuilder {
  private static final int ICMP = 1;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMPV6 = 58;
  private static final int VRRP = 112;

  private enum Network {
    NONE,
    ARP,
    IPV4,
    IPV6
  }

  private enum Breakage {
    NONE,
    BAD,
    PARTIAL,
    ZERO
  }

  private record Extension(int kind, byte[] body) {}

  private final byte[] destinationMac;
  private final byte[] sourceMac;
  private final ByteArrayOutputStream tags = new ByteArrayOutputStream();
  private int etherType = -1;

  private Network network = Network.NONE;
  private byte[] source = {};
  private byte[] destination = {};
  private int timeToLive = 64;
  private int identification;
  private int typeOfService;
  private int fragmentField;
  private int flowLabel;
  private byte[] ipOptions = {};
  private final List<Extension> extensions = new ArrayList<>();

  private int protocol = -1;
  private byte[] header = {};
  private int checksumOffset = -1;
  private boolean pseudoHeader = true;
  private final ByteArrayOutputStream options = new ByteArrayOutputStream();
  private final ByteArrayOutputStream payload = new ByteArrayOutputStream();
  private int tcpFlags;

  private Breakage ipChecksum = Breakage.NONE;
  private Breakage transportChecksum = Breakage.NONE;
  private int ipLength = -1;
  private int ipHeaderLength = -1;
  private int transportLength = -1;
  private int dataOffset = -1;
  private int padTo;
  private byte padding;
  private int cutTo = Integer.MAX_VALUE;

  private PacketBuilder(byte[] sourceMac, byte[] destinationMac) {
    this.sourceMac = sourceMac;
    this.destinationMac = destinationMac;
  }

  /// Starts a frame from one MAC to another.
  public static PacketBuilder ethernet(String source, String destination) {
    return new PacketBuilder(macBytes(source), macBytes(destination));
  }

  /// Adds an 802.1Q tag, inside the ones before it.
  public PacketBuilder vlan(int id) {
    return tag(0x8100, id);
  }

  /// Adds a tag with a type and control information (priority, drop eligibility, id) of its own.
  public PacketBuilder tag(int type, int control) {
    tags.writeBytes(shorts(type, control));
    return this;
  }

  /// Sets the payload's EtherType, whatever the payload is.
  public PacketBuilder etherType(int type) {
    etherType = type;
    return this;
  }

  // ARP

  /// Asks who has an address. The sender's MAC is the frame's, the target's is 0.
  public PacketBuilder arpRequest(String senderAddress, String targetAddress) {
    return arp(1, hex(sourceMac), senderAddress, "00:00:00:00:00:00", targetAddress);
  }

  /// Tells an asker that the sender's address is at the frame's source.
  public PacketBuilder arpReply(String senderAddress, String targetAddress) {
    return arp(2, hex(sourceMac), senderAddress, hex(destinationMac), targetAddress);
  }

  /// Asks whether an address is free: the sender has none yet (RFC 5227).
  public PacketBuilder arpProbe(String targetAddress) {
    return arpRequest("0.0.0.0", targetAddress);
  }

  /// Says to everyone that the frame's source has an address.
  public PacketBuilder arpAnnouncement(String address) {
    return arpRequest(address, address);
  }

  /// Any ARP message.
  public PacketBuilder arp(
      int operation, String senderMac, String senderAddress, String targetMac, String targetIp) {
    network = Network.ARP;
    header =
        join(
            HexFormat.of().parseHex("000108000604"),
            shorts(operation),
            macBytes(senderMac),
            addressBytes(senderAddress),
            macBytes(targetMac),
            addressBytes(targetIp));
    return this;
  }

  // IPv4 and IPv6

  public PacketBuilder ipv4(String source, String destination) {
    network = Network.IPV4;
    this.source = addressBytes(source);
    this.destination = addressBytes(destination);
    return this;
  }

  public PacketBuilder ipv6(String source, String destination) {
    network = Network.IPV6;
    this.source = addressBytes(source);
    this.destination = addressBytes(destination);
    return this;
  }

  /// IPv4 or IPv6, as the addresses are.
  public PacketBuilder between(String source, String destination) {
    return IpAddress.parse(source).isIpv4() ? ipv4(source, destination) : ipv6(source, destination);
  }

  /// Time to live or hop limit; 64 unless said. Neighbour discovery and VRRP set it to 255.
  public PacketBuilder timeToLive(int hops) {
    timeToLive = hops;
    return this;
  }

  public PacketBuilder identification(int id) {
    identification = id;
    return this;
  }

  /// Type of service or traffic class.
  public PacketBuilder typeOfService(int value) {
    typeOfService = value;
    return this;
  }

  public PacketBuilder flowLabel(int label) {
    flowLabel = label;
    return this;
  }

  /// Sets IPv4's DF bit.
  public PacketBuilder dontFragment() {
    fragmentField |= 0x4000;
    return this;
  }

  /// Makes this a fragment: IPv4's field, or a fragment header.
  public PacketBuilder fragment(int offsetBytes, boolean more) {
    if (network == Network.IPV6) {
      int field = offsetBytes | (more ? 1 : 0);
      return extension(44, join(shorts(field), ints(identification)));
    }
    fragmentField |= offsetBytes >> 3 | (more ? 0x2000 : 0);
    return this;
  }

  /// IPv4 options, a multiple of 4 bytes up to 40.
  public PacketBuilder ipOptions(byte... bytes) {
    ipOptions = bytes.clone();
    return this;
  }

  /// An IPv6 extension header: its kind and what follows its first two bytes. The length field is
  /// filled in; a fragment header's body is 6 bytes.
  public PacketBuilder extension(int kind, byte... body) {
    extensions.add(new Extension(kind, body.clone()));
    return this;
  }

  // ICMP, ICMPv6 and neighbour discovery

  public PacketBuilder echoRequest(int identifier, int sequence) {
    return icmp(network == Network.IPV6 ? 128 : 8, 0, shorts(identifier, sequence));
  }

  public PacketBuilder echoReply(int identifier, int sequence) {
    return icmp(network == Network.IPV6 ? 129 : 0, 0, shorts(identifier, sequence));
  }

  /// Any ICMP or ICMPv6 message: the bytes behind the checksum.
  public PacketBuilder icmp(int type, int code, byte... rest) {
    pseudoHeader = network == Network.IPV6;
    return transport(pseudoHeader ? ICMPV6 : ICMP, join(bytes(type, code), shorts(0), rest), 2);
  }

  /// Asks for the MAC of an IPv6 address; without [#sourceLinkLayer] that is all of it.
  public PacketBuilder neighborSolicitation(String target) {
    return timeToLive(255).icmp(135, 0, join(ints(0), addressBytes(target)));
  }

  /// Tells the MAC of an IPv6 address, with the flags as in `"SO"`.
  public PacketBuilder neighborAdvertisement(String target, String flags) {
    int bits =
        (flags.contains("R") ? 0x80 : 0)
            | (flags.contains("S") ? 0x40 : 0)
            | (flags.contains("O") ? 0x20 : 0);
    return timeToLive(255).icmp(136, 0, join(bytes(bits, 0, 0, 0), addressBytes(target)));
  }

  /// Adds the option with the sender's MAC.
  public PacketBuilder sourceLinkLayer(String mac) {
    return option(join(bytes(1, 1), macBytes(mac)));
  }

  /// Adds the option with the target's MAC.
  public PacketBuilder targetLinkLayer(String mac) {
    return option(join(bytes(2, 1), macBytes(mac)));
  }

  // TCP

  public PacketBuilder tcp(int sourcePort, int destinationPort) {
    byte[] tcp = new byte[20];
    ByteBuffer.wrap(tcp).putShort((short) sourcePort).putShort((short) destinationPort);
    ByteBuffer.wrap(tcp).putShort(14, (short) 64_240);
    return transport(TCP, tcp, 16);
  }

  /// An acknowledging TCP segment or a UDP datagram.
  public PacketBuilder segment(boolean isTcp, int sourcePort, int destinationPort) {
    return isTcp ? tcp(sourcePort, destinationPort).ack(1) : udp(sourcePort, destinationPort);
  }

  public PacketBuilder sequence(int number) {
    ByteBuffer.wrap(header).putInt(4, number);
    return this;
  }

  /// Sets the acknowledgment number and the ACK flag.
  public PacketBuilder ack(int number) {
    ByteBuffer.wrap(header).putInt(8, number);
    tcpFlags |= 0x10;
    return this;
  }

  public PacketBuilder syn() {
    tcpFlags |= 0x02;
    return this;
  }

  public PacketBuilder fin() {
    tcpFlags |= 0x01;
    return this;
  }

  public PacketBuilder rst() {
    tcpFlags |= 0x04;
    return this;
  }

  public PacketBuilder psh() {
    tcpFlags |= 0x08;
    return this;
  }

  /// Sets all eight flags at once.
  public PacketBuilder flags(int flags) {
    tcpFlags = flags;
    return this;
  }

  public PacketBuilder window(int window) {
    ByteBuffer.wrap(header).putShort(14, (short) window);
    return this;
  }

  public PacketBuilder mss(int bytes) {
    return option(join(bytes(2, 4), shorts(bytes)));
  }

  public PacketBuilder windowScale(int shift) {
    return option(bytes(3, 3, shift));
  }

  public PacketBuilder sackPermitted() {
    return option(bytes(4, 2));
  }

  public PacketBuilder timestamps(int value, int echo) {
    return option(join(bytes(8, 10), ints(value, echo)));
  }

  public PacketBuilder noOperation() {
    return option(bytes(1));
  }

  /// Adds raw option bytes to TCP or neighbour discovery. TCP's are filled up to 4 bytes with
  /// end-of-list.
  public PacketBuilder option(byte... bytes) {
    options.writeBytes(bytes);
    return this;
  }

  // UDP, DHCP and VRRP

  public PacketBuilder udp(int sourcePort, int destinationPort) {
    return transport(UDP, shorts(sourcePort, destinationPort, 0, 0), 6);
  }

  /// A DHCP message as UDP payload, with option 53; `yourAddress` is what a server gives.
  public PacketBuilder dhcp(int op, int messageType, String yourAddress, String clientMac) {
    ByteBuffer dhcp = ByteBuffer.allocate(300);
    dhcp.put(bytes(op, 1, 6, 0)).putInt(0x3903f326);
    dhcp.position(16).put(addressBytes(yourAddress));
    dhcp.position(28).put(macBytes(clientMac));
    dhcp.position(236).putInt(0x63825363);
    dhcp.put(bytes(53, 1, messageType));
    if (op == 2) {
      dhcp.put(bytes(54, 4)).put(source);
    }
    dhcp.put((byte) 255);
    return payload(dhcp.array());
  }

  /// A DHCP client's message; an address of 0.0.0.0 is not there.
  public PacketBuilder dhcpClient(
      int messageType, String clientMac, String requested, String server) {
    ByteBuffer dhcp = ByteBuffer.allocate(300);
    dhcp.put(bytes(1, 1, 6, 0)).putInt(0x3903f326);
    dhcp.position(28).put(macBytes(clientMac));
    dhcp.position(236).putInt(0x63825363);
    dhcp.put(bytes(53, 1, messageType));
    if (!requested.equals("0.0.0.0")) {
      dhcp.put(bytes(50, 4)).put(addressBytes(requested));
    }
    if (!server.equals("0.0.0.0")) {
      dhcp.put(bytes(54, 4)).put(addressBytes(server));
    }
    dhcp.put((byte) 255);
    return payload(dhcp.array());
  }

  /// A VRRP advertisement; version 3 sums the pseudo-header too, as keepalived does.
  public PacketBuilder vrrp(
      int version, int vrid, int priority, int intervalCentis, String... addresses) {
    timeToLive = 255;
    pseudoHeader = version == 3;
    ByteArrayOutputStream vrrp = new ByteArrayOutputStream();
    vrrp.writeBytes(bytes(version << 4 | 1, vrid, priority, addresses.length));
    vrrp.writeBytes(version == 3 ? shorts(intervalCentis) : bytes(0, intervalCentis / 100));
    vrrp.writeBytes(shorts(0));
    for (String address : addresses) {
      vrrp.writeBytes(addressBytes(address));
    }
    vrrp.writeBytes(new byte[version == 2 ? 8 : 0]);
    return transport(VRRP, vrrp.toByteArray(), 6);
  }

  /// A protocol of which only the number matters.
  public PacketBuilder protocol(int number) {
    return transport(number, new byte[0], -1);
  }

  // Payload

  public PacketBuilder payload(byte... bytes) {
    payload.writeBytes(bytes);
    return this;
  }

  public PacketBuilder payload(String text) {
    return payload(text.getBytes(StandardCharsets.UTF_8));
  }

  // Breakage

  /// Stores a wrong IPv4 header checksum.
  public PacketBuilder badIpChecksum() {
    ipChecksum = Breakage.BAD;
    return this;
  }

  /// Stores a wrong transport checksum.
  public PacketBuilder badChecksum() {
    transportChecksum = Breakage.BAD;
    return this;
  }

  /// Stores the folded pseudo-header sum, as a sender does that leaves the rest to hardware.
  public PacketBuilder partialChecksum() {
    transportChecksum = Breakage.PARTIAL;
    return this;
  }

  /// Stores 0 as the transport checksum.
  public PacketBuilder noChecksum() {
    transportChecksum = Breakage.ZERO;
    return this;
  }

  /// Stores this as IPv4's total length or IPv6's payload length.
  public PacketBuilder ipLength(int length) {
    ipLength = length;
    return this;
  }

  /// Stores this as IPv4's header length, 0..60, a multiple of 4.
  public PacketBuilder ipHeaderLength(int length) {
    ipHeaderLength = length;
    return this;
  }

  /// Stores this as TCP's header length, 0..60, a multiple of 4.
  public PacketBuilder tcpHeaderLength(int length) {
    dataOffset = length;
    return this;
  }

  /// Stores this as UDP's length.
  public PacketBuilder udpLength(int length) {
    transportLength = length;
    return this;
  }

  /// Pads the frame with zeros to this length, as a sender does with a frame below 60 bytes.
  public PacketBuilder padTo(int length) {
    padTo = length;
    return this;
  }

  /// Pads the frame with this byte instead of 0.
  public PacketBuilder padTo(int length, int value) {
    padding = (byte) value;
    return padTo(length);
  }

  /// Cuts the finished frame off after this many bytes.
  public PacketBuilder cutTo(int length) {
    cutTo = length;
    return this;
  }

  /// The frame's bytes, without FCS.
  public byte[] build() {
    byte[] content =
        switch (network) {
          case NONE -> payload.toByteArray();
          case ARP -> join(header, payload.toByteArray());
          case IPV4 -> buildIpv4(buildTransport());
          case IPV6 -> buildIpv6(buildTransport());
        };
    int type =
        etherType >= 0
            ? etherType
            : switch (network) {
              case NONE -> 0x88b5;
              case ARP -> 0x0806;
              case IPV4 -> 0x0800;
              case IPV6 -> 0x86dd;
            };
    byte[] frame = join(destinationMac, sourceMac, tags.toByteArray(), shorts(type), content);
    byte[] whole = Arrays.copyOf(frame, Math.max(frame.length, padTo));
    Arrays.fill(whole, frame.length, whole.length, padding);
    return Arrays.copyOf(whole, Math.min(whole.length, cutTo));
  }

  private PacketBuilder transport(int number, byte[] fixedHeader, int checksumAt) {
    protocol = number;
    header = fixedHeader;
    checksumOffset = checksumAt;
    return this;
  }

  private byte[] buildTransport() {
    if (protocol == TCP && header.length > 0) {
      while (options.size() % 4 != 0) {
        options.write(0);
      }
      int length = dataOffset >= 0 ? dataOffset : header.length + options.size();
      header[12] = (byte) (length << 2);
      header[13] = (byte) tcpFlags;
    }
    byte[] segment = join(header, options.toByteArray(), payload.toByteArray());
    ByteBuffer view = ByteBuffer.wrap(segment);
    if (protocol == UDP && header.length > 0) {
      view.putShort(4, (short) (transportLength >= 0 ? transportLength : segment.length));
    }
    if (checksumOffset < 0) {
      return segment;
    }
    byte[] pseudo =
        pseudoHeader
            ? NaiveChecksum.pseudoHeader(source, destination, protocol, segment.length)
            : new byte[0];
    int good = NaiveChecksum.of(pseudo, segment);
    if (protocol == UDP && good == 0) {
      good = 0xffff;
    }
    int stored =
        switch (transportChecksum) {
          case NONE -> good;
          case BAD -> wrong(good);
          case PARTIAL -> ~NaiveChecksum.of(pseudo);
          case ZERO -> 0;
        };
    view.putShort(checksumOffset, (short) stored);
    return segment;
  }

  private byte[] buildIpv4(byte[] content) {
    int headerLength = 20 + ipOptions.length;
    int shownHeader = ipHeaderLength >= 0 ? ipHeaderLength : headerLength;
    int total = ipLength >= 0 ? ipLength : headerLength + content.length;
    ByteBuffer ip = ByteBuffer.allocate(headerLength);
    ip.put(bytes(0x40 | shownHeader >> 2, typeOfService))
        .put(shorts(total, identification, fragmentField))
        .put(bytes(timeToLive, protocol, 0, 0))
        .put(source)
        .put(destination)
        .put(ipOptions);
    int good = NaiveChecksum.of(ip.array());
    ip.putShort(10, (short) (ipChecksum == Breakage.BAD ? wrong(good) : good));
    return join(ip.array(), content);
  }

  private byte[] buildIpv6(byte[] content) {
    byte[] rest = content;
    int next = protocol < 0 ? 59 : protocol;
    for (Extension extension : extensions.reversed()) {
      int length = 2 + extension.body.length;
      int units =
          switch (extension.kind) {
            case 44 -> 0;
            case 51 -> length / 4 - 2;
            default -> length / 8 - 1;
          };
      rest = join(bytes(next, units), extension.body, rest);
      next = extension.kind;
    }
    int shown = ipLength >= 0 ? ipLength : rest.length;
    return join(
        ints(6 << 28 | typeOfService << 20 | flowLabel),
        shorts(shown),
        bytes(next, timeToLive),
        source,
        destination,
        rest);
  }

  /// Wrong in one's complement arithmetic too, where 0 and 0xffff are the same.
  private static int wrong(int checksum) {
    return checksum ^ 0x0101;
  }

  private static byte[] macBytes(String mac) {
    return HexFormat.of().parseHex("%012x".formatted(MacAddress.parse(mac).value()));
  }

  private static String hex(byte[] mac) {
    return HexFormat.ofDelimiter(":").formatHex(mac);
  }

  private static byte[] addressBytes(String text) {
    IpAddress address = IpAddress.parse(text);
    return address.isIpv4()
        ? ints(address.ipv4())
        : ByteBuffer.allocate(16).putLong(address.high()).putLong(address.low()).array();
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] shorts(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length);
    for (int value : values) {
      bytes.putShort((short) value);
    }
    return bytes.array();
  }

  private static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
