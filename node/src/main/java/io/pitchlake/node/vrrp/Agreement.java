package io.pitchlake.node.vrrp;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.RouterRole;
import java.util.List;

/// What nodes that hear each other on the sync link agree on before a place changes hands. Pure:
/// facts in, an answer out.
///
/// An active router whose heartbeat is heard lives, so its place is not taken but asked for, and it
/// has stepped down before anybody else speaks. Whether it gives it depends on who reaches the
/// segment: a node has proof when a station has answered it since doubts arose.
final class Agreement {
  private Agreement() {}

  /// What a backup does whose time has come.
  enum Move {
    /// Become active.
    TAKE,
    /// Ask those that are active for their place.
    ASK,
    /// Stay backup for now.
    HOLD
  }

  /// What an active router says to one that asks for its place.
  enum Answer {
    GRANT,
    REFUSE,
    /// Nothing yet: stations were asked and may still answer.
    WAIT
  }

  /// A backup's next move when its Active_Down_Timer has run out.
  ///
  /// @param linked whether its own port has a link
  /// @param proven whether a station has answered it since it began to doubt
  /// @param patient whether it can still wait for a living backup that ranks higher
  /// @param question the number of the question that is open
  /// @param priority its own, and `source` where its adverts come from: who ranks higher goes first
  static Move onExpiry(
      List<Claim> claims,
      boolean linked,
      boolean proven,
      boolean patient,
      int question,
      int priority,
      IpAddress source) {
    if (!linked) {
      return Move.HOLD;
    }
    boolean active = false;
    boolean anotherIsProven = false;
    boolean anotherIsBetter = false;
    for (int i = 0; i < claims.size(); i++) {
      Claim claim = claims.get(i);
      if (claim.isAliveAs(RouterRole.ACTIVE)) {
        active = true;
        if (claim.refused == question) {
          return Move.HOLD;
        }
      }
      boolean rivals = claim.isAliveAs(RouterRole.BACKUP) && claim.linked;
      anotherIsProven |= rivals && claim.proven;
      anotherIsBetter |= rivals && claim.outranks(priority, source) && (claim.proven || !proven);
    }
    if (active) {
      return Move.ASK;
    }
    // The other one takes it within its own time.
    boolean holds = !proven && anotherIsProven || patient && anotherIsBetter;
    return holds ? Move.HOLD : Move.TAKE;
  }

  /// An active router's answer.
  ///
  /// @param linked whether its port has a link
  /// @param proven whether a station has answered it since doubts arose
  /// @param waited whether stations have had time to answer
  /// @param priority its own
  /// @param asker who asks
  /// @param preempts whether the asker hears the active router, and wants its place by priority
  static Answer onAsked(
      boolean linked, boolean proven, boolean waited, int priority, Claim asker, boolean preempts) {
    if (!linked) {
      return Answer.GRANT;
    }
    if (preempts && asker.priority <= priority) {
      return Answer.REFUSE;
    }
    // It hears this node, and whether it is heard is known or cannot be found out.
    if (preempts && (asker.proven || !asker.knowsStations)) {
      return Answer.GRANT;
    }
    if (proven) {
      return Answer.REFUSE;
    }
    return waited ? Answer.GRANT : Answer.WAIT;
  }

  /// Whether this node is the first of those that may follow an active router that has left.
  static boolean isNext(List<Claim> claims, int priority, IpAddress source) {
    for (int i = 0; i < claims.size(); i++) {
      Claim claim = claims.get(i);
      if (claim.isAliveAs(RouterRole.BACKUP) && claim.linked && claim.outranks(priority, source)) {
        return false;
      }
    }
    return true;
  }
}
