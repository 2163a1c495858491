package io.pitchlake.node.rt;

import io.pitchlake.common.config.Configuration.Outbound;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.node.engine.Addresses;
import io.pitchlake.node.engine.Egress;
import io.pitchlake.node.engine.IcmpErrors;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.Module;
import io.pitchlake.node.engine.Neighbors;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.RouteTable.Route;
import io.pitchlake.node.engine.Router;
import io.pitchlake.node.engine.Verdict;
import io.pitchlake.node.engine.View;

/// Passes packets on between the node's networks and to gateways (RFC 1812, RFC 8200): those that
/// stations of a network with `route enable` send to the virtual MAC for addresses elsewhere, as
/// master. A packet that cannot be passed on is answered with an ICMP error, or dropped under its
/// name where none may be sent.
///
/// Never to a simulated address: what answers for it in its own network is nobody's machine.
public final class RouteModule implements Module, Router {
  private final Egress egress;
  private final IcmpErrors errors;
  private final Addresses addresses;
  private final NextHops hops;
  private final Mastership mastership;
  private final CounterBank counters;
  private NetworkView out;
  private long mac;

  public RouteModule(
      Egress egress,
      IcmpErrors errors,
      Addresses addresses,
      Neighbors neighbors,
      Mastership mastership,
      CounterBank counters,
      long nowNanos) {
    this.egress = egress;
    this.errors = errors;
    this.addresses = addresses;
    this.hops = new NextHops(neighbors, counters, nowNanos);
    this.mastership = mastership;
    this.counters = counters;
  }

  @Override
  public String name() {
    return "rt";
  }

  @Override
  public void onConfigured(View view, long nowNanos) {
    hops.forget(nowNanos);
    egress.configure(view.settings(), nowNanos);
  }

  @Override
  public Verdict onFrame(PacketContext packet) {
    if (packet.kind() == PacketContext.Kind.ARP) {
      return Verdict.PASS;
    }
    NetworkView ingress = packet.ingress();
    if (ingress == null
        || ingress.outbound() != Outbound.ROUTE
        || isOnLink(packet, ingress)
        || !mastership.isServing(ingress, packet.kind() == PacketContext.Kind.IPV4)) {
      return Verdict.PASS;
    }
    DropReason refused = admit(packet, ingress);
    return refused == null ? send(packet) : packet.drop(refused);
  }

  /// For an address of the network it came from, the node's own ones among them.
  private static boolean isOnLink(PacketContext packet, NetworkView ingress) {
    return packet.destinationNetwork() == ingress;
  }

  @Override
  public NetworkView out(PacketContext packet, NetworkView ingress) {
    if (isOnLink(packet, ingress)) {
      return null;
    }
    Route route = packet.view().routes().find(packet.destinationHigh(), packet.destinationLow());
    return route == null ? null : route.network();
  }

  @Override
  public DropReason admit(PacketContext packet, NetworkView ingress) {
    long high = packet.destinationHigh();
    long low = packet.destinationLow();
    if (!isRoutable(packet.sourceHigh(), packet.sourceLow()) || !isRoutable(high, low)) {
      return DropReason.NOT_ROUTABLE;
    }
    Route route = packet.view().routes().find(high, low);
    if (route == null) {
      errors.tell(packet, IcmpErrors.Error.NO_ROUTE, 0);
      return DropReason.NO_ROUTE;
    }
    out = route.network();
    if (out.isNoHost(high, low) || out.isOwnReal(high, low) || out.isOwnVirtual(high, low)) {
      return DropReason.NOT_ROUTABLE;
    }
    DropReason refused = egress.admit(packet, out);
    return refused == null ? findHop(packet, route, high, low) : refused;
  }

  private DropReason findHop(PacketContext packet, Route route, long high, long low) {
    long hopHigh = route.hopHigh(high);
    long hopLow = route.hopLow(low);
    if (isSimulated(route.network(), hopHigh, hopLow)) {
      return DropReason.ROUTED_TO_SIMULATED;
    }
    mac = hops.mac(route.network(), hopHigh, hopLow, packet.nowNanos());
    if (mac == NextHops.ASKED) {
      return DropReason.NEXT_HOP_ASKED;
    }
    if (mac == NextHops.SILENT) {
      errors.tell(packet, IcmpErrors.Error.HOST_SILENT, 0);
      return DropReason.NEXT_HOP_SILENT;
    }
    return null;
  }

  private boolean isSimulated(NetworkView network, long high, long low) {
    if (!network.tarpit()) {
      return false;
    }
    int entry = addresses.table().find(network.index(), high, low);
    return entry != AddressTable.NONE && addresses.table().state(entry) != AddressState.REAL;
  }

  /// RFC 1812 section 5.3.7, RFC 4291 section 2.5.6: no group, no loopback, no link-local address.
  private static boolean isRoutable(long high, long low) {
    if (IpAddress.isIpv4(high, low)) {
      int address = (int) low;
      int top = address >>> 24;
      return top != 0 && top != 127 && top < 224 && address >>> 16 != 0xa9fe;
    }
    return high >>> 56 != 0xff && high >>> 54 != 0xfe80 >>> 6 && (high | low >>> 1) != 0;
  }

  @Override
  public Verdict send(PacketContext packet) {
    counters.count(Counter.ROUTED);
    egress.route(packet, out, mac);
    return Verdict.FORWARDED;
  }
}
