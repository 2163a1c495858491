package io.pitchlake.node.event;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.text.Printable;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.Notice;
import io.pitchlake.node.engine.RoleCause;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.engine.ServerNotice;
import io.pitchlake.node.engine.TargetNotice;
import java.util.Optional;

/// What happened, as a record for people and programs. The lines are the seed's, word for word; an
/// event that stands for several says so at its end.
public sealed interface SecurityEvent {
  /// The line for the log and for syslog.
  String line();

  /// How often it happened since the last line of its kind.
  long times();

  EventKind kind();

  /// A station was deceived or was noticed: one of the eight lines.
  record Trapped(
      EventKind kind,
      IpAddress target,
      int targetPort,
      IpAddress attacker,
      int attackerPort,
      MacAddress attackerMac,
      long times)
      implements SecurityEvent {
    /// Whether it has ports; else they are 0.
    public boolean hasPorts() {
      return kind == EventKind.TCP_SYNACK || kind == EventKind.UDP_PACKET;
    }

    @Override
    public String line() {
      boolean ports = hasPorts();
      return head(target, kind)
          + " for "
          + target
          + (ports ? "/" + targetPort : "")
          + (kind == EventKind.UDP_PACKET ? " received from " : " sent to ")
          + attacker
          + (ports ? "/" + attackerPort : "")
          + " ["
          + attackerMac
          + "]"
          + seen(times);
    }
  }

  /// Events of stations that could not be listed one by one.
  record Unlisted(EventKind kind, boolean ipv4, long times) implements SecurityEvent {
    @Override
    public String line() {
      return "TARPIT "
          + (ipv4 ? "IPv4 " : "IPv6 ")
          + kind
          + " of stations not listed"
          + seen(times);
    }
  }

  /// A simulated address was given back to a machine that lives there.
  record Released(IpAddress address, MacAddress owner, long times) implements SecurityEvent {
    @Override
    public EventKind kind() {
      return EventKind.RELEASED;
    }

    @Override
    public String line() {
      return head(address, EventKind.RELEASED) + " " + address + " to its owner [" + owner + "]";
    }
  }

  /// A simulated address was silenced for a machine that is coming up.
  record Held(IpAddress address, MacAddress prober, long times) implements SecurityEvent {
    @Override
    public EventKind kind() {
      return EventKind.HELD;
    }

    @Override
    public String line() {
      return head(address, EventKind.HELD)
          + " "
          + address
          + " for a machine coming up ["
          + prober
          + "]";
    }
  }

  /// Another machine claims an address that is this node's own.
  record Claimed(IpAddress address, MacAddress claimant, long times) implements SecurityEvent {
    @Override
    public EventKind kind() {
      return EventKind.OWN_CLAIMED;
    }

    @Override
    public String line() {
      return (address.isIpv4() ? "ARP IPv4 " : "ND IPv6 ")
          + address
          + " is ours, and another machine claims it ["
          + claimant
          + "]"
          + seen(times);
    }
  }

  /// What is known of a target has changed.
  record TargetChanged(TargetNotice notice) implements SecurityEvent {
    @Override
    public EventKind kind() {
      return notice.kind();
    }

    @Override
    public String line() {
      String where = " [" + notice.mac() + "]";
      return "SLB target "
          + notice.target()
          + switch (notice.change()) {
            case READY -> " is ready" + where;
            case TAKEN_OUT -> " is taken out" + where + ": " + reason();
            case NOT_READY -> " is not ready: " + reason();
            case STAYS_OUT -> " stays out: " + reason();
          };
    }

    /// Why, without anything that a target's own words could do to a line.
    public String reason() {
      return Printable.of(notice.reason());
    }

    @Override
    public long times() {
      return 1;
    }
  }

  /// A server has reached its quorum or lost it.
  record ServerChanged(ServerNotice notice) implements SecurityEvent {
    @Override
    public EventKind kind() {
      return notice.kind();
    }

    @Override
    public String line() {
      String targets = notice.targets() == 1 ? " target" : " targets";
      return "SLB server "
          + notice.server()
          + " ("
          + notice.target()
          + ") is "
          + (notice.inService() ? "in service" : "out of service")
          + ": "
          + notice.targets()
          + targets
          + " can take flows (needed: "
          + notice.wanted()
          + ")";
    }

    @Override
    public long times() {
      return 1;
    }
  }

