package io.pitchlake.node.drill;

import io.pitchlake.node.drill.Lane.Stretch;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// What one fault did to one pair, and its mending.
///
/// Times are on the clock of the drill, in nanoseconds.
///
/// @param run 1, 2, ...
/// @param faultNanos when the command that breaks was started
/// @param brokenNanos when it had ended: the moment of the fault, but for the end of a shell
/// @param restoreNanos when mending began, 0 when nothing is mended
/// @param endNanos when the watching ended
/// @param fault by lane, from the fault to the mending
/// @param back by lane, from the mending to the end; empty when nothing is mended
/// @param changes how often adverts came from another node than before
/// @param changesBack the same from the mending on
/// @param sessionsBefore what each node knew before the fault, node A's first
/// @param sessionsAfter and when all had settled after it; a dead node knows nothing
/// @param lanes what was asked, for a picture
record RunResult(
    Drill drill,
    String pair,
    int run,
    long faultNanos,
    long brokenNanos,
    long restoreNanos,
    long endNanos,
    Map<Lane.Kind, Outcome> fault,
    Map<Lane.Kind, Outcome> back,
    int changes,
    int changesBack,
    List<OptionalLong> sessionsBefore,
    List<OptionalLong> sessionsAfter,
    Kept flows,
    Kept trapped,
    List<Lane> lanes) {

  /// Connections that were held through it.
  ///
  /// @param before how many there were
  /// @param after how many are left
  record Kept(int before, int after) {}

  /// How long after the fault the other node was first heard to answer, as far as taps tell.
  OptionalLong takeoverNanos() {
    Stretch after = new Stretch(faultNanos, restoreNanos == 0 ? endNanos : restoreNanos);
    return lanes.stream()
        .flatMap(lane -> lane.speaking(1, after).stream())
        .mapToLong(span -> Math.max(0, span.fromNanos() - brokenNanos))
        .min();
  }

  /// The longest time that any question over the wire went without an answer.
  long wireOutageNanos() {
    return fault.entrySet().stream()
        .filter(entry -> !entry.getKey().isStream())
        .mapToLong(entry -> entry.getValue().outageNanos())
        .max()
        .orElse(0);
  }

  /// For how long two nodes were heard answering the same question, fault and mending together, on
  /// the lane that shows it longest.
  long twoOwnersNanos() {
    return fault.keySet().stream()
        .mapToLong(kind ->
            fault.get(kind).twoOwnersNanos()
                + (back.containsKey(kind) ? back.get(kind).twoOwnersNanos() : 0))
        .max()
        .orElse(0);
  }
}
