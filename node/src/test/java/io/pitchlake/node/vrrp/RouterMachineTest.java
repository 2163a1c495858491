package io.pitchlake.node.vrrp;

import static io.pitchlake.node.vrrp.RouterOutput.ADVERTISE;
import static io.pitchlake.node.vrrp.RouterOutput.ALARM;
import static io.pitchlake.node.vrrp.RouterOutput.ANNOUNCE;
import static io.pitchlake.node.vrrp.RouterOutput.CONCEDE;
import static io.pitchlake.node.vrrp.RouterOutput.RESIGN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.wire.Property;
import io.pitchlake.node.engine.RoleCause;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.vrrp.RouterInput.Claimed;
import io.pitchlake.node.vrrp.RouterInput.Conceded;
import io.pitchlake.node.vrrp.RouterInput.Granted;
import io.pitchlake.node.vrrp.RouterInput.Heard;
import io.pitchlake.node.vrrp.RouterInput.Late;
import io.pitchlake.node.vrrp.RouterInput.Left;
import io.pitchlake.node.vrrp.RouterInput.Start;
import io.pitchlake.node.vrrp.RouterInput.Stop;
import io.pitchlake.node.vrrp.RouterInput.TimerFired;
import io.pitchlake.node.vrrp.RouterInput.Unfit;
import io.pitchlake.node.vrrp.RouterInput.Withdrawn;
import io.pitchlake.node.vrrp.RouterMachine.Step;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each rule of RFC 9568 section 6.4 by its number, and what goes beyond it.
class RouterMachineTest {
  private static final long MILLI = 1_000_000;
  private static final long ADVERT = 100 * MILLI;
  private static final long T0 = 7_000 * MILLI;
  private static final RouterMachine MACHINE = new RouterMachine(128, ADVERT, true, 0);
  private static final long SKEW = 50 * MILLI;
  private static final long DOWN = 350 * MILLI;

  private static Heard advert(int priority) {
    return new Heard(priority, ADVERT, false);
  }

  private static RouterState initialize() {
    return RouterState.initialize(RoleCause.STOPPED, T0);
  }

  private static RouterState backup(RouterMachine machine) {
    return machine.step(initialize(), new Start(), T0).state();
  }

  /// Active since T0 + DOWN.
  private static RouterState active() {
    return MACHINE.step(backup(MACHINE), new TimerFired(), T0 + DOWN).state();
  }

