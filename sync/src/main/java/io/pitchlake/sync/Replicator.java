package io.pitchlake.sync;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.SessionCodec;
import io.pitchlake.common.wire.Memory;
import io.pitchlake.sync.PeerSession.Stage;
import io.pitchlake.sync.SyncLink.Peer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/// Carries records between the engine's rings and the peers: greets them, gathers records to
/// frames, keeps each frame until its peer has taken it, and takes theirs.
///
/// A frame leaves with 500 records or a millisecond after its first. Each peer has a window of 64
/// frames. While that is full, records stay in the ring, then in the table, where further changes
/// cost nothing more; a peer that takes nothing for a quarter of a second meanwhile, or nothing at
/// all for ten, is given up and greeted again later, and then what differs is repaired. A frame
/// from a peer that finds no room in the ring to the engine is not acknowledged, so it comes again.
///
/// Everything that a peer sends is checked before the engine sees it. One thread calls everything
/// here; time is told it. Nothing blocks.
public final class Replicator implements SyncLink.Listener, AutoCloseable {
  /// Addresses of its own that a node tells others.
  public static final int MOST_ADDRESSES = 256;

  private static final int MOVED_PER_STEP = 8 * Outbound.BATCH_RECORDS;
  private static final long BATCH_NANOS = 1_000_000L;
  private static final long HELLO_NANOS = 250_000_000L;

  /// How long a peer may hold up the others; one that is alone may take its time.
  private static final long BLOCKED_NANOS = 250_000_000L;

  private static final long SILENT_NANOS = 10_000_000_000L;

  /// An address of this node's own.
  ///
  /// @param network its number in the configuration
  public record OwnAddress(int network, IpAddress address) {}

  private final SessionReplicator engine;
  private final RecordRing out;
  private final RecordRing in;
  private final long boot;
  private final long fingerprint;
  private final Consumer<SyncEvent> events;
  private final CounterBank counters = new CounterBank();
  private final Arena arena = Arena.ofShared();
  private final long received;
  private final ByteBuffer receivedBuffer;
  private final long made;
  private final ByteBuffer madeBuffer;
  private final SyncFrame frame = new SyncFrame();
  private final SyncFrame answer = new SyncFrame();
  private final SessionCodec codec = new SessionCodec();
  private final PeerSession[] sessions = new PeerSession[SessionReplicator.PEERS];
  private volatile List<OwnAddress> addresses;
  private SyncLink link;

  /// Counts every beginning with every peer: a peer that this node has left and met again may not
  /// have noticed, and knows the streams from before.
  private int generations;

  private long nowNanos;

  /// @param boot drawn at random at each start
  /// @param fingerprint of the keys that nodes must share
  /// @param addresses of this node's own, [#MOST_ADDRESSES] at most
  /// @param events told on the thread that steps
  public Replicator(
      SessionReplicator engine,
      long boot,
      long fingerprint,
      List<OwnAddress> addresses,
      Consumer<SyncEvent> events,
      long startNanos) {
    this.engine = engine;
    this.out = engine.outgoing();
    this.in = engine.incoming();
    this.boot = boot;
    this.fingerprint = fingerprint;
    this.events = events;
    nowNanos = startNanos;
    addresses(addresses);
    MemorySegment ofPeers = arena.allocate(SyncLink.MAX_FRAME_BYTES, 64);
    received = ofPeers.address();
    receivedBuffer = ofPeers.asByteBuffer();
    MemorySegment own =
        arena.allocate(SyncFrame.HELLO_BYTES + MOST_ADDRESSES * SyncFrame.MEMBER_BYTES, 64);
    made = own.address();
    madeBuffer = own.asByteBuffer();
  }

  /// What this start is known by.
  public long boot() {
    return boot;
  }

  /// What this thread has counted; any thread.
  public CounterBank counters() {
    return counters;
  }

  /// This node's own addresses are others now; any thread.
  public void addresses(List<OwnAddress> now) {
    addresses = List.copyOf(now.subList(0, Math.min(now.size(), MOST_ADDRESSES)));
  }

  /// Uses a link from now on, which calls back here. Before the first step.
  public void attach(SyncLink to) {
    link = to;
  }

  /// Does what there is to do; returns how many records and frames that were.
  public int step(long atNanos) {
    nowNanos = atNanos;
    int work = gather();
    long lag = 0;
    int unacknowledged = 0;
    for (PeerSession session : sessions) {
      if (session != null) {
        work += attend(session);
        unacknowledged += session.outbound.unacknowledged();
        lag = Math.max(lag, session.outbound.lagNanos(atNanos));
      }
    }
    counters.set(Gauge.SYNC_UNACKNOWLEDGED, unacknowledged);
    counters.set(Gauge.SYNC_LAG_MICROS, lag / 1000);
    return work;
  }

