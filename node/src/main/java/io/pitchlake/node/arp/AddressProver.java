package io.pitchlake.node.arp;

import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.common.session.StationPool;
import io.pitchlake.common.time.TimerWheel;
import io.pitchlake.common.time.TokenBucket;
import io.pitchlake.node.engine.Addresses;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.EventSink;
import io.pitchlake.node.engine.Mastership;
import io.pitchlake.node.engine.NeighborWriter;
import io.pitchlake.node.engine.Neighbors;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.Reception;
import io.pitchlake.node.engine.Shards;
import io.pitchlake.node.engine.View;
import io.pitchlake.sync.SessionReplicator;

/// Decides for every address whether it is real, simulated, being proved or held, and keeps the promise of the design:
/// never take an address from a living machine. Every doubt ends in silence.
///
///     unknown --ask, sweep--> PROBING --nobody answers--> SIMULATED --tarpittrapto--> PROBING (IPv4) or unknown
///     any state --an owner is heard--> REAL --tarpitrealto--> unknown
///     any state but REAL --a probe or a lease is heard--> HELD --tarpitholdto--> PROBING (IPv4) or unknown
///
/// Proofs are sent from the network's `real` address, never from 0.0.0.0 or `::`, which a machine that is coming up
/// would take for a conflict (RFC 5227 2.1.1). Only the master proves; every node learns. Engine thread.
final class AddressProver implements Addresses, Neighbors {
  /// Marks an entry that was simulated since it last had an owner, in the field that later says how
  /// long to pass frames on.
  private static final long SIMULATED_BEFORE = Long.MIN_VALUE;

  /// What stands in the place of requests left for a simulated address that another node has
  /// proven.
  private static final int TOLD = 1;

  private static final int TIMERS_PER_TURN = 256;
  private static final int HELD_CHECKS = 2;
  private static final long FIRST_HELD_CHECK_NANOS = 3_000_000_000L;
  private static final long LAST_HELD_CHECK_NANOS = 9_000_000_000L;
  private static final int WAITERS_PER_ADDRESS = 8;
  private static final int STATIONS_PER_ADDRESS = 64;
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long MILLI_NANOS = 1_000_000L;

  private final AddressTable table;
  private final StationPool stations;
  private final LivingMacs living;
  private final TimerWheel timers;
  private final NeighborWriter writer;
  private final Mastership mastership;
  private final EventSink events;
  private final CounterBank counters;
  private final LearntStations learnt;
  private final LeaseSearches searches;
  private final Shards shards;
  private final Reception reception;
  private final TimerWheel.Expiry expiry = this::expired;
  private final AddressReplica replica;

  private View view;
  private long realNanos;
  private long trapNanos;
  private long holdNanos;
  private long checkNanos;
  private long passNanos;
  private long probeGapNanos;
  private int probes;
  private long maxSimulated6;
  private TokenBucket proofs;
  private TokenBucket proofs6;
  private AddressSweep sweep;
  private long nowNanos;
  private long lostFrames;
  private long lostNanos;

  AddressProver(
      AddressTable table,
      StationPool stations,
      LivingMacs living,
      TimerWheel timers,
      NeighborWriter writer,
      Mastership mastership,
      EventSink events,
      CounterBank counters,
      LearntStations learnt,
      LeaseSearches searches,
      Shards shards,
      Reception reception) {
    this.table = table;
    this.stations = stations;
    this.living = living;
    this.timers = timers;
    this.writer = writer;
    this.mastership = mastership;
    this.events = events;
    this.counters = counters;
    this.learnt = learnt;
    this.searches = searches;
    this.shards = shards;
    this.reception = reception;
    this.replica = new AddressReplica(table, timers, this);
  }

  /// Has other nodes told of the table, and the table told by them.
  void replicate(SessionReplicator with) {
    replica.replicate(with);
  }

