package io.pitchlake.node.slb;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.NatTable;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.ServerView;
import io.pitchlake.node.engine.TargetView;
import io.pitchlake.node.engine.Translator;
import io.pitchlake.node.engine.Verdict;

/// The way to targets that do not bear the server's address: its address and port are replaced by
/// the target's, and the client's by the node's own where the target would answer past the node.
/// The scheduler's choice counts; the translated session follows it. Engine thread.
final class NatForwarder {
  private final Translator translator;
  private final CounterBank counters;

  NatForwarder(Translator translator, CounterBank counters) {
    this.translator = translator;
    this.counters = counters;
  }

  /// Whether a packet for the node's own address, which may be a server's too, answers one that was
  /// sent from there.
  boolean isAnswer(PacketContext packet, NetworkView network) {
    IpAddress own = network.gateway(packet.kind() == PacketContext.Kind.IPV4);
    return own != null
        && own.low() == packet.destinationLow()
        && own.high() == packet.destinationHigh()
        && translator.findReverse(packet) != NatTable.NONE;
  }

  /// Whether a later fragment belongs to a translated packet.
  boolean isTranslated(PacketContext packet) {
    return translator.findForward(packet) != NatTable.NONE;
  }

  /// Translates a packet and sends it to its target.
  ///
  /// @param server null for a later fragment
  Verdict forward(PacketContext packet, ServerView server, TargetView target, long mac) {
    int session = translator.findForward(packet);
    if (session != NatTable.NONE
        && translator.targetId(session) != target.id()
        && translator.canOpen()) {
      translator.close(session);
      session = NatTable.NONE;
    }
    if (session == NatTable.NONE && !translator.canOpen()) {
      return packet.drop(DropReason.NO_SESSION);
    }
    DropReason refused = translator.egress().admit(packet, target.network());
    if (refused == null && session == NatTable.NONE) {
      refused = open(packet, server, target);
      session = translator.findForward(packet);
    }
    if (refused != null) {
      return packet.drop(refused);
    }
    translator.toTarget(packet, session);
    counters.count(Counter.BALANCED);
    translator.egress().route(packet, target.network(), mac);
    return Verdict.FORWARDED;
  }

  private DropReason open(PacketContext packet, ServerView server, TargetView target) {
    boolean hidden =
        switch (server.sourceNat()) {
          case ENABLE -> true;
          case DISABLE -> false;
          case AUTO -> packet.sourceNetwork() == target.network();
        };
    IpAddress own = target.network().gateway(packet.kind() == PacketContext.Kind.IPV4);
    if (hidden && own == null) {
      return DropReason.NAT_NO_ADDRESS;
    }
    return translator.open(
        NatTable.Kind.SERVER,
        server.id(),
        target.address().high(),
        target.address().low(),
        target.port(),
        target.id(),
        hidden ? own.high() : packet.sourceHigh(),
        hidden ? own.low() : packet.sourceLow(),
        !hidden);
  }
}
