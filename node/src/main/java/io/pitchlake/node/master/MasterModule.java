package io.pitchlake.node.master;

import io.pitchlake.common.metric.DropReason;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.Module;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.Verdict;

/// Ends the journey of a frame on a node that is not master of its network. What backups may learn
/// from it has been learnt by the modules in front.
public final class MasterModule implements Module {
  private final Mastership mastership;

  public MasterModule(Mastership mastership) {
    this.mastership = mastership;
  }

  @Override
  public String name() {
    return "master";
  }

  @Override
  public Verdict onFrame(PacketContext packet) {
    NetworkView network = packet.destinationNetwork();
    if (network == null) {
      network = packet.sourceNetwork();
    }
    if (network == null && packet.kind() != PacketContext.Kind.ARP) {
      network = packet.ingress();
    }
    boolean isIpv4 = packet.kind() != PacketContext.Kind.IPV6;
    return network != null && !mastership.isServing(network, isIpv4)
        ? packet.drop(DropReason.NOT_MASTER)
        : Verdict.PASS;
  }
}