  /// Takes a new view over; entries that are no longer candidates stop being simulated, and those
  /// of networks that have gone are given up, whatever they are.
  void configure(View next, long atNanos) {
    if (view == null) {
      lostNanos = atNanos;
    }
    view = next;
    nowNanos = atNanos;
    Settings settings = next.settings();
    realNanos = settings.get(Setting.TARPITREALTO) * SECOND_NANOS;
    trapNanos = settings.get(Setting.TARPITTRAPTO) * SECOND_NANOS;
    holdNanos = settings.get(Setting.TARPITHOLDTO) * SECOND_NANOS;
    checkNanos = settings.get(Setting.TARPITCHECKTO) * SECOND_NANOS;
    passNanos = settings.get(Setting.TARPITPASSTO) * SECOND_NANOS;
    probeGapNanos = settings.get(Setting.TARPITPROBEGAP) * MILLI_NANOS;
    probes = (int) settings.get(Setting.TARPITPROBES);
    maxSimulated6 = Math.ceilDiv(settings.get(Setting.TARPITMAX6), shards.count());
    proofs = new TokenBucket(settings.get(Setting.TARPITPROOFRATE), atNanos);
    proofs6 =
        new TokenBucket(
            Math.ceilDiv(settings.get(Setting.TARPITPROOFRATE6), shards.count()), atNanos);
    sweep = new AddressSweep(next, settings.get(Setting.TARPITSWEEPRATE), atNanos);
    table.networks(next.size());
    replica.configure(next);
    for (int entry = 0; entry < table.capacity(); entry++) {
      if (table.inUse(entry) && !isStillWanted(entry)) {
        forget(entry);
      }
    }
  }

  private boolean isStillWanted(int entry) {
    return table.state(entry) == AddressState.REAL
        ? view.network(table.network(entry)).contains(table.high(entry), table.low(entry))
        : isCandidate(entry);
  }

  /// Fires timers and goes on with the sweep.
  void tick(long atNanos) {
    nowNanos = atNanos;
    timers.advance(atNanos, TIMERS_PER_TURN, expiry);
    sweep.tick(this, mastership, atNanos);
    replica.tick(atNanos);
    publish();
  }

  private void publish() {
    counters.set(Gauge.ADDRESSES, table.size());
    counters.set(Gauge.ADDRESSES_PROBING, table.size(AddressState.PROBING));
    counters.set(Gauge.ADDRESSES_REAL, table.size(AddressState.REAL));
    counters.set(Gauge.ADDRESSES_SIMULATED, table.size(AddressState.SIMULATED));
    counters.set(Gauge.ADDRESSES_HELD, table.size(AddressState.HELD));
    counters.set(Gauge.STATIONS, stations.size());
  }

  @Override
  public AddressTable table() {
    return table;
  }

  @Override
  public long macOf(NetworkView network, long high, long low) {
    int entry = table.find(network.index(), high, low);
    return entry != AddressTable.NONE && table.state(entry) == AddressState.REAL
        ? table.mac(entry)
        : 0;
  }

  @Override
  public long heardNanos(NetworkView network, long high, long low) {
    int entry = table.find(network.index(), high, low);
    return entry == AddressTable.NONE ? 0 : table.checkedNanos(entry);
  }

  @Override
  public boolean solicit(NetworkView network, long high, long low) {
    if (network.family(IpAddress.isIpv4(high, low)).real() == null) {
      return false;
    }
    request(network, high, low);
    return true;
  }

  @Override
  public DropReason ask(
      NetworkView network,
      long high,
      long low,
      long stationMac,
      long stationHigh,
      long stationLow,
      int vlanTci,
      long atNanos) {
    nowNanos = atNanos;
    if (!mastership.isMaster(network, IpAddress.isIpv4(high, low))) {
      return DropReason.NOT_MASTER;
    }
    if (isDhcpServer(network, stationMac, stationHigh, stationLow)) {
      return DropReason.ASKER_IS_DHCP_SERVER;
    }
    int entry = table.find(network.index(), high, low);
    if (entry == AddressTable.NONE) {
      DropReason refused = begin(network, high, low);
      if (refused != null) {
        return refused;
      }
      entry = table.find(network.index(), high, low);
      return await(entry, stationMac, stationHigh, stationLow, vlanTci);
    }
    return switch (table.state(entry)) {
      case REAL -> DropReason.ADDRESS_REAL;
      case HELD -> DropReason.ADDRESS_HELD;
      case PROBING -> await(entry, stationMac, stationHigh, stationLow, vlanTci);
      case SIMULATED -> {
        remember(entry, stationMac, stationHigh, stationLow, vlanTci);
        answer(entry, stationMac, stationHigh, stationLow, vlanTci);
        used(entry, atNanos);
        yield null;
      }
    };
  }

