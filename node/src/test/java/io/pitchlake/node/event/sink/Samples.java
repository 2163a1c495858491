package io.pitchlake.node.event.sink;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.RoleCause;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.engine.ServerNotice;
import io.pitchlake.node.engine.TargetNotice;
import io.pitchlake.node.event.Occurrence;
import io.pitchlake.node.event.Origin;
import io.pitchlake.node.event.SecurityEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Events to try sinks with.
final class Samples {
  static final long WALL_MILLIS = Instant.parse("2026-11-02T10:00:00.123Z").toEpochMilli();
  static final Observer OBSERVER = new Observer("node-a", "1.2");

  /// A clock that stands still.
  static final Clock CLOCK =
      new Clock() {
        @Override
        public long nanoTime() {
          return 0;
        }

        @Override
        public long wallMillis() {
          return WALL_MILLIS;
        }
      };

  private Samples() {}

  static MacAddress mac(int last) {
    return new MacAddress(0x0200_0000_0000L | last);
  }

  /// `attacker` has met 192.168.2.77 or its like.
  static SecurityEvent.Trapped trapped(EventKind kind, String attacker, long times) {
    IpAddress peer = IpAddress.parse(attacker);
    boolean ports = kind == EventKind.TCP_SYNACK || kind == EventKind.UDP_PACKET;
    return new SecurityEvent.Trapped(
        kind,
        IpAddress.parse(peer.isIpv4() ? "192.168.2.77" : "2001:db8:1::77"),
        ports ? 443 : 0,
        peer,
        ports ? 50_000 : 0,
        mac(0x42),
        times);
  }

  static Occurrence at(long number, long wallMillis, SecurityEvent event) {
    return new Occurrence(number, wallMillis, event, Origin.UNKNOWN);
  }

  static Occurrence at(long number, SecurityEvent event) {
    return at(number, WALL_MILLIS, event);
  }

  /// A connection of the attacker 203.0.113.5.
  static Occurrence connection(long number) {
    return at(number, trapped(EventKind.TCP_SYNACK, "203.0.113.5", 1));
  }

  /// At least one of every kind of event and record, both families, with `text` where a machine's
  /// own words stand.
  static List<SecurityEvent> everyEvent(String text) {
    List<SecurityEvent> all = new ArrayList<>();
    IpAddress address = IpAddress.parse("192.168.2.77");
    IpAddress address6 = IpAddress.parse("2001:db8:1::77");
    all.add(trapped(EventKind.ARP_REPLY, "192.168.2.66", 1));
    all.add(trapped(EventKind.ND6_REPLY, "2001:db8:1::66", 3));
    for (EventKind kind :
        List.of(EventKind.ECHO_REPLY, EventKind.TCP_SYNACK, EventKind.UDP_PACKET)) {
      all.add(trapped(kind, "203.0.113.5", 1));
      all.add(trapped(kind, "2001:db8:9::5", 7));
    }
    for (EventKind kind : EventKind.values()) {
      all.add(new SecurityEvent.Unlisted(kind, true, 12));
    }
    all.add(new SecurityEvent.Released(address, mac(1), 1));
    all.add(new SecurityEvent.Held(address6, mac(2), 1));
    all.add(new SecurityEvent.Claimed(address, mac(3), 2));
    for (TargetNotice.Change change : TargetNotice.Change.values()) {
      all.add(
          new SecurityEvent.TargetChanged(
              new TargetNotice(
                  change, address, mac(4), change == TargetNotice.Change.READY ? "" : text)));
    }
    all.add(new SecurityEvent.ServerChanged(new ServerNotice(1, address, true, 2, 1)));
    all.add(new SecurityEvent.ServerChanged(new ServerNotice(2, address6, false, 0, 1)));
    for (RoleCause cause : RoleCause.values()) {
      all.add(
          new SecurityEvent.RouterChanged(
              1, 50, true, RouterRole.BACKUP, RouterRole.ACTIVE, cause, address, 1));
    }
    all.add(new SecurityEvent.RouterRival(1, 50, false, address6, true, 3));
    for (EventKind kind :
        List.of(EventKind.SYNC_HEARD, EventKind.SYNC_LOST, EventKind.SYNC_REFUSED)) {
      all.add(new SecurityEvent.PeerChanged(kind, IpAddress.parse("10.0.0.2"), false, 1));
      all.add(new SecurityEvent.PeerChanged(kind, address6, true, 4));
    }
    return all;
  }
}
