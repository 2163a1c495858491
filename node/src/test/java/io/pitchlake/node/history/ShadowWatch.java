package io.pitchlake.node.history;

import io.pitchlake.common.net.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/// No living machine is ever shadowed. A node answers for an address that is nobody's only when
///
/// 1. it has asked for it three times since it last heard an owner or a probe, the last time at
///    least a gap ago and not longer than `tarpittrapto`;
/// 2. it has not read a frame of its owner within `tarpitrealto`;
/// 3. it has not read a probe or a lease of it within `tarpitholdto`;
/// 4. whoever asks is no DHCP server, and is answered alone.
///
/// An owner that answers and whose frames arrive is heard by the proof, so these rules leave no way
/// to shadow it. Where nodes replicate, a proof may be another node's, if this one has heard
/// neither owner nor probe since; and who has acknowledged that another node has heard an owner is
/// silent as if it had heard it itself.
final class ShadowWatch implements Watch {
  private static final int PROBES = 3;
  private static final long NEVER = Long.MIN_VALUE / 2;
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long HOLD_NANOS = 10 * SECOND_NANOS - 10_000_000;

  /// What a node has done to find an address's owner.
  private static final class Proof {
    private int requests;
    private long lastNanos;
    private long lastButOneNanos;
    private long enoughNanos = NEVER;

    /// Where it asks anew what it has forgotten, others go on with what it has told them.
    private long enoughBeforeNanos = NEVER;

    /// Three in a row are a proof of their own, whatever was asked before.
    void ask(long nowNanos, long gapNanos) {
      boolean inARow = nowNanos - lastButOneNanos <= PROBES * gapNanos;
      lastButOneNanos = lastNanos;
      lastNanos = nowNanos;
      if (++requests == PROBES || requests > PROBES && inARow) {
        enoughBeforeNanos = enoughNanos;
        enoughNanos = nowNanos;
      }
    }

    /// Whether it stands for who was told of it.
    boolean stands(long heardNanos, long gapNanos, long freshNanos, long turnNanos) {
      return isEnough(enoughNanos, heardNanos, gapNanos, turnNanos)
              && turnNanos - lastNanos <= freshNanos
          || isEnough(enoughBeforeNanos, heardNanos, gapNanos, turnNanos)
              && turnNanos - enoughBeforeNanos <= freshNanos;
    }

    private static boolean isEnough(
        long thirdNanos, long heardNanos, long gapNanos, long turnNanos) {
      return thirdNanos > heardNanos && turnNanos - thirdNanos >= gapNanos;
    }
  }

  /// What a node knows since it has started.
  private static final class Knowledge {
    private final Map<IpAddress, Long> owners = new HashMap<>();
    private final Map<IpAddress, Long> claims = new HashMap<>();
    private final Map<IpAddress, Proof> proofs = new HashMap<>();

    /// The latest proof of each address that was ended by nothing but silence.
    private final Map<IpAddress, Proof> complete = new HashMap<>();

    private final Set<Long> dhcpServers = new HashSet<>();

    /// Owners first heard by this node, which others do not know of yet for certain.
    private final Map<IpAddress, Long> untold = new HashMap<>();

    /// Owners that others have heard and told of.
    private final Map<IpAddress, Long> told = new HashMap<>();
  }

  /// While a node's copy has less than this left, another one's end ends it.
  private static final long COPY_SLACK_NANOS = 5 * SECOND_NANOS;

  private final List<Knowledge> knowledge = new ArrayList<>();

  /// What nodes knew that have ended since.
  private final List<Knowledge> former = new ArrayList<>();

  private final List<Member> members;
  private final boolean replicated;
  private final long realNanos;
  private final long freshNanos;
  private final long gapNanos;
  private long traps;

  ShadowWatch(Plan plan, List<Member> members) {
    this.members = members;
    replicated = plan.sync() != Plan.Sync.NONE;
    // A timer that is a second early is left where it is, and clocks drift.
    realNanos =
        plan.realSeconds() * SECOND_NANOS
            - SECOND_NANOS
            - 10_000_000
            - (replicated ? COPY_SLACK_NANOS : 0);
    gapNanos = plan.probeGapMillis() * 998_000L;
    freshNanos = (plan.trapSeconds() + (replicated ? 4 : 1)) * SECOND_NANOS + 5 * gapNanos;
    for (int i = 0; i < plan.members(); i++) {
      knowledge.add(new Knowledge());
    }
  }

  /// Answers for addresses that are nobody's.
  long traps() {
    return traps;
  }

  /// Whether nothing that any node has read keeps an address from being simulated.
  boolean mayBeSimulated(IpAddress address, long nowNanos) {
    // Forgetting takes a little longer than keeping, and a hold ends with a proof.
    long after = (replicated ? 10 : 2) * SECOND_NANOS;
    return Stream.concat(knowledge.stream(), replicated ? former.stream() : Stream.empty())
        .noneMatch(known ->
            nowNanos - known.owners.getOrDefault(address, NEVER) <= realNanos + after
                || nowNanos - known.claims.getOrDefault(address, NEVER) <= HOLD_NANOS + after);
  }

  @Override
  public void booted(Member member, long nowNanos) {
    former.add(knowledge.set(member.index(), new Knowledge()));
  }

