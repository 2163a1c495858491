package io.pitchlake.node.vrrp;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.EventSink;
import io.pitchlake.node.engine.NeighborWriter;
import io.pitchlake.node.engine.Neighbors;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.RoleCause;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.engine.RouterStatus;
import io.pitchlake.node.engine.RouterView;
import io.pitchlake.node.engine.Transmit;
import io.pitchlake.node.vrrp.Beat.Request;
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
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// One virtual router at work: its machine, what the machine remembers, and the doing of what it
/// says. Engine thread.
///
/// What an active router says stands on a lease: the last advert that has left. The others wait
/// three intervals for the next one, so after two and a half without having sent it this node must
/// not speak any more. An advert that waits for the end of the turn prolongs nothing yet.
///
/// Where there are peers on the sync link, a backup that misses adverts asks there for more, asks
/// stations whether the segment is reached, and takes an active router's place only when that one
/// is silent on both ways or has given it.
final class VirtualRouter {
  private static final long ASK_PEER_NANOS = 1_000_000_000L;
  private static final RouterInput START = new Start();
  private static final RouterInput STOP = new Stop();
  private static final RouterInput TIMER = new TimerFired();
  private static final RouterInput LATE = new Late();
  private static final RouterInput LINK_LOST = new Unfit(RoleCause.LINK_DOWN);
  private static final RouterInput NO_LEASE = new Unfit(RoleCause.NO_LEASE);
  private static final RouterInput UNFIT = new Unfit(RoleCause.TRACKED);
  private static final RouterInput WITHDRAWN = new Withdrawn();
  private static final RouterInput GRANTED = new Granted();
  private static final long NANOS_PER_CENTI = 10_000_000;

  /// Adverts that an active router sends at once when a backup misses some, beside those that are
  /// due.
  private static final int BURST_ADVERTS = 4;

  /// Least time between two questions of an active router whether it hears anything.
  private static final long LISTEN_NANOS = 100_000_000L;

  /// So many questions must be lost before an active router takes itself for deaf.
  private static final int UNANSWERED = 12;

  /// Longest time between two questions to an active router that keeps its place.
  private static final long LONGEST_BACKOFF_NANOS = 1_000_000_000L;

  private final AdvertWriter adverts;
  private final Neighbors neighbors;
  private final EventSink events;
  private final CounterBank counters;
  private final Election election;
  private final Announcer announcer;
  private final Peers peers;
  private final List<Claim> claims;
  private final LanProof proof;
  private final Fitness fitness;
  private final Request[] requests;
  private final int[] numbers;
  private final boolean witnessed;
  private RouterView view;
  private IpAddress key;
  private RouterMachine machine;
  private RouterState state;
  private boolean advertDue;
  private long advertNanos;
  private long advertLeftNanos;
  private long lateNanos;
  private boolean spoke;
  private boolean lingering;
  private boolean relieved;
  private long turnNanos;
  private long askedNanos;
  private IpAddress rival;
  private boolean linked = true;
  private int priority;
  private int epoch;
  private int conceded;
  private long goneNanos;
  private boolean gone;

  /// A backup's: whether it misses adverts, since when, and what it does about it.
  private boolean doubting;

  private boolean helping;

  private long doubtNanos;
  private int question;
  private long nextBurstAskNanos;
  private long nextAskNanos;
  private long backoffNanos;

  /// Until when the witness lets this node be active, and whether it is asked for that.
  private long leaseNanos;

  private boolean wantsLease;

  /// Counts the times that a lease was not wanted any more, so that no answer to an earlier wish is
  /// taken for one to a later.
  private int leaseNumber;

  /// The active router's: adverts still to be sent for a backup that misses some, and since when
  /// others doubt.
  private int burst;

  private long nextBurstNanos;
  private boolean deaf;
  private long doubtedNanos;
  private long doubtedLastNanos;

