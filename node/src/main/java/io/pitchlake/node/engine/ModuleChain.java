package io.pitchlake.node.engine;

import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import java.util.List;

/// The modules in the order of the configuration. Engine thread.
public final class ModuleChain {
  private final Module[] modules;
  private final Module[] working;
  private final CounterBank counters;

  public ModuleChain(List<Module> modules, CounterBank counters) {
    this.modules = modules.toArray(Module[]::new);
    this.working =
        modules.stream().filter(module -> !(module instanceof ChainPlace)).toArray(Module[]::new);
    this.counters = counters;
  }

  /// The names, in order.
  public List<String> names() {
    return List.of(modules).stream().map(Module::name).toList();
  }

  /// Walks a parsed frame down the chain until a module says other than [Verdict#PASS].
  Verdict onFrame(PacketContext packet) {
    for (Module module : working) {
      Verdict verdict = module.onFrame(packet);
      if (verdict != Verdict.PASS) {
        if (verdict == Verdict.DROPPED) {
          counters.drop(packet.dropReason());
        }
        return verdict;
      }
    }
    counters.drop(DropReason.NOBODY);
    return Verdict.DROPPED;
  }

  void onTick(long nowNanos) {
    for (Module module : working) {
      module.onTick(nowNanos);
    }
  }

  void onConfigured(View view, long nowNanos) {
    for (Module module : modules) {
      module.onConfigured(view, nowNanos);
    }
  }
}
