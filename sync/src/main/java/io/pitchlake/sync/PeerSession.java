package io.pitchlake.sync;

import io.pitchlake.sync.SyncLink.Peer;
import java.lang.foreign.Arena;

/// Another node that the link can reach, and how far the two have come. One thread.
final class PeerSession implements AutoCloseable {
  /// How far.
  enum Stage {
    /// It has not yet said who it is.
    GREETING,
    /// Records go both ways.
    TALKING,
    /// It did not follow, and is left alone for a while.
    RESTING,
    /// It cannot be understood.
    REFUSED,
    /// The link cannot reach it any more.
    LEFT
  }

  private static final long FIRST_REST_NANOS = 1_000_000_000L;
  private static final long LAST_REST_NANOS = 32_000_000_000L;
  private static final long WELL_NANOS = 60_000_000_000L;

  final Peer peer;
  final int index;
  final Inbound inbound = new Inbound();
  final Outbound outbound;
  private final Arena arena = Arena.ofShared();
  Stage stage = Stage.GREETING;
  int generation;

  /// Whether the engine knows that it can be talked to.
  boolean engineKnows;

  long epoch;
  boolean ackDue;
  boolean roomWasShort;
  boolean otherKeysSaid;
  boolean blocked;
  long blockedSinceNanos;
  long helloNanos;
  long talkingSinceNanos;
  private long restUntilNanos;
  private long restNanos;

  PeerSession(Peer peer, int index, long nowNanos) {
    this.peer = peer;
    this.index = index;
    outbound = new Outbound(arena);
    talkingSinceNanos = nowNanos;
  }

  boolean isTalking() {
    return stage == Stage.TALKING;
  }

  void leave() {
    stage = Stage.LEFT;
  }

  boolean hasLeft() {
    return stage == Stage.LEFT;
  }

  /// Leaves the peer alone, longer each time it does not follow; returns for how long.
  long rest(long nowNanos) {
    boolean wasWell = nowNanos - talkingSinceNanos >= WELL_NANOS;
    restNanos =
        wasWell || restNanos == 0 ? FIRST_REST_NANOS : Math.min(2 * restNanos, LAST_REST_NANOS);
    restUntilNanos = nowNanos + restNanos;
    stage = Stage.RESTING;
    blocked = false;
    return restNanos;
  }

  boolean hasRested(long nowNanos) {
    return stage == Stage.RESTING && nowNanos - restUntilNanos >= 0;
  }

  /// Whether it takes no more records for now, and since when.
  boolean isBlocked(long nowNanos) {
    boolean now = !outbound.hasRoom();
    if (now && !blocked) {
      blockedSinceNanos = nowNanos;
    }
    blocked = now;
    return now;
  }

  @Override
  public void close() {
    arena.close();
  }
}
