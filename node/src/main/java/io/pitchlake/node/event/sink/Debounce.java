package io.pitchlake.node.event.sink;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.event.Occurrence;
import io.pitchlake.node.event.SecurityEvent.Trapped;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Lets each attacker through once in a time. What comes of it meanwhile is counted, and summed up
/// in one event, the last one, when that time is over: nothing is lost. Whoever does not fit the
/// table goes through unsummed; events without an attacker do always. One thread.
final class Debounce {
  private static final int ATTACKERS = 65_536;

  private final long quietNanos;
  private final Map<IpAddress, Quiet> attackers = new LinkedHashMap<>();

  /// Somebody who has been told of.
  private static final class Quiet {
    final long untilNanos;
    Occurrence last;
    long times;

    Quiet(long untilNanos) {
      this.untilNanos = untilNanos;
    }
  }

  /// @param quietNanos for which an attacker is not told of again; 0: everything goes through
  Debounce(long quietNanos) {
    this.quietNanos = quietNanos;
  }

  /// The event, where it is to be told now.
  Optional<Occurrence> offer(Occurrence occurrence, long nowNanos) {
    if (quietNanos == 0 || !(occurrence.event() instanceof Trapped trapped)) {
      return Optional.of(occurrence);
    }
    Quiet quiet = attackers.get(trapped.attacker());
    if (quiet == null) {
      if (attackers.size() < ATTACKERS) {
        attackers.put(trapped.attacker(), new Quiet(nowNanos + quietNanos));
      }
      return Optional.of(occurrence);
    }
    quiet.last = occurrence;
    quiet.times += trapped.times();
    return Optional.empty();
  }

  /// The sums whose time is over, oldest first; their attackers begin anew.
  ///
  /// @param all those whose time is not over, too
  List<Occurrence> due(long nowNanos, boolean all) {
    List<Occurrence> sums = new ArrayList<>();
    Iterator<Map.Entry<IpAddress, Quiet>> oldest = attackers.entrySet().iterator();
    while (oldest.hasNext()) {
      Quiet quiet = oldest.next().getValue();
      if (!all && nowNanos - quiet.untilNanos < 0) {
        break;
      }
      oldest.remove();
      if (quiet.times > 0) {
        sums.add(summedUp(quiet));
      }
    }
    return sums;
  }

  private static Occurrence summedUp(Quiet quiet) {
    Trapped last = (Trapped) quiet.last.event();
    return new Occurrence(
        quiet.last.number(),
        quiet.last.wallMillis(),
        new Trapped(
            last.kind(),
            last.target(),
            last.targetPort(),
            last.attacker(),
            last.attackerPort(),
            last.attackerMac(),
            quiet.times),
        quiet.last.origin());
  }

  /// In how many nanoseconds the next sum may be due, or [Sink#NEVER].
  long nextNanos(long nowNanos) {
    Iterator<Quiet> oldest = attackers.values().iterator();
    return oldest.hasNext() ? Math.max(0, oldest.next().untilNanos - nowNanos) : Sink.NEVER;
  }
}