  @Override
  public boolean isDhcpServer(
      NetworkView network, long stationMac, long stationHigh, long stationLow) {
    return learnt.isDhcpServer(network.index(), stationMac)
        || IpAddress.isIpv4(stationHigh, stationLow)
            && learnt.isNamedDhcpServer(network.index(), stationLow);
  }

  @Override
  public boolean mayBeDhcpServer(NetworkView network, long stationMac, long low, long atNanos) {
    return searches.isSuspected(network.index(), stationMac, low, atNanos);
  }

  @Override
  public void prove(NetworkView network, long high, long low, long atNanos) {
    nowNanos = atNanos;
    if (table.find(network.index(), high, low) == AddressTable.NONE) {
      DropReason refused = begin(network, high, low);
      if (refused != null) {
        counters.drop(refused);
      }
    }
  }

  @Override
  public void used(int entry, long atNanos) {
    table.ask(entry, atNanos);
    // Under a flood this is all that an answer costs.
    if (atNanos - table.checkedNanos(entry) >= checkNanos) {
      nowNanos = atNanos;
      table.checkedNanos(entry, atNanos);
      counters.count(Counter.CHECKS_SENT);
      request(entry);
    }
  }

  /// The sweep has come to an address; a quarter of the table stays free for what is asked on
  /// demand.
  void sweepTo(NetworkView network, long low, long atNanos) {
    nowNanos = atNanos;
    if (shards.isHome(low)
        && table.size() < table.capacity() / 4 * 3
        && table.find(network.index(), 0, low) == AddressTable.NONE
        && network.isCandidate(0, low)) {
      begin(network, 0, low);
    }
  }

  /// Something that only a living owner sends was heard: an ARP or ND message with this sender, an
  /// announcement, a reply.
  void ownerHeard(NetworkView network, long high, long low, long mac, long atNanos) {
    nowNanos = atNanos;
    int entry = table.find(network.index(), high, low);
    if (entry == AddressTable.NONE) {
      entry = table.add(network.index(), high, low, AddressState.REAL);
      if (entry == AddressTable.NONE) {
        counters.drop(DropReason.TABLE_FULL);
        return;
      }
      counters.count(Counter.NEIGHBORS_LEARNT);
    } else if (table.state(entry) != AddressState.REAL) {
      become(entry, mac);
    }
    table.mac(entry, mac);
    refreshReal(entry);
  }

  /// An IP packet came from this address. Routers forward and stations spoof, so a MAC already
  /// known stays; but whoever uses an address that is not known to be real ends its simulation.
  void sourceHeard(NetworkView network, long high, long low, long mac, long atNanos) {
    int entry = table.find(network.index(), high, low);
    if (entry == AddressTable.NONE) {
      return;
    }
    nowNanos = atNanos;
    if (table.state(entry) != AddressState.REAL) {
      become(entry, mac);
      table.mac(entry, mac);
    }
    refreshReal(entry);
  }

  /// A machine that is coming up asks whether the address is free (sender 0.0.0.0 or `::`), or a
  /// DHCP server gives it away: silence, then a new proof.
  void claimHeard(NetworkView network, long high, long low, long mac, long atNanos) {
    nowNanos = atNanos;
    int entry = table.find(network.index(), high, low);
    if (entry == AddressTable.NONE) {
      if (!network.isCandidate(high, low)) {
        return;
      }
      entry = addOrEvict(network, high, low, AddressState.HELD);
      if (entry == AddressTable.NONE) {
        counters.drop(DropReason.TABLE_FULL);
        return;
      }
      counters.count(Counter.HELD);
    } else if (table.state(entry) == AddressState.REAL) {
      // It stays real, but must not be forgotten and proved while somebody is still checking it,
      // nor
      // because another node's copy has ended.
      long untilNanos = atNanos + holdNanos + replica.realSlackNanos();
      if (untilNanos - timers.deadlineNanos(entry) > 0) {
        timers.schedule(entry, untilNanos);
      }
      return;
    } else if (table.state(entry) != AddressState.HELD) {
      if (table.state(entry) == AddressState.SIMULATED) {
        events.event(EventKind.HELD, high, low, 0, high, low, 0, mac, atNanos);
      }
      stopWaiting(entry);
      table.state(entry, AddressState.HELD);
      counters.count(Counter.HELD);
    }
    table.probesLeft(entry, HELD_CHECKS);
    timers.schedule(entry, atNanos + FIRST_HELD_CHECK_NANOS);
  }

