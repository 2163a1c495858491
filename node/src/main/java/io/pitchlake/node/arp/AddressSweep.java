package io.pitchlake.node.arp;

import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.common.time.TokenBucket;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.View;
import java.util.stream.IntStream;

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
  private final int[] swept;
  private int turn;

  AddressSweep(View view, long addressesPerSecond, long nowNanos) {
    this.view = view;
    this.tokens = new TokenBucket(addressesPerSecond, nowNanos);
    this.swept = IntStream.range(0, view.size()).filter(i -> isSwept(view.network(i))).toArray();
    this.firsts = new long[swept.length];
    this.sizes = new long[swept.length];
    this.next = new long[swept.length];
    for (int i = 0; i < swept.length; i++) {
      IpPrefix prefix = view.network(swept[i]).family(true).prefix();
      firsts[i] = prefix.address().low();
      sizes[i] = prefix.last().low() - firsts[i] + 1;
    }
    this.enabled = swept.length > 0 && addressesPerSecond > 0;
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
      turn = turn + 1 < swept.length ? turn + 1 : 0;
      NetworkView network = view.network(swept[turn]);
      if (mastership.isMaster(network, true)) {
        next[turn] = next[turn] + 1 < sizes[turn] ? next[turn] + 1 : 0;
        prover.sweepTo(network, firsts[turn] + next[turn], nowNanos);
      }
    }
  }
}
