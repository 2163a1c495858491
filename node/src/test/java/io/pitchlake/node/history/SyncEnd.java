package io.pitchlake.node.history;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimWire;
import io.pitchlake.node.sim.SimPeers;
import io.pitchlake.sync.Replicator;
import io.pitchlake.sync.SyncLink;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// One start of a node on the way beside the LAN, as replication sees it: frames on the same wires
/// as heartbeats, and peers that are noticed a while after they have come or gone. What arrives
/// waits until the node's replication thread looks.
final class SyncEnd implements SyncLink {
  private static final long LOOK_NANOS = 20_000_000;
  private static final long JOINED_AFTER_NANOS = 40_000_000;
  private static final long LEFT_AFTER_NANOS = 300_000_000;

  /// Frames on their way and unread, as many as a socket's buffer might hold.
  private static final int MOST_FRAMES = 256;

  /// What a node believes of another member.
  private static final class Acquaintance {
    private final SimWire there;
    private final SimWire back;
    private Peer peer;
    private long sinceNanos;
    private boolean reached;

    Acquaintance(SimWire there, SimWire back) {
      this.there = there;
      this.back = back;
    }
  }

  private record Arrival(Peer from, byte[] frame) {}

  private final Member self;
  private final List<Member> members;
  private final SimClock clock;
  private final Replicator replicator;
  private final Runnable wake;
  private final Peer own;
  private final Acquaintance[] acquaintances;
  private final Deque<Arrival> arrived = new ArrayDeque<>();
  private long lookedNanos;
  private boolean open = true;

  /// @param wake has the replication thread look
  SyncEnd(
      Member self,
      List<Member> members,
      SimClock clock,
      SimPeers wires,
      Replicator replicator,
      Runnable wake) {
    this.self = self;
    this.members = members;
    this.clock = clock;
    this.replicator = replicator;
    this.wake = wake;
    this.own = new Peer(replicator.boot(), self.name());
    this.acquaintances = new Acquaintance[members.size()];
    for (int i = 0; i < acquaintances.length; i++) {
      IpAddress other = members.get(i).syncAddress();
      acquaintances[i] =
          new Acquaintance(
              wires.wire(self.syncAddress(), other), wires.wire(other, self.syncAddress()));
    }
    this.lookedNanos = clock.nanoTime() - LOOK_NANOS;
    replicator.attach(this);
  }

  /// Hands over what has arrived and who has come or gone; returns how much.
  int look() {
    if (clock.nanoTime() - lookedNanos >= LOOK_NANOS) {
      lookedNanos = clock.nanoTime();
      members.forEach(this::lookFor);
    }
    int work = arrived.size();
    for (int i = 0; i < work; i++) {
      Arrival next = arrived.poll();
      replicator.onFrame(next.from, ByteBuffer.wrap(next.frame));
    }
    return work;
  }

  private void lookFor(Member other) {
    if (other == self) {
      return;
    }
    Acquaintance of = acquaintances[other.index()];
    SyncEnd end = other.syncEnd();
    boolean reached = end != null && !of.there.isCut() && !of.back.isCut();
    if (reached != of.reached) {
      of.reached = reached;
      of.sinceNanos = clock.nanoTime();
    }
    long nanos = clock.nanoTime() - of.sinceNanos;
    boolean another = reached && of.peer != null && of.peer.boot() != end.own.boot();
    if (of.peer != null && (another || !reached && nanos >= LEFT_AFTER_NANOS)) {
      Peer gone = of.peer;
      of.peer = null;
      replicator.onLeft(gone);
    }
    if (of.peer == null && reached && nanos >= JOINED_AFTER_NANOS) {
      of.peer = end.own;
      replicator.onJoined(of.peer);
    }
  }

  @Override
  public boolean send(Peer to, ByteBuffer frame) {
    for (Member other : members) {
      SyncEnd end = other.syncEnd();
      if (end != null && end.own.boot() == to.boot()) {
        if (end.arrived.size() >= MOST_FRAMES) {
          return false;
        }
        byte[] copy = new byte[frame.remaining()];
        frame.get(copy);
        acquaintances[other.index()].there.carry(() -> end.arrive(new Arrival(own, copy)));
      }
    }
    return true;
  }

  private void arrive(Arrival arrival) {
    if (open && arrived.size() < MOST_FRAMES) {
      arrived.add(arrival);
      wake.run();
    }
  }

  @Override
  public void close() {
    open = false;
    arrived.clear();
  }
}
