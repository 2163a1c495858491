package io.pitchlake.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.wire.Property;
import io.pitchlake.sync.Cluster.Member;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// The protocol, from tables to tables, over a wire that does what wires do.
class ReplicationTest {
  private static Cluster quiet() {
    return new Cluster(new SplittableRandom(1));
  }

  @Test
  void aChangeIsToldWithinTwoMilliseconds() {
    try (Cluster cluster = quiet()) {
      Member a = cluster.join("a", 10);
      Member b = cluster.join("b", 10);
      cluster.clock.advanceMillis(500);
      a.table.put(7, 1, 70);
      cluster.clock.advanceMillis(2);
      assertEquals(Map.of(7L, "1:70"), b.table.content());
      a.table.put(7, 1, 71);
      cluster.clock.advanceMillis(2);
      assertEquals(Map.of(7L, "1:71"), b.table.content());
      a.table.remove(7);
      cluster.clock.advanceMillis(2);
      assertEquals(Map.of(), b.table.content());
      cluster.assertEqual();
      assertEquals(2, b.count(Counter.SYNC_TAKEN), "nothing was told twice");
      assertEquals(0, a.count(Counter.SYNC_TAKEN), "nothing echoes");
    }
  }

  @Test
  void manyChangesOfOneEntryAreToldAsOne() {
    try (Cluster cluster = quiet()) {
      Member a = cluster.join("a", 10);
      Member b = cluster.join("b", 10);
      cluster.clock.advanceMillis(500);
      for (int i = 0; i < 1000; i++) {
        a.table.put(7, 1, i);
      }
      cluster.clock.advanceMillis(5);
      assertEquals(Map.of(7L, "1:999"), b.table.content());
      assertEquals(1, a.count(Counter.SYNC_TOLD));
    }
  }

  /// Histories over a bad wire, with cuts, deaths and restarts; after quiet all tables are equal.
  @Test
  void tablesConverge() {
    Property.forAll("replicated tables converge", 60, ReplicationTest::history);
  }

  private static void history(RandomGenerator random) {
    try (Cluster cluster = new Cluster(random)) {
      int names = random.nextInt(1, 400);
      int count = random.nextInt(2, 4);
      for (int i = 0; i < count; i++) {
        cluster.join("node" + i, names);
      }
      cluster
          .wire
          .delay(50_000, random.nextLong(51_000, 20_000_000))
          .faults(random.nextDouble() * 0.3, random.nextDouble() * 0.2);
      for (int step = 0; step < 300; step++) {
        Member member = cluster.members.get(random.nextInt(cluster.members.size()));
        switch (random.nextInt(40)) {
          case 0 -> member.sessions.promoted();
          case 1 -> cluster.wire.cut("node0", "node1");
          case 2, 3 -> cluster.wire.heal("node0", "node1");
          case 4 -> {
            if (!member.dead && cluster.members.size() < 8) {
              member.die();
              cluster.join(member.name, names);
            }
          }
          case 5 -> member.engineHangs = !member.engineHangs;
          case 6, 7, 8 -> cluster.clock.advance(random.nextLong(100_000_000));
          default -> {
            if (!member.dead) {
              change(member, names, random);
            }
          }
        }
      }
      cluster.wire.faults(0, 0);
      cluster.wire.heal("node0", "node1");
      cluster.members.forEach(member -> member.engineHangs = false);
      cluster.assertEqualWithin(90);
    }
  }

  private static void change(Member member, int names, RandomGenerator random) {
    for (int i = random.nextInt(1, 60); i > 0; i--) {
      long name = random.nextInt(names);
      if (random.nextInt(5) == 0) {
        member.table.remove(name);
      } else {
        // The rarer state counts more and so never goes back by itself.
        member.table.put(name, random.nextInt(20) == 0 ? 2 : 1, random.nextInt(65_536));
      }
    }
  }