  private static void assertStep(
      Step seen, RouterRole role, RoleCause cause, long timerNanos, RouterOutput... outputs) {
    assertEquals(role, seen.state().role(), "role in " + seen);
    assertEquals(cause, seen.state().cause(), "cause in " + seen);
    assertEquals(timerNanos, seen.state().timerNanos() - T0, "timer after T0 in " + seen);
    assertEquals(List.of(outputs), seen.outputs());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 100, 99.609375, 399.609375",
    "254, 100, 0.78125, 300.78125",
    "254, 10, 0.078125, 30.078125",
    "100, 1000, 609.375, 3609.375",
    "255, 100, 0.390625, 300.390625"
  })
  void section61SkewAndActiveDownFollowFromPriorityAndInterval(
      int priority, int advertMillis, double skewMillis, double downMillis) {
    RouterMachine machine = new RouterMachine(priority, advertMillis * MILLI, true, 0);
    assertEquals((long) (skewMillis * MILLI), machine.skewNanos(advertMillis * MILLI));
    assertEquals((long) (downMillis * MILLI), machine.activeDownNanos(advertMillis * MILLI));
  }

  @Test
  void section641AnOwnerStartsAsActiveAdvertisesAndAnnounces() {
    RouterMachine owner = new RouterMachine(RouterMachine.OWNER, ADVERT, true, 0);
    assertStep(
        owner.step(initialize(), new Start(), T0),
        RouterRole.ACTIVE,
        RoleCause.OWNER,
        ADVERT,
        ADVERTISE,
        ANNOUNCE);
  }

  @Test
  void section641EverybodyElseStartsAsBackupAndListensForActiveDown() {
    assertStep(
        MACHINE.step(initialize(), new Start(), T0), RouterRole.BACKUP, RoleCause.STARTED, DOWN);
  }

  @Test
  void section641BeforeTheStartNothingMatters() {
    RouterState before = initialize();
    for (RouterInput input :
        List.of(advert(0), advert(200), new TimerFired(), new Late(), new Stop())) {
      assertEquals(new Step(before, List.of()), MACHINE.step(before, input, T0), input::toString);
    }
  }

  @Test
  void section642AStoppedBackupSaysNothing() {
    Step step = MACHINE.step(backup(MACHINE), new Stop(), T0);
    assertEquals(RouterRole.INITIALIZE, step.state().role());
    assertEquals(List.of(), step.outputs());
  }

  @Test
  void section642ASilentActiveRouterIsReplacedAfterActiveDown() {
    assertStep(
        MACHINE.step(backup(MACHINE), new TimerFired(), T0 + DOWN),
        RouterRole.ACTIVE,
        RoleCause.SILENCE,
        DOWN + ADVERT,
        ADVERTISE,
        ANNOUNCE);
  }

  @Test
  void section642NotBefore() {
    RouterState backup = backup(MACHINE);
    assertEquals(
        new Step(backup, List.of()), MACHINE.step(backup, new TimerFired(), T0 + DOWN - 1));
  }

  @Test
  void section642PriorityZeroSetsTheTimerToTheSkew() {
    Step resigned = MACHINE.step(backup(MACHINE), advert(0), T0 + 10);
    assertStep(resigned, RouterRole.BACKUP, RoleCause.STARTED, 10 + SKEW);
    assertStep(
        MACHINE.step(resigned.state(), new TimerFired(), T0 + 10 + SKEW),
        RouterRole.ACTIVE,
        RoleCause.RESIGNED,
        10 + SKEW + ADVERT,
        ADVERTISE,
        ANNOUNCE);
  }

  @Test
  void section642TheSkewIsOfTheLearntInterval() {
    RouterState learnt =
        MACHINE.step(backup(MACHINE), new Heard(200, 2 * ADVERT, false), T0).state();
    assertStep(MACHINE.step(learnt, advert(0), T0), RouterRole.BACKUP, RoleCause.STARTED, 2 * SKEW);
  }

  @Test
  void section642AnAdvertOfHigherOrEqualPriorityTeachesTheIntervalAndResetsTheTimer() {
    for (int priority : new int[] {128, 129, 255}) {
      Step step = MACHINE.step(backup(MACHINE), new Heard(priority, 10 * ADVERT, false), T0 + 5);
      assertStep(step, RouterRole.BACKUP, RoleCause.STARTED, 5 + 10 * DOWN);
      assertEquals(10 * ADVERT, step.state().activeAdvertNanos());
    }
  }

  @Test
  void section642APreemptingBackupIgnoresALowerPriority() {
    Step step = MACHINE.step(backup(MACHINE), advert(127), T0 + 5);
    assertStep(step, RouterRole.BACKUP, RoleCause.STARTED, DOWN);
    assertStep(
        MACHINE.step(step.state(), new TimerFired(), T0 + DOWN),
        RouterRole.ACTIVE,
        RoleCause.PREEMPTION,
        DOWN + ADVERT,
        ADVERTISE,
        ANNOUNCE);
  }

  @Test
  void section642WithoutPreemptionALowerPriorityIsObeyed() {
    RouterMachine patient = new RouterMachine(128, ADVERT, false, 0);
    assertStep(
        patient.step(backup(patient), advert(1), T0 + 5),
        RouterRole.BACKUP,
        RoleCause.STARTED,
        5 + DOWN);
  }

  @Test
  void aDelayedPreemptionListensToALowerPriorityForThatLong() {
    RouterMachine machine = new RouterMachine(128, ADVERT, true, 3 * ADVERT);
    RouterState state = backup(machine);
    for (int i = 1; i <= 3; i++) {
      state = machine.step(state, advert(1), T0 + i * ADVERT).state();
      assertEquals(i * ADVERT + DOWN, state.timerNanos() - T0, "after advert " + i);
    }
    state = machine.step(state, advert(1), T0 + 4 * ADVERT).state();
    assertEquals(3 * ADVERT + DOWN, state.timerNanos() - T0, "ignored once the delay is over");
  }

  @Test
  void aHigherPriorityStartsTheDelayAnew() {
    RouterMachine machine = new RouterMachine(128, ADVERT, true, 3 * ADVERT);
    RouterState state = machine.step(backup(machine), advert(1), T0).state();
    state = machine.step(state, advert(200), T0 + ADVERT).state();
    state = machine.step(state, advert(1), T0 + 4 * ADVERT).state();
    assertEquals(4 * ADVERT + DOWN, state.timerNanos() - T0);
  }

  @Test
  void section643AnActiveRouterThatStopsSendsPriorityZero() {
    Step step = MACHINE.step(active(), new Stop(), T0 + DOWN);
    assertEquals(RouterRole.INITIALIZE, step.state().role());
    assertEquals(List.of(RESIGN), step.outputs());
  }

  @Test
  void section643AnActiveRouterAdvertisesAtItsInterval() {
    assertStep(
        MACHINE.step(active(), new TimerFired(), T0 + DOWN + ADVERT),
        RouterRole.ACTIVE,
        RoleCause.SILENCE,
        DOWN + 2 * ADVERT,
        ADVERTISE);
  }

  @Test
  void aLateTurnDoesNotPutTheRhythmOff() {
    assertStep(
        MACHINE.step(active(), new TimerFired(), T0 + DOWN + ADVERT + 5 * MILLI),
        RouterRole.ACTIVE,
        RoleCause.SILENCE,
        DOWN + 2 * ADVERT,
        ADVERTISE);
  }

  @Test
  void section643PriorityZeroIsAnsweredAtOnce() {
    assertStep(
        MACHINE.step(active(), advert(0), T0 + DOWN + 5),
        RouterRole.ACTIVE,
        RoleCause.SILENCE,
        DOWN + 5 + ADVERT,
        ADVERTISE);
  }

  @Test
  void section643AHigherPriorityTakesOver() {
    assertStep(
        MACHINE.step(active(), new Heard(129, 2 * ADVERT, false), T0 + DOWN + 5),
        RouterRole.BACKUP,
        RoleCause.HIGHER_PRIORITY,
        DOWN + 5 + 2 * DOWN);
  }

  @Test
  void section643OfEqualPrioritiesTheHigherAddressWins() {
    assertStep(
        MACHINE.step(active(), new Heard(128, ADVERT, true), T0 + DOWN + 5),
        RouterRole.BACKUP,
        RoleCause.HIGHER_ADDRESS,
        DOWN + 5 + DOWN);
  }

  @ParameterizedTest
  @CsvSource({"127, true", "1, true", "128, false"})
  void section643ALesserRivalIsAnsweredByAnAdvertAtOnce(int priority, boolean higher) {
    assertStep(
        MACHINE.step(active(), new Heard(priority, ADVERT, higher), T0 + DOWN + ADVERT),
        RouterRole.ACTIVE,
        RoleCause.SILENCE,
        DOWN + ADVERT,
        ADVERTISE,
        ANNOUNCE,
        ALARM);
  }

  @Test
  void aRivalIsAlarmedOfOnceButAnsweredEachTime() {
    RouterState state = MACHINE.step(active(), advert(1), T0 + DOWN + ADVERT).state();
    Step again = MACHINE.step(state, advert(1), T0 + DOWN + 2 * ADVERT);
    assertEquals(List.of(ADVERTISE), again.outputs());
    Step muchLater = MACHINE.step(again.state(), advert(1), T0 + DOWN + 100 * ADVERT);
    assertEquals(List.of(ADVERTISE, ANNOUNCE, ALARM), muchLater.outputs());
  }

  @Test
  void whomItHasJustTakenOverFromIsNoRival() {
    Step step = MACHINE.step(active(), advert(1), T0 + DOWN + 1);
    assertEquals(List.of(ADVERTISE, ANNOUNCE), step.outputs());
  }

  @Test
  void anActiveRouterThatStoodStillStepsDownInSilence() {
    assertStep(
        MACHINE.step(active(), new Late(), T0 + 10 * DOWN),
        RouterRole.BACKUP,
        RoleCause.LATE,
        11 * DOWN);
  }

  @Test
  void aBackupThatStoodStillListensAgainBeforeItTakesOver() {
    assertStep(
        MACHINE.step(backup(MACHINE), new Late(), T0 + 10 * DOWN),
        RouterRole.BACKUP,
        RoleCause.STARTED,
        11 * DOWN);
  }

  /// Whatever happens, the timer of a role never lies further away than the role's longest, so no
  /// router sleeps for ever; and only an active router speaks.
  @Test
  void noInputLeadsToSleep() {
    Property.forAll(
        "noInputLeadsToSleep",
        300,
        random -> {
          RouterMachine machine =
              new RouterMachine(
                  1 + random.nextInt(254),
                  ADVERT,
                  random.nextBoolean(),
                  random.nextInt(5) * ADVERT);
          RouterState state = machine.step(initialize(), new Start(), T0).state();
          long now = T0;
          for (int i = 0; i < 200; i++) {
            now += random.nextInt(200) * MILLI;
            RouterInput input =
                switch (random.nextInt(6)) {
                  case 0 -> new Late();
                  case 1, 2 -> new TimerFired();
                  default -> new Heard(random.nextInt(256), ADVERT, random.nextBoolean());
                };
            Step step = machine.step(state, input, now);
            boolean silent = step.state().role() == RouterRole.BACKUP;
            assertTrue(!silent || step.outputs().isEmpty(), step::toString);
            long longest = silent ? machine.activeDownNanos(ADVERT) : ADVERT;
            assertTrue(step.state().timerNanos() - now <= longest, step::toString);
            state = step.state();
          }
        });
  }

  private static final RouterMachine AGREEING = new RouterMachine(128, ADVERT, true, 0, true);

  @Test
  void aLostLinkMakesABackup() {
    assertStep(
        MACHINE.step(active(), new Unfit(RoleCause.LINK_DOWN), T0 + 500 * MILLI),
        RouterRole.BACKUP,
        RoleCause.LINK_DOWN,
        500 * MILLI + DOWN);
    assertStep(
        MACHINE.step(backup(MACHINE), new Unfit(RoleCause.LINK_DOWN), T0 + 10 * MILLI),
        RouterRole.BACKUP,
        RoleCause.STARTED,
        10 * MILLI + DOWN);
  }

  @Test
  void anActiveRouterThatGrantsIsABackupAtOnceAndSaysNothing() {
    assertStep(
        MACHINE.step(active(), new Granted(), T0 + 500 * MILLI),
        RouterRole.BACKUP,
        RoleCause.ASKED,
        500 * MILLI + DOWN);
  }

  @Test
  void anActiveRouterThatAnOperatorWithdrawsResignsAndABackupStaysOne() {
    assertStep(
        MACHINE.step(active(), new Withdrawn(), T0 + 500 * MILLI),
        RouterRole.BACKUP,
        RoleCause.WITHDRAWN,
        500 * MILLI + DOWN,
        RESIGN);
    RouterState backup = backup(MACHINE);
    assertEquals(backup, MACHINE.step(backup, new Withdrawn(), T0 + 10 * MILLI).state());
  }

  @Test
  void whenTheActiveRouterHasLeftTheNextTakesOverAtOnceAndOthersAfterTheirSkew() {
    long now = T0 + 20 * MILLI;
    Step next = MACHINE.step(backup(MACHINE), new Left(true), now);
    assertStep(next, RouterRole.BACKUP, RoleCause.STARTED, 20 * MILLI);
    assertStep(
        MACHINE.step(next.state(), new TimerFired(), now),
        RouterRole.ACTIVE,
        RoleCause.RESIGNED,
        20 * MILLI + ADVERT,
        ADVERTISE,
        ANNOUNCE);
    assertStep(
        MACHINE.step(backup(MACHINE), new Left(false), now),
        RouterRole.BACKUP,
        RoleCause.STARTED,
        20 * MILLI + SKEW);
    assertEquals(active(), MACHINE.step(active(), new Left(true), now).state());
  }

  @ParameterizedTest
  @CsvSource({"127, true", "128, false"})
  void aClaimOverTheSyncLinkThatRanksLowerIsAnsweredLikeARivalsAdvert(
      int priority, boolean senderIsHigher) {
    long now = T0 + DOWN + 200 * MILLI;
    Step step = AGREEING.step(active(), new Claimed(priority, ADVERT, senderIsHigher), now);
    assertEquals(List.of(ADVERTISE, ANNOUNCE, ALARM), step.outputs());
    assertEquals(
        List.of(ADVERTISE),
        AGREEING
            .step(step.state(), new Claimed(priority, ADVERT, senderIsHigher), now + MILLI)
            .outputs());
  }

  @ParameterizedTest
  @CsvSource({"129, false", "128, true"})
  void aRivalThatRanksHigherIsGivenInToWithAnAlarmWherePlacesAreAskedFor(
      int priority, boolean senderIsHigher) {
    long now = T0 + DOWN + 200 * MILLI;
    for (RouterInput input :
        List.of(
            new Claimed(priority, ADVERT, senderIsHigher),
            new Heard(priority, ADVERT, senderIsHigher))) {
      Step step = AGREEING.step(active(), input, now);
      assertEquals(RouterRole.BACKUP, step.state().role());
      assertEquals(List.of(ALARM, CONCEDE), step.outputs());
      assertEquals(List.of(), AGREEING.step(active(), input, T0 + DOWN).outputs(), "not settled");
      assertEquals(List.of(), MACHINE.step(active(), input, now).outputs(), "the RFC's way");
    }
  }

  @Test
  void aRivalThatHasGivenInIsAlarmedOfOnceAndTheWinnerAnnounces() {
    long now = T0 + DOWN + 200 * MILLI;
    Step step = AGREEING.step(active(), new Conceded(ADVERT), now);
    assertEquals(RouterRole.ACTIVE, step.state().role());
    assertEquals(List.of(ADVERTISE, ANNOUNCE, ALARM), step.outputs());
    assertEquals(
        List.of(ADVERTISE),
        AGREEING.step(step.state(), new Conceded(ADVERT), now + MILLI).outputs());
  }
}
