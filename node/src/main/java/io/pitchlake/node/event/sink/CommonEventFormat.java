package io.pitchlake.node.event.sink;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.text.Printable;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.event.Occurrence;
import io.pitchlake.node.event.SecurityEvent;
import io.pitchlake.node.event.SecurityEvent.Claimed;
import io.pitchlake.node.event.SecurityEvent.Held;
import io.pitchlake.node.event.SecurityEvent.PeerChanged;
import io.pitchlake.node.event.SecurityEvent.Released;
import io.pitchlake.node.event.SecurityEvent.RouterChanged;
import io.pitchlake.node.event.SecurityEvent.RouterRival;
import io.pitchlake.node.event.SecurityEvent.ServerChanged;
import io.pitchlake.node.event.SecurityEvent.TargetChanged;
import io.pitchlake.node.event.SecurityEvent.Trapped;
import io.pitchlake.node.event.SecurityEvent.Unlisted;

/// An event in ArcSight's Common Event Format:
///
///     CEF:0|Pitchlake|Pitchlake|0.1.0|tcp_synack|connection to ...|5|rt=... src=... spt=... msg=...
///
/// In the head `|` and `\` are escaped, in the extension `=` and `\`. IPv6 addresses stand where
/// that format has room for them, in `c6a2` and `c6a3`.
final class CommonEventFormat implements EventText {
  private final Observer observer;

  CommonEventFormat(Observer observer) {
    this.observer = observer;
  }

  @Override
  public String of(Occurrence occurrence) {
    SecurityEvent event = occurrence.event();
    EventClass classified = EventClass.of(event.kind());
    Extension extension = new Extension();
    extension.add("rt", occurrence.wallMillis());
    extension.add("externalId", occurrence.number());
    extension.add("dvchost", observer.hostName());
    extension.add("act", EventClass.nameOf(event.kind()));
    extension.add("cnt", event.times());
    about(event, extension);
    extension.add("msg", event.line());
    return "CEF:0|Pitchlake|Pitchlake|"
        + head(observer.version())
        + "|"
        + head(EventClass.nameOf(event.kind()))
        + "|"
        + head(classified.title())
        + "|"
        + classified.severity()
        + "|"
        + extension.text;
  }

  private static void about(SecurityEvent event, Extension extension) {
    switch (event) {
      case Trapped trapped -> {
        extension.source(trapped.attacker());
        extension.add("smac", trapped.attackerMac());
        extension.destination(trapped.target());
        if (trapped.hasPorts()) {
          extension.add("spt", trapped.attackerPort());
          extension.add("dpt", trapped.targetPort());
          extension.add("proto", trapped.kind() == EventKind.TCP_SYNACK ? "TCP" : "UDP");
        }
      }
      case Unlisted _ -> {}
      case Released released -> {
        extension.destination(released.address());
        extension.add("smac", released.owner());
      }
      case Held held -> {
        extension.destination(held.address());
        extension.add("smac", held.prober());
      }
      case Claimed claimed -> {
        extension.destination(claimed.address());
        extension.add("smac", claimed.claimant());
      }
      case TargetChanged changed -> {
        extension.destination(changed.notice().target());
        extension.add("dmac", changed.notice().mac());
        extension.add("reason", changed.reason());
      }
      case ServerChanged changed -> extension.destination(changed.notice().target());
      case RouterChanged changed -> extension.add("reason", changed.cause().words());
      case RouterRival rival -> extension.source(rival.rival());
      case PeerChanged changed -> extension.source(changed.peer());
    }
  }

  private static String head(String text) {
    return Printable.of(text).replace("\\", "\\\\").replace("|", "\\|");
  }

  /// `key=value` pairs with spaces between.
  private static final class Extension {
    private final StringBuilder text = new StringBuilder();

    void add(String key, Object value) {
      String escaped = Printable.of(value.toString()).replace("\\", "\\\\").replace("=", "\\=");
      if (!escaped.isEmpty()) {
        text.append(text.isEmpty() ? "" : " ").append(key).append('=').append(escaped);
      }
    }

    void source(IpAddress address) {
      address("src", "c6a2", "Source IPv6 Address", address);
    }

    void destination(IpAddress address) {
      address("dst", "c6a3", "Destination IPv6 Address", address);
    }

    private void address(String key, String key6, String label, IpAddress address) {
      if (address.isIpv4()) {
        add(key, address);
      } else {
        add(key6, address);
        add(key6 + "Label", label);
      }
    }
  }
}
