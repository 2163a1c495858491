package io.pitchlake.node.sim;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimWire;
import io.pitchlake.node.port.PeerLink;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

/// A simulated sync link: datagrams take a few microseconds, may be lost, doubled or delayed, and
/// any pair of nodes may be cut in either direction. One thread, that of the clock.
public final class SimPeers {
  private static final long LATENCY_NANOS = 30_000;

  private record Datagram(IpAddress from, byte[] bytes) {}

  private record Way(IpAddress from, IpAddress to) {}

  private final SimClock clock;
  private final Random random;
  private final Map<IpAddress, End> ends = new LinkedHashMap<>();
  private final Map<Way, SimWire> wires = new HashMap<>();
  private Predicate<byte[]> passes = datagram -> true;
  private double lossRate;
  private double doubleRate;
  private long jitterNanos;
  private long sent;

  public SimPeers(SimClock clock, Random random) {
    this.clock = clock;
    this.random = random;
  }

  /// One node's end; a node that is started anew gets another one at the same address.
  public final class End implements PeerLink {
    private final IpAddress own;
    private final List<IpAddress> peers;
    private final Runnable onArrival;
    private final Deque<Datagram> arrived = new ArrayDeque<>();
    private IpAddress sender;

    private End(IpAddress own, List<IpAddress> peers, Runnable onArrival) {
      this.own = own;
      this.peers = List.copyOf(peers);
      this.onArrival = onArrival;
    }

    @Override
    public List<IpAddress> peers() {
      return peers;
    }

    @Override
    public void send(int peer, byte[] datagram, int length) {
      byte[] copy = Arrays.copyOf(datagram, length);
      sent++;
      deliver(own, peers.get(peer), copy);
      if (random.nextDouble() < doubleRate) {
        deliver(own, peers.get(peer), copy);
      }
    }

    /// Sends a datagram to where the one received last came from.
    public void answer(byte[] datagram, int length) {
      deliver(own, sender, Arrays.copyOf(datagram, length));
    }

    @Override
    public int receive(byte[] into) {
      Datagram next = arrived.poll();
      if (next == null) {
        return 0;
      }
      sender = next.from();
      System.arraycopy(next.bytes(), 0, into, 0, next.bytes().length);
      return next.bytes().length;
    }

    @Override
    public long senderHigh() {
      return sender.high();
    }

    @Override
    public long senderLow() {
      return sender.low();
    }

    @Override
    public void close() {
      ends.remove(own, this);
    }
  }

  /// A node's end at `own`; `onArrival` runs after each datagram that arrives.
  public End attach(IpAddress own, List<IpAddress> peers, Runnable onArrival) {
    End end = new End(own, peers, onArrival);
    ends.put(own, end);
    return end;
  }

  /// Cuts or mends the way from one node to another.
  public void cut(IpAddress from, IpAddress to, boolean isCut) {
    if (isCut) {
      wire(from, to).cut();
    } else {
      wire(from, to).heal();
    }
  }

  /// The way from one node to another, to be harmed by itself.
  public SimWire wire(IpAddress from, IpAddress to) {
    return wires.computeIfAbsent(
        new Way(from, to), unused -> new SimWire(clock, random, LATENCY_NANOS));
  }

  /// Cuts or mends every way.
  public void cutAll(boolean isCut) {
    for (IpAddress from : ends.keySet()) {
      for (IpAddress to : ends.keySet()) {
        cut(from, to, isCut);
      }
    }
  }

  /// Loses, doubles and delays at random, shares of 0 to 1.
  public void disturb(double loss, double doubled, long mostJitterNanos) {
    lossRate = loss;
    doubleRate = doubled;
    jitterNanos = mostJitterNanos;
  }

  /// Lets through only what passes a test, which may look at the bytes and change them.
  public void filter(Predicate<byte[]> test) {
    passes = test;
  }

  /// How many datagrams were sent.
  public long sent() {
    return sent;
  }

  /// Puts a datagram in front of a node, as if it came from `from`.
  public void deliver(IpAddress from, IpAddress to, byte[] datagram) {
    if (random.nextDouble() < lossRate || !passes.test(datagram)) {
      return;
    }
    long jitter = jitterNanos == 0 ? 0 : (long) (random.nextDouble() * jitterNanos);
    if (jitter == 0) {
      arrive(from, to, datagram);
    } else {
      clock.after(jitter, () -> arrive(from, to, datagram));
    }
  }

  private void arrive(IpAddress from, IpAddress to, byte[] datagram) {
    wire(from, to)
        .carry(() -> {
          End end = ends.get(to);
          if (end != null) {
            end.arrived.add(new Datagram(from, datagram));
            end.onArrival.run();
          }
        });
  }
}
