package io.pitchlake.sync.sim;

import io.pitchlake.common.sim.SimClock;
import io.pitchlake.sync.Replicator;
import io.pitchlake.sync.SyncLink;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/// The wire between the nodes of a cluster, simulated: frames take a while and may be lost,
/// repeated or overtaken, and the wire may be cut. All by a seed.
public final class SimSync {
  private final SimClock clock;
  private final RandomGenerator random;
  private final List<End> ends = new ArrayList<>();
  private final Set<Set<String>> cuts = new HashSet<>();
  private double loss;
  private double repetition;
  private long leastNanos = 100_000;
  private long mostNanos = 100_000;
  private long bytes;
  private UnaryOperator<byte[]> tampering = UnaryOperator.identity();

  public SimSync(SimClock clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /// Every frame takes a time between these two.
  public SimSync delay(long least, long most) {
    leastNanos = least;
    mostNanos = most;
    return this;
  }

  /// Loses and repeats this share of the frames.
  public SimSync faults(double lost, double repeated) {
    loss = lost;
    repetition = repeated;
    return this;
  }

  /// Somebody who changes frames on their way.
  public SimSync tamper(UnaryOperator<byte[]> with) {
    tampering = with;
    return this;
  }

  /// Bytes sent so far.
  public long bytes() {
    return bytes;
  }

  /// A node comes; everybody hears of everybody.
  public End join(String name, Replicator replicator) {
    End end = new End(name, replicator);
    replicator.attach(end);
    for (End other : ends) {
      if (!isCut(end, other)) {
        other.hear(() -> other.replicator.onJoined(end.peer));
        end.hear(() -> end.replicator.onJoined(other.peer));
      }
    }
    ends.add(end);
    return end;
  }

  /// Nothing passes between two nodes any more, and both notice.
  public void cut(String one, String other) {
    if (cuts.add(Set.of(one, other))) {
      tell(one, other, false);
    }
  }

  /// The two can reach each other again.
  public void heal(String one, String other) {
    if (cuts.remove(Set.of(one, other))) {
      tell(one, other, true);
    }
  }

  private void tell(String one, String other, boolean joined) {
    for (End a : ends) {
      for (End b : ends) {
        boolean concerned =
            a.name.equals(one) && b.name.equals(other)
                || a.name.equals(other) && b.name.equals(one);
        if (concerned) {
          a.hear(() -> {
            if (joined) {
              a.replicator.onJoined(b.peer);
            } else {
              a.replicator.onLeft(b.peer);
            }
          });
        }
      }
    }
  }

  private boolean isCut(End one, End other) {
    return one.name.equals(other.name) || cuts.contains(Set.of(one.name, other.name));
  }

  /// One node's end of the wire.
  public final class End implements SyncLink {
    private final String name;
    private final Replicator replicator;
    private final Peer peer;
    private boolean open = true;
    private boolean silent;
    private int room = Integer.MAX_VALUE;

    private End(String name, Replicator replicator) {
      this.name = name;
      this.replicator = replicator;
      this.peer = new Peer(replicator.boot(), name);
    }

    /// What others know the node by.
    public Peer peer() {
      return peer;
    }

    /// Loses everything that this end sends, without anybody noticing.
    public void silent(boolean yes) {
      silent = yes;
    }

    /// Takes only so many more frames.
    public void room(int frames) {
      room = frames;
    }

    private void hear(Runnable what) {
      if (open) {
        what.run();
      }
    }

    @Override
    public boolean send(Peer to, ByteBuffer frame) {
      if (room == 0) {
        return false;
      }
      room--;
      bytes += frame.remaining();
      byte[] copy = new byte[frame.remaining()];
      frame.get(copy);
      for (End end : ends) {
        if (end.peer.boot() == to.boot() && !isCut(this, end) && !silent) {
          if (random.nextDouble() >= loss) {
            deliver(end, copy);
          }
          if (random.nextDouble() < repetition) {
            deliver(end, copy);
          }
        }
      }
      return true;
    }

    private void deliver(End to, byte[] frame) {
      long spread = mostNanos - leastNanos;
      long delay = leastNanos + (spread == 0 ? 0 : random.nextLong(spread));
      clock.after(
          delay,
          () -> {
            if (!isCut(this, to)) {
              to.hear(() -> to.replicator.onFrame(peer, ByteBuffer.wrap(tampering.apply(frame))));
            }
          });
    }

    /// The node ends; the others notice.
    @Override
    public void close() {
      open = false;
      ends.remove(this);
      for (End other : ends) {
        if (!isCut(this, other)) {
          other.replicator.onLeft(peer);
        }
      }
    }
  }
}
