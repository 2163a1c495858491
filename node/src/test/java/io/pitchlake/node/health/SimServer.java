package io.pitchlake.node.health;

import io.pitchlake.common.config.HealthCheck.DnsCode;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.common.wire.NativeBuffer;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.common.wire.ParsedFrame;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.node.sim.SimNode;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/// A machine on a simulated LAN that answers as a kernel with services does: pings, connections,
/// datagrams, DNS questions, each at its addresses and at aliases it answers no ARP for. All its
/// answers go to the node.
final class SimServer {
  /// What becomes of a packet for a port.
  enum Manner {
    SERVES,
    REFUSES,
    IS_SILENT
  }

  private final SimHost host;
  private final Set<IpAddress> aliases = new HashSet<>();
  private final NativeBuffer buffer = new NativeBuffer(2048);
  private final ParsedFrame frame = new ParsedFrame();
  Manner tcp = Manner.SERVES;
  Manner udp = Manner.SERVES;
  boolean pings = true;

  /// Sends on what is not for it, to this MAC; 0: does not.
  long forwardsTo;

  DnsCode dnsCode = DnsCode.NOERROR;
  int synsSeen;
  int resetsSeen;

  SimServer(SimClock clock, SimLan lan, String address, long mac) {
    host =
        new SimHost(clock, lan, address, mac).own(IpAddress.parse(address)).listener(this::onFrame);
  }

  SimHost host() {
    return host;
  }

  SimServer alias(String address) {
    aliases.add(IpAddress.parse(address));
    return this;
  }

  void dropAliases() {
    aliases.clear();
  }

  private void onFrame(byte[] bytes) {
    if (!frame.parse(buffer.put(bytes), bytes.length)) {
      return;
    }
    boolean isIpv4 = ParsedFrame.found(frame.ipv4);
    if (!isIpv4 && !ParsedFrame.found(frame.ipv6)) {
      return;
    }
    IpAddress to =
        isIpv4
            ? IpAddress.ofIpv4(frame.ipv4.destination())
            : new IpAddress(frame.ipv6.destinationHigh(), frame.ipv6.destinationLow());
    IpAddress from =
        isIpv4
            ? IpAddress.ofIpv4(frame.ipv4.source())
            : new IpAddress(frame.ipv6.sourceHigh(), frame.ipv6.sourceLow());
    if (!host.addresses().contains(to) && !aliases.contains(to)) {
      if (forwardsTo != 0) {
        sendOn(bytes);
      }
      return;
    }
    PacketBuilder reply =
        PacketBuilder.ethernet(
            new MacAddress(host.mac()).toString(), new MacAddress(SimNode.MAC).toString());
    reply = isIpv4 ? reply.ipv4("" + to, "" + from) : reply.ipv6("" + to, "" + from);
    if (ParsedFrame.found(frame.tcp)) {
      onSegment(reply);
    } else if (ParsedFrame.found(frame.udp)) {
      onDatagram(reply, isIpv4);
    } else {
      onEcho(reply, isIpv4);
    }
  }

  private void sendOn(byte[] bytes) {
    byte[] sent = bytes.clone();
    for (int i = 0; i < 6; i++) {
      sent[i] = (byte) (forwardsTo >>> 40 - 8 * i);
      sent[6 + i] = (byte) (host.mac() >>> 40 - 8 * i);
    }
    host.sendRaw(sent);
  }

  private void onSegment(PacketBuilder reply) {
    TcpHeader segment = frame.tcp;
    if (segment.hasAny(TcpHeader.RST)) {
      resetsSeen++;
      return;
    }
    synsSeen++;
    PacketBuilder answer =
        reply.tcp(segment.destinationPort(), segment.sourcePort()).ack(segment.sequence() + 1);
    switch (tcp) {
      case SERVES -> host.sendRaw(answer.syn().sequence(77).mss(1460).build());
      case REFUSES -> host.sendRaw(answer.rst().build());
      case IS_SILENT -> {}
    }
  }

  private void onDatagram(PacketBuilder reply, boolean isIpv4) {
    switch (udp) {
      case SERVES -> {
        if (frame.udp.payloadLength() >= DnsQuestion.HEADER_LENGTH) {
          byte[] message = new byte[frame.udp.payloadLength()];
          Memory.copy(frame.udp.payloadAddress(), message, 0, message.length);
          message[2] |= (byte) 0x80;
          message[3] = (byte) dnsCode.ordinal();
          host.sendRaw(
              reply
                  .udp(frame.udp.destinationPort(), frame.udp.sourcePort())
                  .payload(message)
                  .build());
        }
      }
      case REFUSES -> host.sendRaw(error(reply, isIpv4));
      case IS_SILENT -> {}
    }
  }

  private byte[] error(PacketBuilder reply, boolean isIpv4) {
    long at = isIpv4 ? frame.ipv4.address() : frame.ipv6.address();
    int length = isIpv4 ? frame.ipv4.totalLength() : 40 + frame.ipv6.payloadLength();
    byte[] rest = new byte[4 + length];
    Memory.copy(at, rest, 4, length);
    return isIpv4
        ? reply.icmp(IcmpHeader.DESTINATION_UNREACHABLE, 3, rest).build()
        : reply.icmp(Icmpv6Header.DESTINATION_UNREACHABLE, 4, rest).build();
  }

  private void onEcho(PacketBuilder reply, boolean isIpv4) {
    boolean asked =
        isIpv4
            ? ParsedFrame.found(frame.icmp) && frame.icmp.type() == IcmpHeader.ECHO_REQUEST
            : frame.icmpv6.type() == Icmpv6Header.ECHO_REQUEST;
    if (!asked || !pings) {
      return;
    }
    int length = isIpv4 ? frame.icmp.dataLength() : frame.icmpv6.dataLength();
    byte[] data = new byte[length];
    Memory.copy(
        isIpv4 ? frame.icmp.dataAddress() : frame.icmpv6.dataAddress(), data, 0, data.length);
    int identifier = isIpv4 ? frame.icmp.identifier() : frame.icmpv6.identifier();
    int sequence = isIpv4 ? frame.icmp.sequence() : frame.icmpv6.sequence();
    host.sendRaw(
        reply.echoReply(identifier, sequence).payload(Arrays.copyOf(data, length)).build());
  }
}
