package io.pitchlake.node.history;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.time.Clock;
import io.pitchlake.node.Node;
import io.pitchlake.node.engine.Exchange;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.event.SecurityEvent;
import io.pitchlake.node.port.Carrier;
import io.pitchlake.node.port.PeerLink;
import io.pitchlake.node.sim.SimPeers;
import io.pitchlake.node.sim.SimPort;
import io.pitchlake.sync.Replicator;
import io.pitchlake.sync.SessionReplicator;
import io.pitchlake.sync.SyncEvent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// One node of a history: a whole [Node] with a network card, and a power switch. Its clock has an
/// origin and a speed of its own, and goes on while it is paused; frames that arrive meanwhile wait
/// in its ring, as many as that holds.
final class Member implements Clock {
  /// The longest that an engine waits without anything to do.
  private static final long IDLE_NANOS = 5_000_000;

  /// Between the arrival of a frame and the turn that reads it.
  private static final long WAKE_NANOS = 2_000;

  /// Timers may be so late: the machine has more to do.
  private static final long SHORTEST_WAIT_NANOS = 2_000_000;

  /// After so long without anything to tell, every record has been in a frame.
  private static final long SETTLED_NANOS = 3_000_000;

  private static final long LONG_PAUSE_NANOS = 1_000_000_000;

  private static final int RING_FRAMES = 256;
  private static final int NEVER_DRIFTS = 0;
  private static final int MOST_PARTS_PER_MILLION = 200;
  private static final ClusterKey KEY = new ClusterKey(new byte[ClusterKey.SHORTEST_BYTES]);

  /// Parsed files by their text: histories share them.
  private static final Map<String, Configuration> FILES = new ConcurrentHashMap<>();

  private static final int MOST_FILES = 4096;

  private final int index;
  private final int priority;
  private final SimClock clock;
  private final RandomGenerator random;

  /// Where there is a way beside the LAN, else null.
  private final SimPeers sync;

  private final List<Member> members;
  private final List<IpAddress> others;
  private final Configuration configuration;
  private final Sabotage sabotage;
  private final Journal journal;
  private final List<Watch> watches;
  private final SimPort port;
  private final Glimpse glimpse = new Glimpse();
  private final long originNanos;
  private final int driftPartsPerMillion;

  private Node node;
  private Link peers;
  private SyncEnd syncEnd;
  private boolean syncDue;
  private long toldNanos;
  private long acknowledgedNanos;
  private final boolean[] isActive = new boolean[2];
  private final Set<String> talksTo = new HashSet<>();
  private int boots;
  private boolean leaving;
  private long bootedNanos;
  private long wakeNanos = Long.MAX_VALUE;
  private long pausedUntilNanos = Long.MIN_VALUE;
  private long stoppedNanos = Long.MIN_VALUE / 2;
  private long overflowNanos = Long.MIN_VALUE / 2;
  private long overflowed;
  private boolean turning;
  private int readings;
  private long stallNanos;
  private long leadNanos;
  private long missedNanos;
  private long dozedNanos = Long.MIN_VALUE / 2;
  private long resumedNanos = Long.MIN_VALUE / 2;
  private long turnNanos;
  private int forwarded;

  Member(
      int index,
      Plan plan,
      Sabotage sabotage,
      SimClock clock,
      SimLan lan,
      SimPeers sync,
      List<Member> members,
      RandomGenerator random,
      Journal journal,
      List<Watch> watches) {
    this.index = index;
    this.priority = plan.priorities().get(index);
    this.clock = clock;
    this.random = random;
    this.sync = plan.sync() == Plan.Sync.NONE ? null : sync;
    this.members = members;
    this.others =
        IntStream.range(0, plan.members())
            .filter(other -> other != index)
            .mapToObj(Member::syncAddress)
            .toList();
    this.sabotage = sabotage;
    this.journal = journal;
    this.watches = watches;
    this.configuration = file(plan.configuration(index));
    this.originNanos = random.nextLong(1L << 50);
    this.driftPartsPerMillion =
        random.nextBoolean()
            ? NEVER_DRIFTS
            : random.nextInt(-MOST_PARTS_PER_MILLION, MOST_PARTS_PER_MILLION + 1);
    this.port = new SimPort(name(), mac()).capacity(RING_FRAMES);
    port.attach(lan, () -> wakeAt(clock.nanoTime() + WAKE_NANOS));
    port.onReceived(this::reads);
    port.outlet(this::sends);
  }

