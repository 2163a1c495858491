package io.pitchlake.node.health;

import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.node.engine.EventSink;
import io.pitchlake.node.engine.Module;
import io.pitchlake.node.engine.Neighbors;
import io.pitchlake.node.engine.PacketContext;
import io.pitchlake.node.engine.Shards;
import io.pitchlake.node.engine.TargetHealth;
import io.pitchlake.node.engine.Verdict;
import io.pitchlake.node.engine.View;

/// Watches the targets on every node, so that a backup that becomes master knows who can take
/// frames.
public final class HealthModule implements Module, TargetHealth {
  private static final int WHOLE_PERCENT = 100;

  private final TargetWatch watch;
  private int changes;

  /// @param shards which of several engines this is
  public HealthModule(Neighbors neighbors, Shards shards, EventSink events, CounterBank counters) {
    this.watch = new TargetWatch(neighbors, shards, events, counters);
  }

  @Override
  public String name() {
    return "hc";
  }

  @Override
  public void onConfigured(View view, long nowNanos) {
    watch.configure(view, nowNanos);
    changes++;
  }

  @Override
  public void onTick(long nowNanos) {
    if (watch.tick(nowNanos)) {
      changes++;
    }
  }

  @Override
  public Verdict onFrame(PacketContext packet) {
    return Verdict.PASS;
  }

  @Override
  public long mac(int target) {
    return watch.mac(target);
  }

  @Override
  public boolean isReady(int target) {
    return watch.isReady(target);
  }

  @Override
  public int weightPercent(int target) {
    return WHOLE_PERCENT;
  }

  @Override
  public int changes() {
    return changes;
  }
}