  @Test
  void aSnapshotIsTakenOverWhileChangesGoOn() {
    try (Cluster cluster = quiet()) {
      int size = 50_000;
      Member a = cluster.join("a", size);
      for (int i = 0; i < size / 2; i++) {
        a.table.put(i, 1, i & 0xffff);
      }
      cluster.clock.advanceMillis(500);
      assertEquals(0, a.counters.get(Gauge.SYNC_TO_TELL), "told to nobody, but taken note of");
      Member b = cluster.join("b", size);
      assertFalse(b.sessions.mayPreempt(cluster.clock.nanoTime()));
      boolean early = false;
      for (int i = 0; i < 1000; i++) {
        a.table.put(i * 13 % size, 1, 1);
        a.table.remove(i * 7 % size);
        cluster.clock.advance(Cluster.TURN_NANOS);
        early |=
            b.sessions.mayPreempt(cluster.clock.nanoTime()) && b.table.content().size() < 20_000;
      }
      assertFalse(early, "b may preempt before it has what a has");
      cluster.clock.advanceSeconds(1);
      assertTrue(b.sessions.mayPreempt(cluster.clock.nanoTime()));
      cluster.assertCaughtUp(b);
      cluster.assertEqualWithin(3);
      assertTrue(a.count(Counter.SYNC_TAKEN) < 100, "what b has just been told does not come back");
    }
  }

  /// What is swept leaves half of the ring to changes. Where there were none, and the replication's
  /// thread was too slow for a moment, nobody looked again how much of it was free.
  @Test
  void aSnapshotIsTakenOverWhereNothingChangesAndTheThreadStandsStillForAMoment() {
    try (Cluster cluster = quiet()) {
      int size = 30_000;
      Member a = cluster.join("a", size);
      for (int i = 0; i < size; i++) {
        a.table.put(i, 1, i & 0xffff);
      }
      cluster.clock.advanceMillis(500);
      Member b = cluster.join("b", size);
      while (b.table.content().isEmpty()) {
        cluster.clock.advance(Cluster.TURN_NANOS);
      }
      a.threadHangs = true;
      cluster.clock.advanceMillis(200);
      a.threadHangs = false;
      cluster.clock.advanceSeconds(1);
      cluster.assertCaughtUp(b);
      cluster.assertEqual();
    }
  }

  @Test
  void aNodeThatReachesNobodyWaitsTenSeconds() {
    try (Cluster cluster = quiet()) {
      Member a = cluster.join("a", 10);
      cluster.clock.advanceSeconds(9);
      assertFalse(a.sessions.mayPreempt(cluster.clock.nanoTime()));
      cluster.clock.advanceSeconds(2);
      assertTrue(a.sessions.mayPreempt(cluster.clock.nanoTime()));
      cluster.join("b", 10);
      cluster.clock.advanceMillis(100);
      assertTrue(a.sessions.mayPreempt(cluster.clock.nanoTime()), "nothing is to be had there");
    }
  }

  @Test
  void aPeerThatWasStartedAgainGetsEverythingAgain() {
    try (Cluster cluster = quiet()) {
      Member a = cluster.join("a", 1000);
      Member b = cluster.join("b", 1000);
      for (int i = 0; i < 1000; i++) {
        a.table.put(i, 1, i);
      }
      cluster.clock.advanceMillis(100);
      cluster.assertEqual();
      b.die();
      a.table.remove(5);
      cluster.clock.advanceMillis(100);
      Member again = cluster.join("b", 1000);
      cluster.clock.advanceMillis(500);
      cluster.assertCaughtUp(again);
      assertEquals(999, again.table.content().size());
      cluster.assertEqual();
    }
  }

  /// The other one is not told that its peer has gone before it is there again.
  @Test
  void anotherBootUnderTheSameNameTakesTheOldOnesPlace() {
    try (Cluster cluster = quiet()) {
      Member a = cluster.join("a", 10);
      a.table.put(1, 1, 1);
      Member b = cluster.join("b", 10);
      cluster.clock.advanceMillis(100);
      b.dead = true;
      Member again = cluster.join("b", 10);
      cluster.clock.advanceMillis(500);
      assertEquals(Map.of(1L, "1:1"), again.table.content());
      assertEquals(1, a.counters.get(Gauge.SYNC_PEERS));
    }
  }

  /// A node whose peer had begun anew while it was asking waited for an answer for ever, and so did
  /// the other.
  @Test
  void aQuestionThatIsForgottenIsAskedAgain() {
    history(new SplittableRandom(-3_205_830_273_705_387_474L));
  }

  @Test
  void aLinkThatFlapsOnOneSideAloneIsNoticedByBoth() {
    try (Cluster cluster = quiet()) {
      Member a = cluster.join("a", 100);
      Member b = cluster.join("b", 100);
      cluster.wire.cut("a", "b");
      for (int i = 0; i < 50; i++) {
        a.table.put(i, 1, i);
        b.table.put(50 + i, 1, i);
      }
      cluster.wire.delay(30_000_000, 30_000_000);
      cluster.wire.heal("a", "b");
      // One's link flaps, which the other does not notice, while they find out what differs.
      for (int i = 0; i < 10; i++) {
        cluster.clock.advanceMillis(75);
        a.replicator.onLeft(b.end.peer());
        a.replicator.onJoined(b.end.peer());
      }
      cluster.clock.advanceSeconds(15);
      cluster.assertEqual();
      cluster.assertCaughtUp(a);
      cluster.assertCaughtUp(b);
    }
  }