  @Override
  public long decoyMac(NetworkView network, long high, long low) {
    long mac = network.decoyMac(high, low);
    return network.hasDecoyMacs() && living.mayHave(mac)
        ? network.virtualMac(IpAddress.isIpv4(high, low))
        : mac;
  }

  @Override
  public boolean isPassedOn(int entry, long atNanos) {
    long until = table.passUntilNanos(entry);
    return until != 0 && until != SIMULATED_BEFORE && atNanos - until < 0 && table.mac(entry) != 0;
  }

  private DropReason begin(NetworkView network, long high, long low) {
    boolean isIpv4 = IpAddress.isIpv4(high, low);
    // What is steered wrongly must not be kept twice: this engine would not hear of its owner.
    if (!shards.isHome(low)) {
      return DropReason.NOT_HOME;
    }
    if (!mastership.isMaster(network, isIpv4) || !maySimulate(network, high, low)) {
      return DropReason.NOT_CANDIDATE;
    }
    if (!(isIpv4 ? proofs : proofs6).take(nowNanos)) {
      return DropReason.PROOF_RATE;
    }
    if (!hasRoomToSimulate(network, isIpv4) && !makeRoom(network.index(), isIpv4)) {
      return DropReason.TABLE_FULL;
    }
    int entry = addOrEvict(network, high, low, AddressState.PROBING);
    if (entry == AddressTable.NONE) {
      return DropReason.TABLE_FULL;
    }
    startProof(entry);
    return null;
  }

  /// Whether the address may be simulated, once it is proven free.
  boolean maySimulate(NetworkView network, long high, long low) {
    return network.isCandidate(high, low)
        && !learnt.isRouter(network.index(), high, low)
        && !replica.isMember(network.index(), high, low);
  }

  private boolean hasRoomToSimulate(NetworkView network, boolean isIpv4) {
    return isIpv4 || table.simulated(network.index(), false) < maxSimulated6;
  }

  /// Whether a simulated address that another node has told of fits, for which one may give way
  /// that this node was told of itself: which of them there are, the active node knows best.
  boolean hasRoomForTold(NetworkView network, boolean isIpv4) {
    if (hasRoomToSimulate(network, isIpv4)) {
      return true;
    }
    int oldest = table.leastRecentlyAsked(network.index(), isIpv4);
    if (oldest == AddressTable.NONE || isMaster(oldest) || !isTold(oldest)) {
      return false;
    }
    evict(oldest);
    return true;
  }

  /// Another node has heard an owner.
  void toldReal(int entry, long mac, long leftNanos, long atNanos) {
    nowNanos = atNanos;
    if (table.state(entry) != AddressState.REAL) {
      become(entry, mac);
      table.checkedNanos(entry, atNanos);
    }
    table.mac(entry, mac);
    long until = atNanos + Math.min(leftNanos, realNanos);
    if (!timers.isScheduled(entry) || until - timers.deadlineNanos(entry) > 0) {
      timers.schedule(entry, until);
    }
  }

  /// Another node holds the address; the search for its new owner is that node's.
  void toldHeld(int entry, long leftNanos, long atNanos) {
    nowNanos = atNanos;
    if (table.state(entry) == AddressState.SIMULATED) {
      long high = table.high(entry);
      long low = table.low(entry);
      events.event(EventKind.HELD, high, low, 0, high, low, 0, 0, atNanos);
    }
    long untilNanos = atNanos + Math.min(leftNanos, holdNanos);
    if (table.state(entry) != AddressState.HELD) {
      stopWaiting(entry);
      table.state(entry, AddressState.HELD);
      counters.count(Counter.HELD);
    } else if (timers.isScheduled(entry) && untilNanos - heldUntilNanos(entry) <= 0) {
      return;
    }
    table.probesLeft(entry, 0);
    timers.schedule(entry, untilNanos);
  }

  /// Until when an address is held: its timer may be that of a look for its owner before that.
  long heldUntilNanos(int entry) {
    return timers.deadlineNanos(entry)
        + switch (table.probesLeft(entry)) {
          case 0 -> 0;
          case 1 -> holdNanos - LAST_HELD_CHECK_NANOS;
          default -> holdNanos - FIRST_HELD_CHECK_NANOS;
        };
  }

