package io.pitchlake.node.admin;

import io.pitchlake.common.config.Configuration.Outbound;
import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.node.Inside;
import io.pitchlake.node.engine.FlowChoice;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.RouteTable.Route;
import io.pitchlake.node.engine.RouterStatus;
import io.pitchlake.node.engine.ServerView;
import io.pitchlake.node.engine.TargetView;
import io.pitchlake.node.engine.View;
import java.util.List;
import java.util.Optional;

/// What an engine has to do with a flow: values alone, put into words elsewhere. Made on the
/// engine's thread.
///
/// @param place where the flow's addresses lie
/// @param fate what becomes of its next frame on the node that is master
record FlowSight(Place place, Fate fate) {
  /// The two ends of a flow.
  ///
  /// @param protocol 6 or 17
  record Flow(
      int protocol, IpAddress source, int sourcePort, IpAddress destination, int destinationPort) {}

  /// Where a flow's addresses lie, and who is master there.
  ///
  /// @param source the network of its source, or null
  /// @param destination the network of its destination, or null
  /// @param isServer whether the destination is a server's address
  /// @param master whether this node serves the network that frames come in by
  /// @param other the active router that was heard last there, null when nobody was
  record Place(
      NetworkView source,
      NetworkView destination,
      boolean isServer,
      boolean master,
      IpAddress other) {
    /// The network that frames come in by, or null.
    NetworkView ingress() {
      return crosses() ? source : destination;
    }

    /// Whether frames go from one network to another, or elsewhere.
    boolean crosses() {
      return source != null && source != destination;
    }
  }

  /// What becomes of a frame.
  sealed interface Fate {
    /// Nothing: neither end lies in a network of this node.
    record Elsewhere() implements Fate {}

    /// Nothing: its network sends nothing elsewhere by this node.
    record NotRouted() implements Fate {}

    /// Nothing: no network and no gateway leads there.
    record NoRoute() implements Fate {}

    /// It is passed on.
    record Routed(Route route) implements Fate {}

    /// The server has no such port.
    record NoService() implements Fate {}

    /// A server's targets share it.
    ///
    /// @param target null where no target takes it, or only chance knows
    /// @param mac the target's, 0 when it is not known
    /// @param wanted what is wanted of the target that the flow had before and cannot keep; empty
    ///   where there is none, or it has gone
    record Balanced(
        ServerView server,
        FlowChoice choice,
        TargetView target,
        long mac,
        Optional<TargetState> wanted,
        boolean inService)
        implements Fate {}

    /// The destination is the node's or the cluster's own.
    record Own(boolean virtual) implements Fate {}

    /// The destination is in the address table.
    ///
    /// @param mac of its owner, 0 where there is none
    record Known(AddressState state, long mac, boolean candidate) implements Fate {}

    /// The destination is in a network of this node, and nothing is known of it.
    record Unknown(boolean candidate) implements Fate {}
  }

  static Place place(Inside inside, Flow flow) {
    View view = inside.view();
    NetworkView source = networkOf(view, flow.source());
    NetworkView destination = networkOf(view, flow.destination());
    boolean isIpv4 = flow.destination().isIpv4();
    Place place =
        new Place(
            source,
            destination,
            destination != null
                && destination
                    .servers()
                    .contains(flow.destination().high(), flow.destination().low()),
            false,
            null);
    NetworkView ingress = place.ingress();
    return ingress == null
        ? place
        : new Place(
            source,
            destination,
            place.isServer(),
            inside.isMaster(ingress, isIpv4),
            other(inside.routers(), ingress, isIpv4));
  }

  private static NetworkView networkOf(View view, IpAddress address) {
    for (int i = 0; i < view.size(); i++) {
      NetworkView network = view.network(i);
      if (network.port() >= 0 && network.contains(address.high(), address.low())) {
        return network;
      }
    }
    return null;
  }

  private static IpAddress other(List<RouterStatus> routers, NetworkView network, boolean isIpv4) {
    for (RouterStatus router : routers) {
      boolean serves =
          router.view().served().stream()
              .anyMatch(
                  served -> served.network().id() == network.id() && served.isIpv4() == isIpv4);
      if (serves && !router.other().equals(router.view().source())) {
        return router.other();
      }
    }
    return null;
  }

  /// What the engine that keeps the flow makes of it.
  static FlowSight of(Inside inside, Place place, Flow flow, long nowNanos) {
    return new FlowSight(place, fate(inside, place, flow, nowNanos));
  }

  private static Fate fate(Inside inside, Place place, Flow flow, long nowNanos) {
    if (place.ingress() == null) {
      return new Fate.Elsewhere();
    }
    if (place.crosses() && place.source().outbound() == Outbound.NONE) {
      return new Fate.NotRouted();
    }
    NetworkView network = place.destination();
    long high = flow.destination().high();
    long low = flow.destination().low();
    if (place.isServer()) {
      return balanced(inside, network, flow, nowNanos);
    }
    if (network != null && (network.isReal(high, low) || network.isOwnVirtual(high, low))) {
      return new Fate.Own(network.isOwnVirtual(high, low));
    }
    if (place.crosses()) {
      Route route = inside.view().routes().find(high, low);
      return route == null ? new Fate.NoRoute() : new Fate.Routed(route);
    }
    AddressTable addresses = inside.addresses();
    boolean candidate = network.isCandidate(high, low);
    int entry = addresses.find(network.index(), high, low);
    return entry == AddressTable.NONE
        ? new Fate.Unknown(candidate)
        : new Fate.Known(addresses.state(entry), addresses.mac(entry), candidate);
  }

  private static Fate balanced(Inside inside, NetworkView network, Flow flow, long nowNanos) {
    ServerView server =
        network
            .servers()
            .find(
                flow.destination().high(),
                flow.destination().low(),
                flow.protocol(),
                flow.destinationPort());
    FlowChoice choice =
        server == null
            ? null
            : inside
                .choice(
                    server,
                    flow.source(),
                    flow.protocol(),
                    flow.sourcePort(),
                    flow.destinationPort(),
                    nowNanos)
                .orElse(null);
    if (choice == null) {
      return new Fate.NoService();
    }
    List<TargetView> targets = inside.view().targets();
    Optional<TargetState> wanted =
        targets.stream()
            .filter(target -> target.id() == choice.lost())
            .findFirst()
            .flatMap(target -> inside.share(target.index()))
            .map(share -> share.wanted());
    TargetView target = choice.target() < 0 ? null : targets.get(choice.target());
    return new Fate.Balanced(
        server,
        choice,
        target,
        target == null ? 0 : inside.health(target.index()).mac(),
        wanted,
        inside.server(server.index()).orElseThrow().inService());
  }
}
