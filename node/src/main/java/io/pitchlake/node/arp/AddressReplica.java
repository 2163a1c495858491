package io.pitchlake.node.arp;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.session.AddressTable;
import io.pitchlake.common.session.SessionCodec;
import io.pitchlake.common.session.TableChanges;
import io.pitchlake.common.time.TimerWheel;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.View;
import io.pitchlake.sync.ReplicatedTable;
import io.pitchlake.sync.SessionReplicator;

/// The address table as other nodes are told of it. A living machine counts more than everything,
/// whenever it was heard, then what is held for one, then a proof that goes on here; only two
/// simulations are a matter of which is newer. So whatever another node says, this one stops
/// simulating at once when it hears of an owner, and never starts where it knows of one.
///
/// Proofs that go on are not told. Addresses that nodes of the cluster have as their own are
/// neither told nor simulated. Engine thread.
final class AddressReplica implements ReplicatedTable, SessionReplicator.Members {
  private static final AddressState[] STATES = AddressState.values();
  private static final long MILLI_NANOS = 1_000_000L;

  /// Addresses of other nodes that are remembered; the oldest gives way.
  private static final int MEMBERS = 1024;

  /// Two nodes do not end an entry in the same instant.
  private static final long SLACK_NANOS = 5_000_000_000L;

  private static final long HELD_SLACK_NANOS = 50_000_000L;

  /// How long a decoy that was told is believed in without the nodes that told it; longer than it
  /// takes to notice that the active one has gone, with adverts of a second.
  private static final long DOUBT_NANOS = 5_000_000_000L;

  private static final int LOOKED_AT_PER_TURN = 1024;

  /// What a backup adds to the time of a simulation, so that the active node ends it.
  private static final long BACKUP_NANOS = 2_000_000_000L;

  private final AddressTable table;
  private final TimerWheel timers;
  private final AddressProver prover;
  private final int[] memberNetworks = new int[MEMBERS];
  private final long[] memberHighs = new long[MEMBERS];
  private final long[] memberLows = new long[MEMBERS];
  private int members;
  private int nextMember;
  private int[] numbers = new int[0];
  private View view;
  private SessionReplicator replicator;
  private TableChanges changes;
  private int doubted;

  AddressReplica(AddressTable table, TimerWheel timers, AddressProver prover) {
    this.table = table;
    this.timers = timers;
    this.prover = prover;
  }

  /// Takes a new view over. The number of a network that has gone is still needed for what is said
  /// of its entries last.
  void configure(View next) {
    view = next;
    int[] grown = new int[next.size()];
    System.arraycopy(numbers, 0, grown, 0, numbers.length);
    for (int index = 0; index < grown.length; index++) {
      NetworkView network = next.network(index);
      grown[index] = network.port() >= 0 ? network.id() : grown[index];
    }
    numbers = grown;
  }

  /// Has other nodes told of the table, and the table told by them.
  void replicate(SessionReplicator with) {
    replicator = with;
    changes = with.replicate(this);
    table.changes(changes);
    with.members(this);
  }

  /// Forgets decoys that this node was told of and does not answer for, when it has been without
  /// the others for a while: an owner may have come meanwhile whom they alone have heard. Whoever
  /// takes over at once goes on with them.
  void tick(long nowNanos) {
    if (replicator == null || replicator.aloneNanos(nowNanos) < DOUBT_NANOS) {
      doubted = 0;
      return;
    }
    int until = Math.min(doubted + LOOKED_AT_PER_TURN, table.capacity());
    for (; doubted < until; doubted++) {
      if (table.inUse(doubted) && prover.isTold(doubted) && !prover.isMaster(doubted)) {
        prover.forget(doubted);
      }
    }
  }

  /// For how long before its time a living machine's entry may end because another node's does.
  long realSlackNanos() {
    return replicator == null ? 0 : SLACK_NANOS;
  }

