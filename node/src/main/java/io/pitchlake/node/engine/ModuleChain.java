package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import java.util.Arrays;
import java.util.List;

/// The modules in the order of the configuration. Engine thread.
///
/// A frame's way is written out, one call for each place, so that the JIT sees one class at each
/// call and inlines it; in a loop every call would be a search through interface tables, some
/// twenty nanoseconds per frame.
public final class ModuleChain {
  private static final int PLACES = 10;

  private final Module[] modules;
  private final Heartbeat[] heartbeats;
  private final CounterBank counters;
  private final Module first;
  private final Module second;
  private final Module third;
  private final Module fourth;
  private final Module fifth;
  private final Module sixth;
  private final Module seventh;
  private final Module eighth;
  private final Module ninth;
  private final Module tenth;

  /// @param modules at most ten
  public ModuleChain(List<Module> modules, CounterBank counters) {
    this.modules = modules.toArray(Module[]::new);
    this.heartbeats =
        modules.stream()
            .filter(Heartbeat.class::isInstance)
            .map(Heartbeat.class::cast)
            .toArray(Heartbeat[]::new);
    this.counters = counters;
    Module[] places =
        modules.stream().filter(module -> !(module instanceof ChainPlace)).toArray(Module[]::new);
    if (places.length > PLACES) {
      throw new IllegalArgumentException("a chain has " + PLACES + " places, not " + places.length);
    }
    int filled = places.length;
    places = Arrays.copyOf(places, PLACES);
    Arrays.fill(places, filled, PLACES, new ChainPlace("end"));
    first = places[0];
    second = places[1];
    third = places[2];
    fourth = places[3];
    fifth = places[4];
    sixth = places[5];
    seventh = places[6];
    eighth = places[7];
    ninth = places[8];
    tenth = places[9];
  }

  /// The names, in order.
  public List<String> names() {
    return List.of(modules).stream().map(Module::name).toList();
  }

  /// Walks a parsed frame down the chain until a module says other than [Verdict#PASS].
  Verdict onFrame(PacketContext packet) {
    Verdict verdict = walk(packet);
    if (verdict == Verdict.DROPPED) {
      counters.drop(packet.dropReason());
    } else if (verdict == Verdict.PASS) {
      counters.drop(DropReason.NOBODY);
      return Verdict.DROPPED;
    }
    return verdict;
  }

  private Verdict walk(PacketContext packet) {
    Verdict verdict = first.onFrame(packet);
    if (verdict == Verdict.PASS) {
      verdict = second.onFrame(packet);
    }
    if (verdict == Verdict.PASS) {
      verdict = third.onFrame(packet);
    }
    if (verdict == Verdict.PASS) {
      verdict = fourth.onFrame(packet);
    }
    if (verdict == Verdict.PASS) {
      verdict = fifth.onFrame(packet);
    }
    if (verdict == Verdict.PASS) {
      verdict = sixth.onFrame(packet);
    }
    if (verdict == Verdict.PASS) {
      verdict = seventh.onFrame(packet);
    }
    if (verdict == Verdict.PASS) {
      verdict = eighth.onFrame(packet);
    }
    if (verdict == Verdict.PASS) {
      verdict = ninth.onFrame(packet);
    }
    if (verdict == Verdict.PASS) {
      verdict = tenth.onFrame(packet);
    }
    return verdict;
  }

  /// As [#onFrame], and notes where the way has ended. Not in a hurry.
  void onFrame(PacketContext packet, Trace trace) {
    int flags = Trace.flags(packet);
    trace.begin(packet);
    Verdict verdict = Verdict.PASS;
    int place = 0;
    while (verdict == Verdict.PASS && place < modules.length) {
      verdict = modules[place++].onFrame(packet);
    }
    DropReason reason =
        switch (verdict) {
          case DROPPED -> packet.dropReason();
          case PASS -> DropReason.NOBODY;
          case CONSUMED, FORWARDED -> null;
        };
    if (reason != null) {
      counters.drop(reason);
    }
    trace.end(verdict == Verdict.PASS ? place : place - 1, verdict, reason, flags);
  }

  boolean hasHeartbeat() {
    return heartbeats.length > 0;
  }

  void onTurn(long nowNanos) {
    for (Heartbeat heartbeat : heartbeats) {
      heartbeat.onTurn(nowNanos);
    }
  }

  boolean maySend(long nowNanos) {
    boolean may = true;
    for (Heartbeat heartbeat : heartbeats) {
      may &= heartbeat.maySend(nowNanos);
    }
    return may;
  }

  void onFlushed(long nowNanos) {
    for (Heartbeat heartbeat : heartbeats) {
      heartbeat.onFlushed(nowNanos);
    }
  }

  /// How long until a module needs the next turn; [Long#MAX_VALUE] when none does.
  long untilDueNanos(long nowNanos) {
    long until = Long.MAX_VALUE;
    for (Heartbeat heartbeat : heartbeats) {
      until = Math.min(until, heartbeat.untilDueNanos(nowNanos));
    }
    return until;
  }

  void onStop(long nowNanos) {
    for (Heartbeat heartbeat : heartbeats) {
      heartbeat.onStop(nowNanos);
    }
  }

  boolean isLingering() {
    boolean lingering = false;
    for (Heartbeat heartbeat : heartbeats) {
      lingering |= heartbeat.isLingering();
    }
    return lingering;
  }

  void onTick(long nowNanos) {
    for (Module module : modules) {
      module.onTick(nowNanos);
    }
  }

  void onDiscarded() {
    for (Module module : modules) {
      module.onDiscarded();
    }
  }

  void onChecked(Command.CheckResult result, long nowNanos) {
    for (Module module : modules) {
      module.onChecked(result, nowNanos);
    }
  }

  void onConfigured(View view, long nowNanos) {
    for (Module module : modules) {
      module.onConfigured(view, nowNanos);
    }
  }

  void onAdministered(int target, TargetState state, long nowNanos) {
    for (Module module : modules) {
      module.onAdministered(target, state, nowNanos);
    }
  }
}