  /// What one told with a lower number than before was late for the other, for half a minute
  /// (history 15784).
  @Test
  void whoIsLeftAndMetAgainUnawaresIsToldAtOnce() {
    try (Cluster cluster = quiet()) {
      Member a = cluster.join("a", 100);
      Member b = cluster.join("b", 100);
      cluster.clock.advanceSeconds(1);
      cluster.wire.delay(30_000_000, 30_000_000);
      b.replicator.onLeft(a.end.peer());
      b.replicator.onJoined(a.end.peer());
      // Both have begun, b's first frames are on their way.
      cluster.clock.advanceMillis(75);
      a.replicator.onLeft(b.end.peer());
      a.table.put(1, 1, 1);
      a.replicator.onJoined(b.end.peer());
      cluster.clock.advanceSeconds(5);
      cluster.assertEqual();
      cluster.assertCaughtUp(a);
      cluster.assertCaughtUp(b);
    }
  }

  @Test
  void afterASplitTheHigherEpochWins() {
    try (Cluster cluster = quiet()) {
      Member a = cluster.join("a", 10);
      Member b = cluster.join("b", 10);
      a.sessions.promoted();
      a.table.put(1, 1, 1);
      cluster.clock.advanceMillis(100);
      cluster.wire.cut("a", "b");
      b.sessions.promoted();
      b.table.put(1, 1, 2);
      for (int i = 0; i < 100; i++) {
        a.table.put(1, 1, 100 + i);
      }
      cluster.clock.advanceMillis(100);
      cluster.wire.heal("a", "b");
      cluster.clock.advanceMillis(500);
      assertEquals(Map.of(1L, "1:2"), a.table.content(), "however often the other one changed it");
      cluster.assertEqual();
    }
  }

  @Test
  void whatCountsMoreWinsWhateverItsStamp() {
    try (Cluster cluster = quiet()) {
      Member a = cluster.join("a", 10);
      Member b = cluster.join("b", 10);
      cluster.clock.advanceMillis(100);
      cluster.wire.cut("a", "b");
      a.table.put(1, 2, 1);
      b.sessions.promoted();
      b.table.put(1, 1, 2);
      cluster.clock.advanceMillis(100);
      cluster.wire.heal("a", "b");
      cluster.clock.advanceMillis(500);
      assertEquals(Map.of(1L, "2:1"), b.table.content());
      cluster.assertEqual();
      b.table.put(1, 1, 3);
      cluster.clock.advanceMillis(5);
      assertEquals(Map.of(1L, "2:1"), b.table.content(), "told back within milliseconds");
    }
  }

  @Test
  void whoHasSeenLifeRefusesAnEnd() {
    try (Cluster cluster = quiet()) {
      Member a = cluster.join("a", 10);
      Member b = cluster.join("b", 10);
      a.table.put(1, 1, 1);
      cluster.clock.advanceMillis(100);
      a.table.clings = true;
      b.table.remove(1);
      cluster.clock.advanceMillis(5);
      assertEquals(Map.of(1L, "1:1"), b.table.content());
      cluster.assertEqual();
    }
  }

  @Test
  void aPeerWhoseEngineHangsCostsItsWindowAlone() {
    try (Cluster cluster = quiet()) {
      int size = 100_000;
      Member a = cluster.join("a", size);
      Member b = cluster.join("b", size);
      Member c = cluster.join("c", size);
      cluster.clock.advanceMillis(100);
      b.engineHangs = true;
      for (int i = 0; i < size; i++) {
        a.table.put(i, 1, i & 0xffff);
        if (i % 50 == 0) {
          cluster.clock.advance(Cluster.TURN_NANOS);
        }
      }
      assertTrue(a.saw(SyncEvent.FellBehind.class), a.events::toString);
      assertTrue(b.count(Counter.SYNC_FRAMES_NO_ROOM) > 0);
      cluster.clock.advanceSeconds(2);
      assertEquals(size, c.table.content().size(), "the third node has everything");
      b.engineHangs = false;
      cluster.assertEqualWithin(60);
    }
  }