  /// Takes records out of the engine's ring.
  private int gather() {
    int moved = 0;
    while (moved < MOVED_PER_STEP) {
      long slot = out.peek();
      if (slot == 0 || !move(slot)) {
        break;
      }
      out.release();
      moved++;
    }
    return moved;
  }

  private boolean move(long slot) {
    int peer = RecordRing.peer(slot);
    long record = slot + RecordRing.RECORD;
    if (peer != RecordRing.ALL) {
      PeerSession session = sessions[peer];
      if (session == null
          || !session.isTalking()
          || session.generation != RecordRing.generation(slot)) {
        return true;
      }
      if (Records.kind(record) == Records.CAUGHT_UP) {
        long nanos = nowNanos - session.talkingSinceNanos;
        events.accept(new SyncEvent.CaughtUp(session.peer.name(), nanos / 1_000_000));
        return true;
      }
      if (session.isBlocked(nowNanos)) {
        return false;
      }
      add(session, record);
      return true;
    }
    boolean blocked = false;
    for (PeerSession session : sessions) {
      blocked |= session != null && session.isTalking() && session.isBlocked(nowNanos);
    }
    if (blocked) {
      return false;
    }
    for (PeerSession session : sessions) {
      if (session != null && session.isTalking()) {
        add(session, record);
      }
    }
    return true;
  }

  private void add(PeerSession session, long record) {
    session.outbound.add(
        record, Records.lengthOfOwn(record, codec), !Records.isEntry(record), nowNanos);
    if (session.outbound.isFull()) {
      session.outbound.close(boot, session.peer.boot());
    }
  }

  private int attend(PeerSession session) {
    tellEngine(session);
    switch (session.stage) {
      case GREETING -> greet(session);
      case RESTING -> {
        if (session.hasRested(nowNanos)) {
          session.stage = Stage.GREETING;
        }
      }
      case TALKING -> {
        return talk(session);
      }
      case REFUSED -> {
        return 0;
      }
      case LEFT -> {
        remove(session);
        return 0;
      }
    }
    acknowledge(session);
    return 0;
  }

  private int talk(PeerSession session) {
    Outbound outbound = session.outbound;
    if (outbound.isRipe(BATCH_NANOS, nowNanos)) {
      outbound.close(boot, session.peer.boot());
    }
    long epoch = engine.epochSeen();
    int sent = outbound.transmit(link, session.peer, epoch, nowNanos);
    int again = outbound.resend(link, session.peer, epoch, nowNanos);
    counters.add(Counter.SYNC_FRAMES_SENT, sent);
    counters.add(Counter.SYNC_FRAMES_RESENT, again);
    acknowledge(session);
    if (session.blocked
        && holdsUpOthers(session)
        && nowNanos - session.blockedSinceNanos >= BLOCKED_NANOS) {
      giveUp(session, "it takes less than there is to tell");
    } else if (outbound.silentNanos(nowNanos) >= SILENT_NANOS) {
      giveUp(session, "it takes nothing");
    }
    return sent + again;
  }

  private boolean holdsUpOthers(PeerSession session) {
    for (PeerSession other : sessions) {
      if (other != null && other != session) {
        return true;
      }
    }
    return false;
  }

  private void greet(PeerSession session) {
    if (nowNanos - session.helloNanos >= HELLO_NANOS) {
      hello(session, SyncFrame.ANSWER);
    }
  }

  private void hello(PeerSession session, int flags) {
    session.helloNanos = nowNanos;
    answer
        .create(made, SyncFrame.HELLO, boot, session.peer.boot())
        .flags(flags)
        .epoch(engine.epochSeen())
        .place(session.inbound.stream(), session.inbound.expected())
        .introduce(SyncFrame.FORMAT, fingerprint);
    for (OwnAddress own : addresses) {
      answer.member(own.network(), own.address().high(), own.address().low());
    }
    send(session);
  }

  private void send(PeerSession session) {
    madeBuffer.position(0).limit(answer.lengthBytes());
    if (link.send(session.peer, madeBuffer)) {
      counters.count(Counter.SYNC_FRAMES_SENT);
    }
  }

