package io.pitchlake.node.tarpit;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.node.engine.Addresses;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.NeighborWriter;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.Transmit;
import io.pitchlake.node.engine.View;

/// Brings decoys that have hardware addresses of their own to a node that takes over: one frame
/// from each, by which switches learn their port anew. It names no IP address, for simulated ones
/// are never announced. Engine thread.
final class MacMover {
  private static final int FRAMES_PER_TURN = 32;
  private static final int LOOKS_PER_TURN = 2048;

  private final Addresses addresses;
  private final NeighborWriter writer;
  private final Mastership mastership;
  private final CounterBank counters;
  private View view;

  /// By network and family: whether this node spoke for it in the last turn, and whether it has
  /// taken over since and its decoys are being moved.
  private boolean[] served = {};

  private boolean[] moving = {};
  private int next;
  private boolean running;

  MacMover(Addresses addresses, Transmit transmit, Mastership mastership, CounterBank counters) {
    this.addresses = addresses;
    this.writer = new NeighborWriter(transmit);
    this.mastership = mastership;
    this.counters = counters;
  }

  void configure(View to) {
    view = to;
    served = new boolean[2 * to.size()];
    moving = new boolean[2 * to.size()];
    for (int network = 0; network < to.size(); network++) {
      served[place(network, true)] = mastership.isMaster(to.network(network), true);
      served[place(network, false)] = mastership.isMaster(to.network(network), false);
    }
    if (running) {
      // What was being moved is not known to have arrived.
      System.arraycopy(served, 0, moving, 0, served.length);
      next = 0;
    }
  }

  void tick() {
    for (int network = 0; network < view.size(); network++) {
      if (view.network(network).hasDecoyMacs()) {
        watch(network, true);
        watch(network, false);
      }
    }
    if (running) {
      move();
    }
  }

  private void watch(int network, boolean isIpv4) {
    int place = place(network, isIpv4);
    boolean serves = mastership.isMaster(view.network(network), isIpv4);
    if (serves && !served[place]) {
      moving[place] = true;
      running = true;
      next = 0;
    } else if (!serves) {
      moving[place] = false;
    }
    served[place] = serves;
  }

  private void move() {
    AddressTable table = addresses.table();
    int end = Math.min(next + LOOKS_PER_TURN, table.capacity());
    for (int frames = 0; next < end && frames < FRAMES_PER_TURN; next++) {
      if (table.inUse(next)
          && table.state(next) == AddressState.SIMULATED
          && moving[
              place(table.network(next), IpAddress.isIpv4(table.high(next), table.low(next)))]) {
        NetworkView network = view.network(table.network(next));
        writer.reverseArpRequest(
            network.port(),
            network.vlan(),
            addresses.decoyMac(network, table.high(next), table.low(next)));
        counters.count(Counter.TARPIT_MACS_MOVED);
        frames++;
      }
    }
    running = next < table.capacity();
  }

  private static int place(int network, boolean isIpv4) {
    return 2 * network + (isIpv4 ? 0 : 1);
  }
}