  @Test
  void aLinkWithoutRoomLosesNothing() {
    try (Cluster cluster = quiet()) {
      Member a = cluster.join("a", 1000);
      Member b = cluster.join("b", 1000);
      cluster.clock.advanceMillis(100);
      a.end.room(0);
      for (int i = 0; i < 1000; i++) {
        a.table.put(i, 1, i);
      }
      cluster.clock.advanceMillis(100);
      assertEquals(Map.of(), b.table.content());
      a.end.room(Integer.MAX_VALUE);
      cluster.clock.advanceMillis(10);
      cluster.assertEqual();
      assertFalse(a.saw(SyncEvent.FellBehind.class));
    }
  }

  @Test
  void whatNamesNobodyHereIsDroppedAndTriedLessAndLess() {
    try (Cluster cluster = quiet()) {
      Member a = cluster.join("a", 10);
      Member b = cluster.join("b", 10);
      cluster.clock.advanceMillis(100);
      a.table.put(PlainTable.UNKNOWN_FROM, 1, 1);
      a.table.put(1, 1, 1);
      cluster.clock.advanceSeconds(300);
      assertEquals(Map.of(1L, "1:1"), b.table.content());
      long unknown = b.count(Counter.SYNC_UNKNOWN);
      assertTrue(unknown > 1 && unknown < 20, unknown + " times in 300 s");
    }
  }

  @Test
  void nodesWithOtherKeysSaySoAndGoOn() {
    try (Cluster cluster = quiet()) {
      Member a = cluster.join("a", 10, 1);
      Member b = cluster.join("b", 10, 2);
      cluster.clock.advanceMillis(100);
      a.table.put(1, 1, 1);
      cluster.clock.advanceMillis(100);
      assertTrue(a.saw(SyncEvent.OtherKeys.class) && b.saw(SyncEvent.OtherKeys.class));
      cluster.assertEqual();
    }
  }

  @Test
  void aPeerOfAnotherVersionIsNamedOnceAndLeftAlone() {
    try (Cluster cluster = quiet()) {
      Member a = cluster.join("a", 10);
      SyncLink.Peer stranger = new SyncLink.Peer(99, "stranger");
      a.replicator.onJoined(stranger);
      byte[] frame = new byte[SyncFrame.HELLO_BYTES];
      ByteBuffer.wrap(frame).putShort((short) SyncFrame.MAGIC).put((byte) 2).put((byte) 1);
      long sent = a.count(Counter.SYNC_FRAMES_SENT);
      for (int i = 0; i < 10; i++) {
        a.replicator.onFrame(stranger, ByteBuffer.wrap(frame));
      }
      assertEquals(
          sent + 1, a.count(Counter.SYNC_FRAMES_SENT), "a greeting, so that it can say why");
      cluster.clock.advanceSeconds(1);
      assertEquals(
          1,
          a.events.stream().filter(SyncEvent.OtherProtocol.class::isInstance).count(),
          a.events::toString);
      assertEquals(0, a.counters.get(Gauge.SYNC_PEERS));
      Member b = cluster.join("b", 10);
      a.table.put(1, 1, 1);
      cluster.clock.advanceMillis(500);
      assertEquals(Map.of(1L, "1:1"), b.table.content(), "others are still talked to");
    }
  }

  /// Frames of a node that lives, with a few bytes changed, and pure noise.
  @Test
  void nothingThatAPeerSendsDoesHarm() {
    Property.forAll("hostile replication frames", 100, ReplicationTest::hostility);
  }

  private static void hostility(RandomGenerator random) {
    try (Cluster cluster = new Cluster(random)) {
      Member a = cluster.join("a", 100);
      Member b = cluster.join("b", 100);
      cluster.wire.tamper(frame -> {
        byte[] bad = frame.clone();
        switch (random.nextInt(6)) {
          case 0 -> random.nextBytes(bad);
          case 1 -> bad = Arrays.copyOf(bad, random.nextInt(bad.length + 1));
          case 2 -> bad = Arrays.copyOf(bad, bad.length + random.nextInt(100));
          case 3 -> bad[random.nextInt(bad.length)] = (byte) random.nextInt();
          case 4 ->
              bad[random.nextInt(Math.min(bad.length, 60))] ^= (byte) (1 << random.nextInt(8));
          default -> {}
        }
        return bad;
      });
      for (int step = 0; step < 50; step++) {
        a.table.put(random.nextInt(90), 1, step);
        b.table.put(random.nextInt(90), 1, step);
        cluster.clock.advanceMillis(20);
      }
      assertTrue(a.table.content().size() <= 100);
    }
  }
}
