package io.pitchlake.node.history;

import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.sim.SimWire;
import io.pitchlake.node.sim.SimPeers;
import io.pitchlake.sync.SessionReplicator;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;

/// One history: a cluster lives through what its seed has drawn, then everything is mended, and it
/// must be whole again. Breaks off with [BrokenInvariant].
final class History implements AutoCloseable {
  private static final long MILLI = 1_000_000L;

  /// The bounds that the configuration sets or the node has by itself.
  private static final Map<Gauge, Long> BOUNDS =
      new EnumMap<>(
          Map.of(
              Gauge.ADDRESSES, 1024L,
              Gauge.STATIONS, 64L,
              Gauge.SESSIONS, 1024L,
              Gauge.PERSISTENT_CLIENTS, 1024L,
              Gauge.NAT_SESSIONS, 1024L));

  /// RFC 4861 10: MAX_MULTICAST_SOLICIT. More where few IPv6 addresses may be simulated at a time,
  /// which take turns.
  private static final int SOLICITATIONS = 3;

  private static final int EQUAL_WITHIN_MILLIS = 10_000;

  /// What has happened in a history.
  ///
  /// @param kind what could go wrong
  /// @param answers answers from the virtual MAC
  /// @param traps those among them for addresses that are nobody's
  /// @param forwarded frames sent to targets
  /// @param takenOver those of them whose flow another node had begun
  /// @param takeovers times a node began to speak
  /// @param excused answers of a second owner that VRRP alone cannot prevent
  record Outcome(
      String kind,
      long answers,
      long traps,
      long forwarded,
      long takenOver,
      long takeovers,
      long excused) {}

  private final Plan plan;
  private final SplittableRandom random;
  private final SimClock clock = new SimClock();
  private final Journal journal;
  private final SimPeers sync;
  private final Paths paths;
  private final List<Watch> watches = new ArrayList<>();
  private final Segment segment;
  private final List<Member> members = new ArrayList<>();
  private final OwnershipWatch ownership;
  private final ShadowWatch shadows;
  private final FlowWatch flows;

  /// When the last fault that was drawn has ended.
  private long faultlessFromNanos;

  /// @param traced whether to keep a journal
  History(long seed, Sabotage sabotage, boolean traced) {
    SplittableRandom root = new SplittableRandom(seed);
    plan = Plan.draw(root.split());
    random = root.split();
    journal = new Journal(clock, traced);
    sync = new SimPeers(clock, new Random(root.nextLong()));
    paths = new Paths(sync);
    segment = new Segment(clock, root.split(), plan, paths, watches);
    for (int i = 0; i < plan.members(); i++) {
      int[] theSwitch = new int[1];
      SimLan lan = segment.plug(theSwitch);
      Member member =
          new Member(i, plan, sabotage, clock, lan, sync, members, root.split(), journal, watches);
      paths.add(member.attachment(), theSwitch[0]);
      members.add(member);
    }
    ownership = new OwnershipWatch(plan, members, paths, clock);
    shadows = new ShadowWatch(plan, members);
    flows = new FlowWatch(plan, segment.targets(), members, paths);
    watches.addAll(List.of(ownership, shadows, flows));
  }

  List<String> journal() {
    return journal.lines();
  }

  /// Lives through it.
  Outcome run() {
    try {
      journal.note(() -> plan.toString());
      start();
      long until = clock.nanoTime() + plan.lastsMillis() * MILLI;
      while (clock.nanoTime() < until) {
        step();
        clock.advance(random.nextLong(2L * plan.stepMillis() * MILLI));
        staysWithinBounds();
      }
      journal.note(() -> "everything is mended");
      mend();
      isWholeAgain();
      if (plan.sync() != Plan.Sync.NONE) {
        tablesAreEqual();
      }
      return new Outcome(
          "LAN " + plan.lan() + ", sync " + plan.sync(),
          ownership.answers(),
          shadows.traps(),
          flows.forwarded(),
          flows.takenOver(),
          ownership.takeovers(),
          ownership.excused());
    } catch (RuntimeException | AssertionError e) {
      String at = journal.time().trim();
      journal.note(() -> "BROKEN: " + e.getMessage());
      throw new BrokenInvariant("at " + at + ": " + e.getMessage(), e);
    }
  }

