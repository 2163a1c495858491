package io.pitchlake.node.history;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Who speaks for the virtual router of an address family. What is seen is frames from the virtual
/// MAC as they leave a node.
///
/// **One owner.** Two nodes are never owners at once: no node answers a question (an ARP request, a
/// solicitation) that another has answered which is still there, nor between two answers of another
/// within two intervals. Two allowances: for [#HANDOVER_NANOS] after a node has begun to speak the
/// news may still be on its way; and VRRP alone lets nodes know no better where something was wrong
/// on the wires between them within the last five intervals, or where one is preempted while it
/// stands still, for less than its lease. The second is counted, for it is what a talk between
/// nodes is to take away.
///
/// **Each node's part**, which has no allowances at all, whatever the LAN does:
///
/// 1. Lease: who speaks has sent an advert within two and a half intervals.
/// 2. Obedience: who has read a superior's advert is silent for three intervals, unless priority 0
///    was read since.
/// 3. Patience: who has started is silent for three intervals, unless priority 0 was read.
/// 4. Awakening: the same for who was stopped for three intervals or longer.
final class OwnershipWatch implements Watch {
  /// Frame on its way, its reader's wake-up and turn.
  private static final long HANDOVER_NANOS = 300_000;

  private static final int EXCUSED_INTERVALS = 5;
  private static final long NEVER = Long.MIN_VALUE / 2;

  /// What one node has shown of one family.
  private static final class Office {
    private boolean speaks;
    private long beganNanos = NEVER;
    private long advertNanos = NEVER;
    private long superiorNanos = NEVER;
    private long resignationNanos = NEVER;
    private long bootNanos = NEVER;
    private long awokenNanos = NEVER;
  }

  /// Answers of one node in a row.
  private static final class Run {
    private final Member member;
    private final int boot;
    private long lastNanos;

    Run(Member member) {
      this.member = member;
      this.boot = member.boots();
    }
  }

  private record Question(IpAddress address, long asker) {}

  /// What became of the latest question.
  private static final class Asked {
    private final long nanos;
    private Member answered;
    private int boot;

    Asked(long nanos) {
      this.nanos = nanos;
    }
  }

  private final long intervalNanos;
  private final long slackNanos;
  private final long leaseNanos;
  private final List<Member> members;
  private final boolean agreed;
  private final Paths paths;
  private final SimClock clock;
  private final Office[][] offices;
  private final Map<Question, Asked> asked = new HashMap<>();
  private final Deque<Run> runs4 = new ArrayDeque<>();
  private final Deque<Run> runs6 = new ArrayDeque<>();
  private long answers;
  private long takeovers;
  private long excused;

  OwnershipWatch(Plan plan, List<Member> members, Paths paths, SimClock clock) {
    this.members = members;
    this.agreed = plan.sync() != Plan.Sync.NONE;
    this.intervalNanos = plan.advertNanos();
    this.slackNanos = intervalNanos / 500 + 20_000;
    this.leaseNanos = 5 * intervalNanos / 2 + slackNanos;
    this.paths = paths;
    this.clock = clock;
    this.offices = new Office[plan.members()][2];
    for (Office[] each : offices) {
      Arrays.setAll(each, unused -> new Office());
    }
  }

  /// Answers seen.
  long answers() {
    return answers;
  }

  /// How often a node began to speak.
  long takeovers() {
    return takeovers;
  }

  /// Answers of a second owner where VRRP alone can know no better.
  long excused() {
    return excused;
  }

  private Office office(Member member, boolean isIpv4) {
    return offices[member.index()][isIpv4 ? 0 : 1];
  }

  @Override
  public void booted(Member member, long nowNanos) {
    for (int family = 0; family < 2; family++) {
      offices[member.index()][family] = new Office();
      offices[member.index()][family].bootNanos = nowNanos;
    }
  }

  @Override
  public void resumed(Member member, long pausedNanos, long nowNanos) {
    if (pausedNanos >= 3 * intervalNanos + slackNanos) {
      for (Office office : offices[member.index()]) {
        office.awokenNanos = nowNanos;
        office.speaks = false;
      }
    }
  }

