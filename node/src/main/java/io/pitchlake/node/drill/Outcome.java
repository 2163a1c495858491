package io.pitchlake.node.drill;

/// What a lane met within one stretch of time.
///
/// @param outageNanos the longest time without an answer, see [RequestLane] and [AnswerLane]; 0
///   when nothing was missing
/// @param fromNanos when that began, on the clock of the drill
/// @param asked requests
/// @param lost requests without an answer
/// @param twoOwnersNanos for how long two nodes answered, and both were heard
/// @param vainNanos for how long two nodes answered, of which one was heard: a node that is cut off
///   goes on talking
/// @param stale answers that came more than 100 ms late
/// @param probeLateNanos the longest time between two requests beyond the interval: how far figures
///   may be off because the probe itself was not run
record Outcome(
    long outageNanos,
    long fromNanos,
    int asked,
    int lost,
    long twoOwnersNanos,
    long vainNanos,
    int stale,
    long probeLateNanos) {

  /// The longest time between two of `asked` beyond the interval.
  static long late(Times asked, Lane.Stretch stretch) {
    long longest = 0;
    int first = asked.firstFrom(stretch.fromNanos());
    for (int i = first + 1; i < asked.count() && stretch.has(asked.get(i)); i++) {
      longest = Math.max(longest, asked.get(i) - asked.get(i - 1) - Prober.INTERVAL_NANOS);
    }
    return longest;
  }
}