  private void start() {
    for (Member member : members) {
      clock.advance(random.nextLong(200 * MILLI));
      boot(member);
    }
    segment.keepAsking();
    clock.advance(5 * plan.advertNanos() + plan.preemptDelayMillis() * MILLI);
  }

  private void boot(Member member) {
    if (member.isLeaving()) {
      member.crash();
    }
    if (!member.isUp()) {
      journal.note(() -> member + " starts");
      member.boot();
    }
  }

  private void step() {
    int kind = random.nextInt(10);
    if (kind < 4) {
      disturb(members.get(random.nextInt(members.size())));
    } else if (kind < 7 && plan.lan() != Plan.Lan.NOTHING) {
      harmLan();
    } else if (kind < 8 && plan.sync() == Plan.Sync.FAULTY) {
      harmSync();
    } else {
      String what = segment.act();
      journal.note(() -> what);
    }
  }

  /// Something happens to a node.
  private void disturb(Member member) {
    if (!member.isUp()) {
      boot(member);
      return;
    }
    if (member.isPaused() || member.isLeaving()) {
      return;
    }
    long interval = plan.advertNanos();
    switch (random.nextInt(7)) {
      case 0 -> {
        journal.note(() -> member + " crashes");
        member.crash();
        forNanos(random.nextLong(20 * interval), () -> boot(member));
      }
      case 1 -> {
        journal.note(() -> member + " is stopped");
        member.stop();
        forNanos(random.nextLong(20 * interval), () -> boot(member));
      }
      case 2 -> pause(member, random.nextLong(interval));
      case 3, 4 -> pause(member, random.nextLong(5 * interval));
      case 5 -> pause(member, random.nextLong(30 * interval));
      default -> member.stallInTurn(1 + random.nextLong(5 * interval));
    }
  }

  private void pause(Member member, long nanos) {
    journal.note(() -> member + " is paused for " + nanos / 1000 + " us");
    member.pause(1 + nanos);
  }

  /// Ends a fault after so long.
  private void forNanos(long nanos, Runnable end) {
    faultlessFromNanos = Math.max(faultlessFromNanos, clock.nanoTime() + nanos);
    clock.after(nanos, end);
  }

  /// A fault of a wire, or of several, that ends by itself.
  private void harmLan() {
    Member member = members.get(random.nextInt(members.size()));
    SimWire out = member.attachment().toSwitch();
    SimWire in = member.attachment().fromSwitch();
    List<SimWire> wires;
    String where;
    switch (random.nextInt(plan.trunk() ? 5 : 3)) {
      case 0 -> {
        wires = List.of(out);
        where = member + "'s sending wire";
      }
      case 1 -> {
        wires = List.of(in);
        where = member + "'s receiving wire";
      }
      case 2 -> {
        wires = List.of(out, in);
        where = member + "'s cable";
      }
      case 3 -> {
        wires = List.of(paths.trunk().get(random.nextInt(2)));
        where = "one direction between the switches";
      }
      default -> {
        wires = paths.trunk();
        where = "the cable between the switches";
      }
    }
    boolean cut = plan.lan().isCut() && (!plan.lan().isLossy() || random.nextBoolean());
    harm(wires, where, cut);
  }

