package io.pitchlake.node.ping;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.node.engine.EchoWriter;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.Module;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.Transmit;
import io.pitchlake.node.engine.Verdict;

/// Answers echo requests to `real` (always), and to `virt` and servers' addresses (as master).
public final class PingModule implements Module {
  private final Transmit transmit;
  private final Mastership mastership;
  private final CounterBank counters;
  private final EchoWriter echo = new EchoWriter();

  public PingModule(Transmit transmit, Mastership mastership, CounterBank counters) {
    this.transmit = transmit;
    this.mastership = mastership;
    this.counters = counters;
  }

  @Override
  public String name() {
    return "ping";
  }

  @Override
  public Verdict onFrame(PacketContext packet) {
    NetworkView network = packet.destinationNetwork();
    if (network == null
        || packet.kind() == PacketContext.Kind.ARP
        || !EchoWriter.isRequest(packet)) {
      return Verdict.PASS;
    }
    long high = packet.destinationHigh();
    long low = packet.destinationLow();
    boolean real = network.isOwnReal(high, low);
    if (!real && !network.isOwnVirtual(high, low)) {
      return Verdict.PASS;
    }
    boolean isIpv4 = packet.kind() == PacketContext.Kind.IPV4;
    if (!real && !mastership.isServing(network, isIpv4)) {
      return packet.drop(DropReason.NOT_MASTER);
    }
    long mac = real ? network.portMac() : network.virtualMac(isIpv4);
    if (packet.ethernet().destination() != mac) {
      return packet.drop(DropReason.NOT_OUR_MAC);
    }
    DropReason refused = echo.reply(packet, mac);
    if (refused != null) {
      return packet.drop(refused);
    }
    counters.count(Counter.ECHO_OWN_REPLIES);
    transmit.transmit(packet.port(), packet.frame());
    return Verdict.CONSUMED;
  }
}