  /// @param peers on the sync link; null where there is none
  /// @param proof of the router's segment; null where there are no peers
  VirtualRouter(
      RouterView view,
      Transmit transmit,
      Neighbors neighbors,
      EventSink events,
      CounterBank counters,
      Election election,
      Peers peers,
      LanProof proof,
      Fitness fitness,
      long nowNanos) {
    this.adverts = new AdvertWriter(transmit);
    this.neighbors = neighbors;
    this.events = events;
    this.counters = counters;
    this.election = election;
    this.announcer = new Announcer(new NeighborWriter(transmit), counters);
    this.state = RouterState.initialize(RoleCause.STOPPED, nowNanos);
    this.turnNanos = nowNanos;
    this.lateNanos = nowNanos - view.advertNanos();
    this.askedNanos = nowNanos - ASK_PEER_NANOS;
    this.peers = peers;
    this.proof = proof;
    this.fitness = fitness;
    int count = peers == null ? 0 : peers.count();
    this.claims = Stream.generate(Claim::new).limit(count).toList();
    this.requests = new Request[count];
    this.numbers = new int[count];
    Arrays.fill(requests, Request.NOTHING);
    this.witnessed = peers != null && peers.isWitnessed();
    this.leaseNanos = nowNanos;
    this.doubtedLastNanos = nowNanos - LONGEST_BACKOFF_NANOS;
    configure(view, nowNanos);
  }

  RouterView view() {
    return view;
  }

  boolean isActive() {
    return state.role() == RouterRole.ACTIVE;
  }

  /// Goes on with another view of the same router.
  void configure(RouterView next, long nowNanos) {
    boolean others =
        view != null
            && !view.claims().stream()
                .map(RouterView.Claim::address)
                .toList()
                .equals(next.claims().stream().map(RouterView.Claim::address).toList());
    view = next;
    fitness.configure(next);
    priority(fitness.priority());
    rival = next.source();
    key =
        next.advertised().stream()
            .filter(address -> !address.isLinkLocal())
            .min(IpAddress::compareTo)
            .orElseGet(() -> next.advertised().getFirst());
    election.set(next.served(), isActive());
    if (others && isActive()) {
      announcer.start(nowNanos);
    }
  }

  private void priority(int now) {
    priority = now;
    machine =
        new RouterMachine(
            now,
            view.advertNanos(),
            view.preempt(),
            view.preemptDelayNanos(),
            !claims.isEmpty() || !view.preempt());
  }

  /// A turn begins. Starts the router, or notices that turns stood still.
  void turn(long nowNanos) {
    // What the last turn has queued has left.
    advertLeftNanos = advertNanos;
    spoke = isActive();
    fitness.turn(nowNanos);
    if (fitness.priority() != priority) {
      priority(fitness.priority());
      // The others should know at once.
      advertDue = isActive();
    }
    if (state.role() == RouterRole.INITIALIZE) {
      apply(START, nowNanos);
    } else if (isExpired(nowNanos)
        || !isActive() && nowNanos - turnNanos > 2 * state.activeAdvertNanos()) {
      late(nowNanos);
    }
    turnNanos = nowNanos;
    if (isActive() && lacksLease(nowNanos)) {
      apply(NO_LEASE, nowNanos);
    }
    if (fitness.takesPart() != linked) {
      linked = !linked;
      // While it took no part somebody else may have become active: it listens first.
      apply(linked ? LATE : fitness.isLinkUp() ? UNFIT : LINK_LOST, nowNanos);
    }
  }

  /// Whether this node may still send what this turn has queued; gives way if not. It may have
  /// stepped down in this turn, too, after it had queued answers.
  boolean maySend(long nowNanos) {
    if (isActive()) {
      if (!isExpired(nowNanos) && !lacksLease(nowNanos)) {
        return true;
      }
      late(nowNanos);
      return false;
    }
    if (lingering) {
      return mayLinger(nowNanos);
    }
    return !spoke || nowNanos - turnNanos <= view.advertNanos() / 10;
  }

  private boolean isExpired(long nowNanos) {
    return isActive() && !mayLinger(nowNanos);
  }

  /// Whether an active router has a witness to ask, and may not go on without its lease: where a
  /// peer is silent, that one may have got it. Half an interval earlier than the peer takes this
  /// node for silent.
  private boolean lacksLease(long nowNanos) {
    return witnessed && nowNanos - leaseNanos > 0 && !allHeardWithin(leaseTimeNanos(), nowNanos);
  }

  private boolean allHeardWithin(long nanos, long nowNanos) {
    for (int i = 0; i < claims.size(); i++) {
      if (!peers.isHeardWithin(i, nanos, nowNanos)) {
        return false;
      }
    }
    return true;
  }

