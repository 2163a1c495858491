package io.pitchlake.node.event.sink;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.event.Occurrence;
import io.pitchlake.node.event.SecurityEvent.Trapped;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Who attacks now: whoever has caused so many events that no two of them lay further apart than
/// the timeout, until nothing is heard of it for that long. Bounded: where the list is full whoever
/// comes waits outside, so that a flood of forged sources cannot drive out who is in it; among
/// those who have not yet done enough, the one heard longest ago gives way. One thread.
final class Attackers {
  private final long timeoutMillis;
  private final int threshold;
  private final int most;
  private final SequencedMap<IpAddress, Seen> suspects = new LinkedHashMap<>();
  private final SequencedMap<IpAddress, Seen> listed = new LinkedHashMap<>();

  /// Somebody who attacks.
  ///
  /// @param times how many events it has caused since the first one
  record Attacker(IpAddress address, long firstMillis, long lastMillis, long times) {
    /// When it is taken out, if it does nothing more.
    long untilMillis(long timeoutMillis) {
      return lastMillis + timeoutMillis;
    }
  }

  private record Seen(long firstMillis, long lastMillis, long times) {
    Seen and(long millis, long more) {
      return new Seen(firstMillis, Math.max(lastMillis, millis), times + more);
    }
  }

  /// @param threshold events that make an attacker
  /// @param most of them
  Attackers(long timeoutMillis, int threshold, int most) {
    this.timeoutMillis = timeoutMillis;
    this.threshold = threshold;
    this.most = most;
  }

  /// Takes an event in.
  ///
  /// @return whether the list is another one now
  boolean add(Trapped event, Occurrence occurrence) {
    long millis = occurrence.wallMillis();
    expire(millis);
    Seen known = listed.remove(event.attacker());
    if (known != null) {
      listed.putLast(event.attacker(), known.and(millis, event.times()));
      return true;
    }
    Seen suspected = suspects.remove(event.attacker());
    Seen now =
        (suspected == null ? new Seen(millis, millis, 0) : suspected).and(millis, event.times());
    if (now.times() >= threshold && listed.size() < most) {
      listed.putLast(event.attacker(), now);
      return true;
    }
    suspects.putLast(event.attacker(), now);
    if (suspects.size() > most) {
      suspects.pollFirstEntry();
    }
    return false;
  }

  /// Takes out whoever has been silent.
  ///
  /// @return whether the list is another one now
  boolean expire(long nowMillis) {
    expire(suspects, nowMillis);
    return expire(listed, nowMillis);
  }

  private boolean expire(Map<IpAddress, Seen> records, long nowMillis) {
    boolean changed = false;
    Iterator<Seen> oldest = records.values().iterator();
    while (oldest.hasNext() && nowMillis - oldest.next().lastMillis() >= timeoutMillis) {
      oldest.remove();
      changed = true;
    }
    return changed;
  }

  boolean isFull() {
    return listed.size() >= most;
  }

  /// Who is in it, the one heard longest ago first.
  List<Attacker> list() {
    List<Attacker> all = new ArrayList<>(listed.size());
    listed.forEach((address, record) ->
        all.add(new Attacker(address, record.firstMillis(), record.lastMillis(), record.times())));
    return all;
  }

  /// In how many milliseconds somebody is to be taken out, or [Long#MAX_VALUE].
  long nextMillis(long nowMillis) {
    Map.Entry<IpAddress, Seen> oldest = listed.firstEntry();
    return oldest == null
        ? Long.MAX_VALUE
        : Math.max(0, oldest.getValue().lastMillis() + timeoutMillis - nowMillis);
  }
}
