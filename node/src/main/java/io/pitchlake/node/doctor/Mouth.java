package io.pitchlake.node.doctor;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.common.wire.TcpOptions;
import io.pitchlake.node.engine.EthernetWriter;
import io.pitchlake.node.engine.NeighborWriter;
import io.pitchlake.node.engine.PortTransmit;
import io.pitchlake.node.engine.Transmit;
import io.pitchlake.node.port.Port;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Asks, and counts what it has sent. Nothing it sends says that somebody has an address that this
/// node does not have by its configuration. One thread.
final class Mouth {
  /// What can be sent.
  enum Question {
    ARP_REQUEST("ARP requests"),
    ARP_PROBE("ARP probes (sender 0.0.0.0)"),
    ARP_PROBE_OF_ANOTHER_MAC("ARP probes from a MAC of the virtual kind"),
    SOLICITATION("neighbour solicitations"),
    SYN("SYNs"),
    RESET("resets"),
    ECHO("echo requests"),
    CONNECTION("connections to sync peers");

    private final String words;

    Question(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }

    /// Its name for programs.
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Who asks, and whom.
  ///
  /// @param vlan -1 for none
  /// @param mac where the frame goes
  record Way(int vlan, long mac, IpAddress source, IpAddress destination) {}

  private static final int PORT = 0;
  private static final int HOPS = 4;
  private static final int MSS_OPTION_BYTES = 4;
  private static final int MSS_BYTES = 1220;
  private static final int WINDOW_BYTES = 64_240;
  private static final int ECHO_DATA_BYTES = 8;

  private final long mac;
  private final Transmit transmit;
  private final Map<Question, Integer> sent;
  private final NeighborWriter neighbors;
  private final EthernetWriter ethernet = new EthernetWriter();
  private final Ipv4Header ipv4 = new Ipv4Header();
  private final Ipv6Header ipv6 = new Ipv6Header();
  private final TcpHeader tcp = new TcpHeader();
  private final IcmpHeader icmp = new IcmpHeader();
  private final Icmpv6Header icmpv6 = new Icmpv6Header();
  private Frame frame;

  /// @param sent counts are added there
  Mouth(Port port, Map<Question, Integer> sent) {
    this.mac = port.mac();
    this.transmit = new PortTransmit(List.of(port));
    this.neighbors = new NeighborWriter(transmit);
    this.sent = sent;
  }

  /// Where counts are kept.
  static Map<Question, Integer> counts() {
    return new EnumMap<>(Question.class);
  }

  private void count(Question question) {
    sent.merge(question, 1, Integer::sum);
  }

  /// Who has `target`? Asked in the name of an address of this node.
  void request(int vlan, IpAddress source, IpAddress target) {
    if (target.isIpv4()) {
      neighbors.arpRequest(PORT, vlan, mac, source.ipv4(), target.ipv4());
      count(Question.ARP_REQUEST);
    } else {
      neighbors.neighborSolicitation(
          PORT, vlan, mac, source.high(), source.low(), target.high(), target.low());
      count(Question.SOLICITATION);
    }
  }

  /// Has anybody this IPv4 address? Asked in nobody's name (RFC 5227), so that no cache learns of
  /// it.
  void probe(int vlan, IpAddress target) {
    neighbors.arpRequest(PORT, vlan, mac, 0, target.ipv4());
    count(Question.ARP_PROBE);
  }

  /// The same from another MAC than the port's.
  void probeAs(long otherMac, int vlan, IpAddress target) {
    neighbors.arpRequest(PORT, vlan, otherMac, 0, target.ipv4());
    count(Question.ARP_PROBE_OF_ANOTHER_MAC);
  }

  /// Asks for a connection.
  void syn(Way way, int sourcePort, int destinationPort, int sequence) {
    int length = TcpHeader.MIN_LENGTH + MSS_OPTION_BYTES;
    long at = begin(way, TcpHeader.PROTOCOL, length);
    tcp.create(at, length, length)
        .sourcePort(sourcePort)
        .destinationPort(destinationPort)
        .sequence(sequence)
        .flags(TcpHeader.SYN)
        .window(WINDOW_BYTES);
    Memory.putInt(tcp.optionsAddress(), TcpOptions.mssWord(MSS_BYTES));
    sendSegment(way);
    count(Question.SYN);
  }

  /// Ends what a SYN has begun.
  void reset(Way way, int sourcePort, int destinationPort, int sequence) {
    long at = begin(way, TcpHeader.PROTOCOL, TcpHeader.MIN_LENGTH);
    tcp.create(at, TcpHeader.MIN_LENGTH, TcpHeader.MIN_LENGTH)
        .sourcePort(sourcePort)
        .destinationPort(destinationPort)
        .sequence(sequence)
        .flags(TcpHeader.RST);
    sendSegment(way);
    count(Question.RESET);
  }

  private void sendSegment(Way way) {
    if (way.destination().isIpv4()) {
      tcp.updateChecksum(ipv4);
    } else {
      tcp.updateChecksum(ipv6);
    }
    transmit.transmit(PORT, frame);
  }

  /// Pings.
  void echo(Way way, int identifier) {
    int length = IcmpHeader.LENGTH + ECHO_DATA_BYTES;
    if (way.destination().isIpv4()) {
      long at = begin(way, IcmpHeader.PROTOCOL, length);
      icmp.create(at, length).type(IcmpHeader.ECHO_REQUEST).identifier(identifier).updateChecksum();
    } else {
      long at = begin(way, Icmpv6Header.PROTOCOL, length);
      icmpv6
          .create(at, length, Icmpv6Header.ECHO_REQUEST)
          .identifier(identifier)
          .updateChecksum(ipv6);
    }
    transmit.transmit(PORT, frame);
    count(Question.ECHO);
  }

  /// Ethernet and IP in front of `length` bytes; returns where those begin. Few hops: who has not
  /// the address and forwards must not send it far.
  private long begin(Way way, int protocol, int length) {
    boolean isIpv4 = way.destination().isIpv4();
    int packetLength = (isIpv4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH) + length;
    frame = transmit.newFrame(PORT);
    long at =
        ethernet.begin(
            frame,
            way.vlan(),
            way.mac(),
            mac,
            isIpv4 ? Ipv4Header.ETHER_TYPE : Ipv6Header.ETHER_TYPE,
            packetLength);
    if (isIpv4) {
      ipv4.create(at, packetLength)
          .dontFragment(true)
          .timeToLive(HOPS)
          .protocol(protocol)
          .source(way.source().ipv4())
          .destination(way.destination().ipv4())
          .updateChecksum();
      return ipv4.payloadAddress();
    }
    ipv6.create(at, packetLength, protocol)
        .hopLimit(HOPS)
        .source(way.source().high(), way.source().low())
        .destination(way.destination().high(), way.destination().low());
    return ipv6.upperAddress();
  }
}
