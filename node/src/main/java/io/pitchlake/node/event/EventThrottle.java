package io.pitchlake.node.event;

import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.TokenBucket;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.EventSink;
import io.pitchlake.node.engine.Notice;
import io.pitchlake.node.engine.ServerNotice;
import io.pitchlake.node.engine.TargetNotice;
import io.pitchlake.node.engine.View;
import java.util.Arrays;

/// Keeps a scan from becoming a log flood: for each (kind, attacker) at most `linesPerMinute` lines
/// a minute, and `linesPerSecond` over all. What is held back is counted and summed up when its
/// minute is over, in the attacker's next line or, where more attackers come than the table holds,
/// in one line for all that are not listed: never lost. What becomes of this node, its peers and
/// its targets has lines of its own, which no attacker can use up.
///
/// A four-way table of fixed size; no allocation. Engine thread.
public final class EventThrottle implements EventSink {
  private static final int NONE = -1;
  private static final int SETS = 1024;
  private static final int WAYS = 4;
  private static final int SLOTS = SETS * WAYS;
  private static final int SLOTS_PER_TICK = 8;
  private static final long WINDOW_NANOS = 60_000_000_000L;
  private static final long CHANGES_PER_SECOND = 100;
  private static final int KINDS = EventKind.values().length;
  private static final EventKind[] KIND = EventKind.values();

  private final EventRing ring;
  private final CounterBank counters;
  private final TableHash hash;
  private long linesPerMinute;
  private long linesPerSecond;
  private TokenBucket lines;
  private final TokenBucket changes;

  private final byte[] kinds = new byte[SLOTS];
  private final long[] peerHighs = new long[SLOTS];
  private final long[] peerLows = new long[SLOTS];
  private final long[] peerMacs = new long[SLOTS];
  private final long[] targetHighs = new long[SLOTS];
  private final long[] targetLows = new long[SLOTS];
  private final int[] ports = new int[SLOTS];
  private final long[] windowStarts = new long[SLOTS];
  private final int[] written = new int[SLOTS];
  private final long[] heldBack = new long[SLOTS];
  private final long[] unlisted = new long[KINDS * 2];
  private long unlistedSinceNanos;
  private int cursor;

  /// @param linesPerMinute for one kind and attacker; 0: sums only
  /// @param linesPerSecond over all attackers
  public EventThrottle(
      EventRing ring,
      CounterBank counters,
      TableHash hash,
      long linesPerMinute,
      long linesPerSecond,
      long nowNanos) {
    this.ring = ring;
    this.counters = counters;
    this.hash = hash;
    this.linesPerMinute = linesPerMinute;
    this.linesPerSecond = linesPerSecond;
    this.lines = new TokenBucket(linesPerSecond, nowNanos);
    this.changes = new TokenBucket(CHANGES_PER_SECOND, nowNanos);
    this.unlistedSinceNanos = nowNanos;
    Arrays.fill(kinds, (byte) -1);
  }

  /// The peer that stands for all that are not listed.
  static boolean isUnlisted(IpAddress peer) {
    return peer.high() == 0 && peer.low() == 0;
  }

  @Override
  public void event(
      EventKind kind,
      long targetHigh,
      long targetLow,
      int targetPort,
      long peerHigh,
      long peerLow,
      int peerPort,
      long peerMac,
      long nowNanos) {
    boolean always = isAlways(kind);
    int slot = slotOf(kind, peerHigh, peerLow, always, nowNanos);
    if (slot == NONE) {
      unlisted[kind.ordinal() * 2 + (IpAddress.isIpv4(targetHigh, targetLow) ? 0 : 1)]++;
      counters.count(Counter.LOG_HELD_BACK);
      return;
    }
    if (nowNanos - windowStarts[slot] >= WINDOW_NANOS) {
      close(slot, nowNanos);
      windowStarts[slot] = nowNanos;
    }
    peerMacs[slot] = peerMac;
    targetHighs[slot] = targetHigh;
    targetLows[slot] = targetLow;
    ports[slot] = targetPort << 16 | peerPort;
    if ((always || written[slot] < linesPerMinute) && emit(slot, 1, nowNanos)) {
      written[slot]++;
    } else {
      heldBack[slot]++;
      counters.count(Counter.LOG_HELD_BACK);
    }
  }

  @Override
  public void onConfigured(View view, long nowNanos) {
    linesPerMinute = view.settings().get(Setting.TARPITLOGRATE);
    long total = view.settings().get(Setting.TARPITLOGTOTAL);
    if (total != linesPerSecond) {
      linesPerSecond = total;
      lines = new TokenBucket(total, nowNanos);
    }
  }

  @Override
  public void target(TargetNotice notice, long nowNanos) {
    tell(notice, nowNanos);
  }

  @Override
  public void server(ServerNotice notice, long nowNanos) {
    tell(notice, nowNanos);
  }

