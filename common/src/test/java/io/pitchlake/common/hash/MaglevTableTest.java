package io.pitchlake.common.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.hash.MaglevTable.Member;
import io.pitchlake.common.wire.Property;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MaglevTableTest {
  private static final SipHash KEY = new SipHash(0x0123_4567_89ab_cdefL, 0x0f1e_2d3c_4b5a_6978L);

  private static MaglevTable table(Member... members) {
    return MaglevTable.build(KEY, 1, List.of(members));
  }

  /// Between 2 and 40 targets with numbers anywhere; weights from 1 to `maxWeight`.
  private static List<Member> members(RandomGenerator random, int maxWeight) {
    int wanted = random.nextInt(2, 41);
    return random
        .ints(0, MaglevTable.NONE)
        .distinct()
        .limit(wanted)
        .mapToObj(target -> new Member(target, random.nextInt(1, maxWeight + 1)))
        .toList();
  }

  private static SipHash key(RandomGenerator random) {
    return new SipHash(random.nextLong(), random.nextLong());
  }

  private static int slotsOf(MaglevTable table, int target) {
    return (int)
        IntStream.range(0, MaglevTable.SLOTS)
            .filter(slot -> table.targetOfSlot(slot) == target)
            .count();
  }

  private static int fingerprint(MaglevTable table) {
    return IntStream.range(0, MaglevTable.SLOTS)
        .map(table::targetOfSlot)
        .reduce(1, (hash, target) -> hash * 31 + target);
  }

  @Test
  void nobodyTakesTheSlotsOfAnEmptyTable() {
    assertEquals(MaglevTable.NONE, table().target(-1));
    assertEquals(MaglevTable.NONE, table(new Member(3, 0)).target(0));
  }

  @Test
  void everyHashHasASlot() {
    MaglevTable table = table(new Member(3, 1));
    assertEquals(3, table.target(0));
    assertEquals(3, table.target(-1));
    assertEquals(3, table.target(Long.MAX_VALUE));
  }

  @Test
  void weightZeroTakesNothing() {
    MaglevTable table = table(new Member(1, 1), new Member(2, 0), new Member(3, 1));
    assertEquals(0, slotsOf(table, 2));
    assertEquals(fingerprint(table(new Member(1, 1), new Member(3, 1))), fingerprint(table));
  }

  @Test
  void servicesHaveTablesOfTheirOwn() {
    List<Member> members = List.of(new Member(1, 1), new Member(2, 1), new Member(3, 1));
    assertNotEquals(
        fingerprint(MaglevTable.build(KEY, 1, members)),
        fingerprint(MaglevTable.build(KEY, 2, members)));
  }

  /// Nodes of two releases share a cluster: a build that gives other tables breaks their flows. The
  /// value comes from a second implementation, in another language.
  @Test
  void tablesStayWhatTheyAreFromReleaseToRelease() {
    assertEquals(
        0x8912_b75a, fingerprint(table(new Member(1, 1), new Member(2, 2), new Member(7, 3))));
  }

  @Test
  void orderOfTargetsDoesNotMatter() {
    Property.forAll(
        "the order of targets does not matter",
        10,
        random -> {
          SipHash key = key(random);
          List<Member> members = new ArrayList<>(members(random, 10));
          int expected = fingerprint(MaglevTable.build(key, 5, members));
          Collections.shuffle(members, java.util.Random.from(random));
          assertEquals(expected, fingerprint(MaglevTable.build(key, 5, members)), "" + members);
        });
  }

  /// A whole round gives each target its weight; a round cut short costs it one slot, and so does
  /// its fraction of a turn.
  @Test
  void slotsFollowWeights() {
    Property.forAll(
        "slots follow weights",
        20,
        random -> {
          List<Member> members = members(random, random.nextBoolean() ? 1 : 100);
          MaglevTable table = MaglevTable.build(key(random), 1, members);
          double weights = members.stream().mapToInt(Member::weight).sum();
          double bound = 2 + members.size();
          for (Member member : members) {
            double expected = MaglevTable.SLOTS * member.weight() / weights;
            int seen = slotsOf(table, member.target());
            assertTrue(
                Math.abs(seen - expected) <= bound,
                "%s has %d slots, expected %.1f +- %.0f".formatted(member, seen, expected, bound));
          }
        });
  }

  /// Flows of one client that counts its ports up spread over the targets like chance.
  @Test
  void flowsSpreadEvenly() {
    Property.forAll(
        "flows spread evenly over targets",
        10,
        random -> {
          SipHash key = key(random);
          FlowHash hash = FlowHash.drawnFrom(key, 1);
          int targets = 16;
          MaglevTable table =
              MaglevTable.build(
                  key,
                  1,
                  IntStream.range(0, targets).mapToObj(target -> new Member(target, 1)).toList());
          int flows = 64_000;
          int[] seen = new int[targets];
          long client = random.nextInt() & 0xffff_ffffL;
          for (int port = 1024; port < 1024 + flows; port++) {
            seen[table.target(hash.hash(0, client, FlowHash.tuple(1, 6, port, 80)))]++;
          }
          double expected = (double) flows / targets;
          double chiSquare = 0;
          for (int count : seen) {
            chiSquare += (count - expected) * (count - expected) / expected;
          }
          // Chance exceeds it once in 10,000 runs.
          assertTrue(chiSquare < 44.3, "chi-square over 16 targets is " + chiSquare);
        });
  }

  /// The slots of a lost target must move; of the others hardly one in a hundred does.
  @Test
  void aLostTargetMovesLittleElse() {
    Property.forAll(
        "a lost target moves little else",
        20,
        random -> {
          SipHash key = key(random);
          List<Member> before = members(random, random.nextBoolean() ? 1 : 5);
          Member lost = before.get(random.nextInt(before.size()));
          List<Member> after = new ArrayList<>(before);
          after.remove(lost);
          MaglevTable first = MaglevTable.build(key, 1, before);
          MaglevTable second = MaglevTable.build(key, 1, after);
          long moved =
              IntStream.range(0, MaglevTable.SLOTS)
                  .filter(slot -> first.targetOfSlot(slot) != lost.target())
                  .filter(slot -> first.targetOfSlot(slot) != second.targetOfSlot(slot))
                  .count();
          double percent = 100.0 * moved / MaglevTable.SLOTS;
          assertTrue(
              percent <= 2,
              "without %s of %d targets %.2f %% of the slots move that were not its own"
                  .formatted(lost, before.size(), percent));
        });
  }

  @Test
  void badMembersAreRefusedInWords() {
    assertEquals(
        "a target's number is 0 to 65534, not 65535",
        assertThrows(IllegalArgumentException.class, () -> new Member(65_535, 1)).getMessage());
    assertEquals(
        "the weight of target 1 is at least 0, not -1",
        assertThrows(IllegalArgumentException.class, () -> new Member(1, -1)).getMessage());
    assertEquals(
        "target 4 is given twice",
        assertThrows(
                IllegalArgumentException.class, () -> table(new Member(4, 1), new Member(4, 2)))
            .getMessage());
  }

  @Test
  void aTableBuiltPieceByPieceIsTheSame() {
    SipHash key = new SipHash(11, 12);
    List<MaglevTable.Member> members =
        List.of(
            new MaglevTable.Member(7, 3),
            new MaglevTable.Member(2, 1),
            new MaglevTable.Member(40_000, 10),
            new MaglevTable.Member(9, 0));
    MaglevTable whole = MaglevTable.build(key, 5, members);
    MaglevTable.Builder builder = new MaglevTable.Builder(key, 5, members);
    int pieces = 1;
    while (!builder.advance(997)) {
      pieces++;
    }
    MaglevTable pieced = builder.table();
    for (int slot = 0; slot < MaglevTable.SLOTS; slot++) {
      assertEquals(whole.targetOfSlot(slot), pieced.targetOfSlot(slot), "slot " + slot);
    }
    assertTrue(pieces >= MaglevTable.SLOTS / 997, pieces + " pieces of 997 steps");
  }

  @Test
  void anUnfinishedTableIsNotHandedOut() {
    MaglevTable.Builder builder =
        new MaglevTable.Builder(new SipHash(1, 2), 1, List.of(new Member(1, 1), new Member(2, 1)));
    builder.advance(10);
    assertThrows(IllegalStateException.class, builder::table);
  }

  @Test
  void whoIsAloneTakesEverySlotAtOnce() {
    MaglevTable.Builder builder =
        new MaglevTable.Builder(new SipHash(1, 2), 1, List.of(new Member(7, 3), new Member(8, 0)));
    assertTrue(builder.advance(1), "nothing is to be sought");
    for (int slot = 0; slot < MaglevTable.SLOTS; slot++) {
      assertEquals(7, builder.table().targetOfSlot(slot), "slot " + slot);
    }
  }
}
