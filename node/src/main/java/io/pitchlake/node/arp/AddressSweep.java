package io.pitchlake.node.arp;

import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.common.time.TokenBucket;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.View;

/// Proves IPv4 addresses ahead of the first request, so that a scan with a short timeout finds the
/// decoys. Goes round the tarpit networks, one address per token; addresses that have an entry are
/// passed over. Engine thread.
final class AddressSweep {
  private static final int ADDRESSES_PER_TURN = 16;

  private final View view;
  private final TokenBucket tokens;
  private final boolean enabled;
  private final long[] firsts;
  private final long[] sizes;
  private final long[] next;
  private int network;

  AddressSweep(View view, long addressesPerSecond, long nowNanos) {
    this.view = view;
    this.tokens = new TokenBucket(addressesPerSecond, nowNanos);
    this.firsts = new long[view.size()];
    this.sizes = new long[view.size()];
    this.next = new long[view.size()];
    boolean any = false;
    for (int i = 0; i < view.size(); i++) {
      if (isSwept(view.network(i))) {
        IpPrefix prefix = view.network(i).family(true).prefix();
        firsts[i] = prefix.address().low();
        sizes[i] = prefix.last().low() - firsts[i] + 1;
        any = true;
      }
    }
    this.enabled = any && addressesPerSecond > 0;
  }

  private static boolean isSwept(NetworkView network) {
    return network.tarpit()
        && network.family(true).prefix() != null
        && network.family(true).real() != null;
  }

  void tick(AddressProver prover, Mastership mastership, long nowNanos) {
    if (!enabled) {
      return;
    }
    for (int i = 0; i < ADDRESSES_PER_TURN && tokens.take(nowNanos); i++) {
      network = network + 1 < view.size() ? network + 1 : 0;
      NetworkView swept = view.network(network);
      if (isSwept(swept) && mastership.isMaster(swept)) {
        next[network] = next[network] + 1 < sizes[network] ? next[network] + 1 : 0;
        prover.sweepTo(swept, firsts[network] + next[network], nowNanos);
      }
    }
  }
}
