package io.pitchlake.sync;

import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.Digest;
import io.pitchlake.common.session.SessionCodec;
import io.pitchlake.common.session.Stamps;
import io.pitchlake.common.session.TableChanges;
import io.pitchlake.common.wire.Memory;
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Set;

/// Replication as the engine sees it: once per turn, a bounded piece of work on its own tables.
///
///     tables ──changes──▶ Journal ──at most 256 a turn──▶ ring ──▶ Replicator, a thread of its own
///     tables ◀──merge──── SessionReplicator ◀──at most 256 a turn── ring ◀── Replicator
///
/// Every entry has the stamp of its last change ([Stamps]); of two differing copies the newer one
/// counts, unless the table says that one counts more whatever its stamp is (a living machine more
/// than a decoy). Taking over another node's copy is no change of this node's, so nothing echoes.
///
/// What two nodes hold is compared by sums ([Digest]). Each second, and when a node comes, each
/// tells the sum over all; where they differ, 4,096 sums by range follow, and the ranges that differ
/// are told once more. A node that joins is the same thing with all ranges: its snapshot is a sweep
/// over the tables, a piece per turn, between the changes that go on meanwhile.
///
/// Records pass the link in order, so a sum is compared when all that was told before it has been
/// taken over, and what differs then is missing, not on its way.
///
/// The engine's thread; the two rings' other ends belong to [Replicator].
public final class SessionReplicator implements AutoCloseable {
  /// Peers that can be talked to at a time.
  static final int PEERS = 16;

  /// Records on their way in each direction, at most and at least.
  private static final int MOST_RING_RECORDS = 16_384;

  private static final int LEAST_RING_RECORDS = 4096;

  private static final int TAKEN_PER_TURN = 256;
  private static final int TOLD_PER_TURN = 256;
  private static final int LOOKED_AT_PER_TURN = 2048;

  /// Room in the ring that changes leave to answers, of which a digest is the longest.
  private static final int FOR_ANSWERS = 1024;

  /// Ranges repaired in one go between nodes that have once been equal.
  private static final int REPAIRED_AT_ONCE = 256;

  /// A peer that sweeps tells no sums. So after that many of them a question has been forgotten:
  /// the peer has begun anew. The same is true when it has told nothing at all for this long.
  private static final int FORGOTTEN_AFTER = 3;

  private static final long ANSWER_NANOS = 3_000_000_000L;

  private static final long SUMMARY_NANOS = 1_000_000_000L;
  private static final long CATCHING_UP_SUMMARY_NANOS = 5_000_000_000L;
  private static final long MOST_PATIENCE_NANOS = 64_000_000_000L;

  /// How long a node that reaches no peer waits for one before it takes what is its own by
  /// priority.
  private static final long ALONE_NANOS = 10_000_000_000L;

  /// How long a peer may take to tell what it holds.
  private static final long CATCH_UP_NANOS = 60_000_000_000L;

  /// How soon after the last record the next is looked for.
  private static final long LOOK_AGAIN_NANOS = 500_000;

  private static final long BUSY_FOR_NANOS = 100_000_000L;

  private final CounterBank counters;
  private final FlowHash keys;
  private final Stamps stamps = new Stamps();
  private final Digest digest = new Digest();
  private final Journal[] journals = new Journal[SessionCodec.Kind.values().length];
  private final Journal[] swept = new Journal[journals.length];
  private int tables;
  private final RecordRing out;
  private final RecordRing in;

  /// Room that sweeps leave to changes.
  private final int forChanges;

  private final Arena arena = Arena.ofShared();
  private final long scratch = arena.allocate(Records.MAX_BYTES, 8).address();
  private final SessionCodec codec = new SessionCodec();
  private final SessionCodec told = new SessionCodec();
  private final Remote[] remotes = new Remote[PEERS];
  private Members members = (network, high, low) -> {};
  private int peersUp;
  private long aloneSinceNanos;
  private long nowNanos;
  private long lastRecordNanos;
  private volatile long epochSeen;

