package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.wire.EthernetHeader;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.VlanMove;

/// Passes IP packets on, as a router does: a hop less, other MAC addresses, the VLAN and the port
/// of the network they leave by. Every module that forwards between networks does it here. Engine
/// thread.
public final class Egress {
  private final Transmit transmit;
  private final IcmpErrors errors;
  private final int[] mtuBytes;

  /// @param mtuBytes of each port
  public Egress(Transmit transmit, IcmpErrors errors, int[] mtuBytes) {
    this.transmit = transmit;
    this.errors = errors;
    this.mtuBytes = mtuBytes.clone();
  }

  /// Takes the rate of ICMP errors over.
  public void configure(Settings settings, long nowNanos) {
    errors.configure(settings.get(Setting.ICMPRATE), nowNanos);
  }

  /// Whether a packet may leave by a network: null, or why not; then its sender has been told. To
  /// be asked before anything is edited, because the sender must recognise its packet.
  public DropReason admit(PacketContext packet, NetworkView out) {
    boolean isIpv4 = packet.kind() == PacketContext.Kind.IPV4;
    int hops = isIpv4 ? packet.ipv4().timeToLive() : packet.ipv6().hopLimit();
    if (hops <= 1) {
      errors.tell(packet, IcmpErrors.Error.HOP_LIMIT, 0);
      return DropReason.HOP_LIMIT;
    }
    int mtu = mtuBytes[out.port()];
    if (packetBytes(packet, isIpv4) > mtu) {
      if (!isIpv4 || packet.ipv4().isDontFragment()) {
        errors.tell(packet, IcmpErrors.Error.TOO_BIG, mtu);
      }
      return DropReason.TOO_BIG;
    }
    return fits(packet, out) ? null : DropReason.NO_ROOM;
  }

  /// Whether there is room for the tag that the frame may need.
  public boolean fits(PacketContext packet, NetworkView out) {
    return packet.vlan() == out.vlan()
        || VlanMove.fits(packet.frame(), packet.ethernet(), out.vlan());
  }

  /// Bytes of the largest packet that comes of the frame: of a super-frame a segment.
  private static int packetBytes(PacketContext packet, boolean isIpv4) {
    Frame frame = packet.frame();
    if (frame.gsoType() != 0) {
      return frame.headerLength() - packet.ethernet().headerLength() + frame.gsoSizeBytes();
    }
    return isIpv4 ? packet.ipv4().totalLength() : packet.ipv6().lengthBytes();
  }

  /// Sends an admitted packet with a hop less to a MAC of a network.
  public void route(PacketContext packet, NetworkView out, long mac) {
    if (packet.kind() == PacketContext.Kind.IPV4) {
      packet.ipv4().decrementTimeToLive();
    } else {
      packet.ipv6().hopLimit(packet.ipv6().hopLimit() - 1);
    }
    send(packet, out, mac);
  }

  /// Sends a packet as it is to a MAC of a network. Nobody may touch it afterwards.
  public void send(PacketContext packet, NetworkView out, long mac) {
    Frame frame = packet.frame();
    EthernetHeader ethernet = packet.ethernet();
    ethernet.destination(mac).source(out.portMac());
    if (packet.vlan() != out.vlan()) {
      VlanMove.move(frame, ethernet, out.vlan());
    }
    transmit.transmit(out.port(), frame);
  }
}