  /// The same beside the LAN: one way between two nodes, both, or all.
  private void harmSync() {
    Member from = members.get(random.nextInt(members.size()));
    Member to = members.get((from.index() + 1) % members.size());
    SimWire there = sync.wire(from.syncAddress(), to.syncAddress());
    SimWire back = sync.wire(to.syncAddress(), from.syncAddress());
    switch (random.nextInt(3)) {
      case 0 -> harm(List.of(there), "sync from " + from + " to " + to, random.nextBoolean());
      case 1 -> harm(List.of(there, back), "sync of " + from + " and " + to, random.nextBoolean());
      default -> harm(syncWires(), "all sync", random.nextInt(3) > 0);
    }
  }

  private List<SimWire> syncWires() {
    List<SimWire> wires = new ArrayList<>();
    for (Member from : members) {
      for (Member to : members) {
        if (from != to) {
          wires.add(sync.wire(from.syncAddress(), to.syncAddress()));
        }
      }
    }
    return wires;
  }

  private void harm(List<SimWire> wires, String where, boolean cut) {
    String what;
    if (cut) {
      wires.forEach(SimWire::cut);
      what = "is cut";
    } else {
      what = weaken(wires);
    }
    long nanos = random.nextLong(15 * plan.advertNanos());
    journal.note(() -> where + " " + what + " for " + nanos / 1000 + " us");
    forNanos(
        nanos,
        () -> {
          wires.forEach(SimWire::heal);
          journal.note(() -> where + " works again");
        });
  }

  private String weaken(List<SimWire> wires) {
    double share = random.nextInt(3) == 0 ? 0.5 : 0.1;
    switch (random.nextInt(3)) {
      case 0 -> {
        wires.forEach(wire -> wire.lossRate(share));
        return "loses " + share;
      }
      case 1 -> {
        wires.forEach(wire -> wire.duplicateRate(share));
        return "doubles " + share;
      }
      default -> {
        long nanos = 1 + random.nextLong(random.nextBoolean() ? 3 * MILLI : plan.advertNanos());
        wires.forEach(wire -> wire.jitterNanos(nanos));
        return "delays by up to " + nanos / 1000 + " us";
      }
    }
  }

  private void staysWithinBounds() {
    for (Member member : members) {
      if (member.isUp()) {
        BOUNDS.forEach((gauge, most) -> {
          long now = member.counters().get(gauge);
          if (now > most) {
            throw new BrokenInvariant(member + " holds " + now + " " + gauge.meaning());
          }
        });
      }
    }
  }

  /// Every wire works, every node runs; what was drawn beforehand ends.
  private void mend() {
    clock.advance(Math.max(0, faultlessFromNanos - clock.nanoTime()) + plan.advertNanos());
    while (members.stream().anyMatch(member -> member.isPaused() || member.isToStall())) {
      clock.advance(plan.advertNanos());
    }
    paths.trunk().forEach(SimWire::heal);
    syncWires().forEach(SimWire::heal);
    for (Member member : members) {
      member.attachment().toSwitch().heal();
      member.attachment().fromSwitch().heal();
      boot(member);
    }
    // A node listens, preempts, and its news arrives; stations learn the port anew.
    clock.advance(8 * plan.advertNanos() + plan.preemptDelayMillis() * MILLI);
    if (plan.sync() != Plan.Sync.NONE) {
      // The longest time between two questions for an active node's place.
      clock.advance(1000 * MILLI);
    }
  }

