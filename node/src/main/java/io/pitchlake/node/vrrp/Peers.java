package io.pitchlake.node.vrrp;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.EventSink;
import io.pitchlake.node.engine.PeerStatus;
import io.pitchlake.node.port.PeerLink;
import java.util.ArrayList;
import java.util.List;

/// The other nodes as the sync link shows them: sends this node's heartbeats and takes in theirs.
///
/// A peer is in contact as long as its heartbeats echo a recent tick of this engine, so both ways
/// of the link and both engines are proven at once. It is alive, and keeps what it has, until
/// nothing of it was read for as long as others wait for adverts: an echo may be older than its
/// sender's last word, by all the time that this engine stood still. Heartbeats are stamped and
/// sent by the engine thread, at the end of a turn, when what it says of the ports is true. Engine
/// thread.
final class Peers {
  /// Adverts a peer's heartbeat may be late, in intervals; a backup waits as long for adverts.
  private static final int SILENT_INTERVALS = 3;

  private static final int DATAGRAMS_PER_TURN = 32;

  /// The socket is looked at this often at most; in between the kernel keeps what comes.
  private static final long LOOK_NANOS = 100_000;

  private static final long SHORTEST_BEAT_NANOS = 2_000_000;
  private static final long LONGEST_BEAT_NANOS = 500_000_000;

  /// So long is a peer silent before an operator is told.
  private static final long LOST_NANOS = 1_000_000_000L;

  private static final long STALE_NANOS = 3_000_000_000L;

  /// One other node.
  private static final class Peer {
    private final IpAddress address;
    private long boot;
    private long sequence;
    private long tick;
    private long sentSequence;
    private boolean everHeard;
    private boolean toldAlive;
    private long contactNanos;
    private long readNanos;
    private boolean greets;
    private long greetedNanos;

    private Peer(IpAddress address) {
      this.address = address;
    }
  }

  private final PeerLink link;
  private final Peer[] peers;

  /// How many of the peers are nodes: all, or all but the last one, which is the witness.
  private final int nodes;

  private final Beat in;
  private final Beat out;
  private final long boot;
  private final EventSink events;
  private final CounterBank counters;
  private final long sinceNanos;
  private long beatNanos = LONGEST_BEAT_NANOS;
  private long nextBeatNanos;
  private long lookedNanos;
  private boolean urgent;
  private boolean toldSilent;

  Peers(
      PeerLink link,
      boolean witnessed,
      Beat in,
      Beat out,
      long boot,
      EventSink events,
      CounterBank counters,
      long nowNanos) {
    this.link = link;
    this.peers = link.peers().stream().map(Peer::new).toArray(Peer[]::new);
    this.nodes = witnessed ? peers.length - 1 : peers.length;
    this.in = in;
    this.out = out;
    this.boot = boot;
    this.events = events;
    this.counters = counters;
    this.sinceNanos = nowNanos;
    this.nextBeatNanos = nowNanos;
    this.lookedNanos = nowNanos - LOOK_NANOS;
    counters.set(Gauge.PEERS, nodes);
  }

  /// How each of them is heard now.
  List<PeerStatus> status(long nowNanos) {
    List<PeerStatus> all = new ArrayList<>();
    for (int i = 0; i < peers.length; i++) {
      all.add(new PeerStatus(peers[i].address, i >= nodes, isHeardWithin(i, LOST_NANOS, nowNanos)));
    }
    return all;
  }

  /// How many other nodes there are.
  int count() {
    return nodes;
  }

  /// Whether a witness breaks ties.
  boolean isWitnessed() {
    return nodes < peers.length;
  }

  /// Heartbeats go four times in the shortest advert interval.
  void configure(VirtualRouter[] routers) {
    long shortest = 4 * LONGEST_BEAT_NANOS;
    for (VirtualRouter router : routers) {
      shortest = Math.min(shortest, router.view().advertNanos());
    }
    beatNanos = Math.max(SHORTEST_BEAT_NANOS, shortest / 4);
  }

  /// Whether something of a peer was read within three advert intervals: it may still be what it
  /// was.
  boolean isAlive(int peer, long advertNanos, long nowNanos) {
    return peers[peer].everHeard
        && nowNanos - peers[peer].readNanos <= SILENT_INTERVALS * advertNanos;
  }

  /// Whether a peer has heard this engine, and answered, within three advert intervals.
  boolean isInContact(int peer, long advertNanos, long nowNanos) {
    return isHeardWithin(peer, SILENT_INTERVALS * advertNanos, nowNanos);
  }

  /// Whether a peer has heard this engine, and answered, within a time.
  boolean isHeardWithin(int peer, long nanos, long nowNanos) {
    return peers[peer].everHeard && nowNanos - peers[peer].contactNanos <= nanos;
  }

  /// Whether something lately came from a node that may have been started anew and is not believed
  /// yet: it may rank higher than any.
  boolean isAnyGreeting(long advertNanos, long nowNanos) {
    for (int i = 0; i < nodes; i++) {
      if (peers[i].greets && nowNanos - peers[i].greetedNanos <= SILENT_INTERVALS * advertNanos) {
        return true;
      }
    }
    return false;
  }

  /// How long until a living peer counts as silent.
  long untilSilentNanos(int peer, long advertNanos, long nowNanos) {
    return peers[peer].readNanos + SILENT_INTERVALS * advertNanos + 1 - nowNanos;
  }

  /// Sends at the end of this turn, not when the next heartbeat is due.
  void urge() {
    urgent = true;
  }