  private static Configuration file(String text) {
    if (FILES.size() > MOST_FILES) {
      FILES.clear();
    }
    return FILES.computeIfAbsent(
        text,
        unused -> {
          var result = ConfigParser.parse("history", text);
          return result.configuration().orElseThrow(() -> new AssertionError(result.errors()));
        });
  }

  String name() {
    return String.valueOf((char) ('a' + index));
  }

  int index() {
    return index;
  }

  int priority() {
    return priority;
  }

  /// Its port's MAC.
  long mac() {
    return 0x0200_0000_0000L + Plan.lastByte(index);
  }

  /// Its `real`.
  IpAddress real() {
    return IpAddress.ofIpv4(0xc0a8_0200 + Plan.lastByte(index));
  }

  /// Where its adverts over a family come from.
  IpAddress source(boolean isIpv4) {
    long identifier = (mac() & 0xffff_ff00_0000L) << 16 | 0xff_fe00_0000L | mac() & 0xff_ffffL;
    return isIpv4
        ? real()
        : new IpAddress(0xfe80_0000_0000_0000L, identifier ^ 0x0200_0000_0000_0000L);
  }

  /// Where it is beside the LAN.
  IpAddress syncAddress() {
    return syncAddress(index);
  }

  private static IpAddress syncAddress(int index) {
    return IpAddress.ofIpv4(0x0a00_0001 + index);
  }

  /// Its end of replication while it runs, else null.
  SyncEnd syncEnd() {
    return syncEnd;
  }

  /// What it has counted of replication, in words.
  String counted() {
    return Arrays.stream(Counter.values())
        .filter(counter -> counter.name().startsWith("SYNC"))
        .map(counter -> counter.name() + " " + node.banks().mapToLong(b -> b.get(counter)).sum())
        .collect(Collectors.joining(", "));
  }

  /// What of its tables the others should know.
  Set<SessionReplicator.Copy> copies() {
    return node.sessions().orElseThrow().copies();
  }

  SimLan.Attachment attachment() {
    return port.attachment();
  }

  boolean isUp() {
    return node != null;
  }

  /// How often it has started.
  int boots() {
    return boots;
  }

  long bootedNanos() {
    return bootedNanos;
  }

  boolean isPaused() {
    return pausedUntilNanos != Long.MIN_VALUE;
  }

  /// Whether its next turn is to stand still.
  boolean isToStall() {
    return stallNanos > 0;
  }

  CounterBank counters() {
    return node.counters();
  }

  /// Whether it has called itself the active router of a family, as of its last turn.
  boolean saysItIsActive(boolean isIpv4) {
    return isActive[isIpv4 ? 0 : 1];
  }

  private void noteSyncEvent(SyncEvent event) {
    switch (event) {
      case SyncEvent.Met met -> talksTo.add(met.peer());
      case SyncEvent.Left left -> talksTo.remove(left.peer());
      case SyncEvent.FellBehind behind -> talksTo.remove(behind.peer());
      default -> {}
    }
    journal.note(() -> name() + ": " + event);
  }

  private void noteEvent(SecurityEvent event) {
    if (event instanceof SecurityEvent.RouterChanged change) {
      isActive[change.ipv4() ? 0 : 1] = change.to() == RouterRole.ACTIVE;
    }
    journal.note(() -> name() + ": " + event.line());
  }

  /// When the turn began that sends what departs now; earlier than now if it stood still in it.
  long turnNanos() {
    return turnNanos;
  }

  /// Whether it stood still at an instant and has hardly gone on since.
  boolean stoodStill(long atNanos, long slackNanos) {
    return stoppedNanos <= atNanos + slackNanos
        && (isPaused() || resumedNanos >= atNanos && clock.nanoTime() - resumedNanos <= slackNanos);
  }

  /// How long it has run without a pause of more than a second.
  long attentiveNanos() {
    return clock.nanoTime() - Math.max(bootedNanos, dozedNanos);
  }

  /// How long ago its ring was too full for a frame.
  long sinceOverflowNanos() {
    return clock.nanoTime() - overflowNanos;
  }

  void boot() {
    boots++;
    Arrays.fill(isActive, false);
    talksTo.clear();
    bootedNanos = clock.nanoTime();
    port.reset();
    peers = sync == null ? null : new Link();
    node =
        new Node(
            configuration,
            List.of(port),
            this,
            new SplittableRandom(random.nextLong()),
            Optional.of(KEY),
            Set.of(),
            IdleStrategy.busy(),
            Exchange.Seat.alone(),
            Optional.ofNullable(peers),
            Carrier.ALWAYS,
            sync == null
                ? Optional.empty()
                : Optional.of(new Node.Replication(random.nextLong(), this::noteSyncEvent)));
    node.replicator()
        .ifPresent(replicator ->
            syncEnd = new SyncEnd(this, members, clock, sync, replicator, this::wakeSync));
    watches.forEach(watch -> watch.booted(this, bootedNanos));
    wakeNanos = Long.MAX_VALUE;
    syncDue = false;
    toldNanos = bootedNanos;
    acknowledgedNanos = Long.MIN_VALUE;
    wakeAt(bootedNanos + random.nextLong(IDLE_NANOS));
  }

