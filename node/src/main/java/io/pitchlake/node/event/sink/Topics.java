package io.pitchlake.node.event.sink;

import io.pitchlake.common.config.SinkPlan.Topic;
import io.pitchlake.common.config.SinkPlan.Trap;
import io.pitchlake.node.engine.EventKind;
import java.util.Optional;

/// What each kind of event is about, in the configuration's words.
final class Topics {
  private Topics() {}

  static Topic of(EventKind kind) {
    return switch (kind) {
      case ARP_REPLY, ND6_REPLY, ECHO_REPLY, TCP_SYNACK, UDP_PACKET -> Topic.TRAP;
      case RELEASED, HELD, OWN_CLAIMED -> Topic.ADDRESS;
      case TARGET_UP, TARGET_DOWN, SERVER_IN, SERVER_OUT -> Topic.TARGET;
      case ROUTER_CHANGED, ROUTER_RIVAL -> Topic.ROUTER;
      case SYNC_LOST, SYNC_HEARD, SYNC_REFUSED -> Topic.SYNC;
    };
  }

  /// What the attacker has met, where it has met anything.
  static Optional<Trap> trapOf(EventKind kind) {
    return switch (kind) {
      case ARP_REPLY, ND6_REPLY -> Optional.of(Trap.ARP);
      case ECHO_REPLY -> Optional.of(Trap.ECHO);
      case TCP_SYNACK -> Optional.of(Trap.TCP);
      case UDP_PACKET -> Optional.of(Trap.UDP);
      case RELEASED,
          HELD,
          OWN_CLAIMED,
          TARGET_UP,
          TARGET_DOWN,
          SERVER_IN,
          SERVER_OUT,
          ROUTER_CHANGED,
          ROUTER_RIVAL,
          SYNC_LOST,
          SYNC_HEARD,
          SYNC_REFUSED ->
          Optional.empty();
    };
  }
}