  /// One node speaks, and it speaks to everybody; free addresses are traps, taken ones are not.
  private void isWholeAgain() {
    long answersBefore = ownership.answers();
    for (SimHost scanner : segment.scanners()) {
      scanner.forgetNeighbors();
      segment.addresses().forEach(scanner::resolve);
      segment.pool().forEach(scanner::resolve);
    }
    clock.advance(2 * MILLI);
    for (SimHost scanner : segment.scanners()) {
      segment.addresses().forEach(address -> expect(scanner, address, virtualMac(address)));
    }
    // Until who took an address in silence is found out by a proof beside an answer.
    clock.advance(Math.max(plan.checkSeconds() * 1001, 5 * plan.probeGapMillis()) * MILLI);
    List<List<SimHost>> owners = segment.pool().stream().map(segment::owners).toList();
    List<IpAddress> traps =
        segment.pool().stream()
            .filter(address -> segment.owners(address).isEmpty())
            .filter(address -> shadows.mayBeSimulated(address, clock.nanoTime()))
            .toList();
    segment.scanners().forEach(SimHost::forgetNeighbors);
    // As stations do; of IPv6 addresses that are proven in one turn, only so many as fit are told.
    int asks = Math.max(SOLICITATIONS, segment.pool().size());
    for (int ask = 0; ask < asks && !areAllTold(); ask++) {
      for (SimHost scanner : segment.scanners()) {
        segment.pool().stream()
            .filter(address -> scanner.neighbor(address) == null)
            .forEach(scanner::resolve);
      }
      clock.advance(5L * plan.probeGapMillis() * MILLI);
    }
    for (int i = 0; i < owners.size(); i++) {
      IpAddress address = segment.pool().get(i);
      if (owners.get(i).equals(segment.owners(address))) {
        isTrapOrOwners(address, owners.get(i), traps.contains(address));
      }
    }
    if (ownership.answers() == answersBefore) {
      throw new BrokenInvariant("nobody has answered");
    }
  }

  private boolean areAllTold() {
    return segment.scanners().stream()
        .allMatch(scanner ->
            segment.pool().stream().allMatch(address -> scanner.neighbor(address) != null));
  }

  /// After quiet every node's tables hold the same.
  private void tablesAreEqual() {
    segment.fallSilent();
    for (int i = 0; i < EQUAL_WITHIN_MILLIS / 100; i++) {
      clock.advance(100 * MILLI);
      if (areEqual()) {
        return;
      }
    }
    StringBuilder text = new StringBuilder("tables differ after quiet:");
    for (Member member : members) {
      journal.note(() -> member + " has counted " + member.counted());
      Set<SessionReplicator.Copy> others = new LinkedHashSet<>(member.copies());
      members.forEach(other -> {
        if (other != member) {
          Set<SessionReplicator.Copy> alone = new LinkedHashSet<>(others);
          alone.removeAll(other.copies());
          text.append(" %s has, and %s has not, %s;".formatted(member, other, alone));
        }
      });
    }
    throw new BrokenInvariant(text.toString());
  }

  private boolean areEqual() {
    return members.stream().map(Member::copies).distinct().count() == 1;
  }

  private static long virtualMac(IpAddress address) {
    return address.isIpv4() ? Segment.VIRTUAL_MAC : Segment.VIRTUAL_MAC6;
  }

  private static void expect(SimHost asker, IpAddress address, long mac) {
    Long learnt = asker.neighbor(address);
    if (learnt == null || learnt != mac) {
      throw isTold(asker, address, learnt);
    }
  }

  private static BrokenInvariant isTold(SimHost asker, IpAddress address, Long learnt) {
    return new BrokenInvariant(
        "after everything was mended %s is told %s for %s"
            .formatted(
                asker.name(), learnt == null ? "nothing" : "%012x".formatted(learnt), address));
  }

  private void expectTrap(SimHost asker, IpAddress address) {
    Long learnt = asker.neighbor(address);
    boolean isVirtual = learnt != null && learnt == virtualMac(address);
    if (learnt == null || !Segment.isVirtual(learnt) || isVirtual == plan.decoyMacs()) {
      throw isTold(asker, address, learnt);
    }
  }

  private void isTrapOrOwners(IpAddress address, List<SimHost> owners, boolean isTrap) {
    for (SimHost scanner : segment.scanners()) {
      if (owners.size() == 1) {
        expect(scanner, address, owners.getFirst().mac());
      } else if (isTrap) {
        expectTrap(scanner, address);
      }
    }
  }

  @Override
  public void close() {
    members.forEach(Member::close);
    segment.close();
  }
}