  /// Told of the addresses that other nodes have as their own.
  @FunctionalInterface
  public interface Members {
    /// @param network its number in the configuration
    void member(int network, long high, long low);
  }

  /// For tables of any size.
  ///
  /// @param keys the same on all nodes of the cluster
  public SessionReplicator(CounterBank counters, FlowHash keys, long startNanos) {
    this(counters, keys, startNanos, Long.MAX_VALUE);
  }

  /// For tables of a known size: rings have no more room than those could fill.
  ///
  /// @param entries how many the tables hold in all
  public SessionReplicator(CounterBank counters, FlowHash keys, long startNanos, long entries) {
    int records =
        Integer.highestOneBit((int) Math.clamp(entries, LEAST_RING_RECORDS, MOST_RING_RECORDS));
    out = new RecordRing(records);
    in = new RecordRing(records);
    forChanges = records / 2;
    this.counters = counters;
    this.keys = keys;
    nowNanos = startNanos;
    aloneSinceNanos = startNanos;
    lastRecordNanos = startNanos - BUSY_FOR_NANOS;
    for (int peer = 0; peer < PEERS; peer++) {
      remotes[peer] = new Remote();
    }
  }

  /// Takes a table on, before the first turn.
  ///
  /// @return what the table must tell its changes to
  public TableChanges replicate(ReplicatedTable table) {
    Journal journal = new Journal(table, this, stamps);
    journals[table.kind().ordinal()] = journal;
    swept[tables++] = journal;
    return journal;
  }

  /// Has somebody told of other nodes' own addresses, on the engine's thread.
  public void members(Members listener) {
    members = listener;
  }

  /// This node has become active somewhere: from now on its changes win over those of a node that
  /// does not know of it.
  public void promoted() {
    stamps.promote();
  }

  /// Whether tables are as far as this node can know like its peers', so that it may take a role
  /// from a living peer merely because its own priority is higher. A node that reaches no peer for
  /// ten seconds, or whose peer has told nothing for a minute, waits no longer.
  public boolean mayPreempt(long atNanos) {
    if (peersUp == 0) {
      return atNanos - aloneSinceNanos >= ALONE_NANOS;
    }
    for (Remote remote : remotes) {
      if (remote.up && !remote.caughtUp && atNanos - remote.upSinceNanos < CATCH_UP_NANOS) {
        return false;
      }
    }
    return true;
  }

  /// For how long this node has had no peer to tell it what it does not hear itself; 0 while it has
  /// one.
  public long aloneNanos(long atNanos) {
    return peersUp == 0 ? atNanos - aloneSinceNanos : 0;
  }

  /// Entries that have changed and are still to be told.
  int dirty() {
    int dirty = 0;
    for (int i = 0; i < tables; i++) {
      dirty += swept[i].dirtyCount();
    }
    return dirty;
  }

  /// Where records for peers come out.
  RecordRing outgoing() {
    return out;
  }

  /// Where peers' records go in.
  RecordRing incoming() {
    return in;
  }

  /// The sums over what this node holds; for tests, between turns.
  public Digest digest() {
    return digest;
  }

  /// An entry as others may know it, without its times.
  public record Copy(SessionCodec.Kind kind, IpAddress address, long name, long content) {}

  /// Everything in the tables that others may know; for tests, between turns. Two nodes that agree
  /// have the same.
  public Set<Copy> copies() {
    Set<Copy> copies = new HashSet<>();
    for (int i = 0; i < tables; i++) {
      ReplicatedTable table = swept[i].table();
      for (int entry = 0; entry < table.numbers(); entry++) {
        if (table.isInUse(entry) && table.read(entry, scratch, codec, nowNanos)) {
          IpAddress address = new IpAddress(codec.high(), codec.low());
          copies.add(new Copy(codec.kind(), address, codec.name(), codec.content()));
        }
      }
    }
    return copies;
  }

