package io.pitchlake.node.vrrp;

import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.Readiness;
import io.pitchlake.node.engine.RouterView.Served;
import java.util.Arrays;
import java.util.List;

/// Who has won: one word for each address family of each network. A network without a virtual
/// router has no other node, so this one is its master. Engine thread.
public final class Election implements Mastership {
  private final Readiness readiness;
  private boolean[] master = new boolean[0];
  private boolean held;
  private long heldUntilNanos;
  private boolean[] serving = new boolean[0];

  public Election(Readiness readiness) {
    this.readiness = readiness;
  }

  /// Whether this node may take over from one that lives.
  boolean mayPreempt(long nowNanos) {
    held &= nowNanos - heldUntilNanos < 0;
    return !held && readiness.mayPreempt(nowNanos);
  }

  /// Takes over from nobody who lives until then.
  void hold(long untilNanos) {
    held = true;
    heldUntilNanos = untilNanos;
  }

  /// A router has become active.
  void becameActive() {
    readiness.becameActive();
  }

  @Override
  public boolean isMaster(NetworkView network, boolean isIpv4) {
    return master[place(network, isIpv4)];
  }

  @Override
  public boolean isServing(NetworkView network, boolean isIpv4) {
    return serving[place(network, isIpv4)];
  }

  private static int place(NetworkView network, boolean isIpv4) {
    return 2 * network.index() + (isIpv4 ? 0 : 1);
  }

  /// Makes room for so many networks, of all of which this node is master until [#set] says
  /// otherwise.
  void networks(int count) {
    master = new boolean[2 * count];
    serving = new boolean[2 * count];
    Arrays.fill(master, true);
    Arrays.fill(serving, true);
  }

  void set(List<Served> served, boolean won) {
    for (Served one : served) {
      master[place(one.network(), one.isIpv4())] = won;
      serving[place(one.network(), one.isIpv4())] = won;
    }
  }

  /// The place is left, but what still comes is served.
  void linger(List<Served> served) {
    for (Served one : served) {
      serving[place(one.network(), one.isIpv4())] = true;
    }
  }
}