  /// Power fails; frames in its ring are gone with everything else.
  void crash() {
    if (sync != null) {
      peers.close();
      syncEnd.close();
      node.replicator().ifPresent(Replicator::close);
      syncEnd = null;
    }
    node.close();
    node = null;
    leaving = false;
    wakeNanos = Long.MAX_VALUE;
    pausedUntilNanos = Long.MIN_VALUE;
    stallNanos = 0;
    port.reset();
  }

  /// SIGTERM: it is gone when its last turn is done.
  void stop() {
    stallNanos = 0;
    node.stop();
    leaving = true;
    turn();
  }

  /// Whether it was stopped and has not ended yet.
  boolean isLeaving() {
    return leaving;
  }

  /// SIGSTOP, and SIGCONT after so long.
  void pause(long nanos) {
    stand(nanos);
    clock.after(nanos, this::resume);
  }

  private void stand(long nanos) {
    stoppedNanos = clock.nanoTime();
    pausedUntilNanos = stoppedNanos + nanos;
  }

  /// The same in the middle of a turn, where it looks at the clock for the second time: what it has
  /// queued may leave when it goes on.
  void stallInTurn(long nanos) {
    stallNanos = nanos;
  }

  private void resume() {
    if (pausedUntilNanos == clock.nanoTime()) {
      pausedUntilNanos = Long.MIN_VALUE;
      long nowNanos = clock.nanoTime();
      resumedNanos = nowNanos;
      if (nowNanos - stoppedNanos > LONG_PAUSE_NANOS) {
        dozedNanos = nowNanos;
      }
      if (sabotage == Sabotage.CLOCK_STOPS) {
        missedNanos += nowNanos - stoppedNanos;
      }
      watches.forEach(watch -> watch.resumed(this, nowNanos - stoppedNanos, nowNanos));
      wakeAt(nowNanos);
      syncDue = false;
    }
  }

  /// Sees to it that a turn happens then at the latest.
  private void wakeAt(long atNanos) {
    if (port.statistics().receiveDropped() != overflowed) {
      overflowed = port.statistics().receiveDropped();
      overflowNanos = clock.nanoTime();
    }
    if (isUp() && !isPaused() && atNanos < wakeNanos) {
      wakeNanos = atNanos;
      clock.after(atNanos - clock.nanoTime(), () -> wake(atNanos));
    }
  }

  private void wake(long atNanos) {
    if (atNanos == wakeNanos) {
      wakeNanos = Long.MAX_VALUE;
      if (isUp() && !isPaused()) {
        turn();
      }
    }
  }

  /// What has arrived beside the LAN is looked at soon.
  private void wakeSync() {
    if (!syncDue && isUp() && !isPaused()) {
      syncDue = true;
      int boot = boots;
      clock.after(
          WAKE_NANOS,
          () -> {
            if (boots == boot && isUp() && !isPaused()) {
              syncDue = false;
              stepSync();
            }
          });
    }
  }

  /// The replication thread does what there is to do.
  private void stepSync() {
    int work = syncEnd.look() + node.replicator().orElseThrow().step(nanoTime());
    CounterBank ofThread = node.replicator().orElseThrow().counters();
    boolean toldAll =
        work == 0
            && node.counters().get(Gauge.SYNC_TO_TELL) == 0
            && ofThread.get(Gauge.SYNC_UNACKNOWLEDGED) == 0;
    long nowNanos = clock.nanoTime();
    if (!toldAll) {
      toldNanos = nowNanos;
    } else if (toldNanos != acknowledgedNanos
        && nowNanos - toldNanos >= SETTLED_NANOS
        && allHoldWhatTheirPeersDo()) {
      acknowledgedNanos = toldNanos;
      for (Watch watch : watches) {
        watch.acknowledged(this, toldNanos, nowNanos);
      }
    }
    if (work > 0) {
      wakeAt(nowNanos + SHORTEST_WAIT_NANOS);
    }
  }