  /// The epoch as of the last turn; any thread.
  public long epochSeen() {
    return epochSeen;
  }

  /// How long until the next turn should come: soon, while records come and go.
  public long untilDueNanos(long atNanos) {
    return atNanos - lastRecordNanos < BUSY_FOR_NANOS ? LOOK_AGAIN_NANOS : Long.MAX_VALUE;
  }

  /// Does a piece of what there is to do; returns how many entries that were.
  public int turn(long atNanos) {
    nowNanos = atNanos;
    int work = takeIn();
    if (peersUp > 0) {
      answer();
    }
    work += tellChanges();
    if (peersUp > 0) {
      work += sweep();
    }
    if (work > 0) {
      lastRecordNanos = atNanos;
    }
    if (epochSeen != stamps.epoch()) {
      epochSeen = stamps.epoch();
    }
    counters.set(Gauge.SYNC_TO_TELL, dirty());
    return work;
  }

  // What comes in.

  private int takeIn() {
    int taken = 0;
    while (taken < TAKEN_PER_TURN) {
      long slot = in.peek();
      if (slot == 0) {
        break;
      }
      take(RecordRing.peer(slot), RecordRing.generation(slot), slot + RecordRing.RECORD);
      in.release();
      taken++;
    }
    return taken;
  }

  private void take(int peer, int generation, long at) {
    Remote remote = remotes[peer];
    if (Records.isEntry(at)) {
      remote.heardNanos = nowNanos;
      merge(told.at(at));
      return;
    }
    switch (Records.kind(at)) {
      case Records.PEER_UP -> {
        remote.begin(generation, nowNanos);
        countPeers();
      }
      case Records.PEER_DOWN -> {
        remote.up = false;
        countPeers();
      }
      case Records.MEMBER ->
          members.member(Records.part(at), Records.word(at, 0), Records.word(at, 1));
      default -> {
        if (remote.up && remote.generation == generation) {
          converse(remote, at);
        }
      }
    }
  }

  private void countPeers() {
    int up = 0;
    int caughtUp = 0;
    for (Remote remote : remotes) {
      up += remote.up ? 1 : 0;
      caughtUp += remote.up && remote.caughtUp ? 1 : 0;
    }
    if (up == 0 && peersUp > 0) {
      aloneSinceNanos = nowNanos;
    }
    peersUp = up;
    counters.set(Gauge.SYNC_PEERS, up);
    counters.set(Gauge.SYNC_PEERS_EQUAL, caughtUp);
  }

  private void converse(Remote remote, long at) {
    switch (Records.kind(at)) {
      case Records.SUMMARY -> onSummary(remote, Records.word(at, 0));
      case Records.DIGEST_WANTED -> remote.owesDigest = true;
      case Records.DIGEST_PART -> onDigest(remote, at);
      case Records.RANGES_PART -> onRanges(remote, at);
      case Records.SWEPT -> {
        // All that the peer held when it was asked has been told, and what has changed since.
        remote.asking = false;
        caughtUp(remote);
      }
      default -> throw new IllegalStateException("record " + Records.kind(at));
    }
  }

  private void onSummary(Remote remote, long total) {
    if (total == digest.total()) {
      remote.asking = false;
      remote.differing = 0;
      remote.patienceNanos = 0;
      remote.differedBefore.clear();
      caughtUp(remote);
    } else if (remote.asking && ++remote.summariesMeanwhile < FORGOTTEN_AFTER) {
      // What was asked for is on its way.
      return;
    } else if (nowNanos - remote.notBeforeNanos >= 0) {
      ask(remote);
    }
    counters.set(Gauge.SYNC_RANGES_DIFFERING, remote.differing);
  }

  private void ask(Remote remote) {
    remote.asking = true;
    remote.summariesMeanwhile = 0;
    remote.heardNanos = nowNanos;
    remote.owesWish = true;
  }