  /// A virtual router's role has changed.
  record RouterChanged(
      int router,
      int vrid,
      boolean ipv4,
      RouterRole from,
      RouterRole to,
      RoleCause cause,
      IpAddress peer,
      long times)
      implements SecurityEvent {
    /// Another router that was heard before, where that has a part in it.
    public Optional<IpAddress> heardLast() {
      boolean alone = cause == RoleCause.STARTED || cause == RoleCause.STOPPED;
      return alone ? Optional.empty() : Optional.of(peer);
    }

    @Override
    public EventKind kind() {
      return EventKind.ROUTER_CHANGED;
    }

    @Override
    public String line() {
      return nameOf(router, vrid, ipv4)
          + " "
          + from
          + " -> "
          + to
          + ": "
          + cause.words()
          + heardLast().map(last -> " (heard last: " + last + ")").orElse("");
    }
  }

  /// Two routers were active at once.
  record RouterRival(int router, int vrid, boolean ipv4, IpAddress rival, boolean stays, long times)
      implements SecurityEvent {
    @Override
    public EventKind kind() {
      return EventKind.ROUTER_RIVAL;
    }

    @Override
    public String line() {
      return nameOf(router, vrid, ipv4)
          + " ALARM: "
          + rival
          + " was active, too; this node "
          + (stays ? "stays active" : "steps down")
          + seen(times);
    }
  }

  /// A peer on the sync link is heard or not, or somebody there was turned away.
  record PeerChanged(EventKind kind, IpAddress peer, boolean witness, long times)
      implements SecurityEvent {
    @Override
    public String line() {
      String what =
          switch (kind) {
            case SYNC_LOST ->
                witness
                    ? "is silent; where a peer is silent, too, this node is not active"
                    : "is silent on the sync link; whether it lives is told from its adverts alone";
            case SYNC_REFUSED ->
                "sends heartbeats without this cluster's key, or from an address that is no peer's;"
                    + " they are ignored";
            default -> "is heard on the sync link";
          };
      return (witness ? "SYNC witness " : "SYNC peer ") + peer + " " + what + seen(times);
    }
  }

  private static String nameOf(int router, int vrid, boolean ipv4) {
    return "VRRP router %d (vrid %d, %s)".formatted(router, vrid, ipv4 ? "IPv4" : "IPv6");
  }

  private static String head(IpAddress address, EventKind kind) {
    return "TARPIT " + (address.isIpv4() ? "IPv4 " : "IPv6 ") + kind;
  }

  private static String seen(long times) {
    return times > 1 ? " seen " + times + " times" : "";
  }

  private static SecurityEvent ofRouter(
      EventKind kind, IpAddress address, int router, IpAddress peer, int packed, long times) {
    int vrid = packed >>> 8;
    return kind == EventKind.ROUTER_RIVAL
        ? new RouterRival(router, vrid, address.isIpv4(), peer, (packed & 1) == 0, times)
        : new RouterChanged(
            router,
            vrid,
            address.isIpv4(),
            RouterRole.values()[packed >>> 6 & 3],
            RouterRole.values()[packed >>> 4 & 3],
            RoleCause.values()[packed & 0xf],
            peer,
            times);
  }

  /// The record for what needs words.
  static SecurityEvent of(Notice notice) {
    return switch (notice) {
      case TargetNotice target -> new TargetChanged(target);
      case ServerNotice server -> new ServerChanged(server);
    };
  }

  /// The record for an event of the engine.
  static SecurityEvent of(
      EventKind kind,
      IpAddress target,
      int targetPort,
      IpAddress peer,
      int peerPort,
      MacAddress peerMac,
      long times) {
    return switch (kind) {
      case RELEASED -> new Released(target, peerMac, times);
      case HELD -> new Held(target, peerMac, times);
      case OWN_CLAIMED ->
          EventThrottle.isUnlisted(peer)
              ? new Unlisted(kind, target.isIpv4(), times)
              : new Claimed(target, peerMac, times);
      case TARGET_UP, TARGET_DOWN, SERVER_IN, SERVER_OUT ->
          new Unlisted(kind, target.isIpv4(), times);
      case ROUTER_CHANGED, ROUTER_RIVAL ->
          EventThrottle.isUnlisted(peer)
              ? new Unlisted(kind, target.isIpv4(), times)
              : ofRouter(kind, target, targetPort, peer, peerPort, times);
      case SYNC_LOST, SYNC_HEARD, SYNC_REFUSED ->
          EventThrottle.isUnlisted(peer)
              ? new Unlisted(kind, target.isIpv4(), times)
              : new PeerChanged(kind, peer, peerPort == 1, times);
      case ARP_REPLY, ND6_REPLY, ECHO_REPLY, TCP_SYNACK, UDP_PACKET ->
          EventThrottle.isUnlisted(peer)
              ? new Unlisted(kind, target.isIpv4(), times)
              : new Trapped(kind, target, targetPort, peer, peerPort, peerMac, times);
    };
  }
}