  /// Another node has proven the address free. If this one has to answer for it, its first answer
  /// goes with a proof of its own.
  void toldSimulated(int entry, long leftNanos, long atNanos) {
    nowNanos = atNanos;
    table.state(entry, AddressState.SIMULATED);
    table.probesLeft(entry, TOLD);
    table.passUntilNanos(entry, SIMULATED_BEFORE);
    table.touch(entry, atNanos - 1);
    table.checkedNanos(entry, atNanos - checkNanos);
    timers.schedule(entry, atNanos + Math.min(leftNanos, trapNanos));
  }

  /// Whether an address is simulated because another node has said that it is free.
  boolean isTold(int entry) {
    return table.state(entry) == AddressState.SIMULATED && table.probesLeft(entry) == TOLD;
  }

  /// A full table gives up the simulated address of this network and family that was asked for
  /// least recently.
  private int addOrEvict(NetworkView network, long high, long low, AddressState initial) {
    int entry = table.add(network.index(), high, low, initial);
    if (entry == AddressTable.NONE && makeRoom(network.index(), IpAddress.isIpv4(high, low))) {
      entry = table.add(network.index(), high, low, initial);
    }
    return entry;
  }

  /// Gives up the simulated address that was asked for least recently. What was asked for in this
  /// turn stays: its answer is queued, and nothing may be said of an address that nobody keeps.
  private boolean makeRoom(int network, boolean isIpv4) {
    int oldest = table.leastRecentlyAsked(network, isIpv4);
    if (oldest == AddressTable.NONE || table.touchedNanos(oldest) == nowNanos) {
      return false;
    }
    evict(oldest);
    return true;
  }

  private void evict(int entry) {
    counters.count(Counter.EVICTED);
    forget(entry);
  }

  private void startProof(int entry) {
    counters.count(Counter.PROOFS_STARTED);
    table.probesLeft(entry, probes - 1);
    requestAndListen(entry);
  }

  private void requestAndListen(int entry) {
    noteLosses();
    table.checkedNanos(entry, nowNanos);
    request(entry);
    timers.schedule(entry, nowNanos + probeGapNanos);
  }

  private void noteLosses() {
    long lost = reception.lostFrames();
    if (lost != lostFrames) {
      lostFrames = lost;
      lostNanos = nowNanos;
    }
  }

  private void request(int entry) {
    counters.count(Counter.PROOFS_SENT);
    request(view.network(table.network(entry)), table.high(entry), table.low(entry));
  }

  private void request(NetworkView network, long high, long low) {
    boolean isIpv4 = IpAddress.isIpv4(high, low);
    IpAddress real = network.family(isIpv4).real();
    if (isIpv4) {
      writer.arpRequest(
          network.port(), network.vlan(), network.portMac(), (int) real.low(), (int) low);
    } else {
      writer.neighborSolicitation(
          network.port(), network.vlan(), network.portMac(), real.high(), real.low(), high, low);
    }
  }

  /// Requests that this turn has queued do not leave. Silence proves nothing to who has not asked:
  /// every proof under way needs all its requests again.
  void requestsDiscarded() {
    for (int entry = 0; entry < table.capacity(); entry++) {
      if (table.inUse(entry) && table.state(entry) == AddressState.PROBING) {
        table.probesLeft(entry, probes);
      }
    }
  }

  private void expired(int entry) {
    switch (table.state(entry)) {
      case PROBING -> {
        if (isMaster(entry)) {
          unanswered(entry);
        } else {
          forget(entry);
        }
      }
      case HELD -> stillHeld(entry);
      case SIMULATED -> proveAgain(entry);
      case REAL -> forget(entry);
    }
  }