  private void caughtUp(Remote remote) {
    if (!remote.caughtUp) {
      remote.caughtUp = true;
      remote.owesNotice = true;
      countPeers();
    }
  }

  private void onDigest(Remote remote, long at) {
    int part = Records.part(at);
    if (part == 0) {
      remote.wanted.clear();
    }
    for (int i = 0; i < Records.PART_WORDS; i++) {
      int range = part * Records.PART_WORDS + i;
      long theirs = Records.word(at, i);
      // Where the other one holds nothing there is nothing to be had.
      if (theirs != 0 && theirs != digest.sum(range)) {
        remote.wanted.add(range);
      }
    }
    if (part == Ranges.COUNT / Records.PART_WORDS - 1) {
      want(remote);
    }
  }

  /// Asks for what differs. Between nodes that have been equal a difference that was not there a
  /// second ago may be a change that both have just made or forgotten, so only what stays is
  /// repaired; and where repairing does not help, because the nodes are not configured alike, they
  /// try less and less often.
  private void want(Remote remote) {
    int differing = remote.wanted.size();
    if (remote.caughtUp) {
      remote.keepWhatDifferedBefore();
      remote.patienceNanos =
          Math.clamp(2 * remote.patienceNanos, SUMMARY_NANOS / 2, MOST_PATIENCE_NANOS);
      remote.notBeforeNanos = nowNanos + remote.patienceNanos;
    }
    remote.differing = differing;
    counters.set(Gauge.SYNC_RANGES_DIFFERING, differing);
    if (remote.wanted.size() == 0) {
      remote.asking = false;
      if (differing == 0) {
        caughtUp(remote);
      }
      return;
    }
    remote.owesRanges = true;
  }

  private void onRanges(Remote remote, long at) {
    int part = Records.part(at);
    for (int i = 0; i < Records.PART_WORDS; i++) {
      remote.swept.add(part * Records.PART_WORDS + i, Records.word(at, i));
    }
    if (part == Ranges.WORDS / Records.PART_WORDS - 1) {
      remote.sweeping = true;
      remote.table = 0;
      remote.entry = 0;
    }
  }

  // What is owed to peers.

  private void answer() {
    for (int peer = 0; peer < PEERS; peer++) {
      Remote remote = remotes[peer];
      if (remote.up) {
        answer(remote, peer);
      }
    }
  }

  private void answer(Remote remote, int peer) {
    // A node that is still catching up holds half of what its peer has just told it.
    long pauseNanos = remote.caughtUp ? SUMMARY_NANOS : CATCHING_UP_SUMMARY_NANOS;
    boolean due = !remote.sweeping && nowNanos - remote.summaryNanos >= pauseNanos;
    if (remote.asking && nowNanos - remote.heardNanos >= ANSWER_NANOS) {
      ask(remote);
    }
    if ((remote.owesSummary || due) && out.free() > 0) {
      Records.create(record(), Records.SUMMARY, 0);
      Records.word(record(), 0, digest.total());
      out.publish(peer, remote.generation);
      remote.owesSummary = false;
      remote.summaryNanos = nowNanos;
    }
    if (remote.owesNotice && out.free() > 0) {
      Records.create(record(), Records.CAUGHT_UP, 0);
      out.publish(peer, remote.generation);
      remote.owesNotice = false;
    }
    if (remote.owesWish && out.free() > 0) {
      Records.create(record(), Records.DIGEST_WANTED, 0);
      out.publish(peer, remote.generation);
      remote.owesWish = false;
    }
    if (remote.owesDigest && out.free() >= Ranges.COUNT / Records.PART_WORDS) {
      remote.owesDigest = false;
      tellDigest(remote, peer);
    }
    if (remote.owesRanges && out.free() >= Ranges.WORDS / Records.PART_WORDS) {
      remote.owesRanges = false;
      tellRanges(remote, peer);
    }
  }

  private long record() {
    return out.claim() + RecordRing.RECORD;
  }