  private long leaseTimeNanos() {
    return view.advertNanos() * 5 / 2;
  }

  private void late(long nowNanos) {
    lateNanos = nowNanos;
    counters.count(Counter.VRRP_LATE);
    apply(LATE, nowNanos);
  }

  /// Leaves its place to others at once; but what only this node is sent, because switches have not
  /// learnt better yet, it goes on serving until another one's advert is heard, if not for longer
  /// than others take it for active.
  void stop(long nowNanos) {
    lingering = isActive() && !isExpired(nowNanos);
    apply(STOP, nowNanos);
    if (lingering) {
      election.linger(view.served());
    }
  }

  /// A turn begins after it was stopped.
  void linger(long nowNanos) {
    if (lingering && (relieved || !mayLinger(nowNanos))) {
      lingering = false;
      election.set(view.served(), false);
    }
  }

  boolean isLingering() {
    return lingering;
  }

  private boolean mayLinger(long nowNanos) {
    return 2 * (nowNanos - advertLeftNanos) <= 5 * view.advertNanos();
  }

  /// Leaves its place to another node, as at a stop; a backup from now on.
  void stepDown(long nowNanos) {
    apply(WITHDRAWN, nowNanos);
  }

  RouterStatus status() {
    return new RouterStatus(view, state.role(), state.cause(), state.sinceNanos(), priority, rival);
  }

  void heard(int priority, long intervalNanos, long sourceHigh, long sourceLow, long nowNanos) {
    IpAddress sender = new IpAddress(sourceHigh, sourceLow);
    rival = sender;
    if (priority == 0) {
      if (!isActive() && nowNanos - lateNanos < state.activeAdvertNanos()) {
        // It lay unread while this node stood still; who has followed since is not known.
        return;
      }
      // It needs no asking, even if its last heartbeat says otherwise.
      for (Claim claim : claims) {
        if (claim.source.equals(sender)) {
          claim.role = RouterRole.INITIALIZE;
        }
      }
    } else {
      relieved |= lingering;
    }
    apply(new Heard(priority, intervalNanos, sender.compareTo(view.source()) > 0), nowNanos);
  }

  /// Fires the timer when it is due and sends what the turn has made due.
  void tick(long refreshNanos, long nowNanos) {
    gone &= nowNanos - goneNanos <= view.advertNanos();
    if (state.role() == RouterRole.INITIALIZE) {
      return;
    }
    if (!isActive() && !claims.isEmpty()) {
      doubt(nowNanos);
    }
    if (nowNanos - state.timerNanos() >= 0 && (isActive() || mayTakeOver(nowNanos))) {
      apply(TIMER, nowNanos);
    }
    if (isActive() && !claims.isEmpty()) {
      listen(nowNanos);
    }
    if (isActive() && burst > 0 && nowNanos - nextBurstNanos >= 0) {
      burst--;
      nextBurstNanos = nowNanos + view.advertNanos() / 16;
      advertDue = true;
    }
    if (advertDue) {
      advertDue = false;
      advertNanos = nowNanos;
      advertise(priority, nowNanos);
    }
    announcer.tick(view, refreshNanos, nowNanos);
  }

  long untilDueNanos(long nowNanos) {
    if (state.role() == RouterRole.INITIALIZE) {
      return 0;
    }
    if (isActive()) {
      long untilAdvert = state.timerNanos() - nowNanos;
      return burst > 0 ? Math.min(untilAdvert, nextBurstNanos - nowNanos) : untilAdvert;
    }
    if (!linked) {
      return Long.MAX_VALUE;
    }
    long untilTimer = state.timerNanos() - nowNanos;
    if (claims.isEmpty()) {
      return untilTimer;
    }
    if (untilTimer > 0) {
      return Math.min(untilTimer, (doubting ? nextBurstAskNanos : doubtFromNanos()) - nowNanos);
    }
    long until = nextAskNanos - nowNanos;
    for (int i = 0; i < claims.size(); i++) {
      if (claims.get(i).isAliveAs(RouterRole.ACTIVE)) {
        until = Math.min(until, peers.untilSilentNanos(i, state.activeAdvertNanos(), nowNanos));
      }
    }
    return until;
  }

