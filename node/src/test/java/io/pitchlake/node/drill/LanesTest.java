package io.pitchlake.node.drill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.node.drill.Lane.Kind;
import io.pitchlake.node.drill.Lane.Stretch;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What lanes make of questions and answers. Times are milliseconds here.
class LanesTest {
  private static final long MILLI = 1_000_000;
  private static final Stretch ALL = stretch(0, 1000);

  private static Stretch stretch(long fromMillis, long toMillis) {
    return new Stretch(fromMillis * MILLI, toMillis * MILLI);
  }

  /// Asks once a millisecond for a second; those in `lost` get no answer.
  private static RequestLane pings(Stretch lost) {
    RequestLane lane = new RequestLane(Kind.PING);
    for (long at = 0; at < 1000 * MILLI; at += MILLI) {
      int number = lane.ask(at);
      if (!lost.has(at)) {
        lane.answer(number, at + MILLI / 10);
      }
    }
    return lane;
  }

  @Test
  void anOutageLastsFromTheFirstLostRequestToTheNextAnsweredOne() {
    Outcome outcome = pings(stretch(300, 334)).judge(ALL);
    assertEquals(34 * MILLI, outcome.outageNanos());
    assertEquals(300 * MILLI, outcome.fromNanos());
    assertEquals(34, outcome.lost());
    assertEquals(1000, outcome.asked());
  }

  @Test
  void whereAllIsAnsweredThereIsNoOutage() {
    Outcome outcome = pings(stretch(0, 0)).judge(ALL);
    assertEquals(0, outcome.outageNanos());
    assertEquals(0, outcome.lost());
    assertEquals(0, outcome.probeLateNanos());
  }

  @Test
  void anOutageWithoutEndLastsToTheEndOfTheStretch() {
    assertEquals(200 * MILLI, pings(stretch(800, 1000)).judge(ALL).outageNanos());
  }

  @Test
  void theLongestOfSeveralOutagesCounts() {
    RequestLane lane = pings(stretch(100, 120));
    for (long at = 1000 * MILLI; at < 1010 * MILLI; at += MILLI) {
      lane.ask(at);
    }
    Outcome outcome = lane.judge(stretch(0, 1010));
    assertEquals(20 * MILLI, outcome.outageNanos());
    assertEquals(30, outcome.lost());
    assertEquals(List.of(stretch(100, 120), stretch(1000, 1010)), lane.outages(stretch(0, 1010)));
  }

  @Test
  void aStalledProbeIsNoOutageAndIsReported() {
    RequestLane lane = new RequestLane(Kind.PING);
    for (long at : new long[] {0, 1, 2, 52, 53}) {
      lane.answer(lane.ask(at * MILLI), at * MILLI + 1000);
    }
    assertEquals(0, lane.judge(ALL).outageNanos());
    assertEquals(49 * MILLI, lane.judge(ALL).probeLateNanos());
  }

  @Test
  void twoAnswersToOneRequestAreTwoOwners() {
    RequestLane lane = pings(stretch(0, 0));
    for (int number = 500; number < 512; number++) {
      lane.answer(number, number * MILLI + MILLI / 2);
    }
    assertEquals(12 * MILLI, lane.judge(ALL).twoOwnersNanos());
  }

  @Test
  void aNodeThatTalksIntoACutIsNoSecondOwner() {
    RequestLane lane = pings(stretch(0, 0));
    for (int number = 500; number < 512; number++) {
      lane.spoke(number, 0);
      lane.spoke(number, 1);
    }
    assertEquals(0, lane.judge(ALL).twoOwnersNanos());
    assertEquals(12 * MILLI, lane.judge(ALL).vainNanos());
    assertEquals(List.of(stretch(500, 511)), lane.speaking(1, ALL));
  }

  @Test
  void whatAWokenNodeAnswersLateIsCountedAndNotTakenForAnAnswer() {
    RequestLane lane = pings(stretch(300, 400));
    lane.answer(350, 900 * MILLI);
    Outcome outcome = lane.judge(ALL);
    assertEquals(1, outcome.stale());
    assertEquals(100, outcome.lost());
  }