  long untilDueNanos(long nowNanos) {
    return nextBeatNanos - nowNanos;
  }

  /// Takes in what has come.
  void receive(VirtualRouter[] routers, long nowNanos) {
    if (nowNanos - lookedNanos < LOOK_NANOS) {
      return;
    }
    lookedNanos = nowNanos;
    for (int i = 0; i < DATAGRAMS_PER_TURN; i++) {
      int length = link.receive(in.bytes());
      if (length == 0) {
        break;
      }
      take(length, routers, nowNanos);
    }
    watch(nowNanos);
  }

  private void take(int length, VirtualRouter[] routers, long nowNanos) {
    int from = sender();
    if (from < 0 || !in.open(length)) {
      counters.count(from < 0 ? Counter.BEATS_OF_STRANGERS : Counter.BEATS_FORGED);
      events.event(
          EventKind.SYNC_REFUSED,
          link.senderHigh(),
          link.senderLow(),
          0,
          link.senderHigh(),
          link.senderLow(),
          0,
          0,
          nowNanos);
      return;
    }
    Peer peer = peers[from];
    boolean echoes = in.echoedBoot() == boot;
    long age = nowNanos - in.echoedTick();
    boolean fresh = echoes && age >= 0 && age <= STALE_NANOS;
    if (in.boot() != peer.boot) {
      peer.greets = true;
      peer.greetedNanos = nowNanos;
      // A node that was started anew has nothing to echo yet. It is believed once it does, and
      // gets something to echo when the one before it is silent: what is replayed goes no further.
      if (!fresh && peer.everHeard && nowNanos - peer.contactNanos <= LOST_NANOS
          || in.boot() == boot) {
        counters.count(Counter.BEATS_REPLAYED);
        return;
      }
      peer.boot = in.boot();
      peer.sequence = 0;
      peer.tick = in.tick();
    }
    if (in.sequence() <= peer.sequence) {
      counters.count(Counter.BEATS_REPLAYED);
      return;
    }
    peer.sequence = in.sequence();
    peer.tick = in.tick();
    if (!fresh) {
      return;
    }
    counters.count(Counter.BEATS_HEARD);
    peer.readNanos = nowNanos;
    peer.greets = false;
    if (!peer.everHeard || in.echoedTick() - peer.contactNanos > 0) {
      peer.contactNanos = in.echoedTick();
      peer.everHeard = true;
    }
    for (int entry = 0; entry < in.entries(); entry++) {
      for (VirtualRouter router : routers) {
        if (router.isIn(in, entry) && from < nodes) {
          router.told(from, in, entry, nowNanos);
        } else if (router.isIn(in, entry)) {
          router.judged(in.request(entry), in.number(entry), in.echoedTick(), nowNanos);
        }
      }
    }
  }

  private int sender() {
    for (int i = 0; i < peers.length; i++) {
      if (peers[i].address.low() == link.senderLow()
          && peers[i].address.high() == link.senderHigh()) {
        return i;
      }
    }
    return -1;
  }

  /// Tells an operator which peers come and go.
  private void watch(long nowNanos) {
    int alive = 0;
    for (int i = 0; i < peers.length; i++) {
      Peer peer = peers[i];
      boolean isAlive = peer.everHeard && nowNanos - peer.contactNanos <= LOST_NANOS;
      alive += isAlive && i < nodes ? 1 : 0;
      if (isAlive != peer.toldAlive) {
        peer.toldAlive = isAlive;
        tell(isAlive ? EventKind.SYNC_HEARD : EventKind.SYNC_LOST, i, nowNanos);
      }
    }
    counters.set(Gauge.PEERS_ALIVE, alive);
    if (!toldSilent && nowNanos - sinceNanos > STALE_NANOS) {
      toldSilent = true;
      for (int i = 0; i < peers.length; i++) {
        if (!peers[i].everHeard) {
          tell(EventKind.SYNC_LOST, i, nowNanos);
        }
      }
    }
  }

  private void tell(EventKind kind, int peer, long nowNanos) {
    IpAddress address = peers[peer].address;
    int which = peer < nodes ? 0 : 1;
    events.event(
        kind, address.high(), address.low(), 0, address.high(), address.low(), which, 0, nowNanos);
  }

  /// Sends what is due, now that the ports have sent or discarded what was queued.
  void flushed(VirtualRouter[] routers, long nowNanos) {
    if (!urgent && nowNanos - nextBeatNanos < 0) {
      return;
    }
    urgent = false;
    long next = nextBeatNanos + beatNanos;
    nextBeatNanos =
        next - nowNanos > 0 ? Math.min(next, nowNanos + beatNanos) : nowNanos + beatNanos;
    send(routers, nowNanos);
  }

  /// Sends a heartbeat to every peer: one datagram, or several where there are many routers.
  void send(VirtualRouter[] routers, long nowNanos) {
    for (int i = 0; i < peers.length; i++) {
      int written = 0;
      do {
        begin(peers[i], nowNanos);
        int end = Math.min(routers.length, written + Beat.MOST_ENTRIES);
        for (; written < end; written++) {
          if (i < nodes) {
            routers[written].write(i, out);
          } else {
            routers[written].writeToWitness(out);
          }
        }
        out.seal();
        link.send(i, out.bytes(), out.length());
        counters.count(Counter.BEATS_SENT);
      } while (written < routers.length);
    }
  }

  private void begin(Peer to, long nowNanos) {
    out.create(boot, ++to.sentSequence, nowNanos, to.boot, to.tick);
  }
}
