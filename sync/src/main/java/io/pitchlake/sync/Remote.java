package io.pitchlake.sync;

/// What the engine knows of another node that can be talked to: how far the two have come in making
/// their tables equal, and which ranges that node has asked for. Engine thread.
final class Remote {
  boolean up;
  int generation;

  /// Whether all that the peer held when it came has been taken over.
  boolean caughtUp;

  long upSinceNanos;

  // What this node owes the peer.
  long summaryNanos;
  boolean owesSummary;
  boolean owesDigest;
  boolean owesWish;
  boolean owesRanges;
  boolean owesNotice;

  // A sweep for the peer over all tables.
  final Ranges swept = new Ranges();
  boolean sweeping;
  int table;
  int entry;

  // What this node wants of the peer.
  final Ranges wanted = new Ranges();
  final Ranges differedBefore = new Ranges();
  private final Ranges current = new Ranges();
  boolean asking;
  int summariesMeanwhile;
  long heardNanos;
  int differing;
  int nextRange;
  long notBeforeNanos;
  long patienceNanos;

  /// Takes out of what is wanted what did not differ the last time.
  void keepWhatDifferedBefore() {
    current.copy(wanted);
    wanted.retain(differedBefore);
    differedBefore.copy(current);
  }

  /// A peer that has come, or come back.
  void begin(int peersGeneration, long nowNanos) {
    up = true;
    generation = peersGeneration;
    caughtUp = false;
    upSinceNanos = nowNanos;
    summaryNanos = nowNanos;
    owesSummary = true;
    owesDigest = false;
    owesWish = false;
    owesRanges = false;
    owesNotice = false;
    summariesMeanwhile = 0;
    sweeping = false;
    swept.clear();
    wanted.clear();
    differedBefore.clear();
    asking = false;
    differing = 0;
    notBeforeNanos = nowNanos;
    patienceNanos = 0;
  }
}