  @Test
  void aLaneIsSteadySinceItsLastLoss() {
    RequestLane lane = pings(stretch(300, 334));
    long grace = RequestLane.GRACE_NANOS / MILLI;
    assertEquals((999 - grace - 333) * MILLI, lane.steadyNanos(1000 * MILLI));
    assertEquals(0, pings(stretch(300, 1000)).steadyNanos(600 * MILLI));
  }

  /// Asks for a second; node 0 answers before `until`, node 1 from `from` on.
  private static AnswerLane arp(long untilMillis, long fromMillis, boolean firstIsCutOff) {
    AnswerLane lane = new AnswerLane(Kind.ARP, 2);
    for (long at = 0; at < 1000; at++) {
      lane.ask(at * MILLI);
      if (at < untilMillis) {
        lane.spoke(0, at * MILLI);
        if (!firstIsCutOff) {
          lane.answer(at * MILLI);
        }
      }
      if (at >= fromMillis) {
        lane.spoke(1, at * MILLI);
        lane.answer(at * MILLI);
      }
    }
    return lane;
  }

  @Test
  void silenceLastsFromTheFirstQuestionWithoutAnAnswer() {
    Outcome outcome = arp(300, 340, false).judge(ALL);
    assertEquals(40 * MILLI, outcome.outageNanos(), MILLI);
    assertEquals(40, outcome.lost());
    assertEquals(0, outcome.twoOwnersNanos());
  }

  @Test
  void twoNodesThatAreBothHeardAreTwoOwners() {
    Outcome outcome = arp(390, 340, false).judge(ALL);
    assertEquals(49 * MILLI, outcome.twoOwnersNanos());
    assertEquals(0, outcome.outageNanos());
    assertEquals(0, outcome.vainNanos());
  }

  @Test
  void ofTwoNodesThatSpeakOneMayBeUnheard() {
    AnswerLane lane = arp(1000, 340, true);
    Outcome outcome = lane.judge(ALL);
    assertEquals(0, outcome.twoOwnersNanos());
    assertEquals(659 * MILLI, outcome.vainNanos());
  }

  @Test
  void withoutTapsMoreAnswersThanQuestionsAreTwoOwners() {
    AnswerLane lane = new AnswerLane(Kind.ARP, 0);
    for (long at = 0; at < 1000; at++) {
      lane.ask(at * MILLI);
      lane.answer(at * MILLI);
      if (at >= 400 && at < 700) {
        lane.answer(at * MILLI);
      }
    }
    assertEquals(300 * MILLI, lane.judge(ALL).twoOwnersNanos(), 40 * MILLI);
  }

  @Test
  void withoutTapsAnswersThatComeLateAndAllAtOnceAreNoSecondOwner() {
    AnswerLane lane = new AnswerLane(Kind.ARP, 0);
    for (long at = 0; at < 1000; at++) {
      lane.ask(at * MILLI);
      for (long i = 0; at % 80 == 79 && i < 80; i++) {
        lane.answer(at * MILLI);
      }
    }
    assertEquals(0, lane.judge(ALL).twoOwnersNanos());
  }

  @Test
  void aStreamThatIsResetIsOutToTheEnd() {
    AnswerLane lane = new AnswerLane(Kind.STREAM, 0);
    for (long at = 0; at < 400; at++) {
      lane.ask(at * MILLI);
      if (at < 300) {
        lane.answer(at * MILLI + 1);
      }
    }
    lane.breakOff();
    assertTrue(lane.isBroken());
    assertEquals(700 * MILLI, lane.judge(ALL).outageNanos());
    assertEquals(0, lane.steadyNanos(300 * MILLI));
  }

  @Test
  void spreadTakesTheNearestRank() {
    assertEquals(new Spread(2.5, 4, 4), Spread.of(List.of(4, 1, 3, 2)));
    List<Integer> hundred = IntStream.rangeClosed(1, 100).boxed().toList();
    assertEquals(new Spread(50.5, 99, 100), Spread.of(hundred));
    assertEquals(new Spread(0, 0, 0), Spread.of(List.of()));
  }
}