  private void tellDigest(Remote remote, int peer) {
    for (int part = 0; part < Ranges.COUNT / Records.PART_WORDS; part++) {
      Records.create(record(), Records.DIGEST_PART, part);
      for (int i = 0; i < Records.PART_WORDS; i++) {
        Records.word(record(), i, digest.sum(part * Records.PART_WORDS + i));
      }
      out.publish(peer, remote.generation);
    }
  }

  private void tellRanges(Remote remote, int peer) {
    if (remote.caughtUp) {
      remote.nextRange = remote.wanted.limit(REPAIRED_AT_ONCE, remote.nextRange);
      counters.count(Counter.SYNC_REPAIRS);
    }
    for (int part = 0; part < Ranges.WORDS / Records.PART_WORDS; part++) {
      Records.create(record(), Records.RANGES_PART, part);
      for (int i = 0; i < Records.PART_WORDS; i++) {
        Records.word(record(), i, remote.wanted.word(part * Records.PART_WORDS + i));
      }
      out.publish(peer, remote.generation);
    }
  }

  // What goes out.

  private int tellChanges() {
    int work = 0;
    for (int i = 0; i < tables; i++) {
      Journal journal = swept[i];
      while (journal.dirtyCount() > 0 && work < TOLD_PER_TURN && out.free() > FOR_ANSWERS) {
        tell(journal, journal.next());
        work++;
      }
    }
    return work;
  }

  private int sweep() {
    int work = 0;
    for (int peer = 0; peer < PEERS; peer++) {
      Remote remote = remotes[peer];
      if (remote.up && remote.sweeping) {
        work += sweep(remote, peer);
      }
    }
    return work;
  }

  private int sweep(Remote remote, int peer) {
    int looked = 0;
    int sent = 0;
    while (looked < LOOKED_AT_PER_TURN && sent < TOLD_PER_TURN && out.free() > forChanges) {
      if (remote.table == tables) {
        Records.create(record(), Records.SWEPT, 0);
        out.publish(peer, remote.generation);
        remote.sweeping = false;
        remote.swept.clear();
        remote.owesSummary = true;
        return looked + 1;
      }
      Journal journal = swept[remote.table];
      ReplicatedTable table = journal.table();
      if (remote.entry >= table.numbers()) {
        remote.table++;
        remote.entry = 0;
        continue;
      }
      int entry = remote.entry++;
      looked++;
      if (table.isInUse(entry) && journal.told(entry) != 0) {
        boolean isPublic = table.read(entry, record(), codec, nowNanos);
        long keyHash = codec.keyHash(keys);
        if (remote.swept.contains(Digest.range(keyHash))) {
          tell(journal, entry, isPublic, keyHash, peer, remote.generation);
          sent++;
        }
      }
    }
    return looked;
  }

  private void tell(Journal journal, int entry) {
    boolean isPublic =
        journal.table().read(entry, peersUp > 0 ? record() : scratch, codec, nowNanos);
    tell(journal, entry, isPublic, codec.keyHash(keys), RecordRing.ALL, 0);
  }

  /// Tells what was read where records are claimed.
  private void tell(
      Journal journal, int entry, boolean isPublic, long keyHash, int peer, int generation) {
    long before = journal.told(entry);
    if (!isPublic) {
      if (before == 0) {
        return;
      }
      codec.stateNumber(SessionCodec.GONE);
    }
    codec.stamp(journal.stamp(entry));
    long after = isPublic ? codec.contribution(keyHash) : 0;
    digest.replace(keyHash, before, after);
    journal.told(entry, after);
    if (peersUp > 0) {
      out.publish(peer, generation);
      counters.count(Counter.SYNC_TOLD);
    }
  }

