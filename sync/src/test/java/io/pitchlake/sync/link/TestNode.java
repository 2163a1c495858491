package io.pitchlake.sync.link;

import static org.junit.jupiter.api.Assertions.fail;

import io.pitchlake.common.config.Configuration.SyncTransport;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.time.SystemClock;
import io.pitchlake.sync.SyncLink.Listener;
import io.pitchlake.sync.SyncLink.Peer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// A node that writes down what its link tells it, in words.
final class TestNode implements Listener, AutoCloseable {
  static final int PORT = 7800;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  final JGroupsLink link;
  private final List<String> heard = new ArrayList<>();
  private final List<Peer> peers = new ArrayList<>();
  private final Thread poller;
  private volatile boolean ending;

  /// A block of loopback addresses that no other test uses.
  static String network(Random random) {
    return "127." + (1 + random.nextInt(250)) + "." + random.nextInt(250) + ".";
  }

  static ClusterKey key(int seed) {
    byte[] secret = new byte[32];
    new Random(seed).nextBytes(secret);
    return new ClusterKey(secret);
  }

  static TestNode open(String address, ClusterKey key, String cluster, String... peers)
      throws LinkException {
    return new TestNode(SyncTransport.TCP, address, key, cluster, peers);
  }

  TestNode(SyncTransport transport, String address, ClusterKey key, String cluster, String... peers)
      throws LinkException {
    poller = Thread.ofPlatform().daemon().name("poll " + address).unstarted(this::poll);
    link =
        JGroupsLink.open(
            new LinkSettings(
                transport,
                IpAddress.parse(address),
                PORT,
                List.of(peers).stream()
                    .map(peer -> new LinkSettings.Endpoint(IpAddress.parse(peer), PORT))
                    .toList(),
                cluster,
                key,
                new Random().nextLong()),
            this,
            () -> LockSupport.unpark(poller),
            SystemClock.INSTANCE);
    poller.start();
  }

  private void poll() {
    while (!ending) {
      if (link.poll(64) == 0) {
        LockSupport.park();
      }
    }
  }

  @Override
  public void onFrame(Peer from, ByteBuffer frame) {
    hear("frame " + StandardCharsets.UTF_8.decode(frame) + " of " + from.name());
  }

  @Override
  public synchronized void onJoined(Peer peer) {
    peers.add(peer);
    hear("joined " + peer.name());
  }

  @Override
  public synchronized void onLeft(Peer peer) {
    peers.remove(peer);
    hear("left " + peer.name());
  }

  @Override
  public void onRefused(String who, String why) {
    hear("refused " + who + ": " + why);
  }

  private synchronized void hear(String what) {
    heard.add(what);
    notifyAll();
  }

  synchronized List<String> heard() {
    return List.copyOf(heard);
  }

  synchronized List<Peer> peers() {
    return List.copyOf(peers);
  }

  void awaitLine(String line) {
    awaitAny(line::equals, line);
  }

  synchronized void awaitAny(Predicate<String> wanted, String what) {
    long until = System.nanoTime() + PATIENCE_NANOS;
    while (heard.stream().noneMatch(wanted)) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        fail("expected '" + what + "', heard " + heard);
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        fail("interrupted");
      }
    }
  }

  /// Forgets what was heard so far.
  synchronized void forget() {
    heard.clear();
  }

  boolean send(Peer to, String text) {
    return link.send(to, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public void close() {
    ending = true;
    LockSupport.unpark(poller);
    link.close();
  }
}