  // ---- what a backup does that misses adverts

  /// When half an interval more than one has passed without an advert.
  private long doubtFromNanos() {
    long intervalNanos = state.activeAdvertNanos();
    return state.timerNanos() - machine.skewNanos(intervalNanos) - intervalNanos * 3 / 2;
  }

  /// Asks active routers for adverts, and stations whether this node is heard, before its timer
  /// runs out.
  private void doubt(long nowNanos) {
    if (nowNanos - doubtFromNanos() < 0) {
      doubting = false;
      helpDeaf(nowNanos);
      releaseLease(nowNanos);
      return;
    }
    long intervalNanos = state.activeAdvertNanos();
    if (!doubting) {
      doubting = true;
      backoffNanos = intervalNanos;
      ask(nowNanos);
      nextBurstAskNanos = nowNanos;
    }
    if (nowNanos - state.timerNanos() >= 0 || nowNanos - nextBurstAskNanos < 0) {
      return;
    }
    nextBurstAskNanos = nowNanos + intervalNanos / 2;
    proof.ask(intervalNanos / 4, nowNanos);
    if (state.onExpiry() == RoleCause.SILENCE && requestOfActive(Request.BURST, nowNanos)) {
      counters.count(Counter.BURSTS_ASKED);
    }
  }

  private void releaseLease(long nowNanos) {
    if (wantsLease) {
      wantsLease = false;
      leaseNumber++;
      leaseNanos = nowNanos;
    }
  }

  /// An active router whose segment has fallen silent asks stations whether it is the segment or
  /// this node that is; and says so over sync when none answers.
  private void listen(long nowNanos) {
    long silenceNanos = proof.silenceNanos(nowNanos);
    long intervalNanos = view.advertNanos();
    boolean was = deaf;
    deaf =
        silenceNanos > 3 * intervalNanos
            && proof.knowsStations()
            && proof.unanswered() >= UNANSWERED;
    if (silenceNanos > 3 * intervalNanos) {
      boolean urgent = !deaf && proof.unanswered() > 0;
      proof.ask(urgent ? intervalNanos / 4 : Math.max(LISTEN_NANOS, 3 * intervalNanos), nowNanos);
    }
    if (deaf && !was) {
      peers.urge();
    }
  }

  /// Another node is active and hears nothing: where stations answer this one, it asks for the
  /// place.
  private void helpDeaf(long nowNanos) {
    boolean isDeaf = false;
    for (int i = 0; i < claims.size(); i++) {
      isDeaf |= claims.get(i).isAliveAs(RouterRole.ACTIVE) && claims.get(i).deaf;
    }
    if (!isDeaf) {
      helping = false;
      return;
    }
    if (!helping) {
      helping = true;
      ask(nowNanos);
    }
    long intervalNanos = state.activeAdvertNanos();
    proof.ask(intervalNanos / 2, nowNanos);
    if (nowNanos - nextAskNanos >= 0 && proof.since(doubtNanos)) {
      nextAskNanos = nowNanos + intervalNanos / 2;
      requestOfActive(Request.TAKE, nowNanos);
      counters.count(Counter.TAKES_ASKED);
    }
  }

  /// Opens another question.
  private void ask(long nowNanos) {
    question++;
    doubtNanos = nowNanos;
    nextAskNanos = nowNanos;
  }

  private boolean requestOfActive(Request request, long nowNanos) {
    boolean asked = false;
    lookWhoIsAlive(nowNanos);
    for (int i = 0; i < claims.size(); i++) {
      if (claims.get(i).isAliveAs(RouterRole.ACTIVE)) {
        requests[i] = request;
        numbers[i] = question;
        asked = true;
      }
    }
    if (asked) {
      peers.urge();
    }
    return asked;
  }

  private void lookWhoIsAlive(long nowNanos) {
    for (int i = 0; i < claims.size(); i++) {
      claims.get(i).alive = peers.isAlive(i, state.activeAdvertNanos(), nowNanos);
    }
  }

