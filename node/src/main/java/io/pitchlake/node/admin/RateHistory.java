package io.pitchlake.node.admin;

import static io.pitchlake.node.admin.Column.number;
import static io.pitchlake.node.admin.Column.text;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.ToLongFunction;

/// How much happened in each of the last intervals, so that whoever opens the page sees what was
/// before. Counters are read where they are; the engine has no part in it. Any thread.
final class RateHistory {
  static final long INTERVAL_MILLIS = 2000;

  /// Intervals kept: the last 15 minutes.
  static final int KEPT = 450;

  static final Shape SHAPE =
      Shape.table(
              "rates",
              number("number", "counts up from the start"),
              text("time", "the interval's end, UTC"),
              number("received", "frames a second"),
              number("sent", "frames a second"),
              number("dropped", "frames a second that ended their way"),
              number("neighbor_replies", "ARP replies and advertisements of decoys a second"),
              number("echo_replies", "of decoys a second"),
              number("synacks", "connections that decoys have accepted, a second"),
              number("datagrams", "UDP packets for decoys a second"),
              number("balanced", "frames a second sent to targets"))
          .with(number("interval_millis", "how long an interval is"));

  private static final double MILLI = 1000;

  private record Totals(
      long received,
      long sent,
      long dropped,
      long neighborReplies,
      long echoReplies,
      long synAcks,
      long datagrams,
      long balanced) {}

  private record Sample(long number, long wallMillis, double seconds, Totals from, Totals to) {
    double rate(ToLongFunction<Totals> of) {
      double rate = (of.applyAsLong(to) - of.applyAsLong(from)) / seconds;
      return Math.round(rate * MILLI) / MILLI;
    }
  }

  private final Clock clock;
  private final ToLongFunction<ToLongFunction<CounterBank>> sum;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private Totals last;
  private long lastNanos;
  private long number;

  /// @param sum the sum of a value over all engines' banks
  RateHistory(Clock clock, ToLongFunction<ToLongFunction<CounterBank>> sum) {
    this.clock = clock;
    this.sum = sum;
    this.last = totals();
    this.lastNanos = clock.nanoTime();
  }

  private Totals totals() {
    return new Totals(
        total(Counter.FRAMES_RECEIVED),
        total(Counter.FRAMES_TRANSMITTED),
        sum.applyAsLong(CounterBank::dropped),
        total(Counter.TARPIT_ARP_REPLIES) + total(Counter.TARPIT_ND_ADVERTISEMENTS),
        total(Counter.TARPIT_ECHO_REPLIES),
        total(Counter.TARPIT_SYNACKS),
        total(Counter.TARPIT_UDP),
        total(Counter.BALANCED));
  }

  private long total(Counter counter) {
    return sum.applyAsLong(bank -> bank.get(counter));
  }

  /// An interval is over.
  synchronized void sample() {
    long nowNanos = clock.nanoTime();
    double seconds = (nowNanos - lastNanos) / 1e9;
    if (seconds <= 0) {
      return;
    }
    Totals now = totals();
    samples.addLast(new Sample(++number, clock.wallMillis(), seconds, last, now));
    if (samples.size() > KEPT) {
      samples.removeFirst();
    }
    last = now;
    lastNanos = nowNanos;
  }

  /// The intervals behind a number, oldest first.
  synchronized Page page(Request request) throws Refusal {
    long after = request.number("after", 0, 0, Long.MAX_VALUE);
    long limit = request.number("limit", KEPT, 1, KEPT);
    Page page = new Page(SHAPE).fact("interval_millis", INTERVAL_MILLIS);
    long first = Math.max(after, number - limit);
    for (Sample sample : samples) {
      if (sample.number() > first) {
        page.row(
            "rates",
            sample.number(),
            Instant.ofEpochMilli(sample.wallMillis()).toString(),
            sample.rate(Totals::received),
            sample.rate(Totals::sent),
            sample.rate(Totals::dropped),
            sample.rate(Totals::neighborReplies),
            sample.rate(Totals::echoReplies),
            sample.rate(Totals::synAcks),
            sample.rate(Totals::datagrams),
            sample.rate(Totals::balanced));
      }
    }
    return page;
  }
}