  @Override
  public void read(Member member, Glimpse frame, long nowNanos) {
    if (!frame.isAdvert()) {
      return;
    }
    Office office = office(member, frame.isIpv4);
    if (frame.priority == 0) {
      office.resignationNanos = nowNanos;
    } else if (frame.priority > member.priority()
        || frame.priority == member.priority()
            && frame.speaker.compareTo(member.source(frame.isIpv4)) > 0) {
      office.superiorNanos = nowNanos;
      office.speaks = false;
    }
  }

  @Override
  public void said(Glimpse frame, long nowNanos) {
    if (frame.asked != null) {
      asked.put(new Question(frame.asked, frame.source), new Asked(nowNanos));
    }
  }

  @Override
  public void departed(Member member, Glimpse frame, long nowNanos) {
    if (!Segment.isVirtual(frame.source)) {
      return;
    }
    if (frame.isMove) {
      // It does not say of which family its decoy is.
      long advertNanos =
          Math.max(office(member, true).advertNanos, office(member, false).advertNanos);
      if (nowNanos - advertNanos > leaseNanos) {
        broken(member, frame, "its last advert left", advertNanos, nowNanos);
      }
      return;
    }
    Office office = office(member, frame.isIpv4);
    if (frame.priority == 0) {
      office.speaks = false;
      runs(frame.isIpv4).clear();
      return;
    }
    holdsToItsPart(member, office, frame, nowNanos);
    if (frame.isAdvert()) {
      boolean goesOn = office.speaks && nowNanos - office.advertNanos <= leaseNanos;
      office.advertNanos = nowNanos;
      if (!goesOn) {
        office.speaks = true;
        office.beganNanos = nowNanos;
        takeovers++;
      }
    } else if (member.isLeaving() && !frame.isAnnouncement && frame.owner == null) {
      // It serves what switches bring to it alone; a question to everybody would be answered by the
      // next node, too.
      answers++;
    } else if (!frame.isAnnouncement && !member.attachment().toSwitch().isCut()) {
      answers++;
      if (cannotKnow(member, frame.isIpv4)) {
        excused++;
      } else {
        isAlone(member, frame, nowNanos);
      }
    }
  }

  private void holdsToItsPart(Member member, Office office, Glimpse frame, long nowNanos) {
    if (!frame.isAdvert() && nowNanos - office.advertNanos > leaseNanos) {
      broken(member, frame, "its last advert left", office.advertNanos, nowNanos);
    }
    if (agreed) {
      return;
    }
    long silenceNanos = 3 * intervalNanos - slackNanos;
    boolean obeyed = office.superiorNanos <= office.resignationNanos;
    // What it had queued before it read the advert leaves in the same turn.
    if (!obeyed
        && member.turnNanos() != office.superiorNanos
        && nowNanos - office.superiorNanos < silenceNanos) {
      broken(member, frame, "it read a superior's advert", office.superiorNanos, nowNanos);
    }
    if (office.bootNanos > office.resignationNanos && nowNanos - office.bootNanos < silenceNanos) {
      broken(member, frame, "it started", office.bootNanos, nowNanos);
    }
    if (office.awokenNanos > office.resignationNanos
        && nowNanos - office.awokenNanos < silenceNanos) {
      broken(member, frame, "it went on after a pause", office.awokenNanos, nowNanos);
    }
  }

  private static void broken(
      Member member, Glimpse frame, String since, long sinceNanos, long nowNanos) {
    String ago =
        sinceNanos == NEVER ? "never" : "%.3f ms ago".formatted((nowNanos - sinceNanos) / 1e6);
    throw new BrokenInvariant(
        "%s sends %s from the virtual MAC, and %s %s"
            .formatted(
                member,
                frame.isAdvert() ? "an advert" : "a frame in the name of " + frame.speaker,
                since,
                ago));
  }

  private Deque<Run> runs(boolean isIpv4) {
    return isIpv4 ? runs4 : runs6;
  }