  private boolean allHoldWhatTheirPeersDo() {
    for (Member member : members) {
      if (!member.holdsWhatItsPeersDo()) {
        return false;
      }
    }
    return true;
  }

  /// Whether it has been told what every other node knew when they met.
  private boolean holdsWhatItsPeersDo() {
    return isUp()
        && talksTo.size() == others.size()
        && node.counters().get(Gauge.SYNC_PEERS) == others.size()
        && node.counters().get(Gauge.SYNC_PEERS_EQUAL) == others.size();
  }

  private void turn() {
    turning = true;
    turnNanos = clock.nanoTime();
    readings = 0;
    node.turn();
    turning = false;
    node.events().drainTo(this::noteEvent);
    if (leadNanos > 0) {
      clock.after(leadNanos, this::resume);
      leadNanos = 0;
      return;
    }
    if (leaving && node.isStopped()) {
      crash();
      return;
    }
    if (syncEnd != null) {
      stepSync();
    }
    long due = Math.max(node.untilDueNanos(), SHORTEST_WAIT_NANOS);
    wakeAt(clock.nanoTime() + (port.waiting() > 0 ? WAKE_NANOS : Math.min(due, IDLE_NANOS)));
  }

  @Override
  public long nanoTime() {
    if (turning && ++readings == 2 && stallNanos > 0) {
      leadNanos = stallNanos;
      stallNanos = 0;
      stand(leadNanos);
      journal.note(() -> name() + " stands still in the middle of a turn");
    }
    long elapsed = clock.nanoTime() + leadNanos;
    return originNanos + elapsed + elapsed * driftPartsPerMillion / 1_000_000 - missedNanos;
  }

  @Override
  public long wallMillis() {
    return clock.wallMillis();
  }

  private void reads(byte[] frame) {
    glimpse.at(frame);
    if (glimpse.source == mac()) {
      return;
    }
    long nowNanos = clock.nanoTime();
    for (Watch watch : watches) {
      watch.read(this, glimpse, nowNanos);
    }
    boolean deaf =
        switch (sabotage) {
          case DEAF_TO_ADVERTS -> glimpse.isAdvert();
          case DEAF_TO_OWNERS -> glimpse.owner != null && glimpse.asked == null;
          case DEAF_TO_PROBES -> glimpse.claimed != null;
          default -> false;
        };
    if (deaf) {
      // A type that nobody knows.
      frame[12] = (byte) 0x88;
      frame[13] = (byte) 0xb5;
    }
  }

  private void sends(byte[] frame) {
    if (leadNanos == 0) {
      depart(frame);
      return;
    }
    int boot = boots;
    clock.after(
        leadNanos,
        () -> {
          if (isUp() && boots == boot) {
            depart(frame);
          }
        });
  }

  private void depart(byte[] frame) {
    glimpse.at(frame);
    if (sabotage == Sabotage.MUTE_PROOFS && glimpse.asked != null && glimpse.source == mac()) {
      return;
    }
    if (sabotage == Sabotage.MISDIRECTS && FlowWatch.isForwarded(glimpse) && ++forwarded % 3 == 0) {
      frame[5] ^= 1;
      glimpse.at(frame);
    }
    long nowNanos = clock.nanoTime();
    for (Watch watch : watches) {
      watch.departed(this, glimpse, nowNanos);
    }
    if (sabotage != Sabotage.MUTE_ADVERTS || !glimpse.isAdvert()) {
      port.attachment().send(frame);
    }
  }

  /// Its end of the way beside the LAN; what it says in a turn that stands still leaves late.
  private final class Link implements PeerLink {
    private final SimPeers.End end =
        sync.attach(syncAddress(), others, () -> wakeAt(clock.nanoTime() + WAKE_NANOS));

    @Override
    public List<IpAddress> peers() {
      return end.peers();
    }

    @Override
    public void send(int peer, byte[] datagram, int length) {
      if (leadNanos == 0) {
        end.send(peer, datagram, length);
        return;
      }
      byte[] copy = Arrays.copyOf(datagram, length);
      clock.after(
          leadNanos,
          () -> {
            if (peers == this && isUp()) {
              end.send(peer, copy, length);
            }
          });
    }

    @Override
    public int receive(byte[] into) {
      return end.receive(into);
    }

    @Override
    public long senderHigh() {
      return end.senderHigh();
    }

    @Override
    public long senderLow() {
      return end.senderLow();
    }

    @Override
    public void close() {
      end.close();
    }
  }

  /// Gives its memory back.
  void close() {
    if (isUp()) {
      crash();
    }
    port.close();
  }

  @Override
  public String toString() {
    return name();
  }
}