  /// Whether a backup may become active now that its timer has run out; asks where it must.
  private boolean mayTakeOver(long nowNanos) {
    if (claims.isEmpty() || !linked) {
      return linked;
    }
    lookWhoIsAlive(nowNanos);
    boolean due = nowNanos - nextAskNanos >= 0;
    boolean proven = proof.since(doubtNanos);
    boolean patient = nowNanos - state.timerNanos() < state.activeAdvertNanos();
    return switch (Agreement.onExpiry(
        claims, linked, proven, patient, question, priority, view.source())) {
      case TAKE -> mayTakeOverAlone(due, nowNanos);
      case ASK -> {
        if (due) {
          nextAskNanos = nowNanos + state.activeAdvertNanos() / 4;
          proof.ask(state.activeAdvertNanos() / 4, nowNanos);
          requestOfActive(Request.TAKE, nowNanos);
          counters.count(Counter.TAKES_ASKED);
        }
        yield false;
      }
      case HOLD -> {
        if (due) {
          if (isRefused()) {
            ask(nowNanos);
          }
          nextAskNanos = nowNanos + state.activeAdvertNanos() / 2;
          proof.ask(state.activeAdvertNanos() / 4, nowNanos);
        }
        yield false;
      }
    };
  }

  /// Whether it need not or may take over without having heard of everybody: a node that is silent
  /// may be active elsewhere.
  private boolean mayTakeOverAlone(boolean due, long nowNanos) {
    if (!witnessed || allHeardWithin(3 * state.activeAdvertNanos(), nowNanos)) {
      return true;
    }
    wantsLease = true;
    if (nowNanos - leaseNanos < 0) {
      return true;
    }
    if (due) {
      nextAskNanos = nowNanos + state.activeAdvertNanos() / 4;
      peers.urge();
    }
    return false;
  }

  private boolean isRefused() {
    for (int i = 0; i < claims.size(); i++) {
      if (claims.get(i).refused == question) {
        return true;
      }
    }
    return false;
  }

  // ---- what peers say

  /// Whether an entry of a heartbeat is about this router.
  boolean isIn(Beat beat, int entry) {
    return beat.vrid(entry) == view.vrid()
        && beat.isIpv4(entry) == view.isIpv4()
        && beat.keyLow(entry) == key.low()
        && beat.keyHigh(entry) == key.high();
  }

  /// Whether the address is another node's, as far as is known.
  boolean isPeer(long high, long low) {
    for (int i = 0; i < claims.size(); i++) {
      IpAddress source = claims.get(i).source;
      if (source.low() == low && source.high() == high) {
        return true;
      }
    }
    return rival.low() == low && rival.high() == high;
  }

  /// Takes in what a peer says of this router.
  void told(int from, Beat beat, int entry, long nowNanos) {
    RouterRole role = beat.role(entry);
    Claim claim = claims.get(from);
    if (role == null) {
      return;
    }
    boolean leaves = claim.isAliveAs(RouterRole.ACTIVE) && role == RouterRole.BACKUP;
    claim.role = role;
    claim.priority = beat.priority(entry);
    if (claim.source.low() != beat.sourceLow(entry)
        || claim.source.high() != beat.sourceHigh(entry)) {
      claim.source = new IpAddress(beat.sourceHigh(entry), beat.sourceLow(entry));
    }
    claim.linked = beat.has(entry, Beat.LINKED);
    claim.proven = beat.has(entry, Beat.PROVEN);
    claim.knowsStations = beat.has(entry, Beat.KNOWS_STATIONS);
    claim.preempts = beat.has(entry, Beat.PREEMPTS);
    claim.deaf = beat.has(entry, Beat.DEAF);
    epoch = Math.max(epoch, beat.epoch(entry));
    long intervalNanos = Math.max(1, beat.intervalCentis(entry)) * NANOS_PER_CENTI;
    claim.alive = peers.isAlive(from, intervalNanos, nowNanos);
    relieved |= lingering && claim.isAliveAs(RouterRole.ACTIVE);
    // To who hears nothing of this node it cannot answer.
    if (!peers.isInContact(from, intervalNanos, nowNanos)
        || state.role() == RouterRole.INITIALIZE) {
      return;
    }
    boolean concedes = claim.conceded >= 0 && beat.conceded(entry) > claim.conceded;
    claim.conceded = beat.conceded(entry);
    requested(from, claim, beat.request(entry), beat.number(entry), nowNanos);
    if (helping && leaves && noneIsActive() && proof.since(doubtNanos)) {
      rival = claim.source;
      apply(new Left(isNext(nowNanos)), nowNanos);
    }
    if (isActive() && (concedes || role == RouterRole.ACTIVE)) {
      rival = claim.source;
      apply(
          concedes
              ? new Conceded(intervalNanos)
              : new Claimed(
                  claim.priority, intervalNanos, claim.source.compareTo(view.source()) > 0),
          nowNanos);
    }
  }

