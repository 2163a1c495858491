package io.pitchlake.node.event.sink;

import io.pitchlake.node.engine.EventKind;
import java.util.List;
import java.util.Locale;

/// What a kind of event means to programs that know many sources of events.
///
/// @param alert whether somebody does what nobody should
/// @param categories of ECS
/// @param type of ECS
/// @param severity 1 (nothing to do) to 10 (look now)
/// @param title a few words for people
record EventClass(boolean alert, List<String> categories, String type, int severity, String title) {
  private static final List<String> INTRUSION = List.of("network", "intrusion_detection");
  private static final List<String> NETWORK = List.of("network");
  private static final List<String> HOST = List.of("host");

  static EventClass of(EventKind kind) {
    return switch (kind) {
      case ARP_REPLY -> alert(3, "simulated address was asked for by ARP");
      case ND6_REPLY -> alert(3, "simulated address was asked for by neighbour discovery");
      case ECHO_REPLY -> alert(3, "simulated address was pinged");
      case TCP_SYNACK -> alert(5, "connection to a simulated address was trapped");
      case UDP_PACKET -> alert(5, "UDP was sent to a simulated address");
      case RELEASED -> new EventClass(false, NETWORK, "end", 2, "address was given back");
      case HELD -> new EventClass(false, NETWORK, "info", 2, "address is held for a machine");
      case OWN_CLAIMED -> alert(7, "address of this node is claimed by another machine");
      case TARGET_UP -> new EventClass(false, HOST, "start", 2, "target is ready");
      case TARGET_DOWN -> new EventClass(false, HOST, "end", 6, "target is not ready");
      case SERVER_IN -> new EventClass(false, HOST, "start", 2, "server is in service");
      case SERVER_OUT -> new EventClass(false, HOST, "end", 8, "server is out of service");
      case ROUTER_CHANGED -> new EventClass(false, HOST, "change", 5, "virtual router has changed");
      case ROUTER_RIVAL -> new EventClass(false, HOST, "change", 8, "two routers were active");
      case SYNC_LOST -> new EventClass(false, NETWORK, "end", 6, "sync peer is silent");
      case SYNC_HEARD -> new EventClass(false, NETWORK, "start", 2, "sync peer is heard");
      case SYNC_REFUSED ->
          new EventClass(true, INTRUSION, "denied", 7, "stranger on the sync link");
    };
  }

  private static EventClass alert(int severity, String title) {
    return new EventClass(true, INTRUSION, "info", severity, title);
  }

  /// The kind in lower case, as programs know it.
  static String nameOf(EventKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