  /// Judges an answer; one that is excused counts for nothing else.
  private void isAlone(Member member, Glimpse frame, long nowNanos) {
    Deque<Run> runs = runs(frame.isIpv4);
    Run run = runs.peekLast();
    boolean goesOn = run != null && run.member == member && run.boot == member.boots();
    if (!goesOn) {
      Run between = between(runs, member, nowNanos);
      if (between != null) {
        twice(
            between.member,
            member,
            frame,
            0,
            "%s answers for %s, %s did %.3f ms ago, and before that %s"
                .formatted(
                    member,
                    frame.speaker,
                    between.member,
                    (nowNanos - between.lastNanos) / 1e6,
                    member));
        return;
      }
      run = new Run(member);
    }
    Asked question = asked.get(new Question(frame.speaker, frame.destination));
    if (frame.owner != null && question != null) {
      if (question.answered != null
          && question.answered != member
          && isStillOwner(question.answered, question.boot, frame.isIpv4)) {
        twice(
            question.answered,
            member,
            frame,
            nowNanos - question.nanos,
            "%s answers a question for %s that %s has answered"
                .formatted(member, frame.speaker, question.answered));
        return;
      }
      question.answered = member;
      question.boot = member.boots();
    }
    run.lastNanos = nowNanos;
    if (!goesOn) {
      runs.add(run);
      if (runs.size() > 4) {
        runs.remove();
      }
    }
  }

  /// Whether a node that has answered may do so again: it has not ended, left, or lost its lease.
  /// What it says itself of its role only lets it off; if it answers all the same it is found out
  /// then.
  private boolean isStillOwner(Member member, int boot, boolean isIpv4) {
    Office office = office(member, isIpv4);
    return member.isUp()
        && member.boots() == boot
        && office.speaks
        && clock.nanoTime() - office.advertNanos <= leaseNanos
        && member.saysItIsActive(isIpv4);
  }

  /// The other node that has answered since this one did within two intervals, or null.
  private Run between(Deque<Run> runs, Member member, long nowNanos) {
    for (Run earlier : runs) {
      if (earlier.member == member
          && earlier.boot == member.boots()
          && nowNanos - earlier.lastNanos < 2 * intervalNanos) {
        return runs.peekLast();
      }
    }
    return null;
  }

  private boolean cannotKnow(Member loser, boolean isIpv4) {
    for (Member winner : members) {
      if (cannotKnow(loser, winner, isIpv4)) {
        return true;
      }
    }
    return false;
  }

  /// Whether a node was preempted while it stood still: its lease holds, and the advert of the
  /// other lies unread in its ring, or is read in the very turn that still answers.
  private boolean cannotKnow(Member loser, Member winner, boolean isIpv4) {
    if (!office(winner, isIpv4).speaks) {
      return false;
    }
    long beganNanos = office(winner, isIpv4).beganNanos;
    long superiorNanos = office(loser, isIpv4).superiorNanos;
    return winner.priority() > loser.priority()
        && !couldTalk(loser, winner, EXCUSED_INTERVALS * intervalNanos)
        && (superiorNanos < beganNanos || superiorNanos == loser.turnNanos())
        && loser.stoodStill(beganNanos, HANDOVER_NANOS);
  }

  /// Whether two nodes could agree beside the LAN all this time.
  private boolean couldTalk(Member a, Member b, long nanos) {
    return agreed && paths.syncNanos(a, b) >= nanos;
  }

  private void twice(Member a, Member b, Glimpse frame, long ageNanos, String what) {
    long nowNanos = clock.nanoTime();
    long beganNanos =
        Math.max(office(a, frame.isIpv4).beganNanos, office(b, frame.isIpv4).beganNanos);
    if (nowNanos - beganNanos < HANDOVER_NANOS) {
      return;
    }
    long nanos = ageNanos + EXCUSED_INTERVALS * intervalNanos;
    if (paths.faultlessNanos(a, b) < nanos && !couldTalk(a, b, nanos)) {
      excused++;
      return;
    }
    throw new BrokenInvariant(what);
  }
}