  private void requested(int from, Claim claim, Request request, int number, long nowNanos) {
    switch (request) {
      // Leases are between a node and the witness.
      case NOTHING, LEASE, LEASED -> {}
      case BURST -> {
        if (isActive()) {
          doubted(nowNanos);
          nextBurstNanos = burst > 0 ? nextBurstNanos : nowNanos;
          burst = BURST_ADVERTS;
        }
      }
      case TAKE -> {
        if (isActive()) {
          doubted(nowNanos);
          answer(from, claim, number, nowNanos);
        }
      }
      case REFUSED -> {
        if (number == question && claim.refused != question) {
          claim.refused = question;
          nextAskNanos = nowNanos + backoffNanos;
          backoffNanos = Math.min(2 * backoffNanos, LONGEST_BACKOFF_NANOS);
        }
      }
      case GONE -> {
        lookWhoIsAlive(nowNanos);
        if (!isActive() && linked && noneIsActive()) {
          rival = claim.source;
          apply(new Left(isNext(nowNanos)), nowNanos);
        }
      }
    }
  }

  /// Whether this node is the first in line, and knows everybody who could be in it.
  private boolean isNext(long nowNanos) {
    return Agreement.isNext(claims, priority, view.source())
        && !peers.isAnyGreeting(state.activeAdvertNanos(), nowNanos);
  }

  private boolean noneIsActive() {
    for (int i = 0; i < claims.size(); i++) {
      if (claims.get(i).isAliveAs(RouterRole.ACTIVE)) {
        return false;
      }
    }
    return true;
  }

  /// Another node doubts whether this active router is heard: it asks stations.
  private void doubted(long nowNanos) {
    if (nowNanos - doubtedLastNanos > 2 * view.advertNanos()) {
      doubtedNanos = nowNanos;
    }
    doubtedLastNanos = nowNanos;
    proof.ask(view.advertNanos() / 4, nowNanos);
  }

  private void answer(int from, Claim claim, int number, long nowNanos) {
    boolean waited = nowNanos - doubtedNanos >= view.advertNanos() / 2;
    boolean proven = proof.since(doubtedNanos);
    switch (Agreement.onAsked(linked, proven, waited, priority, claim, claim.preempts)) {
      case GRANT -> {
        counters.count(Counter.TAKES_GRANTED);
        rival = claim.source;
        apply(GRANTED, nowNanos);
      }
      case REFUSE -> {
        counters.count(Counter.TAKES_REFUSED);
        requests[from] = Request.REFUSED;
        numbers[from] = number;
        peers.urge();
      }
      case WAIT -> {}
    }
  }

  /// Takes in what the witness says.
  ///
  /// @param askedNanos when this node had not yet asked what is answered here
  void judged(Request judgment, int number, long askedNanos, long nowNanos) {
    boolean wanted = wantsLease || isActive();
    if (judgment == Request.LEASED && wanted && number == leaseNumber) {
      long untilNanos = askedNanos + leaseTimeNanos();
      leaseNanos = untilNanos - leaseNanos > 0 ? untilNanos : leaseNanos;
    }
  }

  /// Asks the witness for a lease, or tells it that none is needed.
  void writeToWitness(Beat beat) {
    say(beat, isActive() || wantsLease ? Request.LEASE : Request.GONE, 0, leaseNumber, 0);
  }

  /// Writes what this node says of the router to one peer; a request is said once.
  void write(int peer, Beat beat) {
    boolean proven = (doubting || helping) && proof.since(doubtNanos);
    boolean preempts = doubting && state.onExpiry() == RoleCause.PREEMPTION;
    Request request = gone && requests[peer] == Request.NOTHING ? Request.GONE : requests[peer];
    say(
        beat,
        request,
        (proven ? Beat.PROVEN : 0)
            | (linked ? Beat.LINKED : 0)
            | (proof.knowsStations() ? Beat.KNOWS_STATIONS : 0)
            | (preempts ? Beat.PREEMPTS : 0)
            | (deaf && isActive() ? Beat.DEAF : 0),
        numbers[peer],
        conceded);
    requests[peer] = Request.NOTHING;
  }