  /// A request's gap has passed. That is silence only if everything that came meanwhile was heard.
  private void unanswered(int entry) {
    long askedNanos = table.checkedNanos(entry);
    if (reception.heardUntilNanos() - askedNanos < probeGapNanos) {
      timers.schedule(entry, nowNanos + MILLI_NANOS);
      return;
    }
    noteLosses();
    if (lostNanos - askedNanos > 0) {
      counters.count(Counter.PROOFS_UNHEARD);
      boolean isIpv4 = IpAddress.isIpv4(table.high(entry), table.low(entry));
      if ((isIpv4 ? proofs : proofs6).take(nowNanos)) {
        requestAndListen(entry);
      } else {
        forget(entry);
      }
    } else if (table.probesLeft(entry) > 0) {
      table.probesLeft(entry, table.probesLeft(entry) - 1);
      requestAndListen(entry);
    } else {
      simulate(entry);
    }
  }

  /// Few machines announce an IPv6 address, and stations that were answered keep sending here. So
  /// while an address is held its new owner is looked for, by requests from `real` that no check
  /// for duplicates takes for a conflict.
  private void stillHeld(int entry) {
    int left = table.probesLeft(entry);
    if (left == 0) {
      proveAgain(entry);
      return;
    }
    table.probesLeft(entry, left - 1);
    if (isMaster(entry)) {
      request(entry);
    }
    long restNanos = holdNanos - LAST_HELD_CHECK_NANOS;
    timers.schedule(
        entry, nowNanos + (left == 1 ? restNanos : LAST_HELD_CHECK_NANOS - FIRST_HELD_CHECK_NANOS));
  }

  /// Silence until the last request's gap has passed proves the address free; whoever waits is
  /// answered now.
  private void simulate(int entry) {
    counters.count(Counter.PROOFS_FREE);
    int network = table.network(entry);
    boolean isIpv4 = IpAddress.isIpv4(table.high(entry), table.low(entry));
    // Others that were asked for at the same time may have been faster.
    if (!isIpv4 && table.simulated(network, false) >= maxSimulated6 && !makeRoom(network, false)) {
      evict(entry);
      return;
    }
    table.state(entry, AddressState.SIMULATED);
    table.touch(entry, nowNanos);
    table.passUntilNanos(entry, SIMULATED_BEFORE);
    table.checkedNanos(entry, nowNanos);
    timers.schedule(entry, nowNanos + trapNanos);
    for (int record = table.stations(entry);
        record != StationPool.NONE;
        record = stations.next(record)) {
      if (stations.waiting(record)) {
        stations.waiting(record, false);
        table.ask(entry, nowNanos);
        answer(
            entry,
            stations.mac(record),
            stations.high(record),
            stations.low(record),
            stations.tci(record));
      }
    }
  }

  /// IPv4 networks are small enough to be kept proven; IPv6 addresses wait until somebody asks
  /// again.
  private void proveAgain(int entry) {
    boolean isIpv4 = IpAddress.isIpv4(table.high(entry), table.low(entry));
    if (isIpv4 && isMaster(entry) && isCandidate(entry)) {
      table.state(entry, AddressState.PROBING);
      startProof(entry);
    } else {
      forget(entry);
    }
  }

  boolean isMaster(int entry) {
    return mastership.isMaster(
        view.network(table.network(entry)), IpAddress.isIpv4(table.high(entry), table.low(entry)));
  }

  private boolean isCandidate(int entry) {
    return view.network(table.network(entry)).isCandidate(table.high(entry), table.low(entry));
  }

  /// An owner was heard for an address that was not real: silence from this moment, and what it
  /// takes that nobody keeps looking for it here.
  private void become(int entry, long mac) {
    boolean simulatedBefore = table.passUntilNanos(entry) == SIMULATED_BEFORE;
    if (table.state(entry) == AddressState.PROBING) {
      counters.count(Counter.PROOFS_TAKEN);
    }
    stopWaiting(entry);
    table.state(entry, AddressState.REAL);
    timers.schedule(entry, nowNanos + realNanos);
    if (simulatedBefore) {
      table.passUntilNanos(entry, nowNanos + passNanos);
      counters.count(Counter.RELEASED);
      long high = table.high(entry);
      long low = table.low(entry);
      events.event(EventKind.RELEASED, high, low, 0, high, low, 0, mac, nowNanos);
      repair(entry, mac);
    }
    releaseStations(entry);
  }

  private void refreshReal(int entry) {
    table.checkedNanos(entry, nowNanos);
    long until = nowNanos + realNanos;
    // One second of slack spares a busy machine's every packet the move in the wheel.
    if (!timers.isScheduled(entry) || until - timers.deadlineNanos(entry) > SECOND_NANOS) {
      timers.schedule(entry, until);
    }
  }

