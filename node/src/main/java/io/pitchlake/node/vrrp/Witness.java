package io.pitchlake.node.vrrp;

import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.node.engine.RouterRole;
import io.pitchlake.node.vrrp.Beat.Request;
import java.util.LinkedHashMap;
import java.util.Map;

/// A third party that breaks the tie when nodes do not hear each other: it lets one node at a time
/// be active in each virtual router, for three advert intervals from the last time it asked.
///
/// Datagrams in, datagrams out; whoever drives it has the socket and the clock. What it knows lies
/// in memory alone: one that is started anew grants nothing for [#QUIET_NANOS], for a lease that it
/// has forgotten may still hold. One thread.
public final class Witness {
  /// How many advert intervals a lease lasts here. Nodes count on two and a half, from before they
  /// asked.
  static final int LEASE_INTERVALS = 3;

  /// Nothing is granted for so long after the start. It is the longest lease, too: adverts of more
  /// than a second are too slow for a witness.
  public static final long QUIET_NANOS = 3_000_000_000L;

  private static final int MOST_NODES = 64;
  private static final int MOST_LEASES = 1024;
  private static final long STALE_NANOS = 3_000_000_000L;
  private static final long NANOS_PER_CENTI = 10_000_000;

  /// What a node has sent last.
  private static final class Node {
    private long sequence;
    private long sentSequence;
    private long tick;
  }

  /// A virtual router, as all nodes name it.
  public record Router(long keyHigh, long keyLow, int vrid, boolean isIpv4) {}

  /// Who may be active.
  private static final class Lease {
    private long boot;
    private long untilNanos;
  }

  /// Told of leases that change hands.
  @FunctionalInterface
  public interface Listener {
    /// A router's lease goes to the node that sent the datagram at hand.
    void granted(Router router);
  }

  private final Beat in;
  private final Beat out;
  private final long boot;
  private final Listener listener;
  private final long startNanos;

  /// Those heard last stand last.
  private final Map<Long, Node> nodes = new LinkedHashMap<>(16, 0.75f, true);

  private final Map<Router, Lease> leases = new LinkedHashMap<>();

  /// @param boot drawn anew at each start
  public Witness(ClusterKey key, long boot, Listener listener, long nowNanos) {
    this.in = Beat.under(key);
    this.out = Beat.under(key);
    this.boot = boot;
    this.listener = listener;
    this.startNanos = nowNanos;
  }

  /// Where the next datagram is to be put.
  public byte[] received() {
    return in.bytes();
  }

  /// What [#take] has to say.
  public byte[] answer() {
    return out.bytes();
  }

  /// Takes the datagram in [#received]; returns the length of the answer to its sender, 0 where
  /// there is none because it has come before, and -1 when it was not sent under the key.
  public int take(int length, long nowNanos) {
    if (!in.open(length)) {
      return -1;
    }
    Node node = nodes.get(in.boot());
    if (node == null) {
      forgetOldestNode();
      node = new Node();
      nodes.put(in.boot(), node);
    }
    if (in.sequence() <= node.sequence) {
      return 0;
    }
    node.sequence = in.sequence();
    node.tick = in.tick();
    long age = nowNanos - in.echoedTick();
    boolean fresh = in.echoedBoot() == boot && age >= 0 && age <= STALE_NANOS;
    out.create(boot, ++node.sentSequence, nowNanos, in.boot(), node.tick);
    for (int entry = 0; entry < in.entries(); entry++) {
      Request answer = fresh ? judge(entry, age, nowNanos) : Request.NOTHING;
      out.add(
          in.keyHigh(entry),
          in.keyLow(entry),
          0,
          0,
          in.vrid(entry),
          in.isIpv4(entry),
          RouterRole.INITIALIZE,
          0,
          0,
          in.intervalCentis(entry),
          answer,
          0,
          in.number(entry),
          0);
    }
    out.seal();
    return out.length();
  }

  private Request judge(int entry, long age, long nowNanos) {
    Router router =
        new Router(in.keyHigh(entry), in.keyLow(entry), in.vrid(entry), in.isIpv4(entry));
    Lease lease = leases.get(router);
    return switch (in.request(entry)) {
      case LEASE -> {
        long leaseNanos = NANOS_PER_CENTI * LEASE_INTERVALS * in.intervalCentis(entry);
        // What was asked so long ago is asked by nobody any more.
        if (nowNanos - startNanos < QUIET_NANOS || leaseNanos > QUIET_NANOS || age > leaseNanos) {
          yield Request.REFUSED;
        }
        if (lease == null) {
          forgetEndedLeases(nowNanos);
          lease = new Lease();
          lease.untilNanos = nowNanos;
          if (leases.size() >= MOST_LEASES) {
            yield Request.REFUSED;
          }
          leases.put(router, lease);
        }
        if (lease.boot != in.boot()) {
          if (nowNanos - lease.untilNanos < 0) {
            yield Request.REFUSED;
          }
          lease.boot = in.boot();
          listener.granted(router);
        }
        lease.untilNanos = nowNanos + leaseNanos;
        yield Request.LEASED;
      }
      case GONE -> {
        if (lease != null && lease.boot == in.boot()) {
          lease.untilNanos = nowNanos;
        }
        yield Request.NOTHING;
      }
      default -> Request.NOTHING;
    };
  }

  private void forgetEndedLeases(long nowNanos) {
    leases.values().removeIf(lease -> nowNanos - lease.untilNanos > 0);
  }

  private void forgetOldestNode() {
    if (nodes.size() >= MOST_NODES) {
      nodes.remove(nodes.keySet().iterator().next());
    }
  }
}
