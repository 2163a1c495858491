package io.pitchlake.node.event.sink;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.text.Json;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.ServerNotice;
import io.pitchlake.node.engine.TargetNotice;
import io.pitchlake.node.event.Occurrence;
import io.pitchlake.node.event.Origin;
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
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// An event as a document of the Elastic Common Schema, with what that has no field for under
/// `pitchlake`. `docs/events.schema.json` describes it.
final class EcsJson implements EventText {
  private static final String ECS_VERSION = "8.17.0";
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final Observer observer;

  EcsJson(Observer observer) {
    this.observer = observer;
  }

  @Override
  public String of(Occurrence occurrence) {
    SecurityEvent event = occurrence.event();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("@timestamp", TIMESTAMP.format(Instant.ofEpochMilli(occurrence.wallMillis())));
    document.put("message", event.line());
    document.put("ecs", Map.of("version", ECS_VERSION));
    document.put("event", event(occurrence));
    document.put("observer", observer());
    Fields fields = new Fields();
    fields.own.put("times", event.times());
    about(event, fields);
    if (!fields.source.isEmpty()) {
      origin(occurrence.origin(), fields.source);
    }
    fields.putInto(document);
    return Json.of(document);
  }

  /// The parts of a document that depend on the kind of event.
  private static final class Fields {
    final Map<String, Object> network = new LinkedHashMap<>();
    final Map<String, Object> source = new LinkedHashMap<>();
    final Map<String, Object> destination = new LinkedHashMap<>();
    final List<String> related = new ArrayList<>();
    final Map<String, Object> own = new LinkedHashMap<>();

    void source(IpAddress address) {
      source.put("ip", address.toString());
      relate(address);
    }

    void destination(IpAddress address) {
      destination.put("ip", address.toString());
      relate(address);
    }

    void relate(IpAddress address) {
      if (!related.contains(address.toString())) {
        related.add(address.toString());
      }
    }

    void family(boolean ipv4) {
      network.put("type", ipv4 ? "ipv4" : "ipv6");
    }

    void putInto(Map<String, Object> document) {
      putUnlessEmpty(document, "network", network);
      putUnlessEmpty(document, "source", source);
      putUnlessEmpty(document, "destination", destination);
      if (!related.isEmpty()) {
        document.put("related", Map.of("ip", related));
      }
      document.put("pitchlake", own);
    }

    private static void putUnlessEmpty(
        Map<String, Object> document, String name, Map<String, Object> fields) {
      if (!fields.isEmpty()) {
        document.put(name, fields);
      }
    }
  }

  private static Map<String, Object> event(Occurrence occurrence) {
    EventKind kind = occurrence.event().kind();
    EventClass classified = EventClass.of(kind);
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("kind", classified.alert() ? "alert" : "event");
    event.put("category", classified.categories());
    event.put("type", List.of(classified.type()));
    event.put("action", EventClass.nameOf(kind));
    event.put("severity", classified.severity());
    event.put("sequence", occurrence.number());
    event.put("provider", "pitchlake");
    event.put("dataset", "pitchlake.events");
    return event;
  }