  /// Says what has been taken, and how much there is room for.
  private void acknowledge(PeerSession session) {
    long room = in.free() / Outbound.BATCH_RECORDS;
    if (!session.ackDue && !(session.roomWasShort && room >= Outbound.WINDOW / 4)) {
      return;
    }
    Inbound inbound = session.inbound;
    long beyond = inbound.beyond();
    session.ackDue = false;
    session.roomWasShort = room < Outbound.WINDOW / 4;
    answer
        .create(made, SyncFrame.ACK, boot, session.peer.boot())
        .epoch(engine.epochSeen())
        .place(inbound.stream(), inbound.expected())
        .taken(beyond, Math.min(Outbound.WINDOW, room + Long.bitCount(beyond)));
    send(session);
  }

  /// The engine's ring may be full; then it is told in a later step.
  private void tellEngine(PeerSession session) {
    boolean up = session.isTalking();
    if (session.engineKnows != up && in.free() > 0) {
      Records.create(in.claim() + RecordRing.RECORD, up ? Records.PEER_UP : Records.PEER_DOWN, 0);
      in.publish(session.index, session.generation);
      session.engineKnows = up;
    }
  }

  private void giveUp(PeerSession session, String why) {
    counters.count(Counter.SYNC_FELL_BEHIND);
    long restNanos = session.rest(nowNanos);
    events.accept(new SyncEvent.FellBehind(session.peer.name(), why, restNanos / 1_000_000));
  }

  @Override
  public void onJoined(Peer peer) {
    if (find(peer) != null) {
      return;
    }
    for (int index = 0; index < sessions.length; index++) {
      if (sessions[index] != null
          && !sessions[index].hasLeft()
          && sessions[index].peer.name().equals(peer.name())) {
        // It was started again before the link noticed that it had gone.
        onLeft(sessions[index].peer);
      }
    }
    for (int index = 0; index < sessions.length; index++) {
      if (sessions[index] == null) {
        sessions[index] = new PeerSession(peer, index, nowNanos);
        hello(sessions[index], SyncFrame.ANSWER);
        return;
      }
    }
    events.accept(
        new SyncEvent.Refused(
            peer.name(), "this node talks to " + sessions.length + " others already"));
  }

  @Override
  public void onLeft(Peer peer) {
    PeerSession session = find(peer);
    if (session == null) {
      return;
    }
    session.leave();
    tellEngine(session);
    events.accept(new SyncEvent.Left(peer.name()));
    remove(session);
  }

  @Override
  public void onRefused(String who, String why) {
    events.accept(new SyncEvent.Refused(who, why));
  }

  /// A peer that has left keeps its number until the engine has heard of it.
  private void remove(PeerSession session) {
    if (!session.engineKnows) {
      sessions[session.index] = null;
      session.close();
    }
  }

  private PeerSession find(Peer peer) {
    for (PeerSession session : sessions) {
      if (session != null && !session.hasLeft() && session.peer.boot() == peer.boot()) {
        return session;
      }
    }
    return null;
  }

  @Override
  public void onFrame(Peer from, ByteBuffer bytes) {
    PeerSession session = find(from);
    if (session == null || session.stage == Stage.REFUSED) {
      counters.count(Counter.SYNC_FRAMES_STRANGE);
      return;
    }
    int length = bytes.remaining();
    if (length > SyncLink.MAX_FRAME_BYTES) {
      refuse(session, new SyncEvent.Nonsense(from.name()));
      return;
    }
    receivedBuffer.clear().put(bytes);
    if (!frame.wrap(received, length)) {
      refuse(session, new SyncEvent.Nonsense(from.name()));
    } else if (frame.version() != SyncFrame.VERSION) {
      refuse(session, "protocol", frame.version(), SyncFrame.VERSION);
    } else if (!frame.isWhole()) {
      refuse(session, new SyncEvent.Nonsense(from.name()));
    } else if (frame.sender() != from.boot()
        || frame.receiver() != boot
        || frame.epoch() < session.epoch) {
      counters.count(Counter.SYNC_FRAMES_STALE);
    } else {
      session.epoch = frame.epoch();
      switch (frame.type()) {
        case SyncFrame.HELLO -> onHello(session);
        case SyncFrame.ACK -> onAck(session);
        default -> onRecords(session, length);
      }
    }
  }

  /// Refuses a node of another version, and greets it: so its own log has both versions, too.
  private void refuse(PeerSession session, String what, int theirs, int ours) {
    hello(session, 0);
    refuse(session, new SyncEvent.OtherProtocol(session.peer.name(), what, theirs, ours));
  }

