package io.pitchlake.node.nat;

import io.pitchlake.common.config.Configuration.Outbound;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.NatTable;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.Module;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.Router;
import io.pitchlake.node.engine.Translator;
import io.pitchlake.node.engine.Verdict;

/// Masquerades: what stations of a network with `nat enable` send elsewhere leaves under `virt` of
/// the network it leaves by, from a port of the pool, and what comes back there goes to the
/// station. TCP, UDP, ICMP echo and the errors about them; nothing else leaves.
///
/// A port is the pool's for each peer anew, so the pool bounds the sessions with one peer, not all.
public final class NatModule implements Module {
  private final Translator translator;
  private final Router router;
  private final Mastership mastership;

  public NatModule(Translator translator, Router router, Mastership mastership) {
    this.translator = translator;
    this.router = router;
    this.mastership = mastership;
  }

  @Override
  public String name() {
    return "nat";
  }

  @Override
  public Verdict onFrame(PacketContext packet) {
    if (packet.kind() == PacketContext.Kind.ARP) {
      return Verdict.PASS;
    }
    NetworkView ingress = packet.ingress();
    boolean isIpv4 = packet.kind() == PacketContext.Kind.IPV4;
    if (ingress == null || !mastership.isServing(ingress, isIpv4)) {
      return Verdict.PASS;
    }
    int session = translator.findReverse(packet);
    if (session != NatTable.NONE && translator.kind(session) == NatTable.Kind.MASQUERADE) {
      return translator.toClient(packet, session);
    }
    return ingress.outbound() == Outbound.MASQUERADE && packet.sourceNetwork() == ingress
        ? leave(packet, ingress)
        : Verdict.PASS;
  }

  private Verdict leave(PacketContext packet, NetworkView ingress) {
    if (packet.destinationNetwork() == ingress) {
      return Verdict.PASS;
    }
    DropReason refused = router.admit(packet, ingress);
    if (refused != null) {
      return packet.drop(refused);
    }
    int session = translator.findForward(packet);
    if (session == NatTable.NONE) {
      refused = open(packet, router.out(packet, ingress));
      if (refused != null) {
        return packet.drop(refused);
      }
      session = translator.findForward(packet);
    }
    translator.toTarget(packet, session);
    return router.send(packet);
  }

  private DropReason open(PacketContext packet, NetworkView out) {
    if (packet.isFragment() && !translator.canOpen()) {
      return DropReason.FRAGMENT_WITHOUT_FIRST;
    }
    if (!translator.canOpen()) {
      return packet.transport() == PacketContext.Transport.OTHER
          ? DropReason.UNSUPPORTED_PROTOCOL
          : DropReason.NO_SESSION;
    }
    IpAddress mask = out.gateway(packet.kind() == PacketContext.Kind.IPV4);
    return mask == null
        ? DropReason.NAT_NO_ADDRESS
        : translator.open(
            NatTable.Kind.MASQUERADE,
            0,
            packet.destinationHigh(),
            packet.destinationLow(),
            0,
            0,
            mask.high(),
            mask.low(),
            false);
  }
}