  private Map<String, Object> observer() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", observer.hostName());
    fields.put("vendor", "Pitchlake");
    fields.put("product", "Pitchlake");
    fields.put("type", "tarpit");
    fields.put("version", observer.version());
    return fields;
  }

  private static void about(SecurityEvent event, Fields fields) {
    switch (event) {
      case Trapped trapped -> trapped(trapped, fields);
      case Unlisted unlisted -> {
        fields.family(unlisted.ipv4());
        fields.own.put("listed", false);
      }
      case Released released -> {
        address(released.address(), fields);
        fields.source.put("mac", mac(released.owner()));
      }
      case Held held -> {
        address(held.address(), fields);
        fields.source.put("mac", mac(held.prober()));
      }
      case Claimed claimed -> {
        address(claimed.address(), fields);
        fields.source.put("mac", mac(claimed.claimant()));
      }
      case TargetChanged changed -> target(changed, fields);
      case ServerChanged changed -> server(changed.notice(), fields);
      case RouterChanged changed -> {
        fields.family(changed.ipv4());
        Map<String, Object> router = router(changed.router(), changed.vrid());
        router.put("from", lower(changed.from()));
        router.put("to", lower(changed.to()));
        router.put("cause", lower(changed.cause()));
        router.put("heard_last", changed.peer().toString());
        fields.own.put("router", router);
        fields.relate(changed.peer());
      }
      case RouterRival rival -> {
        fields.family(rival.ipv4());
        Map<String, Object> router = router(rival.router(), rival.vrid());
        router.put("stays_active", rival.stays());
        fields.own.put("router", router);
        fields.source(rival.rival());
      }
      case PeerChanged changed -> {
        fields.family(changed.peer().isIpv4());
        fields.source(changed.peer());
        fields.own.put("peer", Map.of("role", changed.witness() ? "witness" : "node"));
      }
    }
  }

  private static void trapped(Trapped trapped, Fields fields) {
    fields.family(trapped.target().isIpv4());
    switch (trapped.kind()) {
      case ARP_REPLY -> fields.network.put("protocol", "arp");
      case ND6_REPLY, ECHO_REPLY ->
          fields.network.put("transport", trapped.target().isIpv4() ? "icmp" : "ipv6-icmp");
      case TCP_SYNACK -> fields.network.put("transport", "tcp");
      default -> fields.network.put("transport", "udp");
    }
    boolean ports = trapped.hasPorts();
    fields.source(trapped.attacker());
    if (ports) {
      fields.source.put("port", trapped.attackerPort());
    }
    fields.source.put("mac", mac(trapped.attackerMac()));
    fields.destination(trapped.target());
    if (ports) {
      fields.destination.put("port", trapped.targetPort());
    }
  }

  private static void address(IpAddress address, Fields fields) {
    fields.family(address.isIpv4());
    fields.destination(address);
  }

  private static void target(TargetChanged changed, Fields fields) {
    TargetNotice notice = changed.notice();
    address(notice.target(), fields);
    fields.destination.put("mac", mac(notice.mac()));
    Map<String, Object> target = new LinkedHashMap<>();
    target.put("change", lower(notice.change()));
    if (!notice.reason().isEmpty()) {
      target.put("reason", changed.reason());
    }
    fields.own.put("target", target);
  }

  private static void server(ServerNotice notice, Fields fields) {
    address(notice.target(), fields);
    Map<String, Object> server = new LinkedHashMap<>();
    server.put("number", notice.server());
    server.put("in_service", notice.inService());
    server.put("targets", notice.targets());
    server.put("wanted", notice.wanted());
    fields.own.put("server", server);
  }

  private static Map<String, Object> router(int number, int vrid) {
    Map<String, Object> router = new LinkedHashMap<>();
    router.put("number", number);
    router.put("vrid", vrid);
    return router;
  }

  private static void origin(Origin origin, Map<String, Object> source) {
    Map<String, Object> geo = new LinkedHashMap<>();
    origin.country().ifPresent(code -> geo.put("country_iso_code", code));
    origin.city().ifPresent(name -> geo.put("city_name", name));
    origin
        .location()
        .ifPresent(place -> {
          Map<String, Object> location = new LinkedHashMap<>();
          location.put("lat", place.latitude());
          location.put("lon", place.longitude());
          geo.put("location", location);
        });
    if (!geo.isEmpty()) {
      source.put("geo", geo);
    }
    Map<String, Object> system = new LinkedHashMap<>();
    origin.asn().ifPresent(number -> system.put("number", number));
    origin.organisation().ifPresent(name -> system.put("organization", Map.of("name", name)));
    if (!system.isEmpty()) {
      source.put("as", system);
    }
  }

  /// As ECS writes it (RFC 7042): `00-00-5E-00-53-23`.
  private static String mac(MacAddress address) {
    return address.toString().toUpperCase(Locale.ROOT).replace(':', '-');
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