  private void refuse(PeerSession session, SyncEvent why) {
    counters.count(Counter.SYNC_FRAMES_MALFORMED);
    session.stage = Stage.REFUSED;
    tellEngine(session);
    events.accept(why);
  }

  private void onHello(PeerSession session) {
    if (frame.format() != SyncFrame.FORMAT) {
      refuse(session, "entries", frame.format(), SyncFrame.FORMAT);
      return;
    }
    if (frame.fingerprint() != fingerprint && !session.otherKeysSaid) {
      session.otherKeysSaid = true;
      events.accept(new SyncEvent.OtherKeys(session.peer.name()));
    }
    if (in.free() < frame.members()) {
      return; // it greets again
    }
    for (int i = 0; i < frame.members(); i++) {
      long record = in.claim() + RecordRing.RECORD;
      Records.create(record, Records.MEMBER, frame.memberNetwork(i));
      Records.word(record, 0, frame.memberHigh(i));
      Records.word(record, 1, frame.memberLow(i));
      in.publish(session.index, session.generation);
    }
    boolean wantsAnswer = frame.has(SyncFrame.ANSWER);
    // The peer has forgotten this stream, which its link had lost.
    boolean forgotten = session.isTalking() && session.outbound.isForgotten(frame.stream());
    if (session.stage == Stage.GREETING || forgotten) {
      if (session.engineKnows) {
        session.stage = Stage.GREETING;
        tellEngine(session);
      }
      if (!session.engineKnows) {
        begin(session);
      }
    }
    if (wantsAnswer && session.stage != Stage.RESTING) {
      hello(session, 0);
    }
  }

  private void begin(PeerSession session) {
    session.stage = Stage.TALKING;
    session.generation = ++generations;
    session.talkingSinceNanos = nowNanos;
    session.blocked = false;
    session.outbound.begin(generations, nowNanos);
    events.accept(new SyncEvent.Met(session.peer.name()));
    tellEngine(session);
  }

  private void onAck(PeerSession session) {
    if (session.isTalking()
        && !session.outbound.acknowledge(
            frame.stream(), frame.sequence(), frame.takenBeyond(), frame.room(), nowNanos)) {
      counters.count(Counter.SYNC_FRAMES_STALE);
    }
  }

  private void onRecords(PeerSession session, int length) {
    if (!session.isTalking() || !session.engineKnows) {
      counters.count(Counter.SYNC_FRAMES_STRANGE);
      return;
    }
    session.ackDue = true;
    switch (session.inbound.look(frame.stream(), frame.sequence(), frame.has(SyncFrame.IN_ORDER))) {
      case REPEATED -> counters.count(Counter.SYNC_FRAMES_REPEATED);
      case EARLY -> counters.count(Counter.SYNC_FRAMES_EARLY);
      case STALE -> counters.count(Counter.SYNC_FRAMES_STALE);
      case TAKE -> {
        if (!areRecords(length)) {
          refuse(session, new SyncEvent.Nonsense(session.peer.name()));
        } else if (in.free() < frame.count()) {
          counters.count(Counter.SYNC_FRAMES_NO_ROOM);
        } else {
          pass(session);
          session.inbound.taken(frame.sequence());
          counters.count(Counter.SYNC_FRAMES_TAKEN);
        }
      }
    }
  }

  private boolean areRecords(int length) {
    int count = frame.count();
    if (count < 1 || count > Outbound.BATCH_RECORDS) {
      return false;
    }
    int at = SyncFrame.HEAD_BYTES;
    boolean inOrder = false;
    for (int i = 0; i < count; i++) {
      int bytes = Records.lengthOf(received + at, length - at, codec);
      if (bytes < 0) {
        return false;
      }
      inOrder |= !Records.isEntry(received + at);
      at += bytes;
    }
    return at == length && inOrder == frame.has(SyncFrame.IN_ORDER);
  }

  private void pass(PeerSession session) {
    long at = received + SyncFrame.HEAD_BYTES;
    for (int i = 0; i < frame.count(); i++) {
      int bytes = Records.lengthOfOwn(at, codec);
      Memory.copy(at, in.claim() + RecordRing.RECORD, bytes);
      in.publish(session.index, session.generation);
      at += bytes;
    }
  }

  /// Gives memory back, the engine's side too; after the last step and the engine's last turn. The
  /// link stays its maker's to close.
  @Override
  public void close() {
    for (PeerSession session : sessions) {
      if (session != null) {
        session.close();
      }
    }
    arena.close();
    engine.close();
  }
}
