package io.pitchlake.node.drill;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Questions whose answers say to what they are one: pings, SYNs.
///
/// The outage lasts from the first request without an answer to the next one that has one, so a
/// slow reader of answers does not lengthen it. Two answers to one request are two owners, for one
/// interval.
final class RequestLane implements Lane {
  /// An answer that comes later than this is of no use to anybody.
  static final long STALE_NANOS = 100_000_000;

  /// Requests younger than this may still be answered.
  static final long GRACE_NANOS = 50_000_000;

  private static final long SILENCE_NANOS = 10_000_000;

  private final Kind kind;
  private final Times sent = new Times();
  private byte[] copies = new byte[1 << 10];
  private byte[] speakers = new byte[1 << 10];
  private final Times stale = new Times();

  RequestLane(Kind kind) {
    this.kind = kind;
  }

  @Override
  public Kind kind() {
    return kind;
  }

  /// A request leaves; returns its number, from 0 on.
  synchronized int ask(long nowNanos) {
    sent.add(nowNanos);
    if (sent.count() > copies.length) {
      copies = Arrays.copyOf(copies, 2 * copies.length);
      speakers = Arrays.copyOf(speakers, 2 * speakers.length);
    }
    return sent.count() - 1;
  }

  /// An answer to request `number` has come.
  synchronized void answer(int number, long nowNanos) {
    if (number < 0 || number >= sent.count()) {
      return;
    }
    if (nowNanos - sent.get(number) > STALE_NANOS) {
      stale.add(nowNanos);
    } else if (copies[number] < Byte.MAX_VALUE) {
      copies[number]++;
    }
  }

  /// A tap has seen `node` (0 or 1) answer request `number`, whether or not that arrives.
  synchronized void spoke(int number, int node) {
    if (number >= 0 && number < sent.count()) {
      speakers[number] |= (byte) (1 << node);
    }
  }

  @Override
  public boolean isBroken() {
    return false;
  }

  @Override
  public synchronized long steadyNanos(long nowNanos) {
    int newest = sent.firstFrom(nowNanos - GRACE_NANOS) - 1;
    int i = newest;
    while (i >= 0 && copies[i] > 0) {
      i--;
    }
    return newest < 0 ? 0 : sent.get(newest) - sent.get(Math.max(i, 0));
  }

  @Override
  public synchronized List<Stretch> outages(Stretch stretch) {
    List<Stretch> outages = new ArrayList<>();
    boolean out = false;
    long since = 0;
    for (int i = sent.firstFrom(stretch.fromNanos());
        i < sent.count() && stretch.has(sent.get(i));
        i++) {
      if (copies[i] == 0 && !out) {
        out = true;
        since = sent.get(i);
      } else if (copies[i] > 0 && out) {
        out = false;
        outages.add(new Stretch(since, sent.get(i)));
      }
    }
    if (out) {
      outages.add(new Stretch(since, stretch.toNanos()));
    }
    return outages;
  }

  @Override
  public synchronized Outcome judge(Stretch stretch) {
    int asked = 0;
    int lost = 0;
    int twice = 0;
    int vain = 0;
    for (int i = sent.firstFrom(stretch.fromNanos());
        i < sent.count() && stretch.has(sent.get(i));
        i++) {
      asked++;
      if (copies[i] == 0) {
        lost++;
      } else if (copies[i] > 1) {
        twice++;
      } else if (Integer.bitCount(speakers[i]) > 1) {
        vain++;
      }
    }
    Stretch longest = new Stretch(stretch.fromNanos(), stretch.fromNanos());
    for (Stretch outage : outages(stretch)) {
      if (outage.nanos() > longest.nanos()) {
        longest = outage;
      }
    }
    return new Outcome(
        longest.nanos(),
        longest.fromNanos(),
        asked,
        lost,
        twice * Prober.INTERVAL_NANOS,
        vain * Prober.INTERVAL_NANOS,
        stale.countIn(stretch),
        Outcome.late(sent, stretch));
  }

  @Override
  public synchronized List<Stretch> speaking(int node, Stretch stretch) {
    Times spoken = new Times();
    for (int i = 0; i < sent.count(); i++) {
      if ((speakers[i] & 1 << node) != 0) {
        spoken.add(sent.get(i));
      }
    }
    return spoken.spans(stretch, SILENCE_NANOS);
  }
}
