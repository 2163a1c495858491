package io.pitchlake.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.sync.sim.SimSync;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Nodes that are a table and its replication, nothing else, on a simulated wire.
final class Cluster implements AutoCloseable {
  static final FlowHash KEYS = new FlowHash(1, 2, 3, 5);
  static final long TURN_NANOS = 200_000;

  final SimClock clock = new SimClock();
  final SimSync wire;
  final List<Member> members = new ArrayList<>();
  private final RandomGenerator random;

  Cluster(RandomGenerator random) {
    this.random = random;
    this.wire = new SimSync(clock, random);
  }

  final class Member {
    final String name;
    final CounterBank counters = new CounterBank();
    final PlainTable table;
    final SessionReplicator sessions;
    final Replicator replicator;
    final SimSync.End end;
    final List<SyncEvent> events = new ArrayList<>();
    boolean dead;
    boolean engineHangs;
    boolean threadHangs;
    private boolean closed;

    private Member(String name, int capacity, long fingerprint) {
      this.name = name;
      table = new PlainTable(capacity);
      sessions = new SessionReplicator(counters, KEYS, clock.nanoTime());
      table.replicate(sessions);
      replicator =
          new Replicator(
              sessions, random.nextLong(), fingerprint, List.of(), events::add, clock.nanoTime());
      end = wire.join(name, replicator);
      clock.every(TURN_NANOS, this::turn);
    }

    private void turn() {
      if (dead) {
        return;
      }
      if (!engineHangs) {
        sessions.turn(clock.nanoTime());
      }
      if (!threadHangs) {
        replicator.step(clock.nanoTime());
      }
    }

    /// Ends, and the others notice.
    void die() {
      dead = true;
      end.close();
    }

    long count(Counter counter) {
      return counters.get(counter) + replicator.counters().get(counter);
    }

    boolean saw(Class<? extends SyncEvent> kind) {
      return events.stream().anyMatch(kind::isInstance);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  Member join(String name, int capacity) {
    return join(name, capacity, 1);
  }

  Member join(String name, int capacity, long fingerprint) {
    Member member = new Member(name, capacity, fingerprint);
    members.add(member);
    return member;
  }

  /// All that live hold the same.
  void assertEqual() {
    List<Member> living = members.stream().filter(member -> !member.dead).toList();
    Member first = living.getFirst();
    for (Member other : living) {
      assertEquals(first.table.content(), other.table.content(), first + " and " + other);
      assertEquals(
          first.sessions.digest().total(), other.sessions.digest().total(), "sums of " + other);
    }
  }

  /// Waits until all that live hold the same, or fails.
  void assertEqualWithin(long seconds) {
    List<Member> living = members.stream().filter(member -> !member.dead).toList();
    long until = clock.nanoTime() + seconds * 1_000_000_000L;
    while (clock.nanoTime() < until
        && !living.stream()
            .allMatch(m -> m.table.content().equals(living.getFirst().table.content()))) {
      clock.advanceMillis(50);
    }
    assertEqual();
  }

  void assertCaughtUp(Member member) {
    assertTrue(member.saw(SyncEvent.CaughtUp.class), () -> member + ": " + member.events);
  }

  @Override
  public void close() {
    for (Member member : members) {
      if (!member.closed) {
        member.closed = true;
        member.replicator.close();
      }
    }
  }
}