  private void say(Beat beat, Request request, int flags, int number, int conceded) {
    beat.add(
        key.high(),
        key.low(),
        view.source().high(),
        view.source().low(),
        view.vrid(),
        view.isIpv4(),
        state.role(),
        priority,
        epoch,
        (int) (view.advertNanos() / NANOS_PER_CENTI),
        request,
        flags,
        number,
        conceded);
  }

  private void apply(RouterInput input, long nowNanos) {
    RouterRole before = state.role();
    boolean mayPreempt = fitness.knowsTargets() && election.mayPreempt(nowNanos);
    RouterMachine acting = mayPreempt ? machine : machine.withoutPreemption();
    Step step = acting.step(state, input, nowNanos);
    state = step.state();
    if (state.role() != before) {
      changed(before, nowNanos);
    }
    for (RouterOutput output : step.outputs()) {
      switch (output) {
        case ADVERTISE -> advertDue = true;
        case RESIGN -> advertise(0, nowNanos);
        case ANNOUNCE -> announcer.start(nowNanos);
        case ALARM -> alarm(nowNanos);
        case CONCEDE -> conceded++;
      }
    }
  }

  private void changed(RouterRole before, long nowNanos) {
    boolean active = isActive();
    election.set(view.served(), active);
    doubting = false;
    helping = false;
    deaf = false;
    burst = 0;
    if (peers != null) {
      peers.urge();
    }
    if (active) {
      election.becameActive();
      counters.count(Counter.VRRP_BECAME_ACTIVE);
      advertNanos = nowNanos;
      advertLeftNanos = nowNanos;
      epoch++;
      gone = false;
      wantsLease = witnessed;
    } else {
      releaseLease(nowNanos);
      advertDue = false;
      announcer.stop();
      if (before == RouterRole.ACTIVE) {
        counters.count(Counter.VRRP_STEPPED_DOWN);
        gone = leavesAltogether();
        goneNanos = nowNanos;
      }
    }
    tell(
        EventKind.ROUTER_CHANGED,
        before.ordinal() << 6 | state.role().ordinal() << 4 | state.cause().ordinal(),
        nowNanos);
  }

  /// Whether the place it has left is anybody's.
  private boolean leavesAltogether() {
    return switch (state.cause()) {
      case STOPPED, LINK_DOWN, TRACKED, WITHDRAWN -> true;
      default -> false;
    };
  }

  private void alarm(long nowNanos) {
    counters.count(Counter.VRRP_RIVALS);
    tell(EventKind.ROUTER_RIVAL, isActive() ? 0 : 1, nowNanos);
  }

  private void tell(EventKind kind, int detail, long nowNanos) {
    IpAddress address = view.advertised().getLast();
    events.event(
        kind,
        address.high(),
        address.low(),
        view.id(),
        rival.high(),
        rival.low(),
        view.vrid() << 8 | detail,
        view.virtualMac(),
        nowNanos);
  }

  private void advertise(int priority, long nowNanos) {
    counters.count(Counter.VRRP_SENT);
    if (view.peers().isEmpty()) {
      adverts.toGroup(view, priority);
      return;
    }
    boolean ask = nowNanos - askedNanos >= ASK_PEER_NANOS;
    for (IpAddress peer : view.peers()) {
      NetworkView network = networkOf(peer);
      long mac = network == null ? 0 : neighbors.macOf(network, peer.high(), peer.low());
      if (mac != 0) {
        adverts.toPeer(view, priority, mac, peer);
      } else if (network != null && ask) {
        neighbors.solicit(network, peer.high(), peer.low());
        askedNanos = nowNanos;
      }
    }
  }

  private NetworkView networkOf(IpAddress peer) {
    for (RouterView.Served served : view.served()) {
      if (served.network().contains(peer.high(), peer.low())) {
        return served.network();
      }
    }
    return null;
  }
}
