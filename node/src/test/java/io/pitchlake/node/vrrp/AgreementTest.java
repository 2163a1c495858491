package io.pitchlake.node.vrrp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.vrrp.Agreement.Answer;
import io.pitchlake.node.vrrp.Agreement.Move;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Each rule of the agreement by itself.
class AgreementTest {
  private static final IpAddress OWN = IpAddress.parse("192.168.2.6");
  private static final int PRIORITY = 200;
  private static final int QUESTION = 7;

  private boolean linked = true;
  private boolean proven;
  private boolean patient;

  private static Claim claim(RouterRole role, int priority) {
    Claim claim = new Claim();
    claim.alive = true;
    claim.role = role;
    claim.priority = priority;
    claim.source = IpAddress.parse("192.168.2.4");
    claim.linked = true;
    return claim;
  }

  private Move onExpiry(Claim... claims) {
    return Agreement.onExpiry(List.of(claims), linked, proven, patient, QUESTION, PRIORITY, OWN);
  }

  @Test
  void aNodeThatHearsNobodyTakesOver() {
    Claim dead = claim(RouterRole.ACTIVE, 254);
    dead.alive = false;
    assertEquals(Move.TAKE, onExpiry(dead));
    assertEquals(Move.TAKE, onExpiry());
  }

  @Test
  void aNodeWithoutALinkTakesNothing() {
    linked = false;
    assertEquals(Move.HOLD, onExpiry());
    assertEquals(Move.HOLD, onExpiry(claim(RouterRole.ACTIVE, 254)));
  }

  @Test
  void anActiveRouterThatLivesIsAsked() {
    assertEquals(Move.ASK, onExpiry(claim(RouterRole.ACTIVE, 254)));
    assertEquals(Move.ASK, onExpiry(claim(RouterRole.BACKUP, 254), claim(RouterRole.ACTIVE, 1)));
  }

  @Test
  void oneRefusalOfSeveralIsEnough() {
    Claim refuses = claim(RouterRole.ACTIVE, 254);
    refuses.refused = QUESTION;
    assertEquals(Move.HOLD, onExpiry(claim(RouterRole.ACTIVE, 254), refuses));
    refuses.refused = QUESTION - 1;
    assertEquals(Move.ASK, onExpiry(refuses));
    refuses.refused = QUESTION;
    refuses.alive = false;
    assertEquals(Move.TAKE, onExpiry(refuses));
  }

  @Test
  void aBackupThatReachesNobodyLeavesThePlaceToOneThatDoes() {
    Claim other = claim(RouterRole.BACKUP, 1);
    other.proven = true;
    assertEquals(Move.HOLD, onExpiry(other));
    proven = true;
    assertEquals(Move.TAKE, onExpiry(other));
    proven = false;
    other.linked = false;
    assertEquals(Move.TAKE, onExpiry(other));
  }

  @Test
  void aBackupWaitsALittleForOneThatRanksHigher() {
    Claim better = claim(RouterRole.BACKUP, 254);
    patient = true;
    assertEquals(Move.HOLD, onExpiry(better));
    patient = false;
    assertEquals(Move.TAKE, onExpiry(better));
    patient = true;
    proven = true;
    assertEquals(Move.TAKE, onExpiry(better), "the better one reaches nobody");
    better.proven = true;
    assertEquals(Move.HOLD, onExpiry(better));
    assertEquals(Move.TAKE, onExpiry(claim(RouterRole.BACKUP, 199)));
    assertEquals(Move.TAKE, onExpiry(claim(RouterRole.INITIALIZE, 254)));
  }

  private Answer onAsked(boolean waited, boolean preempts, Claim asker) {
    return Agreement.onAsked(linked, proven, waited, PRIORITY, asker, preempts);
  }

  @Test
  void anActiveRouterThatIsHeardKeepsItsPlace() {
    proven = true;
    Claim asker = claim(RouterRole.BACKUP, 254);
    asker.proven = true;
    assertEquals(Answer.REFUSE, onAsked(true, false, asker));
  }

  @Test
  void anActiveRouterWithoutProofGivesItsPlaceWhenStationsHadTimeToAnswer() {
    Claim asker = claim(RouterRole.BACKUP, 100);
    asker.proven = true;
    assertEquals(Answer.WAIT, onAsked(false, false, asker));
    assertEquals(Answer.GRANT, onAsked(true, false, asker));
    asker.proven = false;
    assertEquals(Answer.GRANT, onAsked(true, false, asker), "neither has proof: as VRRP would");
  }

  @Test
  void withoutALinkThePlaceIsGivenAtOnce() {
    linked = false;
    proven = true;
    assertEquals(Answer.GRANT, onAsked(false, false, claim(RouterRole.BACKUP, 1)));
  }

  @Test
  void aHigherNodeMayPreemptUnlessItIsNotHeardWhereThisOneIs() {
    proven = true;
    Claim asker = claim(RouterRole.BACKUP, 254);
    asker.knowsStations = true;
    assertEquals(Answer.REFUSE, onAsked(true, true, asker));
    asker.proven = true;
    assertEquals(Answer.GRANT, onAsked(false, true, asker));
    asker.proven = false;
    asker.knowsStations = false;
    assertEquals(Answer.GRANT, onAsked(false, true, asker), "it has nobody to ask");
    asker.priority = PRIORITY;
    assertEquals(Answer.REFUSE, onAsked(true, true, asker));
  }

  @Test
  void theNextIsTheHighestOfTheBackupsThatLive() {
    Claim other = claim(RouterRole.BACKUP, 201);
    assertFalse(Agreement.isNext(List.of(other), PRIORITY, OWN));
    other.alive = false;
    assertTrue(Agreement.isNext(List.of(other), PRIORITY, OWN));
    Claim equal = claim(RouterRole.BACKUP, PRIORITY);
    assertTrue(Agreement.isNext(List.of(equal), PRIORITY, OWN));
    equal.source = IpAddress.parse("192.168.2.7");
    assertFalse(Agreement.isNext(List.of(equal), PRIORITY, OWN));
  }
}