  @Override
  public void acknowledged(Member member, long knewNanos, long nowNanos) {
    Iterator<Map.Entry<IpAddress, Long>> untold =
        knowledge.get(member.index()).untold.entrySet().iterator();
    while (untold.hasNext()) {
      Map.Entry<IpAddress, Long> owner = untold.next();
      if (owner.getValue() < knewNanos) {
        for (Member other : members) {
          if (other != member) {
            knowledge.get(other.index()).told.put(owner.getKey(), owner.getValue());
          }
        }
        untold.remove();
      }
    }
  }

  @Override
  public void read(Member member, Glimpse frame, long nowNanos) {
    if (Segment.isVirtual(frame.source)) {
      return;
    }
    Knowledge known = knowledge.get(member.index());
    if (frame.owner != null) {
      Long before = known.owners.put(frame.owner, nowNanos);
      if (before == null || nowNanos - before > realNanos) {
        known.untold.put(frame.owner, nowNanos);
      }
      known.proofs.remove(frame.owner);
    }
    if (frame.claimed != null) {
      known.claims.put(frame.claimed, nowNanos);
      known.proofs.remove(frame.claimed);
    }
    if (frame.isLease) {
      known.dhcpServers.add(frame.source);
    }
  }

  /// A node decides when a turn begins, even if it stands still before what it says departs.
  @Override
  public void departed(Member member, Glimpse frame, long nowNanos) {
    if (frame.asked != null && frame.source == member.mac() && frame.isToGroup()) {
      Knowledge known = knowledge.get(member.index());
      Proof proof = known.proofs.computeIfAbsent(frame.asked, unused -> new Proof());
      proof.ask(member.turnNanos(), gapNanos);
      if (proof.requests == PROBES) {
        known.complete.put(frame.asked, proof);
      }
    } else if (Segment.isVirtual(frame.source)
        && !frame.isAdvert()
        && frame.speaker != null
        && !Segment.isOwn(frame.speaker)) {
      traps++;
      answers(member, frame, member.turnNanos());
    }
  }

  private void answers(Member member, Glimpse frame, long turnNanos) {
    Knowledge known = knowledge.get(member.index());
    // What it queued before it read the frame leaves in the same turn.
    Long owner = known.owners.get(frame.speaker);
    if (owner != null && owner != turnNanos && turnNanos - owner < realNanos) {
      broken(member, frame, "whose owner it heard", turnNanos - owner);
    }
    Long claim = known.claims.get(frame.speaker);
    if (claim != null && claim != turnNanos && turnNanos - claim < HOLD_NANOS) {
      broken(member, frame, "which was probed or leased", turnNanos - claim);
    }
    Long told = known.told.get(frame.speaker);
    if (told != null && turnNanos - told < realNanos) {
      broken(member, frame, "whose owner another node told of that heard it", turnNanos - told);
    }
    boolean justHeard = owner != null && owner == turnNanos || claim != null && claim == turnNanos;
    if (justHeard) {
      return;
    }
    if (!isProvenElsewhere(known, frame.speaker, turnNanos)) {
      isProven(member, frame, known.proofs.get(frame.speaker), turnNanos);
    }
    if (frame.isAnnouncement || frame.isToGroup()) {
      throw new BrokenInvariant(
          "%s tells everybody that it has %s".formatted(member, frame.speaker));
    }
    if (known.dhcpServers.contains(frame.destination)) {
      throw new BrokenInvariant("%s answers a DHCP server for %s".formatted(member, frame.speaker));
    }
  }

  private void isProven(Member member, Glimpse frame, Proof proof, long turnNanos) {
    if (proof == null || proof.requests < PROBES) {
      throw new BrokenInvariant(
          "%s answers for %s after %d requests; other proofs ended (ms ago): %s"
              .formatted(
                  member,
                  frame.speaker,
                  proof == null ? 0 : proof.requests,
                  Stream.concat(knowledge.stream(), former.stream())
                      .map(known -> known.complete.get(frame.speaker))
                      .filter(Objects::nonNull)
                      .map(other -> (turnNanos - other.lastNanos) / 1_000_000)
                      .toList()));
    }
    if (turnNanos - proof.enoughNanos < gapNanos) {
      broken(member, frame, "for which it asked the third time", turnNanos - proof.enoughNanos);
    }
    if (turnNanos - proof.lastNanos > freshNanos) {
      broken(member, frame, "for which it asked last", turnNanos - proof.lastNanos);
    }
  }

  private boolean isProvenElsewhere(Knowledge known, IpAddress address, long turnNanos) {
    long heardNanos =
        Math.max(
            known.owners.getOrDefault(address, NEVER), known.claims.getOrDefault(address, NEVER));
    return replicated
        && Stream.concat(knowledge.stream(), former.stream())
            .map(other -> other.complete.get(address))
            .anyMatch(proof ->
                proof != null && proof.stands(heardNanos, gapNanos, freshNanos, turnNanos));
  }

  private static void broken(Member member, Glimpse frame, String what, long agoNanos) {
    throw new BrokenInvariant(
        "%s answers for %s, %s %.3f ms ago".formatted(member, frame.speaker, what, agoNanos / 1e6));
  }
}