  private void tell(Notice notice, long nowNanos) {
    if (changes.take(nowNanos) && ring.offer(notice)) {
      counters.count(Counter.LOG_LINES);
    } else {
      counters.count(Counter.LOG_HELD_BACK);
      unlisted[notice.kind().ordinal() * 2 + (notice.target().isIpv4() ? 0 : 1)]++;
    }
  }

  @Override
  public void onTick(long nowNanos) {
    for (int i = 0; i < SLOTS_PER_TICK; i++) {
      int slot = cursor;
      cursor = cursor + 1 & SLOTS - 1;
      if (kinds[slot] >= 0 && nowNanos - windowStarts[slot] >= WINDOW_NANOS) {
        close(slot, nowNanos);
        kinds[slot] = -1;
      }
    }
    if (nowNanos - unlistedSinceNanos >= WINDOW_NANOS) {
      unlistedSinceNanos = nowNanos;
      sumUpUnlisted(nowNanos);
    }
  }

  /// Hands over every sum that is still open; called when the engine stops.
  public void finish(long nowNanos) {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (kinds[slot] >= 0) {
        close(slot, nowNanos);
        kinds[slot] = -1;
      }
    }
    sumUpUnlisted(nowNanos);
  }

  /// What is rare, bounded by a table, and wanted by an operator each time.
  private static boolean isAlways(EventKind kind) {
    return isChange(kind)
        || kind == EventKind.RELEASED
        || kind == EventKind.HELD
        || kind == EventKind.ROUTER_RIVAL;
  }

  /// What this pair does by itself, however many attackers there are.
  private static boolean isChange(EventKind kind) {
    return switch (kind) {
      case TARGET_UP, TARGET_DOWN, SERVER_IN, SERVER_OUT, ROUTER_CHANGED, SYNC_LOST, SYNC_HEARD ->
          true;
      case ARP_REPLY,
          ND6_REPLY,
          ECHO_REPLY,
          TCP_SYNACK,
          UDP_PACKET,
          RELEASED,
          HELD,
          OWN_CLAIMED,
          ROUTER_RIVAL,
          SYNC_REFUSED ->
          false;
    };
  }

  /// The attacker's slot, or a new one. Where all ways are taken by others whose minute is not
  /// over, [#NONE], unless the line must be written: a flood from everywhere would only drive out
  /// one after the other.
  private int slotOf(EventKind kind, long peerHigh, long peerLow, boolean always, long nowNanos) {
    int set = (hash.hash(kind.ordinal(), peerHigh, peerLow) & SETS - 1) * WAYS;
    int victim = set;
    for (int slot = set; slot < set + WAYS; slot++) {
      if (kinds[slot] == kind.ordinal()
          && peerLows[slot] == peerLow
          && peerHighs[slot] == peerHigh) {
        return slot;
      }
      if (kinds[victim] >= 0
          && (kinds[slot] < 0 || windowStarts[slot] - windowStarts[victim] < 0)) {
        victim = slot;
      }
    }
    if (kinds[victim] >= 0) {
      if (!always && nowNanos - windowStarts[victim] < WINDOW_NANOS) {
        return NONE;
      }
      close(victim, nowNanos);
    }
    kinds[victim] = (byte) kind.ordinal();
    peerHighs[victim] = peerHigh;
    peerLows[victim] = peerLow;
    windowStarts[victim] = nowNanos;
    written[victim] = 0;
    heldBack[victim] = 0;
    return victim;
  }

  /// Sums up what a slot has held back; where no line is to be had it goes to the unlisted.
  private void close(int slot, long nowNanos) {
    if (heldBack[slot] > 0 && !emit(slot, heldBack[slot], nowNanos)) {
      boolean ipv4 = IpAddress.isIpv4(targetHighs[slot], targetLows[slot]);
      unlisted[kinds[slot] * 2 + (ipv4 ? 0 : 1)] += heldBack[slot];
    }
    heldBack[slot] = 0;
    written[slot] = 0;
  }

  private boolean emit(int slot, long times, long nowNanos) {
    EventKind kind = KIND[kinds[slot]];
    if (!(isChange(kind) ? changes : lines).take(nowNanos)) {
      return false;
    }
    boolean taken =
        ring.offer(
            kind,
            targetHighs[slot],
            targetLows[slot],
            ports[slot] >>> 16,
            peerHighs[slot],
            peerLows[slot],
            ports[slot] & 0xffff,
            peerMacs[slot],
            times,
            nowNanos);
    if (taken) {
      counters.count(Counter.LOG_LINES);
    }
    return taken;
  }

  private void sumUpUnlisted(long nowNanos) {
    for (int i = 0; i < unlisted.length; i++) {
      long targetLow = (i & 1) == 0 ? IpAddress.mappedLow(0) : 0;
      if (unlisted[i] > 0
          && ring.offer(KIND[i / 2], 0, targetLow, 0, 0, 0, 0, 0, unlisted[i], nowNanos)) {
        counters.count(Counter.LOG_LINES);
        unlisted[i] = 0;
      }
    }
  }
}
