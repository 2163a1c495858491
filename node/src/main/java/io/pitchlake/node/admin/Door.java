package io.pitchlake.node.admin;

import io.pitchlake.common.time.TokenBucket;
import java.util.Optional;
import java.util.concurrent.Executor;

/// One way in, with limits and a worker of its own, so that a crowd at one leaves the other free.
/// Netty's thread, but for what is final.
final class Door {
  /// Streams of events at once; each keeps a connection.
  static final int MOST_STREAMS = 8;

  private final boolean local;
  private final Optional<AdminToken> token;
  private final int mostConnections;
  private final Executor worker;
  private final Executor quick;
  private final Traffic traffic;
  private final TokenBucket requests;
  private final TokenBucket arrivals;
  private int connections;
  private int streams;

  /// @param local whether only who may write to a file comes through it
  /// @param token what others must know; empty: they may read, and nothing else
  /// @param rate requests a second, and connections a second
  Door(
      boolean local,
      Optional<AdminToken> token,
      int mostConnections,
      int rate,
      Executor worker,
      Executor quick,
      Traffic traffic) {
    this.local = local;
    this.token = token;
    this.mostConnections = mostConnections;
    this.worker = worker;
    this.quick = quick;
    this.traffic = traffic;
    traffic.door(mostConnections);
    this.requests = new TokenBucket(rate, System.nanoTime());
    this.arrivals = new TokenBucket(rate, System.nanoTime());
  }

  boolean isLocal() {
    return local;
  }

  Optional<AdminToken> token() {
    return token;
  }

  Traffic traffic() {
    return traffic;
  }

  /// Who does what is asked for.
  Executor workerFor(Route route) {
    return route.quick() ? quick : worker;
  }

  /// Who does what takes long.
  Executor worker() {
    return worker;
  }

  Executor quick() {
    return quick;
  }

  /// Lets another connection in, or not.
  boolean enter() {
    if (connections >= mostConnections) {
      traffic.count(Traffic.Fate.CONNECTIONS);
      return false;
    }
    if (!arrivals.take(System.nanoTime())) {
      traffic.count(Traffic.Fate.RATE);
      return false;
    }
    connections++;
    traffic.opened();
    return true;
  }

  void leave() {
    connections--;
    traffic.closed();
  }

  /// Whether another request is done now.
  boolean mayAsk() {
    return requests.take(System.nanoTime());
  }

  /// Lets another stream of events begin, or not.
  boolean beginStream() {
    if (streams >= MOST_STREAMS) {
      return false;
    }
    streams++;
    return true;
  }

  void endStream() {
    streams--;
  }
}