  /// Tells every station that had been answered where the address really lives. The frame's source
  /// is our own MAC, so that no switch learns the owner's on our port. A router's link-local
  /// address is left to its own advertisements: ours carry R=0 and would cost it its place in
  /// default router lists (RFC 4861 7.2.5).
  private void repair(int entry, long ownerMac) {
    NetworkView network = view.network(table.network(entry));
    long high = table.high(entry);
    long low = table.low(entry);
    boolean isIpv4 = IpAddress.isIpv4(high, low);
    boolean linkLocal = !isIpv4 && high >>> 54 == 0xfe80 >>> 6;
    if (linkLocal) {
      return;
    }
    for (int record = table.stations(entry);
        record != StationPool.NONE;
        record = stations.next(record)) {
      if (stations.mac(record) == ownerMac) {
        continue;
      }
      counters.count(Counter.REPAIRS_SENT);
      if (isIpv4) {
        writer.arpReply(
            network.port(),
            stations.tci(record),
            network.portMac(),
            ownerMac,
            (int) low,
            stations.mac(record),
            (int) stations.low(record));
      } else {
        writer.neighborAdvertisement(
            network.port(),
            stations.tci(record),
            network.portMac(),
            ownerMac,
            high,
            low,
            stations.mac(record),
            stations.high(record),
            stations.low(record),
            false,
            true);
      }
    }
  }

  private DropReason await(
      int entry, long stationMac, long stationHigh, long stationLow, int vlanTci) {
    int head = table.stations(entry);
    int record = stations.find(head, stationMac, stationHigh, stationLow);
    if (record != StationPool.NONE) {
      stations.waiting(record, true);
      return DropReason.ADDRESS_PROBING;
    }
    if (stations.length(head) >= WAITERS_PER_ADDRESS) {
      return DropReason.WAITERS_FULL;
    }
    int added = stations.push(head, stationMac, stationHigh, stationLow, vlanTci, true);
    if (added == StationPool.NONE) {
      return DropReason.WAITERS_FULL;
    }
    table.stations(entry, added);
    return DropReason.ADDRESS_PROBING;
  }

  private void remember(
      int entry, long stationMac, long stationHigh, long stationLow, int vlanTci) {
    int head = table.stations(entry);
    if (stations.find(head, stationMac, stationHigh, stationLow) != StationPool.NONE) {
      return;
    }
    int added =
        stations.length(head) >= STATIONS_PER_ADDRESS
            ? StationPool.NONE
            : stations.push(head, stationMac, stationHigh, stationLow, vlanTci, false);
    if (added == StationPool.NONE) {
      counters.count(Counter.STATIONS_FORGOTTEN);
    } else {
      table.stations(entry, added);
    }
  }

  private void answer(int entry, long stationMac, long stationHigh, long stationLow, int vlanTci) {
    NetworkView network = view.network(table.network(entry));
    long high = table.high(entry);
    long low = table.low(entry);
    boolean isIpv4 = IpAddress.isIpv4(high, low);
    long mac = decoyMac(network, high, low);
    EventKind kind;
    if (isIpv4) {
      counters.count(Counter.TARPIT_ARP_REPLIES);
      kind = EventKind.ARP_REPLY;
      writer.arpReply(network.port(), vlanTci, mac, mac, (int) low, stationMac, (int) stationLow);
    } else {
      counters.count(Counter.TARPIT_ND_ADVERTISEMENTS);
      kind = EventKind.ND6_REPLY;
      writer.neighborAdvertisement(
          network.port(),
          vlanTci,
          mac,
          mac,
          high,
          low,
          stationMac,
          stationHigh,
          stationLow,
          true,
          false);
    }
    events.event(kind, high, low, 0, stationHigh, stationLow, 0, stationMac, nowNanos);
  }

  private void stopWaiting(int entry) {
    for (int record = table.stations(entry);
        record != StationPool.NONE;
        record = stations.next(record)) {
      stations.waiting(record, false);
    }
  }

  private void releaseStations(int entry) {
    stations.release(table.stations(entry));
    table.stations(entry, StationPool.NONE);
  }

  void forget(int entry) {
    timers.cancel(entry);
    releaseStations(entry);
    table.remove(entry);
  }
}