  /// An entry that others know of is going.
  ///
  /// @param isOwn whether they should hear that
  void removing(Journal journal, int entry, boolean isOwn) {
    journal.table().read(entry, scratch, codec, nowNanos);
    digest.replace(codec.keyHash(keys), journal.told(entry), 0);
    if (!isOwn || peersUp == 0) {
      return;
    }
    if (out.free() == 0) {
      // It ends on the other nodes by its own time, or the sums show it.
      counters.count(Counter.SYNC_ENDINGS_UNTOLD);
      return;
    }
    codec.stateNumber(SessionCodec.GONE).stamp(journal.stamp(entry));
    Memory.copy(scratch, record(), codec.lengthBytes());
    out.publish(RecordRing.ALL, 0);
    counters.count(Counter.SYNC_TOLD);
  }

  // Merging.

  private void merge(SessionCodec entry) {
    Journal journal = journals[entry.kind().ordinal()];
    if (journal == null) {
      counters.count(Counter.SYNC_UNKNOWN);
      return;
    }
    stamps.saw(entry.stamp());
    journal.merging(true);
    count(merge(journal, journal.table(), entry));
    journal.merging(false);
  }

  /// Returns the entry that is now as told, [ReplicatedTable#NONE] when this node's counts, or why
  /// the other's cannot.
  private int merge(Journal journal, ReplicatedTable table, SessionCodec entry) {
    int found = table.find(entry);
    if (found == ReplicatedTable.NONE) {
      return entry.isGone()
          ? ReplicatedTable.NONE
          : adopt(journal, table.add(entry, nowNanos), entry);
    }
    if (found < 0) {
      return found;
    }
    long own = journal.stamp(found);
    if (entry.isGone()) {
      if (own <= entry.stamp() && !table.remove(found, entry, nowNanos)) {
        journal.again(found);
      }
      return ReplicatedTable.NONE;
    }
    int rank = Integer.compare(table.rank(entry), table.rank(found));
    if (rank < 0) {
      journal.again(found);
      return ReplicatedTable.NONE;
    }
    int newer = rank > 0 ? 1 : newer(journal, table, found, entry);
    if (newer > 0 && rank == 0 && table.isUsedMoreLately(found, entry)) {
      journal.renew(found);
      return ReplicatedTable.NONE;
    }
    if (newer > 0) {
      return adopt(journal, table.replace(found, entry, nowNanos), entry);
    }
    if (newer == 0 && table.refresh(found, entry, nowNanos)) {
      journal.again(found);
    }
    return ReplicatedTable.NONE;
  }

  private int newer(Journal journal, ReplicatedTable table, int found, SessionCodec entry) {
    int byStamp = Long.compare(entry.stamp(), journal.stamp(found));
    if (byStamp != 0) {
      return byStamp;
    }
    // Two nodes that were active without knowing of each other.
    table.read(found, scratch, codec, nowNanos);
    return Long.compare(entry.content(), codec.content());
  }

  private int adopt(Journal journal, int entry, SessionCodec told) {
    if (entry >= 0) {
      journal.adopt(entry, told);
      long keyHash = told.keyHash(keys);
      long contribution = told.contribution(keyHash);
      digest.replace(keyHash, journal.told(entry), contribution);
      journal.told(entry, contribution);
    }
    return entry;
  }

  private void count(int outcome) {
    counters.count(
        switch (outcome) {
          case ReplicatedTable.NONE -> Counter.SYNC_KNOWN;
          case ReplicatedTable.UNKNOWN_NAME -> Counter.SYNC_UNKNOWN;
          case ReplicatedTable.EXPIRED -> Counter.SYNC_EXPIRED;
          case ReplicatedTable.NO_ROOM -> Counter.SYNC_NO_ROOM;
          case ReplicatedTable.NOT_ALLOWED -> Counter.SYNC_NOT_ALLOWED;
          default -> Counter.SYNC_TAKEN;
        });
  }

  /// Gives the memory back; after the last turn, and after the last step of its [Replicator].
  @Override
  public void close() {
    for (int i = 0; i < tables; i++) {
      swept[i].close();
    }
    out.close();
    in.close();
    arena.close();
  }
}
