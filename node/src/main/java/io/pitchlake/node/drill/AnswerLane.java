package io.pitchlake.node.drill;

import java.util.ArrayList;
import java.util.List;

/// Questions whose answers do not say to what they are one (ARP replies), or come in order whatever
/// happens (a stream): what counts is when anything came.
///
/// The outage lasts from the first question that was asked behind an answer to the next answer, so
/// a probe that was not run and asked nothing does not lengthen it. Two nodes are owners while both
/// answer, and about as many answers are heard as both send.
final class AnswerLane implements Lane {
  /// Answers further apart than this are not one time of speaking.
  private static final long SILENCE_NANOS = 10_000_000;

  /// A longer pause shows as one; a busy machine alone makes shorter ones.
  private static final long PAUSE_NANOS = 5_000_000;

  /// A longer pause means that all is not well.
  private static final long UNSTEADY_NANOS = 100_000_000;

  /// Without taps, more answers within this time than questions within it and the one below before
  /// it show two owners: a node that was not run answers late and many at once.
  private static final long WINDOW_NANOS = 200_000_000;

  private static final long LATE_NANOS = 100_000_000;
  private static final long STEP_NANOS = 20_000_000;

  private final Kind kind;
  private final Times asked = new Times();
  private final Times heard = new Times();
  private final List<Times> spoken;
  private boolean broken;

  /// @param taps how many nodes can be heard apart
  AnswerLane(Kind kind, int taps) {
    this.kind = kind;
    List<Times> nodes = new ArrayList<>();
    for (int i = 0; i < taps; i++) {
      nodes.add(new Times());
    }
    this.spoken = List.copyOf(nodes);
  }

  @Override
  public Kind kind() {
    return kind;
  }

  synchronized int ask(long nowNanos) {
    asked.add(nowNanos);
    return asked.count() - 1;
  }

  synchronized void answer(long nowNanos) {
    heard.add(nowNanos);
  }

  /// A tap has seen `node` answer, whether or not that arrives.
  synchronized void spoke(int node, long nowNanos) {
    spoken.get(node).add(nowNanos);
  }

  /// It has ended for good.
  synchronized void breakOff() {
    broken = true;
  }

  @Override
  public synchronized boolean isBroken() {
    return broken;
  }

  @Override
  public synchronized long steadyNanos(long nowNanos) {
    int i = heard.count() - 1;
    if (broken || i < 0 || nowNanos - heard.get(i) > UNSTEADY_NANOS) {
      return 0;
    }
    while (i > 0 && heard.get(i) - heard.get(i - 1) <= UNSTEADY_NANOS) {
      i--;
    }
    return nowNanos - heard.get(i);
  }

  @Override
  public synchronized List<Stretch> outages(Stretch stretch) {
    List<Stretch> outages = new ArrayList<>();
    long last = stretch.fromNanos();
    for (int i = heard.firstFrom(stretch.fromNanos());
        i < heard.count() && stretch.has(heard.get(i));
        i++) {
      addPause(outages, last, heard.get(i));
      last = heard.get(i);
    }
    addPause(outages, last, stretch.toNanos());
    return outages;
  }

  private void addPause(List<Stretch> outages, long fromNanos, long toNanos) {
    int next = asked.firstFrom(fromNanos);
    if (next < asked.count() && toNanos - asked.get(next) > PAUSE_NANOS) {
      outages.add(new Stretch(asked.get(next), toNanos));
    }
  }

  @Override
  public synchronized Outcome judge(Stretch stretch) {
    long outage = 0;
    long since = stretch.fromNanos();
    for (Stretch pause : outages(stretch)) {
      if (pause.nanos() > outage) {
        outage = pause.nanos();
        since = pause.fromNanos();
      }
    }
    int questions = asked.countIn(stretch);
    long twoOwners = 0;
    long vain = 0;
    for (Stretch both : together(stretch)) {
      if (areBothHeard(both)) {
        twoOwners += both.nanos();
      } else {
        vain += both.nanos();
      }
    }
    return new Outcome(
        outage,
        since,
        questions,
        Math.max(0, questions - heard.countIn(stretch)),
        spoken.isEmpty() && !kind.isStream() ? surplus(stretch) : twoOwners,
        vain,
        0,
        Outcome.late(asked, stretch));
  }

  /// When both nodes were speaking.
  private List<Stretch> together(Stretch stretch) {
    List<Stretch> together = new ArrayList<>();
    if (spoken.size() == 2) {
      for (Stretch a : speaking(0, stretch)) {
        for (Stretch b : speaking(1, stretch)) {
          long from = Math.max(a.fromNanos(), b.fromNanos());
          long to = Math.min(a.toNanos(), b.toNanos());
          if (to > from) {
            together.add(new Stretch(from, to));
          }
        }
      }
    }
    return together;
  }

  /// Whether far more answers were heard than the one that said most can have sent.
  private boolean areBothHeard(Stretch stretch) {
    Stretch whole = new Stretch(stretch.fromNanos(), stretch.toNanos() + 1);
    int most = Math.max(spoken.get(0).countIn(whole), spoken.get(1).countIn(whole));
    return 2 * heard.countIn(whole) > 3 * most;
  }

  /// How long there were more answers than questions. What lasts less than a tenth of a second does
  /// not show.
  private long surplus(Stretch stretch) {
    long surplus = 0;
    for (long to = stretch.fromNanos(); to - stretch.toNanos() < 0; to += STEP_NANOS) {
      long from = to - WINDOW_NANOS;
      int answers = heard.countIn(new Stretch(from, to));
      if (answers > asked.countIn(new Stretch(from - LATE_NANOS, to))) {
        surplus += STEP_NANOS;
      }
    }
    return surplus;
  }

  @Override
  public synchronized List<Stretch> speaking(int node, Stretch stretch) {
    return node < spoken.size() ? spoken.get(node).spans(stretch, SILENCE_NANOS) : List.of();
  }
}