  /// Whether another node has the address as its own.
  boolean isMember(int networkIndex, long high, long low) {
    for (int i = 0; i < members; i++) {
      if (memberLows[i] == low
          && memberHighs[i] == high
          && memberNetworks[i] == numbers[networkIndex]) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void member(int network, long high, long low) {
    NetworkView of = view.networkById(network);
    if (of == null || isMember(of.index(), high, low)) {
      return;
    }
    memberNetworks[nextMember] = network;
    memberHighs[nextMember] = high;
    memberLows[nextMember] = low;
    nextMember = (nextMember + 1) % MEMBERS;
    members = Math.min(members + 1, MEMBERS);
    int entry = table.find(of.index(), high, low);
    if (entry == NONE) {
      return;
    }
    if (table.state(entry) == AddressState.REAL) {
      changes.aging(entry);
    } else {
      prover.forget(entry);
    }
  }

  @Override
  public SessionCodec.Kind kind() {
    return SessionCodec.Kind.ADDRESS;
  }

  @Override
  public int capacity() {
    return table.capacity();
  }

  @Override
  public int numbers() {
    return table.capacity();
  }

  @Override
  public boolean isInUse(int entry) {
    return table.inUse(entry);
  }

  @Override
  public boolean read(int entry, long at, SessionCodec into, long nowNanos) {
    int network = table.network(entry);
    long high = table.high(entry);
    long low = table.low(entry);
    into.create(at, SessionCodec.Kind.ADDRESS).key(high, low, numbers[network]);
    AddressState state = table.state(entry);
    if (state == AddressState.PROBING || isMember(network, high, low)) {
      return false;
    }
    into.stateNumber(state.ordinal() + 1)
        .station(0, state == AddressState.REAL ? table.mac(entry) : 0)
        .millis(tellableNanos(entry, nowNanos) / MILLI_NANOS);
    return true;
  }

  /// A decoy's time as its proof has given it: what a backup adds is not handed from node to node,
  /// or no end of it would come while nodes come and go.
  private long tellableNanos(int entry, long nowNanos) {
    long left = leftNanos(entry, nowNanos);
    return Math.max(0, prover.isTold(entry) ? left - BACKUP_NANOS : left);
  }

  private long leftNanos(int entry, long nowNanos) {
    if (!timers.isScheduled(entry)) {
      return 0;
    }
    boolean held = table.state(entry) == AddressState.HELD;
    return (held ? prover.heldUntilNanos(entry) : timers.deadlineNanos(entry)) - nowNanos;
  }

  @Override
  public int find(SessionCodec told) {
    NetworkView network = networkOf(told);
    if (network == null) {
      return UNKNOWN_NAME;
    }
    if (!network.contains(told.high(), told.low())
        || network.isReal(told.high(), told.low())
        || network.isOwnVirtual(told.high(), told.low())
        || isMember(network.index(), told.high(), told.low())) {
      return NOT_ALLOWED;
    }
    return table.find(network.index(), told.high(), told.low());
  }

  private NetworkView networkOf(SessionCodec told) {
    return told.name() >>> 16 == 0 ? view.networkById((int) told.name()) : null;
  }

  @Override
  public int rank(int entry) {
    return rank(table.state(entry));
  }

  @Override
  public int rank(SessionCodec told) {
    return rank(STATES[told.stateNumber() - 1]);
  }

  private static int rank(AddressState state) {
    return switch (state) {
      case SIMULATED -> 0;
      case PROBING -> 1;
      case HELD -> 2;
      case REAL -> 3;
    };
  }

  @Override
  public int add(SessionCodec told, long nowNanos) {
    NetworkView network = networkOf(told);
    int refused = refusal(network, told);
    if (refused != NONE) {
      return refused;
    }
    AddressState state = STATES[told.stateNumber() - 1];
    boolean isIpv4 = IpAddress.isIpv4(told.high(), told.low());
    if (state == AddressState.SIMULATED && !prover.hasRoomForTold(network, isIpv4)) {
      return NO_ROOM;
    }
    int entry = table.add(network.index(), told.high(), told.low(), state);
    if (entry == NONE) {
      return NO_ROOM;
    }
    take(entry, state, told, nowNanos);
    return entry;
  }

  @Override
  public int replace(int entry, SessionCodec told, long nowNanos) {
    int refused = refusal(view.network(table.network(entry)), told);
    if (refused != NONE) {
      return refused;
    }
    take(entry, STATES[told.stateNumber() - 1], told, nowNanos);
    return entry;
  }

  /// Why this node must not have such an entry, or [#NONE] when it may.
  private int refusal(NetworkView network, SessionCodec told) {
    return switch (STATES[told.stateNumber() - 1]) {
      case PROBING -> NOT_ALLOWED;
      case REAL -> isOwnersMac(network, told) ? NONE : NOT_ALLOWED;
      case HELD -> network.isCandidate(told.high(), told.low()) ? NONE : NOT_ALLOWED;
      case SIMULATED ->
          told.millis() == 0
              ? EXPIRED
              : prover.maySimulate(network, told.high(), told.low()) ? NONE : NOT_ALLOWED;
    };
  }

  private static boolean isOwnersMac(NetworkView network, SessionCodec told) {
    long mac = told.mac();
    return mac != 0
        && !MacAddress.isGroup(mac)
        && !network.isClusterMac(mac, told.high(), told.low());
  }

  private void take(int entry, AddressState state, SessionCodec told, long nowNanos) {
    long nanos = told.millis() * MILLI_NANOS;
    switch (state) {
      case REAL -> prover.toldReal(entry, told.mac(), nanos, nowNanos);
      case HELD -> prover.toldHeld(entry, nanos, nowNanos);
      case SIMULATED -> prover.toldSimulated(entry, nanos + BACKUP_NANOS, nowNanos);
      case PROBING -> throw new IllegalStateException("proofs are not told");
    }
  }

  @Override
  public boolean refresh(int entry, SessionCodec told, long nowNanos) {
    if (table.state(entry) == AddressState.REAL) {
      prover.toldReal(entry, told.mac(), told.millis() * MILLI_NANOS, nowNanos);
    }
    return false;
  }

  @Override
  public boolean remove(int entry, SessionCodec told, long nowNanos) {
    boolean ends =
        switch (table.state(entry)) {
          // Others do not know of it in any case.
          case PROBING -> true;
          case SIMULATED -> !prover.isMaster(entry);
          case REAL -> leftNanos(entry, nowNanos) <= SLACK_NANOS;
          // This node may have heard a later probe.
          case HELD -> leftNanos(entry, nowNanos) <= HELD_SLACK_NANOS;
        };
    if (ends && table.state(entry) != AddressState.PROBING) {
      prover.forget(entry);
    }
    return ends;
  }
}
